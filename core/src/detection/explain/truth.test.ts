import fc from 'fast-check';
import { expect, test } from 'vitest';
import { calmKinds, faultKinds, generateCalm, generateFault } from '../../datasets/index.js';
import { humanDuration } from '../../format.js';
import type { LabeledSeries } from '../../datasets/types.js';
import { detect } from '../detect.js';
import type { AnomalyEvent, Detection } from '../types.js';

const prefixes: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12 };
const NUMBER = '(−?[\\d.,]+(?:e-?\\d+)?[kMGT]?)';

/** A number as reasons tell it. */
function numberOf(text: string): number {
  const [, digits, prefix] = /^(−?[\d.,]+(?:e-?\d+)?)([kMGT]?)$/.exec(text)!;
  return Number(digits!.replace('−', '-').replaceAll(',', '')) * prefixes[prefix!]!;
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
};
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const steps = (values: readonly number[]): number[] =>
  values.slice(1).map((v, i) => Math.abs(v - values[i]!));

/** True for what rounding to three digits leaves equal. */
const isNear = (told: number, value: number): boolean =>
  Math.abs(told - value) <= 0.006 * Math.max(Math.abs(told), Math.abs(value)) + 1e-9;

/** `1 h 35 min` in minutes. */
function minutesOf(text: string): number {
  const units: Readonly<Record<string, number>> = { d: 1440, h: 60, min: 1, s: 1 / 60 };
  let sum = 0;
  for (const [, count, unit] of text.matchAll(/([\d.,]+) (d|h|min|s)/g))
    sum += numberOf(count!) * units[unit!]!;
  return sum;
}

/** Share of the variance that a sine of that period explains. */
function powerAt(values: readonly number[], period: number): number {
  const level = mean(values);
  let [cos, sin, square] = [0, 0, 0];
  for (const [t, value] of values.entries()) {
    cos += (value - level) * Math.cos((2 * Math.PI * t) / period);
    sin += (value - level) * Math.sin((2 * Math.PI * t) / period);
    square += (value - level) ** 2;
  }
  return (2 * (cos * cos + sin * sin)) / values.length / square;
}

