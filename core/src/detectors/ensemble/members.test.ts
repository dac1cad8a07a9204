import { describe, expect, it } from 'vitest';
import { createSeries } from '../../series/series.js';
import { autocorrelation } from '../../preprocess/autocorrelation.js';
import { fitAutoregression, forecastAutoregression } from '../../preprocess/autoregression.js';
import { aggregate, interpolate } from '../../preprocess/aggregate.js';
import { weighMembers } from './feedback-weights.js';
import { scoreFlatLines } from '../statistical/flat-line-scores.js';
import {
  addMovingMean,
  channelShares,
  channelWeights,
  computeEnsembleThreshold,
  fuseMembers,
  scaleMembers,
} from './fusion.js';
import type { MemberScores } from '../base/member.js';
import { standardizeSeries } from '../base/standardize.js';

const noise = (n: number, seed: number): Float64Array => {
  let state = seed;
  const uniform = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
  return Float64Array.from({ length: n }, () => uniform() + uniform() + uniform() - 1.5);
};
const seriesOf = (...channels: Float64Array[]) =>
  createSeries({ channels: channels.map((values, c) => ({ name: `c${c}`, values })) });

describe('autoregression', () => {
  it('finds the coefficients of the process that made the series, and forecasts all but its noise', () => {
    const shocks = noise(20_000, 7);
    const values = new Float64Array(20_000);
    for (let t = 2; t < values.length; t++)
      values[t] = 0.6 * values[t - 1]! + 0.3 * values[t - 2]! + shocks[t]!;
    const coefficients = fitAutoregression(autocorrelation(values, 4), 4, 0);
    [0.6, 0.3, 0, 0].forEach((wanted, k) => expect(Math.abs(coefficients[k]! - wanted)).toBeLessThan(0.03));
    const forecasts = forecastAutoregression(values, coefficients);
    let left = 0;
    let power = 0;
    for (let t = 2; t < values.length; t++) {
      left += (values[t]! - forecasts[t]!) ** 2;
      power += shocks[t]! ** 2;
    }
    expect(left / power).toBeGreaterThan(0.98);
    expect(left / power).toBeLessThan(1.02);
  });

  it('forecasts 0 for a constant series and stays finite for a smooth one', () => {
    expect(Array.from(fitAutoregression(autocorrelation(new Float64Array(50), 3), 3, 0.01))).toEqual([
      0, 0, 0,
    ]);
    const smooth = Float64Array.from({ length: 400 }, (_, t) => Math.sin(t / 50));
    expect(fitAutoregression(autocorrelation(smooth, 64), 64, 0).every(Number.isFinite)).toBe(true);
  });
});

describe('downsampling', () => {
  it('averages segments, the last one shorter, and spreads values over the points', () => {
    expect(Array.from(aggregate(Float64Array.of(1, 3, 5, 7, 10), 2))).toEqual([2, 6, 10]);
    expect(Array.from(interpolate(Float64Array.of(0, 4), 7, 1, 4))).toEqual([0, 0, 1, 2, 3, 4, 4]);
  });
});

describe('flat lines', () => {
  it('mark a run far longer than usual, and not those of a channel that often stands still', () => {
    const moving = noise(1000, 3);
    moving.fill(moving[500]!, 500, 560);
    const still = Float64Array.from(noise(1000, 4), (value) => (value > 0.9 ? 1 : 0));
    const { contributions } = scoreFlatLines(standardizeSeries(seriesOf(moving, still)));
    expect(contributions[0]![530]).toBeGreaterThanOrEqual(1);
    expect(contributions[0]![499]).toBe(0);
    expect(contributions[0]![560]).toBe(0);
    expect(contributions[1]!.every((value) => value === 0)).toBe(true);
  });
});

