import type { RawScores } from '../detectors/base/types.js';
import type { FilledSeries } from '../detection/gaps.js';
import { sliceSeries } from '../series/series.js';

/** The latest points of a stream with their raw scores. */
export interface Tail extends FilledSeries {
  readonly raw: RawScores;
  /** d values: the latest of each channel. */
  readonly last: readonly number[];
}

type Arrays = readonly Float64Array[];

/** The last `keep` points. Copies, so that a long history can be freed. */
export function cutTail({ series, missing }: FilledSeries, raw: RawScores, keep: number): Tail {
  const n = series.time.length;
  const from = Math.max(0, n - keep);
  const cut = (arrays: Arrays): Arrays => arrays.map((values) => values.slice(from));
  const kept = sliceSeries(series, from, n);
  return {
    series: {
      ...kept,
      time: kept.time.slice(),
      channels: kept.channels.map((channel) => ({ ...channel, values: channel.values.slice() })),
    },
    ...(missing ? { missing: missing.slice(from) } : {}),
    notes: [],
    raw: {
      ...raw,
      raw: raw.raw.slice(from),
      ...(raw.contributions ? { contributions: cut(raw.contributions) } : {}),
      ...(raw.expected ? { expected: cut(raw.expected) } : {}),
      ...(raw.spread ? { spread: cut(raw.spread) } : {}),
    },
    last: series.channels.map(({ values }) => values[n - 1]!),
  };
}

/** The tail and new points as one; `attend` is that of the new points. */
export function appendTail(tail: Tail, { series, missing }: FilledSeries, raw: RawScores): Tail {
  const before = tail.series.time.length;
  const joinAll = (old: Arrays | undefined, added: Arrays | undefined): Arrays | undefined =>
    added && (before === 0 || old)
      ? added.map((values, c) => (before === 0 ? values : join(old![c]!, values)))
      : undefined;
  let absent: Uint8Array | undefined;
  if (missing || tail.missing) {
    absent = new Uint8Array(before + series.time.length);
    if (tail.missing) absent.set(tail.missing);
    if (missing) absent.set(missing, before);
  }
  const contributions = joinAll(tail.raw.contributions, raw.contributions);
  const expected = joinAll(tail.raw.expected, raw.expected);
  const spread = joinAll(tail.raw.spread, raw.spread);
  return {
    series: {
      ...tail.series,
      time: join(tail.series.time, series.time),
      channels: tail.series.channels.map((channel, c) => ({
        ...channel,
        values: join(channel.values, series.channels[c]!.values),
      })),
      labels: undefined,
    },
    ...(absent ? { missing: absent } : {}),
    notes: [],
    raw: {
      ...raw,
      raw: join(tail.raw.raw, raw.raw),
      contributions,
      expected,
      spread,
    },
    last: series.channels.map(({ values }) => values[values.length - 1]!),
  };
}

function join(a: Float64Array, b: Float64Array): Float64Array {
  const both = new Float64Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
