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
