import { describe, expect, it } from 'vitest';
import { createDetector } from '../detection/index.js';
import { listDetectors } from '../detectors/index.js';
import { createSeries, sliceSeries, type Series } from '../series/index.js';
import { SlidingStream } from './sliding.js';

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
  ({ input, tags }) => tags.streaming && !tags.needsTraining && input === 'series',
)!.id;
/** A stream of a detector, shown the first points of a series. */
const slide = (detector: string = streaming) => {
  const stream = new SlidingStream(() => createDetector(detector));
  return (end: number, series: Series = whole) => stream.update(sliceSeries(series, 0, end));
};

it('scores only the points that are new, with the scores of the whole series', async () => {
  const score = slide();
  const first = await score(370);
  expect(first.scoredPoints).toBe(370);
  const next = await score(390);
  expect(next.scoredPoints).toBe(20);
  expect(next.detection.score).toHaveLength(390);
  expect(Array.from(next.detection.score.subarray(0, 370))).toEqual(Array.from(first.detection.score));
  expect(next.detection.events.some((event) => event.startIndex <= 383 && event.endIndex >= 380)).toBe(true);
  const again = await score(390);
  expect(again.scoredPoints).toBe(0);
});

it('reports an event that goes on once', async () => {
  const score = slide();
  await score(370);
  for (let end = 381; end < 390; end++) await score(end);
  const { detection } = await score(395);
  const starts = detection.events.map((event) => event.start);
  expect(new Set(starts).size).toBe(starts.length);
});

it('scores everything again when the past differs', async () => {
  const score = slide();
  await score(370);
  const values = Float64Array.from(whole.channels[0]!.values);
  values[3] = 2;
  const corrected = { ...whole, channels: [{ name: 'v', values }] };
  expect((await score(380, corrected)).scoredPoints).toBe(380);
});

it('scores everything where the detector does not stream', async () => {
  const score = slide('pca');
  await score(370);
  expect((await score(380)).scoredPoints).toBe(380);
});

describe('a series on a dashboard', () => {
  const id = 'auto';
  const long = createSeries({
    name: 'long',
    time: Float64Array.from({ length: 1400 }, (_, i) => i * 1000),
    channels: [
      {
        name: 'v',
        values: Float64Array.from(
          { length: 1400 },
          (_, i) => Math.sin(i / 9) + 0.05 * ((i * 7919) % 13) + (i >= 1040 && i < 1046 ? 6 : 0),
        ),
      },
    ],
  });
  const slide = (options?: ConstructorParameters<typeof SlidingStream>[1]) => {
    const stream = new SlidingStream(() => createDetector(id), options);
    return (start: number, end: number) => stream.update(sliceSeries(long, start, end));
  };

  it('keeps its scores while the range moves on, and scores its new points alone', async () => {
    const show = slide();
    const first = (await show(0, 1000)).detection;
    const next = await show(5, 1005);
    expect(next.scoredPoints).toBe(5);
    expect(next.detection.score).toHaveLength(1000);
    expect(Array.from(next.detection.score.subarray(0, 995))).toEqual(Array.from(first.score.subarray(5)));
    const calibrated = await createDetector(id);
    const whole = await calibrated.score(sliceSeries(long, 0, 1005), { calibratedLength: 1000 });
    expect(Array.from(next.detection.score.subarray(995))).toEqual(Array.from(whole.score.subarray(1000)));
    expect(next.detection.notes.at(-1)).toContain('The last 5 points');

    // The fault enters the range, and its place is told in the points of the range shown.
    await show(50, 1050);
    const { detection } = await show(60, 1060);
    const fault = detection.events.find(({ start, end }) => start <= 1_046_000 && end >= 1_040_000)!;
    expect(fault.start).toBe(1000 * (fault.startIndex + 60));
    expect(fault.endIndex).toBeLessThan(1000);
    for (const { start, end, startTime } of fault.attended) {
      expect(start).toBeGreaterThanOrEqual(0);
      expect(end).toBeLessThan(1000);
      expect(startTime).toBe(1000 * (start + 60));
    }
  });

  it('takes scales and threshold anew once a tenth of the points is new, and then gives what a reload gives', async () => {
    const show = slide();
    await show(0, 1000);
    expect((await show(100, 1100)).scoredPoints).toBe(100);
    const anew = await show(101, 1101);
    expect(anew.scoredPoints).toBe(1000);
    const reloaded = await slide()(101, 1101);
    expect(Array.from(anew.detection.score)).toEqual(Array.from(reloaded.detection.score));
    expect(anew.detection.threshold).toEqual(reloaded.detection.threshold);
  });

  it('scores everything where the user has judged events', async () => {
    const show = slide({ feedback: [{ start: 1_040_000, end: 1_045_000, kind: 'normal' }] });
    await show(0, 1100);
    expect((await show(0, 1110)).scoredPoints).toBe(1110);
  });
});
