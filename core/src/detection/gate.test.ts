/** Numbers near the limits of their range: a finite answer, or a refusal that names the channel. */
import { describe, expect, test } from 'vitest';
import { isHeedError } from '../errors.js';
import { createSeries } from '../series/series.js';
import { detect } from './detect.js';

const n = 300;
const wave = (t: number) => Math.sin(t / 8) + 0.1 * Math.sin(t * t);
const shapes: readonly [string, (t: number) => number][] = [
  ['a chirp of 5e153', (t) => 5e153 * Math.sin(t * t)],
  ['a wave of 1e300', (t) => 1e300 * wave(t)],
  ['a wave of 1e-300', (t) => 1e-300 * wave(t)],
  ['a wave of 1e-320', (t) => 1e-320 * wave(t)],
  ['a spike of 1e200', (t) => (t === 200 ? 1e200 : wave(t))],
  ['spikes of the largest number', (t) => (t % 97 === 50 ? Number.MAX_VALUE * (t % 2 ? 1 : -1) : wave(t))],
  ['a step to 1e308', (t) => (t < 150 ? wave(t) : 1e308)],
];

describe.each(['auto', 'z-score', 'memory-attention', 'peer-attention'])('%s', (detector) => {
  test.each(shapes)('on %s', async (_, value) => {
    const series = createSeries({
      time: Array.from({ length: n }, (_at, t) => t * 60_000),
      channels: ['steady', 'extreme', 'other'].map((name, c) => ({
        name,
        values: Array.from({ length: n }, (_at, t) => (c === 1 ? value(t) : Math.cos(t / 9 + c))),
      })),
    });
    const judged = { start: 100 * 60_000, end: 110 * 60_000 };
    for (const feedback of [[], [{ ...judged, kind: 'anomaly' }], [{ ...judged, kind: 'normal' }]] as const) {
      const answer = await detect(series, { detector, feedback }).catch((error: unknown) => error);
      if (answer instanceof Error) {
        if (!isHeedError(answer)) throw answer;
        expect([answer.code, answer.place]).toEqual(['not-finite', { column: 'extreme' }]);
        continue;
      }
      const {
        score,
        threshold,
        expected = [],
        lower = [],
        upper = [],
        events,
      } = answer as Awaited<ReturnType<typeof detect>>;
      expect(score.every((one) => one >= 0 && Number.isFinite(one))).toBe(true);
      expect(Number.isFinite(threshold.value)).toBe(true);
      for (const curve of [...expected, ...lower, ...upper])
        expect(curve.some((one) => Math.abs(one) === Infinity)).toBe(false);
      for (const event of events) {
        expect(Number.isFinite(event.severity)).toBe(true);
        expect(event.reason).not.toMatch(/NaN|Infinity|undefined/);
      }
    }
  });
});