describe('fusion', () => {
  const member = (
    name: string,
    kind: MemberScores['kind'],
    ...contributions: Float64Array[]
  ): MemberScores => ({
    name,
    kind,
    contributions,
  });
  const calm = (seed: number): Float64Array => noise(2000, seed).map((value) => value * value);

  it('does not depend on the unit of a member, and blames the channel that is odd', () => {
    const [a, b, c] = [calm(1), calm(2), calm(3)] as const;
    b[900] = 40;
    const one = fuseMembers(
      [member('x', 'channel', a, b), member('y', 'joint', c, calm(4))],
      Float64Array.of(1, 1),
    );
    const million = fuseMembers(
      [
        member(
          'x',
          'channel',
          a.map((v) => v * 1e6),
          b.map((v) => v * 1e6),
        ),
        member('y', 'joint', c, calm(4)),
      ],
      Float64Array.of(1, 1),
    );
    one.raw.forEach((value, t) => expect(million.raw[t]).toBeCloseTo(value, 6));
    expect(one.raw.indexOf(Math.max(...one.raw))).toBe(900);
    expect(one.contributions[1]![900]).toBeGreaterThan(5 * one.contributions[0]![900]!);
    one.raw.forEach((value, t) => {
      expect(one.contributions[0]![t]! + one.contributions[1]![t]!).toBeCloseTo(value, 9);
    });
    expect(one.raw[900]).toBeGreaterThan(computeEnsembleThreshold(one.raw, 2));
  });

  it('counts switches a tenth, unless there is nothing else', () => {
    const measured = noise(100, 5);
    const toggled = Float64Array.from({ length: 100 }, (_, t) => (t % 10 < 3 ? 1 : 0));
    const both = channelWeights(standardizeSeries(seriesOf(measured, toggled)));
    expect(Array.from(both)).toEqual([1, 0.1]);
    expect(Array.from(channelWeights(standardizeSeries(seriesOf(toggled))))).toEqual([1]);
    // Three values are a measured quantity.
    const stepped = toggled.map((value, t) => (t % 50 === 0 ? 2 : value));
    expect(Array.from(channelWeights(standardizeSeries(seriesOf(measured, stepped))))).toEqual([1, 1]);
  });

  it('compares windows over the measured channels, with the mean over all of them', () => {
    const measured = [noise(100, 5), noise(100, 6)];
    const toggled = Float64Array.from({ length: 100 }, (_, t) => (t % 10 < 3 ? 1 : 0));
    const constant = new Float64Array(100).fill(4);
    const shares = channelShares(standardizeSeries(seriesOf(...measured, toggled, constant)));
    expect(shares[0]).toBeCloseTo(Math.SQRT2, 12);
    expect(shares[1]).toBe(shares[0]);
    expect(shares[2]! ** 2 / shares[0]! ** 2).toBeLessThan(1e-5);
    expect(Array.from(channelShares(standardizeSeries(seriesOf(toggled, constant))))).toEqual([1, 1]);
    expect(Array.from(channelShares(standardizeSeries(seriesOf(...measured))))).toEqual([1, 1]);
  });

  it('counts a peaked member more, and the unit by the scores that four points in five stay below', () => {
    const peaked = calm(9);
    peaked.fill(30, 700, 720);
    const members = [member('x', 'joint', calm(8)), member('y', 'joint', peaked)];
    const { units, weights } = scaleMembers(members);
    expect(weights[1]).toBeGreaterThan(1.5 * weights[0]!);
    const sorted = calm(8).sort();
    const high = sorted[Math.floor(0.8 * 2000)]!;
    const median = sorted[1000]!;
    const wanted = high * (high / median) ** ((3.7 - 0.8416) / 0.8416);
    expect(units[0]![0]! / Math.min(5 * high, Math.max(1.4 * high, wanted))).toBeCloseTo(1, 1);
    // Anomalies move neither: a hundredth of the points hardly changes the unit.
    expect(units[1]![0]! / scaleMembers([member('y', 'joint', calm(9))]).units[0]![0]!).toBeCloseTo(1, 1);
  });

  it('adds half of the mean around every point, to the score and to what the channels add to it', () => {
    const members = [member('x', 'channel', calm(1), calm(2)), member('y', 'joint', calm(3), calm(4))];
    const fused = fuseMembers(members, Float64Array.of(1, 1));
    const widened = addMovingMean(fused, 5);
    for (const t of [0, 1, 700, 1999]) {
      const around = fused.raw.slice(Math.max(0, t - 2), t + 3);
      const mean = around.reduce((sum, value) => sum + value, 0) / around.length;
      expect(widened.raw[t]).toBeCloseTo(fused.raw[t]! + 0.5 * mean, 9);
      expect(widened.contributions[0]![t]! + widened.contributions[1]![t]!).toBeCloseTo(widened.raw[t]!, 9);
    }
  });

  it('weighs the member up that saw a confirmed event, and down when the event is dismissed', () => {
    const seeing = calm(6);
    seeing.fill(30, 700, 720);
    const members = [member('seeing', 'joint', seeing), member('blind', 'joint', calm(7))];
    const series = seriesOf(noise(2000, 8));
    const judge = (kind: 'anomaly' | 'normal') =>
      weighMembers(series, members, new Set(), [{ start: 700, end: 719, kind }]);
    expect(judge('anomaly').seeing).toBeGreaterThan(2 * judge('anomaly').blind!);
    // Less sure: a member that saw nothing may see nothing anywhere.
    expect(judge('normal').seeing).toBeLessThan(0.7 * judge('normal').blind!);
    expect(weighMembers(series, members, new Set(), [{ start: 1e6, end: 2e6, kind: 'anomaly' }])).toEqual({});
  });
});
