import { humanDuration, formatNumber } from '../../format.js';
import type { Reference } from '../events/deviation.js';
import type { EventInterval } from '../events/events.js';
import type { AnomalyEvent } from '../types.js';
import type { Series } from '../../series/series.js';
import type { ChannelShare } from './channels.js';
import type { EventFacts } from './kinds.js';
import { describeMoment, describeQuantity, describeTimeRange } from './quantities.js';

/** What a reason is made from. */
export interface ReasonInput {
  readonly series: Series;
  readonly run: EventInterval;
  readonly reference: Reference;
  /** Largest share first. */
  readonly shares: readonly ChannelShare[];
  /** The channel with the largest share, and what its points say. */
  readonly blamed: number;
  readonly facts: EventFacts;
  /** True where the series stayed at the new level. */
  readonly stays?: boolean;
  /** Where it came back from, and to what is usual, where it is a return. */
  readonly back?: { readonly from: number; readonly usual: number };
  /** The channel that it moves with at other times, where that is what it left. */
  readonly partner?: string;
  /** Whether its points are the missing ones of a gap; else they are the points around it. */
  readonly absent?: boolean;
  readonly attended: AnomalyEvent['attended'];
  /** The channels that the most blamed one was compared with, where it was. */
  readonly peers?: AnomalyEvent['peers'];
  /** Usual distance of two points, in ms. */
  readonly step: number;
  /** IANA zone of the times; UTC where absent. */
  readonly timeZone?: string;
}

/** A sentence that an on-call engineer understands: what moved, by how much, for how long, since when, compared with what. */
export function writeReason(input: ReasonInput): string {
  const { shares } = input;
  const clauses = [`${shares[0]!.name} ${behavior(input)}, for ${tellDuration(input)} ${tellBegin(input)}`];
  const others = shares.slice(1).filter(({ share }) => share >= 0.1);
  if (others.length > 0) {
    const named = others.slice(0, 2).map(({ name, share }) => `${name} (${percent(share)})`);
    const more = others.length - named.length;
    if (more > 0) named.push(`${more} more`);
    clauses.push(`${joinWords(named)} took part`);
  }
  if (input.peers && input.peers.length > 0) clauses.push(comparisonWithPeers(input.peers));
  const nearest = input.attended[0];
  // Nothing is similar to what did not come.
  if (nearest && input.facts.kind !== 'gap') clauses.push(comparison(input, nearest));
  return `${clauses.join('; ')}.`;
}

/** Digits with which two numbers that differ are told, so that they differ where the sentence says so. */
const MOST_DIGITS = 9;

/** What is expected counts as 0 where it is so small a share of the value beside it: a forecast is never 0 exactly. */
const NEGLIGIBLE = 5e-4;
/** So many spreads or more say no more than that it is far off. */
const FAR = 100;

/** A value and what was expected as text, in as many digits as tell them apart. */
function apart(value: number, expected: number, unit?: string): readonly [string, string] {
  const other = Math.abs(expected) < NEGLIGIBLE * Math.abs(value) ? 0 : expected;
  for (let digits = 3; ; digits++) {
    const texts = [describeQuantity(value, unit, digits), describeQuantity(other, unit, digits)] as const;
    if (texts[0] !== texts[1] || value === other || digits === MOST_DIGITS) return texts;
  }
}

