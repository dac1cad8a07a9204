import { describe, expect, it } from 'vitest';
import { generateSeries } from '../../datasets/index.js';
import { createRandom } from '../../random.js';
import { createSeries, sliceSeries } from '../../series/series.js';
import { listDefaults } from '../base/options.js';
import { standardizeSeries } from '../base/standardize.js';
import { auto } from '../ensemble/auto.js';
import { estimateMembers } from '../ensemble/members.js';
import { neighborDistance } from './neighbor-distance.js';
import { sampleWindows, scoreSampledDistances } from './sampled-distances.js';

const size = { window: 32, windows: 100, budget: 1e9 };

/** A cycle of 32 points with a wave of its own length, 1 in `every` of them turned upside down. */
function cycles(count: number, every: number, seed: number): Float64Array {
  const random = createRandom(seed);
  const values = new Float64Array(32 * count);
  for (let i = 0; i < count; i++) {
    const sign = i % every === every - 1 ? -1 : 1;
    for (let t = 0; t < 32; t++) {
      values[32 * i + t] =
        sign * (Math.sin((2 * Math.PI * t) / 32) + 0.5 * Math.sin((4 * Math.PI * t) / 32)) +
        0.05 * random.normal();
    }
  }
  return values;
}

describe('distances from a sample', () => {
  it('are those from the third nearest window that does not overlap, beyond the median', () => {
    const random = createRandom(5);
    const values = Float64Array.from({ length: 1000 }, () => random.normal());
    const sample = sampleWindows(values, size)!;
    const { starts, segments, downsampling, hop, usual } = sample;
    expect([segments, downsampling, hop, starts.length]).toEqual([16, 2, 2, 100]);
    const means = Float64Array.from({ length: 500 }, (_, i) => (values[2 * i]! + values[2 * i + 1]!) / 2);
    const centered = (start: number): Float64Array => {
      const window = means.subarray(start, start + segments);
      const mean = window.reduce((sum, value) => sum + value, 0) / segments;
      return window.map((value) => value - mean);
    };
    const distance = (start: number): number =>
      [...starts]
        .filter((other) => Math.abs(other - start) >= segments)
        .map((other) => {
          const b = centered(other);
          return centered(start).reduce((sum, value, t) => sum + (value - b[t]!) ** 2, 0) / segments;
        })
        .sort((a, b) => a - b)[2]!;
    const own = [...starts].map(distance).sort((a, b) => a - b);
    expect(usual).toBeGreaterThanOrEqual(own[49]!);
    expect(usual).toBeLessThanOrEqual(own[50]!);
    const scores = scoreSampledDistances(values, sample);
    // The center of the window that begins with segment 40 lies between points 95 and 96.
    const middle = (scores[95]! + scores[96]!) / 2;
    const at = (start: number): number => Math.max(0, distance(start) - usual);
    const slack = Math.abs(at(42) - at(40)) / 8 + Math.abs(at(40) - at(38)) / 8 + 1e-9;
    expect(Math.abs(middle - at(40))).toBeLessThanOrEqual(slack);
  });

  it('draw windows evenly over the series', () => {
    const { starts } = sampleWindows(cycles(200, 1000, 1), size)!;
    for (let k = 1; k < starts.length; k++) expect(starts[k]).toBeGreaterThan(starts[k - 1]!);
    for (let quarter = 0; quarter < 4; quarter++) {
      const within = starts.filter((start) => Math.floor((start * 2) / 1600) === quarter).length;
      expect(within).toBeGreaterThanOrEqual(23);
    }
  });

  it('tell odd cycles that have many alike', () => {
    const values = cycles(400, 25, 2);
    const scores = scoreSampledDistances(values, sampleWindows(values, size)!);
    for (let i = 2; i < 398; i++) {
      const middle = scores[32 * i + 16]!;
      if (i % 25 === 24) expect(middle).toBeGreaterThan(0.25);
      else if (i % 25 > 1 && i % 25 < 23) expect(middle).toBeLessThan(0.1);
    }
  });

  it('of the last points alone are those of the whole', () => {
    const values = cycles(120, 10, 3);
    const sample = sampleWindows(values.subarray(0, 3000), size)!;
    const whole = scoreSampledDistances(values, sample);
    const reach = (sample.segments + sample.hop) * sample.downsampling;
    for (const from of [2000, 2001, 3333]) {
      const last = scoreSampledDistances(values.subarray(from), sample, from);
      for (let t = from + reach; t < values.length; t++) expect(last[t - from]).toBeCloseTo(whole[t]!, 12);
    }
  });

  it('are not measured where too few windows fit', () => {
    expect(sampleWindows(new Float64Array(100), size)).toBeUndefined();
    expect(sampleWindows(cycles(200, 9, 4), { ...size, budget: 1000 })).toBeUndefined();
  });

  it('stay finite and at 0 for a constant', () => {
    const values = new Float64Array(1000);
    const sample = sampleWindows(values, size)!;
    expect(sample.variety).toBe(1);
    expect(scoreSampledDistances(values, sample).every((value) => value === 0)).toBe(true);
  });
});

describe('in auto', () => {
  const sampleOf = (values: Float64Array): unknown =>
    estimateMembers(standardizeSeries(createSeries({ channels: [{ name: 'a', values }] })), 1e8).sample;

  it('take part for heartbeats, not for noise, walks and cycles that are alike', () => {
    const { channels } = generateSeries('ecg', { points: 8000, seed: 3, anomalies: 8 });
    expect(sampleOf(channels[0]!.values)).toBeDefined();
    const random = createRandom(8);
    let level = 0;
    for (const values of [
      Float64Array.from({ length: 8000 }, () => random.normal()),
      Float64Array.from({ length: 8000 }, () => (level += random.normal())),
      Float64Array.from({ length: 8000 }, (_, t) => Math.sin(t / 8) + 0.1 * random.normal()),
      Float64Array.from({ length: 1500 }, (_, t) => Math.sin(t / 8) + 0.1 * random.normal()),
    ]) {
      expect(sampleOf(values)).toBeUndefined();
    }
  });
});

it('is what neighbor-distance measures with a sample', async () => {
  const detector = await neighborDistance.create({ ...listDefaults(neighborDistance.options), sample: 128 });
  const values = cycles(200, 25, 6);
  const { raw } = await detector.score(createSeries({ channels: [{ name: 'a', values }] }), {});
  const highest = raw.indexOf(Math.max(...raw));
  expect(Math.floor(highest / 32) % 25).toBe(24);
  const short = createSeries({ channels: [{ name: 'a', values: values.subarray(0, 64) }] });
  await expect(detector.score(short, {})).rejects.toMatchObject({ code: 'too-few-points' });
});

it('gives a stream the scores of the whole', async () => {
  const series = generateSeries('ecg', { points: 6000, seed: 4, anomalies: 6 });
  const unlabeled = createSeries({ channels: series.channels });
  const detector = await auto.create(listDefaults(auto.options));
  const stream = await detector.stream!(sliceSeries(unlabeled, 0, 5000), {});
  expect(stream.history?.members?.map(({ name }) => name)).toContain('neighbor-distance-sample');
  for (const [from, to] of [
    [5000, 5001],
    [5001, 5040],
  ] as const) {
    const newest = await stream.append(sliceSeries(unlabeled, from, to), {});
    const whole = await detector.score(sliceSeries(unlabeled, 0, to), { calibratedLength: 5000 });
    newest.raw.forEach((value, i) => expect(value).toBeCloseTo(whole.raw[from + i]!, 6));
  }
});
