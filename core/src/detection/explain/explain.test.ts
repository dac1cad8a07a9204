import { describe, expect, test } from 'vitest';
import type { RawScores } from '../../detectors/base/types.js';
import { makeReference } from '../events/deviation.js';
import { findEvents } from '../events/events.js';
import { createSeries, type Series } from '../../series/series.js';
import { mergeAttended } from './attended.js';
import { channelShares } from './channels.js';
import { explainEvents } from './explain.js';
import { describeQuantity, describeTimeRange } from './quantities.js';

const start = Date.parse('2026-11-22T14:00:00Z');
const n = 120;

function seriesOf(
  channels: { name: string; unit?: string; values: ArrayLike<number> }[],
  step = 10_000,
): Series {
  return createSeries({ time: Float64Array.from({ length: n }, (_, t) => start + t * step), channels });
}

/** The reason of a single event over from…to. */
function reasonOf(series: Series, raw: Partial<RawScores>, from: number, to: number): string {
  const scores: RawScores = { raw: new Float64Array(n), ...raw };
  const reference = makeReference(series, scores);
  const score = new Float32Array(n).fill(2, from, to + 1);
  const events = explainEvents(series, scores, reference, findEvents(series, score, reference));
  expect(events).toHaveLength(1);
  return events[0]!.reason;
}

const wave = (t: number): number => Math.sin(t / 3);
const level = (value: number): Float64Array => new Float64Array(n).fill(value);
const withInterval = (base: (t: number) => number, from: number, to: number, value: (t: number) => number) =>
  Float64Array.from({ length: n }, (_, t) => (t >= from && t <= to ? value(t) : base(t)));

test('the end of a fault, taken for an event by what compares with the last points, is told as a return', () => {
  const noisy = (t: number): number => 50 + Math.sin(7 * t);
  const values = withInterval(noisy, 40, 70, (t) => noisy(t) - 20);
  const series = seriesOf([{ name: 'memory', values }]);
  const before = { expected: [values.map((_, t) => values[Math.max(0, t - 1)]!)], spread: [level(1)] };
  // Its value, the median of all, and that of the eight before.
  expect(reasonOf(series, before, 71, 71)).toBe(
    'memory rose back to 50.6, near its usual 49.6, from 29.9, for a single point at 14:11:50 UTC.',
  );
  expect(reasonOf(series, before, 40, 40)).toMatch(/^memory fell to 29.6, below the expected 50.3 /);
});

describe('reason', () => {
  const latency = withInterval(
    () => 0.31,
    50,
    74,
    () => 2.4,
  ).map((value, t) => value + (t === 60 ? 0.03 : 0));

  test('a rise, with units, spread, duration and the nearest normal interval', () => {
    const series = seriesOf([{ name: 'checkout_latency', unit: 's', values: latency }]);
    const raw = {
      expected: [level(0.31)],
      spread: [level(0.25)],
      attend: () => [{ start: 12, end: 36, weight: 0.61 }],
    };
    expect(reasonOf(series, raw, 50, 74)).toBe(
      'checkout_latency rose to 2.4 s, above the expected 310 ms, for 4 min 10 s from 14:08:20 UTC; ' +
        'the most similar normal period is 14:02–14:06 UTC (61%).',
    );
  });

  test('several channels, a series that counts points', () => {
    const values = withInterval(wave, 50, 52, () => 30);
    const series = createSeries({
      channels: ['cpu', 'memory', 'disk', 'net'].map((name) => ({ name, values })),
    });
    const raw = {
      contributions: [level(5), level(2), level(2), level(1)],
      expected: [0, 1, 2, 3].map(() => level(0)),
      spread: [0, 1, 2, 3].map(() => level(1)),
      attend: () => [{ start: 7, end: 9, weight: 1 }],
    };
    expect(reasonOf(series, raw, 50, 52)).toBe(
      'cpu rose to 30, above the expected 0 (30 times its usual spread), for 3 points from point 50; memory (20%), disk (20%) ' +
        'and 1 more took part; the most similar normal period is points 7–9 (100%).',
    );
  });

  test('a dropout to zero without expected values', () => {
    const values = withInterval(
      (t) => 100 + wave(t),
      50,
      55,
      () => 0,
    );
    expect(reasonOf(seriesOf([{ name: 'requests', unit: 'reqps', values }]), {}, 50, 55)).toMatch(
      /^requests fell to zero, below its usual 100 req\/s \([\d.]+ times its usual spread\), for 1 min from 14:08:20 UTC\.$/,
    );
  });

  test('a flat line, a burst and a shape', () => {
    const flat = withInterval(wave, 50, 69, () => 0.25);
    expect(reasonOf(seriesOf([{ name: 'a', values: flat }]), {}, 50, 69)).toBe(
      'a was stuck at 0.25, where it usually moves, for 3 min 20 s from 14:08:20 UTC.',
    );
    const burst = withInterval(wave, 50, 69, (t) => (t % 2 ? 0.9 : -0.9));
    expect(reasonOf(seriesOf([{ name: 'a', values: burst }]), {}, 50, 69)).toMatch(
      /^a moved \d[\d.]* times as much as usual/,
    );
    const shape = withInterval(wave, 50, 69, (t) => -wave(t));
    expect(reasonOf(seriesOf([{ name: 'a', values: shape }]), {}, 50, 69)).toMatch(
      /moved in an unusual pattern/,
    );
  });

  test('a departure from a constant, in a single point', () => {
    const values = level(5);
    values[50] = 6;
    expect(reasonOf(seriesOf([{ name: 'a', values }]), {}, 50, 50)).toBe(
      'a rose to 6, above its usual 5, for a single point at 14:08:20 UTC.',
    );
  });
});

