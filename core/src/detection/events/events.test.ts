import { describe, expect, test } from 'vitest';
import { generateSeries } from '../../datasets/index.js';
import { createRandom } from '../../random.js';
import { createSeries } from '../../series/series.js';
import { excludedPoints } from './calendar.js';
import { makeReference } from './deviation.js';
import { findEvents } from './events.js';
import { fitParetoTail, paretoQuantile } from '../threshold/pareto.js';
import { findRuns } from './runs.js';
import { scoresFromRaw, toSeverity, SEVERITY_AT_THRESHOLD } from '../threshold/scores.js';
import { computeThreshold } from '../threshold/threshold.js';
import type { ThresholdMethod } from '../types.js';

const raws = (count: number, draw: () => number): Float64Array => Float64Array.from({ length: count }, draw);

function paretoSample(count: number, shape: number, scale: number, seed: number): Float64Array {
  const random = createRandom(seed);
  return raws(count, () => paretoQuantile({ shape, scale }, 1 - random.uniform())).sort();
}

describe('generalized Pareto tail', () => {
  /** Brute force over a fine grid of both parameters. */
  function bestOnGrid(excesses: Float64Array): { shape: number; scale: number; value: number } {
    let best = { shape: 0, scale: 0, value: -Infinity };
    for (let shape = -0.495; shape <= 0.995; shape += 0.01) {
      for (let scale = 0.5; scale <= 6; scale += 0.02) {
        let value = -excesses.length * Math.log(scale);
        for (const y of excesses) {
          const inside = 1 + (shape * y) / scale;
          if (inside <= 0) {
            value = -Infinity;
            break;
          }
          value -= (1 + 1 / shape) * Math.log(inside);
        }
        if (value > best.value) best = { shape, scale, value };
      }
    }
    return best;
  }

  test.each([
    [0.3, 2],
    [-0.3, 3],
    [0.001, 1],
  ])('has the largest likelihood (shape %d, scale %d)', (shape, scale) => {
    const sample = paretoSample(150, shape, scale, 7);
    const grid = bestOnGrid(sample);
    const fit = fitParetoTail(sample);
    expect(Math.abs(fit.shape - grid.shape)).toBeLessThan(0.012);
    expect(Math.abs(fit.scale - grid.scale)).toBeLessThan(0.04);
  });

  test('is not moved far by what is censored', () => {
    const clean = paretoSample(200, 0, 1, 3);
    const polluted = Float64Array.from([...clean.subarray(0, 190), ...Array.from({ length: 10 }, () => 1e6)]);
    const censored = fitParetoTail(polluted, { censored: 10 });
    expect(censored.scale).toBeGreaterThan(0.7);
    expect(paretoQuantile(censored, 1e-3)).toBeLessThan(3 * paretoQuantile({ shape: 0, scale: 1 }, 1e-3));
    expect(paretoQuantile(fitParetoTail(polluted), 1e-3)).toBeGreaterThan(1e3);
  });

  test('inverts its own survival function', () => {
    for (const shape of [-0.4, 0, 0.4]) {
      const y = paretoQuantile({ shape, scale: 2 }, 0.01);
      const survival = shape === 0 ? Math.exp(-y / 2) : (1 + (shape * y) / 2) ** (-1 / shape);
      expect(survival).toBeCloseTo(0.01, 10);
    }
  });
});

