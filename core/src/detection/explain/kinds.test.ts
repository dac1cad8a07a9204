import { describe, expect, test } from 'vitest';
import { describeEvent } from './kinds.js';

const n = 600;
const season = Float64Array.from(
  { length: n },
  (_, t) => 20 + 4 * Math.sin(t / 20) + 0.2 * Math.sin(t * 12.9),
);
const spread = new Float64Array(n).fill(0.2);
const held = (value: number) => season.map((seen, t) => (t >= 300 && t < 325 ? value : seen));
const kindOf = (values: Float64Array) =>
  describeEvent({ values, expected: season, spread, start: 300, end: 324, sign: 'off' }).kind;

describe('an event that was decided by how far it lies off', () => {
  test('is stuck where one usual value was held while the expected one moved on', () => {
    expect(kindOf(held(season[300]!))).toBe('stuck');
  });

  test('is a fall or a rise where the value held is beyond what is usual', () => {
    expect(kindOf(held(0))).toBe('level shift');
    expect(kindOf(held(60))).toBe('level shift');
  });

  test('is not stuck where values of that length are held often, or where it moves', () => {
    const stairs = season.map((value) => Math.round(value / 4) * 4);
    const shifted = stairs.map((value, t) => (t >= 300 && t < 325 ? 24 : value));
    expect(kindOf(shifted)).not.toBe('stuck');
    expect(kindOf(season.map((value, t) => (t >= 300 && t < 325 ? value + 3 : value)))).toBe('level shift');
  });

  test('is not stuck where its values were filled in', () => {
    const missing = new Uint8Array(n).fill(1, 302, 322);
    const { kind } = describeEvent({
      values: held(season[300]!),
      expected: season,
      spread,
      start: 300,
      end: 324,
      missing,
      sign: 'off',
    });
    expect(kind).not.toBe('stuck');
  });
});

describe('a level shift is told of what is at a level of its own', () => {
  const flat = Float64Array.from({ length: n }, (_, t) => 100 + 0.2 * Math.sin(t * 12.9));
  const told = (values: Float64Array, sign?: 'off' | 'pattern') =>
    describeEvent({
      values,
      expected: new Float64Array(n).fill(100),
      spread,
      start: 300,
      end: 323,
      ...(sign ? { sign } : {}),
    });

  test('not of a few points far off among usual ones', () => {
    const values = flat.map((value, t) => (t >= 310 && t < 314 ? value + 8 : value));
    expect(told(values, 'pattern').kind).not.toBe('level shift');
    // Where it was decided so the furthest point speaks, not medians that hardly differ.
    expect(told(values, 'off').level).toBeGreaterThan(107);
  });

  test('nor of what goes above as much as below', () => {
    const values = flat.map((value, t) => (t >= 300 && t < 324 ? value + 8 * Math.sin(t / 2) : value));
    const { kind, level } = told(values, 'off');
    expect(kind).toBe('pattern');
    expect(Math.abs(level - 100)).toBeLessThan(6);
  });
});
