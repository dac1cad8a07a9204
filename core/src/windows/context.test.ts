import { expect, test } from 'vitest';
import { attendByContext, type AttendedShift, type ContextQuery } from './context.js';
import { createRandom } from '../random.js';

function attend(query: ContextQuery): AttendedShift[] {
  const lookup = attendByContext(query);
  let step = lookup.next();
  while (!step.done) step = lookup.next();
  return step.value;
}

/** The definition taken literally: every shift, every observed point of the surroundings. */
function attendNaively(query: ContextQuery): AttendedShift[] {
  const { channels, hidden, start, end, context, keys, temperature } = query;
  const n = hidden.length;
  const shown = [...hidden.keys()].filter((t) => !hidden[t]);
  const observed = [
    ...shown.filter((t) => t < start).slice(-context),
    ...shown.filter((t) => t >= start && t <= end),
    ...shown.filter((t) => t > end).slice(0, context),
  ];
  const candidates = [];
  for (let shift = -start; end + shift < n; shift++) {
    const place = [...hidden.slice(start + shift, end + shift + 1)];
    if (shift === 0 || place.some((value) => value === 1)) continue;
    const pairs = observed.filter((t) => shown.includes(t + shift));
    if (pairs.length < observed.length / 2 || pairs.length === 0) continue;
    const gaps = channels.flatMap((x) => pairs.map((t) => (x[t]! - x[t + shift]!) ** 2));
    candidates.push({ shift, distance: gaps.reduce((a, b) => a + b, 0) / gaps.length });
  }
  candidates.sort((a, b) => a.distance - b.distance || a.shift - b.shift);
  const apart = Math.max(1, Math.floor((end - start + 1) / 2));
  const kept: typeof candidates = [];
  for (const candidate of candidates) {
    if (kept.length < keys && kept.every(({ shift }) => Math.abs(shift - candidate.shift) >= apart))
      kept.push(candidate);
  }
  const raw = kept.map(({ distance }) => Math.exp((kept[0]!.distance - distance) / temperature));
  const heavy = raw.filter((weight) => weight >= 1e-3);
  const total = heavy.reduce((a, b) => a + b, 0);
  return heavy.map((weight, i) => ({ shift: kept[i]!.shift, weight: weight / total }));
}

test('attends to the places that the definition names', () => {
  const random = createRandom(3);
  for (let round = 0; round < 40; round++) {
    const n = 30 + Math.floor(60 * random.uniform());
    const channels = Array.from({ length: 1 + (round % 3) }, () =>
      Float64Array.from({ length: n }, () => random.uniform()),
    );
    const hidden = Uint8Array.from({ length: n }, () => (random.uniform() < 0.1 ? 1 : 0));
    const start = Math.floor(random.uniform() * (n - 12));
    const end = start + Math.floor(10 * random.uniform());
    const query = { channels, hidden, start, end, context: 8, keys: 4, temperature: 0.1 };
    const found = attend(query);
    const wanted = attendNaively(query);
    expect(found.map(({ shift }) => shift)).toEqual(wanted.map(({ shift }) => shift));
    found.forEach(({ weight }, i) => expect(weight).toBeCloseTo(wanted[i]!.weight, 12));
  }
});

test('a hidden interval of a repeating series is looked up whole periods away', () => {
  const values = Float64Array.from({ length: 400 }, (_, t) => Math.sin((2 * Math.PI * t) / 40));
  const hidden = new Uint8Array(400).fill(1, 200, 220);
  values.fill(9, 200, 220);
  const found = attend({
    channels: [values],
    hidden,
    start: 200,
    end: 219,
    context: 30,
    keys: 4,
    temperature: 0.1,
  });
  expect(found).toHaveLength(4);
  for (const { shift } of found) expect(Math.abs(shift) % 40).toBe(0);
});

test('nothing is attended to where nothing is observed, and an interval outside is refused', () => {
  const query = { channels: [new Float64Array(9)], start: 2, end: 3, context: 4, keys: 2, temperature: 0.1 };
  expect(attend({ ...query, hidden: new Uint8Array(9).fill(1) })).toEqual([]);
  expect(() => attend({ ...query, hidden: new Uint8Array(9), end: 9 })).toThrow(
    /does not lie within 9 points/,
  );
});
