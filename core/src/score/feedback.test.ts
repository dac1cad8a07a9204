import { describe, expect, it } from 'vitest';
import { createSeries } from '../series/series.js';
import { applyFeedback } from './feedback.js';

const n = 200;
/** Flat with two equal bursts at 50 and 150 and a dip at 100. */
const values = Float64Array.from({ length: n }, (_, i) =>
  (i >= 50 && i < 55) || (i >= 150 && i < 155) ? 5 : i >= 100 && i < 105 ? -5 : 0.05 * Math.sin(i),
);
const series = createSeries({
  time: Float64Array.from({ length: n }, (_, i) => i * 1000),
  channels: [{ name: 'v', values }],
});
const score = Float32Array.from(values, (v) => (Math.abs(v) > 1 ? 4 : 0.2));
const peak = (scores: Float32Array, from: number) => Math.max(...scores.subarray(from, from + 5));

describe('applyFeedback', () => {
  it('sinks a stretch called normal below the border, and those that look like it', () => {
    const out = applyFeedback(series, score, [{ start: 50_000, end: 54_000, kind: 'normal' }]);
    expect(peak(out, 50)).toBeCloseTo(0.95, 5);
    expect(peak(out, 150)).toBeLessThan(1);
    expect(peak(out, 100)).toBe(4);
    expect(score[50]).toBe(4);
  });

  it('lifts a stretch called an anomaly above the border, and those that look like it', () => {
    const quiet = score.map((s) => s / 8);
    const out = applyFeedback(series, quiet, [{ start: 50_000, end: 54_000, kind: 'anomaly' }]);
    expect(peak(out, 50)).toBeCloseTo(1.05, 5);
    expect(peak(out, 150)).toBeGreaterThan(1);
    expect(peak(out, 100)).toBeCloseTo(0.5, 5);
    const silent = applyFeedback(series, new Float32Array(n), [
      { start: 50_000, end: 54_000, kind: 'anomaly' },
    ]);
    expect(peak(silent, 50)).toBeCloseTo(1.05, 5);
  });

  it('changes nothing where the score agrees already, and nothing outside the series', () => {
    const agreeing = applyFeedback(series, score, [{ start: 50_000, end: 54_000, kind: 'anomaly' }]);
    expect(agreeing).toEqual(score);
    expect(applyFeedback(series, score, [{ start: -5000, end: -1000, kind: 'normal' }])).toEqual(score);
    expect(applyFeedback(series, score, [{ start: 50_100, end: 50_200, kind: 'normal' }])).toEqual(score);
  });

  it('lets the later word win', () => {
    const stretch = { start: 50_000, end: 54_000 };
    const out = applyFeedback(series, score, [
      { ...stretch, kind: 'normal' },
      { ...stretch, kind: 'anomaly' },
    ]);
    expect(peak(out, 50)).toBeCloseTo(1.05, 5);
  });

  it('copes with a series shorter than the shortest window, and with a constant channel', () => {
    const short = createSeries({ time: [0, 1000, 2000], channels: [{ name: 'v', values: [1, 1, 1] }] });
    const out = applyFeedback(short, Float32Array.of(0.1, 3, 0.1), [
      { start: 1000, end: 1000, kind: 'normal' },
    ]);
    expect(out[1]).toBeCloseTo(0.95, 5);
    expect(Array.from(out).every(Number.isFinite)).toBe(true);
  });
});