describe('threshold', () => {
  const noise = (seed: number, n = 5000): Float64Array => {
    const random = createRandom(seed);
    return raws(n, () => Math.abs(random.normal()));
  };
  const shapes: Record<string, (z: number) => number> = {
    'half-normal': (z) => z,
    squared: (z) => z * z,
    heavier: (z) => Math.exp(z) - 1,
  };

  test.each(Object.keys(shapes))(
    'default: at most one event in 5,000 points of %s noise, median of 20',
    (name) => {
      const counts = Array.from({ length: 20 }, (_, seed) => {
        const raw = noise(seed).map(shapes[name]!);
        return findRuns(scoresFromRaw(raw, computeThreshold(raw).value)).length;
      }).sort((a, b) => a - b);
      expect(counts[10]).toBeLessThanOrEqual(1);
      expect(counts[18]).toBeLessThanOrEqual(3);
    },
  );

  test.each([
    ['a spike', 1, 1, 20],
    ['many spikes', 20, 1, 20],
    ['long intervals', 3, 150, 20],
    ['a fifth of the series', 2, 500, 40],
  ])('default: %s above the noise stay above the threshold', (_, count, length, height) => {
    const raw = noise(1);
    const at: number[] = [];
    for (let i = 0; i < count; i++) at.push(200 + Math.floor((i * 4600) / count));
    for (const start of at) for (let t = start; t < start + length; t++) raw[t] = raw[t]! + height;
    const score = scoresFromRaw(raw, computeThreshold(raw).value);
    const runs = new Map(findRuns(score).map((run) => [run.startIndex, run.endIndex]));
    for (const start of at) expect(runs.get(start)).toBe(start + length - 1);
    // The noise may have its own one event in 5,000 points.
    expect(runs.size).toBeLessThanOrEqual(count + 1);
  });

  test('the only exception in a flat score is found', () => {
    const raw = new Float64Array(1000);
    raw[500] = 3;
    const { value } = computeThreshold(raw);
    expect(findRuns(scoresFromRaw(raw, value))).toMatchObject([{ startIndex: 500, endIndex: 500, score: 2 }]);
  });

  test.each(['three-sigma', 'mad', 'quantile', 'pot'] satisfies ThresholdMethod[])(
    '%s: equal raw scores are score 0 everywhere',
    (method) => {
      for (const constant of [0, 3]) {
        const raw = new Float64Array(50).fill(constant);
        const { value } = computeThreshold(raw, { method });
        expect(value).toBe(0);
        expect([...scoresFromRaw(raw, value)]).toEqual(new Array(50).fill(0));
      }
    },
  );

  test('methods by hand', () => {
    const raw = Float64Array.from({ length: 101 }, (_, t) => t);
    expect(computeThreshold(raw, { method: 'quantile', value: 0.9 }).value).toBe(90);
    expect(computeThreshold(raw, { method: 'fixed', value: 7 }).value).toBe(7);
    expect(computeThreshold(raw, { learned: 0.5 })).toMatchObject({ method: 'learned', value: 0.5 });
    // Mean 50, population variance (101² − 1) / 12.
    expect(computeThreshold(raw, { method: 'three-sigma', value: 2 }).value).toBeCloseTo(
      50 + 2 * Math.sqrt((101 ** 2 - 1) / 12),
      10,
    );
    // Median 50, median absolute deviation 25.
    expect(computeThreshold(raw, { method: 'mad', value: 2 }).value).toBeCloseTo(50 + 2 * 25 * 1.4826, 2);
  });

  test('sensitivity moves the threshold and keeps the ranking, ties included', () => {
    const random = createRandom(5);
    const raw = raws(3000, () => random.uniform());
    // Neighbors that 32 bits can just tell apart.
    for (let t = 1; t < 1000; t += 2) raw[t] = raw[t - 1]! * (1 + 2 ** -22);
    const thresholds = [0, 25, 50, 75, 100].map(
      (sensitivity) => computeThreshold(raw, { sensitivity }).value,
    );
    expect([...thresholds].sort((a, b) => b - a)).toEqual(thresholds);
    const rankings = thresholds.map((threshold) => {
      const score = scoresFromRaw(raw, threshold);
      const order = Array.from(raw.keys()).sort((a, b) => raw[a]! - raw[b]! || a - b);
      return order.slice(1).map((t, i) => Math.sign(score[t]! - score[order[i]!]!));
    });
    for (const ranking of rankings) {
      expect(ranking).toEqual(rankings[0]);
      expect(ranking.every((sign) => sign >= 0)).toBe(true);
    }
  });

  test('a training prefix alone sets the threshold', () => {
    const raw = noise(2);
    const prefix = computeThreshold(raw, { trainLength: 1000 });
    raw.fill(50, 1000);
    expect(computeThreshold(raw, { trainLength: 1000 })).toEqual(prefix);
    expect(prefix.points).toBe(1000);
  });

  test('rejects options', () => {
    const raw = Float64Array.of(1, 2, 3);
    for (const options of [
      { sensitivity: 101 },
      { method: 'fixed' as const },
      { method: 'quantile' as const, value: 2 },
      { method: 'learned' as const },
      { method: 'magic' as ThresholdMethod },
    ]) {
      expect(() => computeThreshold(raw, options)).toThrow(expect.objectContaining({ code: 'bad-option' }));
    }
  });
});

