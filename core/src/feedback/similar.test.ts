import { describe, expect, it } from 'vitest';
import { createSeries } from '../series/series.js';
import { applyFeedback } from './similar.js';

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
  it('sinks an interval called normal below the threshold, and those that look like it', () => {
    const out = applyFeedback(series, score, [{ start: 50_000, end: 54_000, kind: 'normal' }]);
    expect(peak(out, 50)).toBeCloseTo(0.95, 5);
    expect(peak(out, 150)).toBeLessThan(1);
    expect(peak(out, 100)).toBe(4);
    expect(score[50]).toBe(4);
  });

  it('lifts an interval called an anomaly above the threshold, and those that look like it', () => {
    const quiet = score.map((s) => s / 8);
    const out = applyFeedback(series, quiet, [{ start: 50_000, end: 54_000, kind: 'anomaly' }]);
    expect(peak(out, 50)).toBeGreaterThan(1);
    expect(peak(out, 150)).toBeGreaterThan(0.5 * 1.5);
    expect(peak(out, 100)).toBeCloseTo(0.5, 5);
    const silent = applyFeedback(series, new Float32Array(n), [
      { start: 50_000, end: 54_000, kind: 'anomaly' },
    ]);
    expect(peak(silent, 50)).toBeCloseTo(1.05, 5);
  });

  it('raises what is similar to a confirmed event even where it was found already', () => {
    const out = applyFeedback(series, score, [{ start: 50_000, end: 54_000, kind: 'anomaly' }]);
    expect(peak(out, 150)).toBeGreaterThan(1.6 * peak(out, 100));
    expect(peak(out, 100)).toBe(4);
  });

  it('does not carry over from an interval that looks like everything else', () => {
    const wave = createSeries({
      channels: [{ name: 'v', values: Float64Array.from({ length: 1000 }, (_, t) => Math.sin(t / 5)) }],
    });
    const even = new Float32Array(1000).fill(0.5);
    const out = applyFeedback(wave, even, [
      { start: wave.time[500]!, end: wave.time[530]!, kind: 'anomaly' },
    ]);
    expect(Math.max(...out.subarray(500, 531))).toBeGreaterThan(1);
    expect(Math.max(...out.subarray(0, 480))).toBeLessThan(0.7);
  });

  it('looks for similar intervals in the channels that stood out', () => {
    const quiet = Float64Array.from({ length: n }, (_, t) => Math.sin(1.7 * t));
    const both = createSeries({
      time: series.time,
      channels: [
        { name: 'v', values },
        { name: 'w', values: quiet },
      ],
    });
    const out = applyFeedback(both, score, [{ start: 50_000, end: 54_000, kind: 'anomaly' }]);
    expect(peak(out, 150)).toBeGreaterThan(1.5 * peak(out, 100));
  });

  it('changes nothing for judgments outside the series, or without any', () => {
    expect(applyFeedback(series, score, [])).toEqual(score);
    expect(applyFeedback(series, score, [{ start: -5000, end: -1000, kind: 'normal' }])).toEqual(score);
    expect(applyFeedback(series, score, [{ start: 50_100, end: 50_200, kind: 'normal' }])).toEqual(score);
  });

  it('does not depend on the order of judgments', () => {
    const words = [
      { start: 50_000, end: 54_000, kind: 'anomaly' },
      { start: 100_000, end: 104_000, kind: 'normal' },
      { start: 150_000, end: 154_000, kind: 'anomaly' },
    ] as const;
    const out = applyFeedback(series, score, words);
    expect(applyFeedback(series, score, [words[2], words[0], words[1]])).toEqual(out);
    expect(peak(out, 100)).toBeCloseTo(0.95, 5);
    expect(peak(out, 50)).toBeGreaterThan(4);
  });

  it('lets the later word win', () => {
    const interval = { start: 50_000, end: 54_000 };
    const out = applyFeedback(series, score, [
      { ...interval, kind: 'normal' },
      { ...interval, kind: 'anomaly' },
    ]);
    expect(peak(out, 50)).toBeGreaterThan(1);
    const taken = applyFeedback(series, score, [
      { ...interval, kind: 'anomaly' },
      { ...interval, kind: 'normal' },
    ]);
    expect(peak(taken, 50)).toBeLessThan(1);
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
