import { describe, expect, it } from 'vitest';
import type { FrameField, FrameLike } from './frames.js';
import { joinSeries, seriesOfFrames, uniqueNames } from './frame-series.js';

const frame = (time: unknown[], values: unknown[], extra: Partial<FrameField> = {}): FrameLike => ({
  fields: [
    { name: 'Time', type: 'time', values: time },
    { name: 'v', type: 'number', values, config: { unit: 'ms' }, ...extra },
  ],
});
const read = (f: FrameLike) => seriesOfFrames([f], (field) => field.name)[0]!.series;
const list = (values: Float64Array) => Array.from(values);

describe('seriesOfFrames', () => {
  it('takes numbers with their unit, and null or infinite values as missing', () => {
    const series = read(frame([1, 2, 3, 4], [5, null, Infinity, 6]));
    expect(list(series.time)).toEqual([1, 2, 3, 4]);
    expect(list(series.channels[0]!.values)).toEqual([5, NaN, NaN, 6]);
    expect(series.channels[0]!.unit).toBe('ms');
  });

  it('sorts by time and keeps the last of several values of one moment', () => {
    const series = read(frame([30, 10, 20, 20], [3, 1, 2, 7]));
    expect(list(series.time)).toEqual([10, 20, 30]);
    expect(list(series.channels[0]!.values)).toEqual([1, 7, 3]);
  });

  it('passes over a missing value where the moment has another', () => {
    expect(list(read(frame([10, 10], [4, null])).channels[0]!.values)).toEqual([4]);
  });

  it('leaves out rows without a time', () => {
    expect(list(read(frame([1, null, 3], [1, 2, 3])).time)).toEqual([1, 3]);
  });

  it('finds nothing in frames without time or numbers', () => {
    expect(seriesOfFrames([{ fields: [] }], () => '')).toEqual([]);
    expect(seriesOfFrames([frame([1], ['x'], { type: 'string' })], () => '')).toEqual([]);
  });
});

describe('joinSeries', () => {
  const part = (name: string, time: number[], values: number[]) => ({
    name,
    time: Float64Array.from(time),
    channels: [{ name, values: Float64Array.from(values) }],
  });

  it('joins by time, missing where a series has no point', () => {
    const joined = joinSeries('s', [part('a', [1, 3], [10, 30]), part('b', [2, 3], [20, 31])]);
    expect(list(joined.time)).toEqual([1, 2, 3]);
    expect(joined.channels.map((c) => list(c.values))).toEqual([
      [10, NaN, 30],
      [NaN, 20, 31],
    ]);
  });

  it('shares the arrays of series with the same times, and gives equal names a number', () => {
    const a = part('cpu', [1, 2], [1, 2]);
    const joined = joinSeries('s', [a, part('cpu', [1, 2], [3, 4])]);
    expect(joined.channels[0]!.values).toBe(a.channels[0]!.values);
    expect(joined.channels.map(({ name }) => name)).toEqual(['cpu', 'cpu (2)']);
  });

  it('numbers every repetition', () => {
    expect(uniqueNames(['a', 'b', 'a', 'a'])).toEqual(['a', 'b', 'a (2)', 'a (3)']);
  });
});
