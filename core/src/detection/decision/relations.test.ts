import { expect, test } from 'vitest';
import { brokenKinds, generateRelated, relatedKinds } from '../../datasets/index.js';
import { createSeries } from '../../series/series.js';
import { detect } from '../detect.js';
import { fillGaps } from '../gaps.js';
import { decideSeries } from './series.js';

const seeds = Array.from({ length: 6 }, (_, i) => 7919 * (i + 1));

test('calm channels are not told to be broken, whether they move together or not', () => {
  let broken = 0;
  for (const kind of relatedKinds) {
    for (const seed of seeds) {
      const series = generateRelated(kind, { seed });
      const { of } = decideSeries(fillGaps(series), new Float32Array(1800), undefined, 50);
      for (const c of series.channels.keys()) if (of(c, 0, 1799)?.sign === 'relation') broken++;
    }
  }
  expect(broken).toBeLessThanOrEqual(0.1 * seeds.length * relatedKinds.length);
});

const correlation = (x: readonly number[], y: readonly number[]): number => {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [a, b] = [mean(x), mean(y)];
  const product = (p: readonly number[], q: readonly number[], c: number, d: number) =>
    p.reduce((sum, value, i) => sum + (value - c) * (q[i]! - d), 0);
  return product(x, y, a, b) / Math.sqrt(product(x, x, a, a) * product(y, y, b, b));
};

test.each(brokenKinds)(
  'a broken relation, %s, is found where it is, and told in true words',
  async (kind) => {
    let [found, near] = [0, 0];
    for (const seed of seeds) {
      const series = generateRelated(kind, { seed, broken: true });
      const { start, end } = series.anomalies[0]!;
      const detection = await detect(series);
      const event = detection.events.find(({ kind }) => kind === 'broken relation');
      if (!event || event.endIndex < start || event.startIndex > end) continue;
      found++;
      if (Math.abs(event.startIndex - start) <= 3) near++;
      const told =
        /^(\S+) stopped moving with (\S+): ([\d.]+)\S* ?\S* instead of ([\d.]+)\S* ?\S*, for (.+) from (.+) UTC/.exec(
          event.reason,
        );
      expect(told, event.reason).not.toBeNull();
      const of = (name: string) => series.channels.findIndex((channel) => channel.name === name);
      const [c, partner] = [of(told![1]!), of(told![2]!)];
      expect(event.channels[0]!.name).toBe(told![1]);
      const [own, other] = [c, partner].map((at) => [...series.channels[at]!.values]) as [number[], number[]];
      const outside = (values: number[]) => [
        ...values.slice(0, event.startIndex),
        ...values.slice(event.endIndex + 1),
      ];
      const inside = (values: number[]) => values.slice(event.startIndex, event.endIndex + 1);
      expect(correlation(outside(own), outside(other))).toBeGreaterThan(0.8);
      expect(correlation(inside(own), inside(other))).toBeLessThan(correlation(outside(own), outside(other)));
      const isNear = (text: string, values: Iterable<number>): boolean =>
        [...values].some((value) => Math.abs(value - Number(text)) <= 0.006 * Math.abs(value));
      expect(isNear(told![3]!, inside(own)), event.reason).toBe(true);
      expect(isNear(told![4]!, inside([...detection.expected![c]!])), event.reason).toBe(true);
    }
    expect(found).toBeGreaterThanOrEqual(3);
    expect(near).toBeGreaterThanOrEqual(found / 2);
  },
);

test('the channel that left several others is the one that is told', async () => {
  for (const seed of seeds.slice(0, 3)) {
    const { events } = await detect(generateRelated('three channels', { seed, broken: true }));
    for (const { kind, channels } of events)
      if (kind === 'broken relation') expect(channels[0]!.name).toBe('cpu');
  }
});

test('a channel that leaves its range is told by itself', async () => {
  const calm = generateRelated('shared load', { seed: 5 });
  const [requests, cpu] = calm.channels;
  const values = cpu!.values.map((value, t) => (t >= 1200 && t < 1240 ? value + 80 : value));
  const { events } = await detect(
    createSeries({ time: calm.time, channels: [requests!, { ...cpu!, values }] }),
  );
  expect(events.map(({ kind, startIndex, channels }) => [kind, startIndex, channels[0]!.name])).toEqual([
    ['level shift', 1200, 'cpu'],
  ]);
});

test('channels that move apart for most of the time have no relation that could be broken', () => {
  const together = generateRelated('shared load', { seed: 3 });
  const apart = generateRelated('unrelated, AR(0.99)', { seed: 3 });
  const channels = together.channels.map((channel, c) => ({
    ...channel,
    values: channel.values.map((value, t) => (t < 700 ? value : apart.channels[c]!.values[t]!)),
  }));
  const { of } = decideSeries(
    fillGaps(createSeries({ time: together.time, channels })),
    new Float32Array(1800),
    undefined,
    50,
  );
  for (const c of [0, 1]) for (let t = 0; t < 1800; t++) expect(of(c, t, t)?.sign).not.toBe('relation');
});

test('where channels are too many to be looked at together a note says so', () => {
  const time = Float64Array.from({ length: 240 }, (_, t) => t * 60_000);
  const noted = (count: number): boolean => {
    const channels = Array.from({ length: count }, (_, c) => ({
      name: `c${c}`,
      values: Float64Array.from(time, (_, t) => Math.sin(t * 12.9 + c)),
    }));
    const { notes } = decideSeries(
      fillGaps(createSeries({ time, channels })),
      new Float32Array(240),
      undefined,
      50,
    );
    return notes.some((note) => note.includes('judged by itself'));
  };
  expect(noted(41)).toBe(true);
  expect(noted(40)).toBe(false);
});