/** Asserts every statement of a reason by the values it is about. */
function checkReason(series: LabeledSeries, detection: Detection, event: AnomalyEvent): void {
  const all = [...series.channels[0]!.values];
  const { startIndex: start, endIndex: end, reason } = event;
  const within = all.slice(start, end + 1);
  const expected = [...detection.expected![0]!].slice(start, end + 1);
  const sigma = (t: number): number => (detection.upper![0]![t]! - detection.lower![0]![t]!) / 6;
  const tellsOf = (told: number, values: readonly number[]): boolean =>
    values.some((value) => isNear(told, value)) || isNear(told, median(values));
  const duration = start === end ? 'a single point' : humanDuration((end - start + 1) * 60_000);
  expect(reason).toContain(`, for ${duration} `);
  // Since when: the clock of its first point; `since` where it lasts until now.
  const begin = / (since|from|at) (?:(\d+) [A-Z][a-z]{2} )?(\d\d:\d\d) UTC[;.]/.exec(reason);
  expect(begin, reason).not.toBeNull();
  expect(new Date(event.start).toISOString().slice(11, 16)).toBe(begin![3]);
  if (begin![2] !== undefined) expect(new Date(event.start).getUTCDate()).toBe(Number(begin![2]));
  expect(begin![1] === 'since').toBe(end === all.length - 1);
  let checked = false;
  const move = new RegExp(
    `^value (rose|fell)( steadily)? to (zero|${NUMBER})(?:, (above|below) the expected ${NUMBER})?(?: \\((?:more than )?${NUMBER} times its usual spread\\))?(.*?), for `,
  ).exec(reason);
  if (move) {
    const [, verb, steadily, , to, side, from, spreads, rest] = move;
    const told = to === undefined ? 0 : numberOf(to);
    const way = verb === 'rose' ? 1 : -1;
    expect(tellsOf(told, within), 'the value occurs').toBe(true);
    if (side !== undefined) {
      expect(side).toBe(way > 0 ? 'above' : 'below');
      const other = numberOf(from!);
      expect(way * (told - other), 'the numbers differ the way that is told').toBeGreaterThan(0);
      const isNothing = other === 0 && expected.some((value) => Math.abs(value) < 1e-3 * Math.abs(told));
      expect(isNothing || tellsOf(other, expected), 'it was expected').toBe(true);
    }
    if (spreads !== undefined) {
      const sizes = within.map((value, i) => (way * (value - expected[i]!)) / sigma(start + i));
      const size = numberOf(spreads);
      if (reason.includes('(more than ')) expect(Math.max(...sizes)).toBeGreaterThanOrEqual(size);
      else expect(sizes.some((own) => Math.abs(own - size) <= 0.06 * own)).toBe(true);
    }
    if (steadily !== undefined) {
      const third = Math.floor(within.length / 3);
      const offs = within.map((value, i) => way * (value - expected[i]!));
      expect(mean(offs.slice(-third))).toBeGreaterThan(mean(offs.slice(0, third)));
    }
    if (rest!.includes('stayed')) {
      const after = all.slice(end + 1, end + 25);
      expect(way * (median(after) - median(expected))).toBeGreaterThan(0);
    }
    checked = true;
  }
  const stuck = new RegExp(`^value was stuck at ${NUMBER}, where it usually moves`).exec(reason);
  if (stuck) {
    const told = numberOf(stuck[1]!);
    expect(within.filter((value) => isNear(told, value)).length).toBeGreaterThanOrEqual(within.length / 2);
    const outside = [...steps(all.slice(0, start)), ...steps(all.slice(end + 1))];
    expect(outside.filter((size) => size > 0).length).toBeGreaterThan(outside.length / 2);
    checked = true;
  }
  const moved = new RegExp(
    `^value moved (?:${NUMBER} times as much|only (\\d+)% as much) as usual from point to point`,
  ).exec(reason);
  if (moved) {
    const outside = [...steps(all.slice(0, start)), ...steps(all.slice(end + 1))];
    const ratio = mean(steps(within)) / mean(outside);
    const told = moved[1] === undefined ? Number(moved[2]) / 100 : numberOf(moved[1]);
    expect(Math.abs(ratio - told)).toBeLessThanOrEqual(0.05 * ratio + 0.006);
    expect(moved[1] === undefined ? ratio < 0.9 : ratio > 1.1).toBe(true);
    checked = true;
  }
  if (reason.startsWith('value hardly moved from point to point, far less than usual')) {
    const outside = [...steps(all.slice(0, start)), ...steps(all.slice(end + 1))];
    expect(mean(steps(within))).toBeLessThanOrEqual(0.006 * mean(outside));
    checked = true;
  }
  const missed = new RegExp(
    `^value did not (rise|fall) as usual at this time(?:: ${NUMBER} instead of ${NUMBER})?`,
  ).exec(reason);
  if (missed) {
    if (missed[2] !== undefined) {
      const [told, usual] = [numberOf(missed[2]), numberOf(missed[3]!)];
      expect(tellsOf(told, within)).toBe(true);
      expect((missed[1] === 'rise' ? 1 : -1) * (usual - told)).toBeGreaterThan(0);
      expect(Math.min(...all) <= usual * 1.01 + 0.01 && Math.max(...all) >= usual * 0.99 - 0.01).toBe(true);
    }
    checked = true;
  }
  const extra = new RegExp(
    `^value (rose|fell) to ${NUMBER} in between its usual (?:rises|falls), which come every (.+?), for `,
  ).exec(reason);
  if (extra) {
    const [way, told, every] = [extra[1] === 'rose' ? 1 : -1, numberOf(extra[2]!), minutesOf(extra[3]!)];
    expect(tellsOf(told, within)).toBe(true);
    // At one phase or another most cycles come as near to that as makes no difference.
    const limit = way * (median(all) + 0.5 * (told - median(all)));
    const peaks = new Array<number>(every).fill(0);
    for (const [t, value] of all.entries()) if (way * value >= limit) peaks[t % every]!++;
    expect(Math.max(...peaks)).toBeGreaterThanOrEqual(0.6 * Math.floor(all.length / every));
    expect(within.some((value) => way * value >= limit)).toBe(true);
    checked = true;
  }
  const changed = /^value repeated every (.+?) instead of every (.+?), for /.exec(reason);
  if (changed) {
    const [own, usual] = [minutesOf(changed[1]!), minutesOf(changed[2]!)];
    // What repeats every so many points has more power at that period than elsewhere.
    expect(powerAt(within, own)).toBeGreaterThan(powerAt(within, usual));
    expect(powerAt(all, usual)).toBeGreaterThan(powerAt(all, own));
    checked = true;
  }
  if (/^value moved (in an unusual pattern around|from point to point, which)/.test(reason)) checked = true;
  expect(checked, `a sentence of no known form: ${reason}`).toBe(true);
}

async function checkAll(series: LabeledSeries): Promise<void> {
  const detection = await detect(series);
  for (const event of detection.events) {
    try {
      checkReason(series, detection, event);
    } catch (error) {
      throw new Error(`${event.startIndex}–${event.endIndex} ${event.reason}`, { cause: error });
    }
  }
}

test('every statement of every reason agrees with the values', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...faultKinds),
      fc.integer({ min: 1, max: 1e6 }),
      fc.integer({ min: 1100, max: 1900 }),
      async (kind, seed, points) => checkAll(generateFault(kind, { seed, points })),
    ),
    { numRuns: 40 },
  );
  // Calm series to which all sorts of things are done.
  const edit = fc.record({
    what: fc.constantFrom('add', 'ramp', 'set', 'scale', 'wave'),
    at: fc.double({ min: 0, max: 0.95, noNaN: true }),
    length: fc.integer({ min: 1, max: 150 }),
    size: fc.integer({ min: -20, max: 20 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...calmKinds),
      fc.integer({ min: 1, max: 1e6 }),
      fc.integer({ min: 20, max: 1200 }),
      fc.array(edit, { maxLength: 4 }),
      async (kind, seed, points, edits) => {
        const calm = generateCalm(kind, { seed, points });
        const values = calm.channels[0]!.values.slice();
        for (const { what, at, length, size } of edits) {
          const start = Math.floor(at * points);
          for (let t = start; t < Math.min(points, start + length); t++) {
            const share = (t - start + 1) / length;
            if (what === 'add') values[t]! += size;
            else if (what === 'ramp') values[t]! += size * share;
            else if (what === 'set') values[t] = size;
            else if (what === 'scale')
              values[t] = values[start]! + (values[t]! - values[start]!) * (size / 4);
            else values[t]! += size * Math.sin(2 * Math.PI * share);
          }
        }
        await checkAll({ ...calm, channels: [{ ...calm.channels[0]!, values }] });
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);