describe('severity', () => {
  test('is monotone, saturates and has its documented value at the threshold', () => {
    expect(toSeverity(1)).toBe(SEVERITY_AT_THRESHOLD);
    expect(toSeverity(3)).toBe(50);
    expect(toSeverity(0)).toBe(0);
    const steps = [0, 0.5, 1, 2, 10, 100, 1e6, 3e38].map(toSeverity);
    expect([...steps].sort((a, b) => a - b)).toEqual(steps);
    expect(steps.at(-1)).toBeLessThanOrEqual(100);
  });
});

describe('events', () => {
  const scoreOf = (text: string): Float32Array => Float32Array.from(text, (c) => Number(c));

  test('near runs merge, short ones drop', () => {
    const score = scoreOf('0022002000000000030');
    expect(findRuns(score, { mergeGap: 2 }).map((r) => [r.startIndex, r.endIndex, r.peakIndex])).toEqual([
      [2, 6, 2],
      [17, 17, 17],
    ]);
    expect(findRuns(score, { mergeGap: 0 })).toHaveLength(3);
    const series = createSeries({ channels: [{ name: 'a', values: Float64Array.from(score) }] });
    const reference = {
      expected: [new Float64Array(19)],
      spread: [new Float64Array(19)],
      range: [3],
      fromDetector: true,
    };
    expect(findEvents(series, score, reference, { mergeGap: 0, minLength: 2 })).toHaveLength(1);
  });

  test('an event goes the way of the channel that made it', () => {
    const score = new Float32Array(50).fill(2, 20, 25);
    const rise = new Float64Array(50).fill(5, 20, 25);
    const fall = new Float64Array(50).fill(-90, 20, 25);
    const series = createSeries({
      channels: [
        { name: 'rise', values: rise },
        { name: 'fall', values: fall },
      ],
    });
    const flat = [new Float64Array(50), new Float64Array(50)];
    const reference = {
      expected: flat,
      spread: flat.map((own) => own.map(() => 1)),
      range: [5, 90],
      fromDetector: true,
    };
    const wayOf = (contributions?: Float64Array[]) =>
      findEvents(series, score, contributions ? { ...reference, contributions } : reference)[0]!.direction;
    expect(wayOf()).toBe('below');
    expect(wayOf([new Float64Array(50).fill(3), new Float64Array(50).fill(1)])).toBe('above');
  });

  test('an event is cut to the points that left what is normal, unless it shows in the shape alone', () => {
    const score = new Float32Array(100).fill(2, 20, 60);
    score[55] = 3;
    const eventOf = (values: (t: number) => number) => {
      const series = createSeries({
        channels: [{ name: 'a', values: Float64Array.from(score, (_, t) => values(t)) }],
      });
      const reference = {
        expected: [new Float64Array(100)],
        spread: [new Float64Array(100).fill(1)],
        range: [10],
        fromDetector: true,
        fromNormal: true,
      };
      const [event, ...others] = findEvents(series, score, reference);
      expect(others).toEqual([]);
      return [event!.startIndex, event!.endIndex, event!.peakIndex, event!.score, event!.direction];
    };
    expect(eventOf((t) => (t >= 35 && t < 45 ? 9 : 0.5))).toEqual([35, 44, 35, 3, 'above']);
    expect(eventOf((t) => (t === 22 || t === 58 ? -9 : 0.5))).toEqual([20, 59, 55, 3, 'below']);
    expect(eventOf(() => 2)).toEqual([20, 59, 55, 3, 'shape']);
  });

  test('exclusions follow the wall clock through daylight saving time', () => {
    // Berlin: 02:00–03:00 local is 01:00 UTC on Saturday 28 March 2026, skipped on Sunday, 00:00 UTC on Monday.
    const at = (text: string): number => Date.parse(text);
    const time = Float64Array.from(
      [
        '2026-03-28T01:30Z',
        '2026-03-28T00:30Z',
        '2026-03-29T00:30Z',
        '2026-03-29T01:30Z',
        '2026-03-30T00:30Z',
      ],
      at,
    );
    const recurring = { kind: 'recurring', from: '02:00', to: '03:00', timeZone: 'Europe/Berlin' } as const;
    expect([...excludedPoints(time, [recurring])!]).toEqual([1, 0, 0, 0, 1]);
    // Friday night over midnight belongs to Friday.
    const night = { kind: 'recurring', days: [5], from: '23:00', to: '02:00' } as const;
    const nights = Float64Array.from(
      [
        '2026-03-27T22:59Z',
        '2026-03-27T23:00Z',
        '2026-03-28T01:59Z',
        '2026-03-28T02:00Z',
        '2026-03-28T23:30Z',
      ],
      at,
    );
    expect([...excludedPoints(nights, [night])!]).toEqual([0, 1, 1, 0, 0]);
    expect(() => excludedPoints(time, [{ ...recurring, timeZone: 'Mars/Base' }])).toThrow('Mars/Base');
    expect(() => excludedPoints(time, [{ ...recurring, from: '25:00' }])).toThrow('time of day');
    expect(() => excludedPoints(time, [recurring], true)).toThrow('counts points');
  });

  const values = Array.from({ length: 100 }, (_, t) => Math.sin(t));
  values.fill(9, 30, 34);
  values.fill(-9, 60, 64);
  const series = createSeries({ channels: [{ name: 'a', values }] });
  const expected = [Float64Array.from({ length: 100 }, (_, t) => Math.sin(t))];
  const raw = { raw: new Float64Array(100), expected, spread: [new Float64Array(100).fill(0.5)] };
  const reference = makeReference(series, raw);
  const score = new Float32Array(100);
  score.fill(2, 30, 34).fill(3, 60, 64).fill(1.5, 80, 84);
  const starts = (options: Parameters<typeof findEvents>[3]): number[] =>
    findEvents(series, score, reference, options).map(({ startIndex }) => startIndex);

  test('direction, smallest deviation and windows select events', () => {
    expect(findEvents(series, score, reference).map(({ direction }) => direction)).toEqual([
      'above',
      'below',
    ]);
    expect(starts({ direction: 'above' })).toEqual([30]);
    expect(starts({ direction: 'below' })).toEqual([60]);
    expect(starts({ minDeviation: 9.5 })).toEqual([30]);
    expect(starts({ exclude: [{ kind: 'window', start: 25, end: 40 }] })).toEqual([60]);
    expect(() => starts({ minLength: -1 })).toThrow('minLength');
  });

  test('a long gap makes no event, a spike before it does', () => {
    const missing = new Uint8Array(100);
    missing.fill(1, 84, 95);
    const beside = new Float32Array(100);
    beside.fill(4, 80, 84);
    const shape = createSeries({
      channels: [{ name: 'a', values: values.map((v, t) => v + (t % 2) / 100) }],
    });
    expect(findEvents(shape, beside, reference, {}, missing)).toEqual([]);
    const spiked = createSeries({
      channels: [{ name: 'a', values: values.map((v, t) => (t === 82 ? 9 : v)) }],
    });
    expect(findEvents(spiked, beside, reference, {}, missing)).toHaveLength(1);
  });

  test('generated labels cover the whole interval', () => {
    const { labels, channels } = generateSeries('dropout', { points: 2000, seed: 2 });
    const raw = channels[0]!.values.map((value) => (value === 0 ? 30 : Math.abs(Math.sin(value))));
    const runs = findRuns(scoresFromRaw(raw, computeThreshold(raw).value));
    const covered = new Uint8Array(2000);
    for (const { startIndex, endIndex } of runs) covered.fill(1, startIndex, endIndex + 1);
    expect([...covered]).toEqual([...labels]);
  });
});
