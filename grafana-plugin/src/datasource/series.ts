import type { DataFrame, Field } from '@grafana/data';
import type { PlainSeries } from '../engine/protocol.js';

/** A numeric field of a frame as a series, with what drawing it needs. */
export interface FieldSeries {
  readonly name: string;
  readonly field: Field;
  readonly frame: DataFrame;
  readonly series: PlainSeries;
}

/** Fields that carry numbers over time; `name` gives the name a person sees. */
export function seriesOfFrames(
  frames: readonly DataFrame[],
  name: (field: Field, frame: DataFrame) => string,
): FieldSeries[] {
  const out: FieldSeries[] = [];
  for (const frame of frames) {
    const time = frame.fields.find((field) => field.type === 'time');
    if (!time) continue;
    for (const field of frame.fields) {
      if (field.type !== 'number') continue;
      const label = name(field, frame);
      out.push({ name: label, field, frame, series: toSeries(label, time.values, field) });
    }
  }
  return out;
}

/**
 * One field as a series: sorted by time, the last of several values of one moment, null and infinite as missing.
 * Sources do hand out unsorted and doubled rows (log queries, joins); a detector must not fail on them.
 */
function toSeries(name: string, times: ArrayLike<unknown>, field: Field): PlainSeries {
  const n = times.length;
  let time: Float64Array = new Float64Array(n);
  let values: Float64Array = new Float64Array(n);
  let count = 0;
  let sorted = true;
  for (let i = 0; i < n; i++) {
    const t = Number(times[i]);
    if (times[i] === null || times[i] === undefined || !Number.isFinite(t)) continue;
    const raw: unknown = field.values[i];
    const value = raw === null || raw === undefined ? NaN : Number(raw);
    if (count > 0 && t <= time[count - 1]!) sorted = false;
    time[count] = t;
    values[count] = Number.isFinite(value) ? value : NaN;
    count++;
  }
  time = time.subarray(0, count);
  values = values.subarray(0, count);
  if (!sorted) [time, values] = sortAndDedupe(time, values);
  else if (count < n) [time, values] = [time.slice(), values.slice()];
  const unit = field.config?.unit;
  return { name, time, channels: [{ name, ...(unit ? { unit } : {}), values }] };
}

function sortAndDedupe(time: Float64Array, values: Float64Array): [Float64Array, Float64Array] {
  const order = Array.from(time.keys()).sort((a, b) => time[a]! - time[b]! || a - b);
  const outTime: number[] = [];
  const outValues: number[] = [];
  for (const i of order) {
    if (outTime.length > 0 && outTime[outTime.length - 1] === time[i])
      outValues[outValues.length - 1] = values[i]!;
    else {
      outTime.push(time[i]!);
      outValues.push(values[i]!);
    }
  }
  return [Float64Array.from(outTime), Float64Array.from(outValues)];
}

/** Several series on the union of their times; a channel is missing where its series has no point. */
export function joinSeries(name: string, parts: readonly PlainSeries[]): PlainSeries {
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

/** Channel names must differ; two frames of one name get a number. */
export function uniqueNames(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}
