import { listDefaults } from '../detectors/base/options.js';
import { describe, expect, it } from 'vitest';
import { generateSeries } from '../datasets/index.js';
import type { RawScores } from '../detectors/base/types.js';
import { getSeriesDefinition } from '../detectors/registry.js';
import { sliceSeries, type Series } from '../series/series.js';
import { createStream } from './stream.js';

/** Several channels of different units, with anomalies. */
const sample = generateSeries('server-metrics', { points: 1300, seed: 2 });
const one: Series = { ...sample, channels: [sample.channels[0]!] };

/** Largest relative difference of two arrays. */
function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  for (let t = 0; t < b.length; t++) {
    largest = Math.max(largest, Math.abs(a[t]! - b[t]!) / Math.max(1, Math.abs(b[t]!)));
  }
  return a.length === b.length ? largest : Infinity;
}

describe.each([
  { id: 'memory-attention', series: one, options: {}, how: 'one channel' },
  { id: 'memory-attention', series: sample, options: { windows: [64, 20] }, how: 'two scales, all channels' },
  {
    id: 'memory-attention',
    series: sample,
    options: { windows: [128], budget: 1e5 },
    how: 'a downsampled history',
  },
  { id: 'auto', series: one, options: {}, how: 'one channel' },
  { id: 'auto', series: sample, options: { budget: 2e5 }, how: 'a downsampled history' },
])('a stream of $id, $how', ({ id, series, options }) => {
  // Raw scores: the pipeline replaces what is expected around anomalies by what normal points let expect.
  it('gives each batch of new points what a whole scoring gives them', async () => {
    const definition = getSeriesDefinition(id);
    const detector = await definition.create({ ...listDefaults(definition.options), ...options });
    const history = 1000;
    const stream = await detector.stream!(sliceSeries(series, 0, history), {});
    let start = history;
    // Single points, across the thresholds of blocks, and more at once than a window holds.
    for (const step of [1, 1, 1, 1, 1, 2, 3, 5, 7, 40, 1, 150, 1]) {
      const end = start + step;
      const update = await stream.append(sliceSeries(series, start, end), {});
      const run = definition.tags.calibrated ? { calibratedLength: history } : {};
      const whole = await detector.score(sliceSeries(series, 0, end), run);
      expect(update.threshold).toBe(whole.threshold);
      expect(difference(update.raw, whole.raw.subarray(start))).toBeLessThan(1e-9);
      for (const part of ['contributions', 'expected', 'spread'] as const) {
        for (const [c, own] of whole[part]!.entries()) {
          expect(difference(update[part]![c]!, own.subarray(start)), part).toBeLessThan(1e-6);
        }
      }
      start = end;
    }
  });
});

/** A stream with a calibration alone knows what its history told. */
interface ScoresWhole {
  scoreWhole(run: object): Promise<RawScores>;
}

describe.each(['memory-attention', 'auto'])('a stream of %s past its lookback', (id) => {
  it('gives what a series gives that begins after what was forgotten', async () => {
    const definition = getSeriesDefinition(id);
    const detector = await definition.create(listDefaults(definition.options));
    const history = 400;
    const stream = await detector.stream!(sliceSeries(one, 0, history), { lookback: 300 });
    /** What is forgotten: all but the lookback, which is no less than the history, once there is a quarter more. */
    let dropped = 0;
    const lengths: number[] = [];
    for (let start = history; start < 1300;) {
      if (start - dropped > 1.25 * history) dropped = start - history;
      const end = Math.min(1300, start + 7);
      const update = await stream.append(sliceSeries(one, start, end), {});
      lengths.push(end - dropped);
      // A whole scoring of each would take long.
      if (start % 5 === 0 || end === 1300) {
        const { raw } = definition.tags.calibrated
          ? await (stream as unknown as ScoresWhole).scoreWhole({})
          : await detector.score(sliceSeries(one, dropped, end), {});
        expect(raw).toHaveLength(end - dropped);
        expect(difference(update.raw, raw.subarray(start - dropped))).toBeLessThan(1e-9);
        for (const { start: from, end: to } of update.attend!(start, end - 1)) {
          expect(from).toBeGreaterThanOrEqual(dropped);
          expect(to).toBeLessThan(end);
        }
      }
      start = end;
    }
    expect(dropped).toBeGreaterThan(600);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(1.25 * history + 7);
    stream.dispose?.();
  });
});

describe('explanations of new events', () => {
  it('show intervals of the series that lie elsewhere, and the fault of the right channel', async () => {
    const values = sample.channels[1]!.values.map((value, t) =>
      t >= 1100 && t < 1112 ? value + 40 * Math.abs(value) : value,
    );
    const series = {
      ...sample,
      channels: sample.channels.map((channel, c) => (c === 1 ? { ...channel, values } : channel)),
    };
    const stream = await createStream(sliceSeries(series, 0, 1090));
    let events: readonly {
      channels: readonly { name: string }[];
      attended: readonly { start: number; end: number }[];
    }[] = [];
    for (let t = 1090; t < 1130; t += 4) {
      const update = await stream.append(sliceSeries(series, t, t + 4));
      if (update.events.length > 0) events = update.events;
    }
    const event = events.at(-1)!;
    expect(event.channels[0]!.name).toBe(sample.channels[1]!.name);
    expect(event.attended.length).toBeGreaterThan(0);
    for (const { start, end } of event.attended) {
      expect(start).toBeGreaterThanOrEqual(0);
      expect(end).toBeLessThan(1130);
      expect(end < 1100 || start > 1112).toBe(true);
    }
    stream.dispose();
  });
});
