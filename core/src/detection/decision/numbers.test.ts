import { expect, test } from 'vitest';
import { createRandom } from '../../random.js';
import { evenScale } from './numbers.js';

const values = (n: number, at: (t: number) => number): Float64Array =>
  Float64Array.from({ length: n }, (_, t) => at(t));
const random = createRandom(5);
let total = 0;

test.each([
  ['constant', values(50, () => 3)],
  ['states', values(400, (t) => (t < 200 ? 1 : 0))],
  ['states', values(400, (t) => Math.floor(t / 40))],
  ['counts', values(400, () => random.poisson(4))],
  ['counter', values(400, () => (total += random.poisson(20)))],
  ['skewed', values(400, () => 20 * Math.exp(0.6 * random.normal()))],
  ['measure', values(400, () => random.normal())],
  ['measure', values(400, () => 50 + random.normal())],
] as const)('%s are known', (kind, own) => {
  expect(evenScale(own).kind).toBe(kind);
});

test('the way back from the even scale', () => {
  for (const own of [
    values(400, () => random.poisson(4)),
    values(400, () => 20 * Math.exp(0.6 * random.normal())),
    values(400, () => random.normal()),
  ]) {
    const { scaled, back, floor } = evenScale(own);
    expect(floor).toBeGreaterThan(0);
    for (let t = 0; t < own.length; t++) expect(back!(scaled[t]!)).toBeCloseTo(own[t]!, 9);
  }
});

test('increments of a counter, without its resets', () => {
  const own = values(100, (t) => (t < 60 ? 10 * t : 10 * (t - 60)));
  const { kind, scaled } = evenScale(own);
  expect(kind).toBe('counter');
  expect(scaled[0]).toBeNaN();
  expect(scaled[60]).toBeNaN();
  expect([...scaled].filter((step) => step === 10)).toHaveLength(98);
});
