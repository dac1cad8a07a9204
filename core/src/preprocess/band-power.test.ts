import { describe, expect, it } from 'vitest';
import { createRandom } from '../random.js';
import { naiveBandPower } from './band-power.naive.js';
import { bandPower } from './band-power.js';

const noise = (n: number, seed: number): Float64Array => {
  const random = createRandom(seed);
  return Float64Array.from({ length: n }, () => random.normal());
};

describe('power in octave bands', () => {
  it.each([
    { window: 4, hop: 1, first: 0, points: 31 },
    { window: 16, hop: 4, first: 3, points: 200 },
    { window: 64, hop: 8, first: 0, points: 64 },
    { window: 256, hop: 32, first: 5, points: 700 },
  ])('is that of the definition ($window points, hop $hop)', ({ window, hop, first, points }) => {
    const values = noise(points, window);
    const { bands } = bandPower(values, { window, hop, first });
    expect(bands.length).toBe(Math.log2(window));
    expect(bands[0]!.length).toBe(Math.floor((points - first - window) / hop) + 1);
    for (let f = 0; f < bands[0]!.length; f++) {
      naiveBandPower(values, window, first + f * hop).forEach((power, b) => {
        expect(bands[b]![f]).toBeCloseTo(power, 9);
      });
    }
  });

  it('tells the octave of a wave, whatever its level', () => {
    const values = Float64Array.from({ length: 512 }, (_, t) => 40 + Math.sin((2 * Math.PI * 12 * t) / 64));
    const { bands } = bandPower(values, { window: 64, hop: 8 });
    for (let f = 0; f < bands[0]!.length; f++) {
      const powers = bands.map((own) => own[f]!);
      expect(powers.indexOf(Math.max(...powers))).toBe(3);
    }
  });

  it('refuses windows that are no power of two or longer than the values, and steps of no point', () => {
    const values = noise(100, 1);
    for (const options of [
      { window: 12, hop: 4 },
      { window: 2, hop: 1 },
      { window: 128, hop: 4 },
      { window: 16, hop: 0 },
    ]) {
      expect(() => bandPower(values, options)).toThrow(/bad-option|power of two|whole number/);
    }
  });
});
