import { HeedError } from '../errors.js';
import { checkEach, checkFunction, checkSeries, checkText } from '../check-argument.js';
import { mergeRows } from './merge.js';
import { checkFrame, type FrameField, type FrameLike } from './frames.js';
import type { Series } from './series.js';

/** A number field of a frame as a series of one channel. */
export interface FrameSeries<Frame extends FrameLike = FrameLike> {
  readonly name: string;
  readonly field: Frame['fields'][number];
  readonly frame: Frame;
  readonly series: Series;
}

/**
 * Every number field over time of many frames as a series of its own; frames without a time give none. Sorted by time,
 * the last of several values of one moment, null and infinite as missing: sources do hand out unsorted and doubled rows
 * (log queries, joins), and one bad field must not take the others with it. A series may be empty.
 * @param name the name that a person sees of a field
 */
export function seriesOfFrames<Frame extends FrameLike>(
  frames: readonly Frame[],
  name: (field: Frame['fields'][number], frame: Frame) => string,
): FrameSeries<Frame>[] {
  checkEach('frame', frames, checkFrame);
  checkFunction('name', name);
  const out: FrameSeries<Frame>[] = [];
  for (const frame of frames) {
    const time = frame.fields.find(({ type }) => type === 'time');
    if (!time) continue;
    for (const field of frame.fields) {
      if (field.type !== 'number') continue;
      const label = name(field, frame);
      out.push({ name: label, field, frame, series: readField(label, time.values, field) });
    }
  }
  return out;
}

function readField(name: string, times: ArrayLike<unknown>, field: FrameField): Series {
  const n = times.length;
  let time = new Float64Array(n);
  let values = new Float64Array(n);
  let count = 0;
  for (let i = 0; i < n; i++) {
    const at = times[i];
    const ms = Number(at);
    if (at === null || at === undefined || !Number.isFinite(ms)) continue;
    const raw: unknown = field.values[i];
    const value = raw === null || raw === undefined ? NaN : Number(raw);
    time[count] = ms;
    values[count] = Number.isFinite(value) ? value : NaN;
    count++;
  }
  if (count < n) [time, values] = [time.slice(0, count), values.slice(0, count)];
  const unit = field.config?.unit;
  const rows = { time, channels: [{ name, ...(unit ? { unit } : {}), values }] };
  const { time: sorted, channels } = mergeRows(rows, { sort: true, duplicates: 'last' });
  return { name, time: sorted, channels };
}

/**
 * Several series of one channel as one on the union of their times; a channel is missing where its series has no
 * point. Equal names get a number.
 */
export function joinSeries(name: string, parts: readonly Series[]): Series {
  checkText('name', name);
  checkEach('part', parts, (what, part) => checkSeries(part, what));
  if (parts.length === 0)
    throw new HeedError('empty-input', 'there is no series to join', 'Give at least one.');
  const first = parts[0]!;
  const same = parts.every(
    (part) => part.time.length === first.time.length && part.time.every((t, i) => t === first.time[i]),
  );
  const names = uniqueNames(parts.map((part) => part.channels[0]!.name));
  const withNames = (channels: Float64Array[]) =>
    channels.map((values, c) => {
      const unit = parts[c]!.channels[0]!.unit;
      return { name: names[c]!, ...(unit ? { unit } : {}), values };
    });
  if (same)
    return { name, time: first.time, channels: withNames(parts.map((part) => part.channels[0]!.values)) };

  const all = new Set<number>();
  for (const part of parts) for (const t of part.time) all.add(t);
  const time = Float64Array.from(all).sort();
  const index = new Map(Array.from(time, (t, i) => [t, i]));
  const channels = parts.map((part) => {
    const values = new Float64Array(time.length).fill(NaN);
    part.time.forEach((t, i) => (values[index.get(t)!] = part.channels[0]!.values[i]!));
    return values;
  });
  return { name, time, channels: withNames(channels) };
}

/** Names that differ: the second of one name becomes `name (2)`. */
export function uniqueNames(names: readonly string[]): string[] {
  checkEach('name', names, checkText);
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}
