/** Parsers of option values. They throw commander's error, which ends the command with exit status 2. */
import { InvalidArgumentError } from 'commander';
import type { OptionDescription } from '../detectors/base/options.js';
import type { Exclusion } from '../detection/types.js';

export function numberIn(low: number, high: number, what = 'a number') {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= low && value <= high)) {
      const range = high === Infinity ? `${low} or more` : `from ${low} to ${high}`;
      throw new InvalidArgumentError(`Give ${what} ${range}.`);
    }
    return value;
  };
}

export function wholeNumberIn(low: number, high: number) {
  const parse = numberIn(low, high, 'a whole number');
  return (text: string): number => {
    const value = parse(text);
    if (!Number.isInteger(value)) throw new InvalidArgumentError('Give a whole number.');
    return value;
  };
}

export const portNumber = wholeNumberIn(0, 65_535);

/** A share such as `0.2` or `20%`. */
export function shareOrPercent(text: string): number {
  const percent = text.trim().endsWith('%');
  return numberIn(0, Infinity)(percent ? text.trim().slice(0, -1) : text) / (percent ? 100 : 1);
}

export function urlText(text: string): string {
  if (!/^https?:\/\/[^/]/i.test(text)) {
    throw new InvalidArgumentError('Give an http:// or https:// address.');
  }
  return text;
}

/** `a,b,c`; repeated options add up. */
export function names(text: string, before: string[] = []): string[] {
  const found = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (found.length === 0) throw new InvalidArgumentError('Give names separated by commas.');
  return [...before, ...found];
}

/** How much of the beginning is known to be normal: points, or a share of all. */
export type TrainingPart = { readonly points: number } | { readonly share: number };

/** A whole number from 1 on is points; a fraction below 1, or a percentage, a share. */
export function trainingPart(text: string): TrainingPart {
  const percent = text.trim().endsWith('%');
  const value = Number(percent ? text.trim().slice(0, -1) : text) / (percent ? 100 : 1);
  if (text.trim() !== '' && value > 0 && (percent ? value <= 1 : value < 1)) return { share: value };
  if (!percent && Number.isInteger(value) && value >= 1) return { points: value };
  throw new InvalidArgumentError('Give a number of points (500) or a share (0.3 or 30%).');
}

/** NAME=VALUE pairs as text; the detector's option specifications say what they mean. */
export function optionPair(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Give NAME=VALUE.');
  return { ...before, [text.slice(0, at).trim()]: text.slice(at + 1).trim() };
}

/** The value an option's text stands for; what does not fit is passed on and refused with the option's own message. */
export function optionValue(text: string, spec: OptionDescription | undefined): unknown {
  switch (spec?.type) {
    case 'number':
    case 'integer':
      return text === '' ? text : Number.isNaN(Number(text)) ? text : Number(text);
    case 'numbers': {
      const values = text.split(',').map((part) => Number(part));
      return text.split(',').some((part) => part.trim() === '') ? text : values;
    }
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    default:
      return text;
  }
}

const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const exclusionHelp =
  "Give FROM/TO in ISO 8601 (2026-05-12T02:00Z/2026-05-12T03:00Z) or a recurring time ('02:00-03:00', 'mon-fri 22:00-06:00 Europe/Berlin', 'sat,sun').";

/** One interval of time that never raises events: a window, or a time of day on some days in a zone. */
export function exclusion(text: string, before: Exclusion[] = []): Exclusion[] {
  return [
    ...before,
    text.includes('/') && /^\d{4}-/.test(text.trim()) ? parseWindow(text) : parseRecurring(text),
  ];
}

function parseWindow(text: string): Exclusion {
  const bounds = text.split('/').map((part) => part.trim());
  // Without a zone, ISO text would mean the zone of this machine; here everything is UTC unless it says otherwise.
  const [start, end] = bounds.map((part) =>
    Date.parse(/T.*(Z|[+-]\d\d:?\d\d)$/i.test(part) ? part : part.includes('T') ? `${part}Z` : part),
  );
  if (bounds.length !== 2 || !(start! < end!)) throw new InvalidArgumentError(exclusionHelp);
  return { kind: 'window', start: start!, end: end! };
}

function parseRecurring(text: string): Exclusion {
  const words = text.trim().split(/\s+/);
  const days = /^[a-z]{3}([-,][a-z]{3})*$/i.test(words[0]!) ? parseDays(words.shift()!) : undefined;
  const clock = words[0]?.match(/^(\d\d?:\d\d)-(\d\d?:\d\d)$/);
  if (clock) words.shift();
  const zone = words.shift();
  if (words.length > 0 || (!clock && !days)) throw new InvalidArgumentError(exclusionHelp);
  const [from, to] = clock ? [clockTime(clock[1]!), clockTime(clock[2]!)] : ['00:00', '24:00'];
  if (zone !== undefined) {
    try {
      new Intl.DateTimeFormat('en', { timeZone: zone });
    } catch {
      throw new InvalidArgumentError(`"${zone}" is not a time zone. ${exclusionHelp}`);
    }
  }
  return {
    kind: 'recurring',
    from: from!,
    to: to!,
    ...(days ? { days } : {}),
    ...(zone ? { timeZone: zone } : {}),
  };
}

function clockTime(text: string): string {
  const [hours, minutes] = text.split(':').map(Number) as [number, number];
  if (hours > 24 || minutes > 59 || (hours === 24 && minutes > 0))
    throw new InvalidArgumentError(exclusionHelp);
  return `${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
}

function parseDays(text: string): number[] {
  const days = new Set<number>();
  for (const part of text.toLowerCase().split(',')) {
    const [from, to] = part.split('-').map((name) => dayNames.indexOf(name));
    if (from! < 0 || (to !== undefined && to < 0)) throw new InvalidArgumentError(exclusionHelp);
    const span = to === undefined ? 0 : (to - from! + 7) % 7;
    for (let step = 0; step <= span; step++) days.add((from! + step) % 7);
  }
  return [...days].sort((a, b) => a - b);
}
