import { createDetector, createSeries, listDetectors, sliceSeries } from '@heed/core';
import { expect, it } from 'vitest';
import { scoreLive } from './live.js';

const n = 400;
const whole = createSeries({
  name: 'live',
  time: Float64Array.from({ length: n }, (_, i) => i * 1000),
  channels: [
    {
      name: 'v',
      values: Float64Array.from(
        { length: n },
        (_, i) => Math.sin(i / 5) + 0.01 * ((i * 7919) % 13) + (i >= 380 && i < 384 ? 8 : 0),
      ),
    },
  ],
});
const streaming = listDetectors().find(
  ({ tags }) => tags.streaming && !tags.needsTraining && tags.input === 'series',
)!.id;
const score = (id: string, end: number, detector = streaming, series = whole) =>
  scoreLive(id, sliceSeries(series, 0, end), { detector }, () => createDetector(detector), {});

it('scores only the points that are new, with the scores of the whole series', async () => {
  const first = await score('a', 370);
  expect(first.scoredPoints).toBe(370);
  const next = await score('a', 390);
  expect(next.scoredPoints).toBe(20);
  expect(next.detection.score).toHaveLength(390);
  expect(Array.from(next.detection.score.subarray(0, 370))).toEqual(Array.from(first.detection.score));
  expect(next.detection.events.some((event) => event.startIndex <= 383 && event.endIndex >= 380)).toBe(true);
  const again = await score('a', 390);
  expect(again.scoredPoints).toBe(0);
});

it('reports an event that goes on once', async () => {
  await score('b', 370);
  for (let end = 381; end < 390; end++) await score('b', end);
  const { detection } = await score('b', 395);
  const starts = detection.events.map((event) => event.start);
  expect(new Set(starts).size).toBe(starts.length);
});

it('scores everything again when the past differs', async () => {
  await score('c', 370);
  const values = Float64Array.from(whole.channels[0]!.values);
  values[3] = 2;
  const corrected = { ...whole, channels: [{ name: 'v', values }] };
  expect((await score('c', 380, streaming, corrected)).scoredPoints).toBe(380);
});

it('scores everything where the detector does not stream', async () => {
  await score('d', 370, 'pca');
  expect((await score('d', 380, 'pca')).scoredPoints).toBe(380);
});