test('attended intervals are merged, cut and ordered', () => {
  expect(
    mergeAttended(
      [
        { start: 40, end: 60, weight: 0.2 },
        { start: -5, end: 4, weight: 0.3 },
        { start: 55, end: 90, weight: 0.2 },
        { start: 95, end: 120, weight: 0.001 },
        { start: 5, end: 9, weight: 0.05 },
      ],
      100,
    ),
  ).toEqual([
    { start: 40, end: 90, weight: 0.4 },
    { start: 0, end: 9, weight: 0.35 },
  ]);
  const [only] = mergeAttended([{ start: 0, end: 1, weight: 4 }], 10);
  expect(only!.weight).toBe(1);
});

test('shares without contributions come from the deviations', () => {
  const series = seriesOf([
    { name: 'quiet', values: level(0) },
    { name: 'a', values: level(3) },
    { name: 'b', values: level(1) },
  ]);
  const raw = {
    raw: level(1),
    expected: [level(0), level(0), level(0)],
    spread: [level(1), level(1), level(1)],
  };
  expect(channelShares(series, raw, makeReference(series, raw), 3, 9)).toEqual([
    { channel: 1, name: 'a', share: 0.75 },
    { channel: 2, name: 'b', share: 0.25 },
    { channel: 0, name: 'quiet', share: 0 },
  ]);
});

test('quantities read as people say them', () => {
  expect(describeQuantity(90, 's')).toBe('1.5 min');
  expect(describeQuantity(0, 's')).toBe('0 s');
  expect(describeQuantity(-0.02, 'seconds')).toBe('−20 ms');
  expect(describeQuantity(1.5 * 2 ** 30, 'bytes')).toBe('1.5 GiB');
  expect(describeQuantity(0.83, 'percentunit')).toBe('83%');
  expect(describeQuantity(21, 'celsius')).toBe('21 °C');
  expect(describeQuantity(3, 'apples')).toBe('3 apples');
});

test('times are told in the zone asked for', () => {
  const end = start + 4 * 60_000;
  expect(describeTimeRange(start, end, start)).toBe('14:00–14:04 UTC');
  expect(describeTimeRange(start, end, start, 'Europe/Berlin')).toBe('15:00–15:04');
  expect(describeTimeRange(start, end, start + 86_400_000)).toBe('22 Nov 14:00–14:04 UTC');
  expect(describeTimeRange(start, start + 35_000, start)).toBe('14:00:00–14:00:35 UTC');
  expect(describeTimeRange(start, start + 86_400_000, start)).toBe('22 Nov 14:00 – 23 Nov 14:00 UTC');
});