/** What happened, in words that hold of the values: one form per kind. */
function behavior({
  series,
  facts,
  stays,
  back,
  blamed,
  reference,
  peers,
  step,
  partner,
}: ReasonInput): string {
  const { unit } = series.channels[blamed]!;
  const quantity = (value: number): string => describeQuantity(value, unit);
  const { kind, way, spreads } = facts;
  const usual = peers?.length
    ? 'what its peers let expect,'
    : reference.fromDetector
      ? 'the expected'
      : 'its usual';
  const side = way > 0 ? 'above' : 'below';
  const than = (value: number, expected: number): readonly [string, string] => {
    const [text, other] = apart(value, expected, unit);
    return [text, text === other ? '' : `, ${side} ${usual} ${other}`];
  };
  // A bound is told where something spread; what never moved has none.
  const { movement } = facts;
  const times = spreads > FAR ? `more than ${FAR}` : formatNumber(spreads, 2);
  const size = Number.isFinite(spreads) && spreads >= 3 ? ` (${times} times its usual spread)` : '';
  if (back && (kind === 'spike' || kind === 'dip' || kind === 'level shift')) {
    const [value, from] = apart(facts.value, back.from, unit);
    return `${way > 0 ? 'rose' : 'fell'} back to ${value}, near its usual ${quantity(back.usual)}, from ${from}`;
  }
  switch (kind) {
    case 'gap':
      return series.indexTime
        ? 'has no values'
        : `sent nothing, where it usually comes every ${tellDistance(1, series, step)}`;
    case 'broken relation': {
      const [value, expected] = apart(facts.value, facts.expected, unit);
      return `stopped moving with ${partner!}: ${value} instead of ${expected}`;
    }
    case 'spike':
    case 'dip': {
      const [value, expected] = than(facts.value, facts.expected);
      if (facts.value === 0 && way < 0) return `fell to zero${expected}${size}`;
      return `${way > 0 ? 'rose' : 'fell'} to ${value}${expected}${size}`;
    }
    case 'ramp': {
      const [value, expected] = than(facts.value, facts.expected);
      return `${way > 0 ? 'rose' : 'fell'} steadily to ${value}${expected}`;
    }
    case 'level shift': {
      const [value, expected] = than(facts.level, facts.expectedLevel);
      const rest = stays ? ' and stayed there' : '';
      if (facts.level === 0 && way < 0) return `fell to zero${expected}${rest}`;
      return `${way > 0 ? 'rose' : 'fell'} to ${value}${expected}${rest}`;
    }
    case 'stuck':
      return `was stuck at ${quantity(facts.held.value)}, where it usually moves`;
    case 'burst':
      return movement < Infinity
        ? `moved ${formatNumber(movement, 2)} times as much as usual from point to point`
        : 'moved from point to point, which it does nowhere else';
    case 'quieter':
      return movement < 0.005
        ? 'hardly moved from point to point, far less than usual'
        : `moved only ${percent(movement)} as much as usual from point to point`;
    case 'missing cycle': {
      const [value, expected] = apart(facts.value, facts.expected, unit);
      const what = way > 0 ? 'did not fall as usual' : 'did not rise as usual';
      return value === expected
        ? `${what} at this time`
        : `${what} at this time: ${value} instead of ${expected}`;
    }
    case 'extra cycle': {
      const every = tellDistance(facts.cycle!.usual, series, step);
      return way > 0
        ? `rose to ${quantity(facts.value)} in between its usual rises, which come every ${every}`
        : `fell to ${quantity(facts.value)} in between its usual falls, which come every ${every}`;
    }
    case 'changed period': {
      const { period, usual: every } = facts.cycle!;
      return `repeated every ${tellDistance(Math.round(period), series, step)} instead of every ${tellDistance(every, series, step)}`;
    }
    case 'pattern':
      return `moved in an unusual pattern around ${quantity(facts.level)}`;
  }
}

/** So many points as a time, or as points where they have none. */
function tellDistance(points: number, series: Series, step: number): string {
  return series.indexTime ? `${formatNumber(points)} points` : humanDuration(points * step);
}

/** Whether an event is told by the points on both sides of steps that have none. */
function isAround({ facts, absent }: ReasonInput): boolean {
  return facts.kind === 'gap' && !absent;
}

function tellDuration(input: ReasonInput): string {
  const { series, run, step } = input;
  const points = run.endIndex - run.startIndex + 1;
  if (series.indexTime) return points === 1 ? 'one point' : `${formatNumber(points)} points`;
  if (points === 1) return 'a single point';
  const between = series.time[run.endIndex]! - series.time[run.startIndex]!;
  return humanDuration(isAround(input) ? between - step : between + step);
}

/** `since 14:02 UTC` where it lasts until the last point, else `from 14:02 UTC` or, for one point, `at 14:02 UTC`. */
function tellBegin(input: ReasonInput): string {
  const { series, run, step, timeZone } = input;
  const { time } = series;
  const word =
    run.endIndex === time.length - 1 && !isAround(input)
      ? 'since'
      : run.startIndex === run.endIndex
        ? 'at'
        : 'from';
  if (series.indexTime) return `${word} point ${formatNumber(run.startIndex)}`;
  const begin = time[run.startIndex]! + (isAround(input) ? step : 0);
  return `${word} ${describeMoment(begin, time[time.length - 1]!, step, timeZone)}`;
}

function comparison(
  { series, run, timeZone }: ReasonInput,
  { start, end, startTime, endTime, weight }: AnomalyEvent['attended'][number],
): string {
  const where = series.indexTime
    ? start === end
      ? `point ${start}`
      : `points ${start}–${end}`
    : describeTimeRange(startTime, endTime, series.time[run.peakIndex]!, timeZone);
  return `the most similar normal period is ${where} (${percent(weight)})`;
}

/** The first three by name; many share the attention in a large fleet, and none of them alone says much. */
function comparisonWithPeers(peers: NonNullable<AnomalyEvent['peers']>): string {
  const named = peers.slice(0, 3).map(({ name, weight }) => `${name} (${percent(weight)})`);
  const more = peers.length - named.length;
  if (more > 0) named.push(`${more} more`);
  return `compared with ${joinWords(named)} at the same time`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)}%`;
}

function joinWords(parts: readonly string[]): string {
  return parts.length < 2
    ? parts.join('')
    : `${parts.slice(0, -1).join(', ')} and ${parts[parts.length - 1]}`;
}
