import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createDetector } from '../../detection/index.js';
import { createSeries, type Series } from '../../series/series.js';

/** Seeded uniform and normal numbers. */
function random(seed: number): { uniform: () => number; normal: () => number } {
  let state = (seed * 2654435761 + 1) >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(uniform() + 1e-300)) * Math.cos(2 * Math.PI * uniform()),
  };
}

const DAY = 288;
const make = (n: number, value: (t: number) => number): Float64Array =>
  Float64Array.from({ length: n }, (_, t) => value(t));
const daily = (n: number, seed: number): Float64Array => {
  const { normal } = random(seed);
  return make(n, (t) => 50 + 40 * Math.max(0, Math.sin((2 * Math.PI * t) / DAY)) ** 3 + 2 * normal());
};
const wave = (n: number, seed: number): Float64Array => {
  const { normal } = random(seed);
  return make(n, (t) => 10 * Math.sin((2 * Math.PI * t) / 60) + normal());
};
const seriesOf = (...channels: Float64Array[]): Series =>
  createSeries({ channels: channels.map((values, c) => ({ name: `c${c}`, values })) });

async function eventsIn(series: Series): Promise<readonly { startIndex: number; endIndex: number }[]> {
  const detector = await createDetector('auto');
  return (await detector.score(series)).events;
}

const at = 2000;
/** What is done to the values from `at` on, and the last index of it. */
const obvious: Record<string, (values: Float64Array, seed: number) => number> = {
  spike: (values) => {
    values[at] = values[at]! + 60;
    return at;
  },
  'level shift': (values) => {
    for (let t = at; t < at + 250; t++) values[t] = values[t]! + 30;
    return at + 249;
  },
  'dropout to zero': (values) => {
    values.fill(0, at, at + 30);
    return at + 29;
  },
  'flat line': (values) => {
    values.fill(values[at]!, at, at + 100);
    return at + 99;
  },
  'variance burst': (values, seed) => {
    const { normal } = random(seed + 99);
    for (let t = at; t < at + 100; t++) values[t] = values[t]! + 15 * normal();
    return at + 99;
  },
  'slow drift that ends': (values) => {
    for (let t = at; t < at + 400; t++) values[t] = values[t]! + (40 * (t - at)) / 400;
    return at + 400;
  },
};

describe('auto on the obvious', () => {
  it.each(Object.keys(obvious))('finds a %s in a daily and in a plain wave', async (kind) => {
    for (const base of [daily, wave]) {
      const values = base(4000, 3);
      const end = obvious[kind]!(values, 3);
      const events = await eventsIn(seriesOf(values));
      expect(events.some((event) => event.startIndex <= end && event.endIndex >= at)).toBe(true);
      expect(events.length).toBeLessThanOrEqual(3);
    }
  });

  it('finds a changed period', async () => {
    const { normal } = random(4);
    let phase = 0;
    const values = make(4000, (t) => {
      phase += (2 * Math.PI) / (t >= at && t < at + 200 ? 30 : 60);
      return 10 * Math.sin(phase) + normal();
    });
    const events = await eventsIn(seriesOf(values));
    expect(events.some((event) => event.startIndex < at + 200 && event.endIndex >= at)).toBe(true);
  });

  it('finds a missing daily peak', async () => {
    const { normal } = random(5);
    const missing = 8;
    const values = make(4000, (t) => {
      const peak =
        Math.floor(t / DAY) === missing ? 0 : 40 * Math.max(0, Math.sin((2 * Math.PI * t) / DAY)) ** 3;
      return 50 + peak + 2 * normal();
    });
    const events = await eventsIn(seriesOf(values));
    expect(
      events.some((event) => event.startIndex < missing * DAY + DAY / 2 && event.endIndex >= missing * DAY),
    ).toBe(true);
  });
});

describe('auto on the normal', () => {
  const clean: Record<string, (seed: number) => Float64Array> = {
    'white noise': (seed) => {
      const { normal } = random(seed);
      return make(5000, () => normal());
    },
    'a random walk': (seed) => {
      const { normal } = random(seed);
      let level = 0;
      return make(5000, () => (level += normal()));
    },
    'a clean season with a trend': (seed) => {
      const phase = random(seed).uniform() * 6;
      return make(5000, (t) => 10 * Math.sin((2 * Math.PI * t) / 100 + phase) + 0.002 * t);
    },
    'a noisy day with a trend': (seed) => daily(5000, seed).map((value, t) => value + 0.002 * t),
  };
  it.each(Object.keys(clean))(
    'raises at most one event in 5,000 points of %s (median of 7 seeds)',
    async (kind) => {
      const counts: number[] = [];
      for (let seed = 1; seed <= 7; seed++)
        counts.push((await eventsIn(seriesOf(clean[kind]!(seed)))).length);
      counts.sort((a, b) => a - b);
      expect(counts[3]).toBeLessThanOrEqual(1);
    },
    60_000,
  );
});

describe('auto', () => {
  it('finds at least 80% of the faults of the recorded incident, at most one false event per 10 minutes', async () => {
    const data = new URL('../../../data/', import.meta.url);
    const [header, ...lines] = readFileSync(new URL('incident.csv', data), 'utf8').trim().split('\n');
    const names = header!.split(',').slice(1, -1);
    const cells = lines.map((line) => line.split(','));
    const series = createSeries({
      time: cells.map((row) => Date.parse(row[0]!)),
      channels: names.map((name, c) => ({ name, values: cells.map((row) => Number(row[c + 1] || NaN)) })),
    });
    const { faults } = JSON.parse(readFileSync(new URL('incident.json', data), 'utf8')) as {
      faults: { start: string; end: string }[];
    };
    const detection = await (await createDetector('auto')).score(series);
    const overlaps = (
      event: { start: number; end: number },
      fault: { start: string; end: string },
    ): boolean => event.start <= Date.parse(fault.end) && event.end >= Date.parse(fault.start);
    const found = faults.filter((fault) => detection.events.some((event) => overlaps(event, fault)));
    const wrong = detection.events.filter((event) => !faults.some((fault) => overlaps(event, fault)));
    const minutes = (series.time[series.time.length - 1]! - series.time[0]!) / 60_000;
    expect(found.length / faults.length).toBeGreaterThanOrEqual(0.8);
    expect(wrong.length).toBeLessThanOrEqual(minutes / 10);
    // Not by one event that covers everything.
    expect(detection.events.length).toBeGreaterThanOrEqual(faults.length / 2);
  });

  it('blames the channel that is odd, and explains by intervals of the series', async () => {
    const channels = [wave(3000, 1), wave(3000, 2), wave(3000, 3)];
    for (let t = 1500; t < 1540; t++) channels[1]![t] = channels[1]![t]! + 25;
    const detection = await (await createDetector('auto')).score(seriesOf(...channels));
    const event = detection.events.find(({ startIndex, endIndex }) => startIndex < 1540 && endIndex >= 1500)!;
    expect(event.channels[0]!.name).toBe('c1');
    expect(event.attended.length).toBeGreaterThan(0);
    for (const { start, end } of event.attended) {
      expect(start).toBeGreaterThanOrEqual(0);
      expect(end).toBeLessThan(3000);
    }
    expect(detection.members!.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
  });

  it('gives the same scores again, and again after feedback was taken back', async () => {
    const values = daily(3000, 6);
    values[1200] = values[1200]! + 60;
    const series = seriesOf(values);
    const detector = await createDetector('auto');
    const first = await detector.score(series);
    const judged = await detector.score(series, { feedback: [{ start: 1200, end: 1200, kind: 'anomaly' }] });
    const again = await detector.score(series);
    expect(again.score).toEqual(first.score);
    expect(again.members).toEqual(first.members);
    const weight = (name: string): number => judged.members!.find((member) => member.name === name)!.weight;
    // A single odd point is what the short members see.
    expect(weight('forecast')).toBeGreaterThan(weight('level'));
  });

  it('leaves members out where the budget is small, always the same ones, and says which', async () => {
    const series = seriesOf(daily(4000, 7));
    const names = async (budget?: number): Promise<{ members: string[]; notes: string }> => {
      const detector = await createDetector('auto', budget === undefined ? {} : { budget });
      const { members, notes } = await detector.score(series);
      return { members: members!.map(({ name }) => name), notes: notes.join(' ') };
    };
    const full = await names();
    expect(full.members).toContain('memory-cycle');
    expect(full.notes).not.toMatch(/left out/);
    const strict = await names(1e4);
    expect(strict.members).not.toContain('memory-cycle');
    expect(strict.notes).toMatch(/left out.*memory-cycle/);
    // 4,000 points are few enough for the forecasts of even the smallest budget; 10,000 are not.
    expect(strict.members).toContain('forecast');
    const detector = await createDetector('auto', { budget: 1e4 });
    const long = await detector.score(seriesOf(daily(10_000, 7)));
    expect(long.members!.map(({ name }) => name)).toEqual([
      'memory',
      'neighbor-distance',
      'level',
      'band-power-256',
      'band-power-64',
      'band-power-16',
      'flat-line',
    ]);
    expect(long.notes.join(' ')).toMatch(/forecast/);
  });

  it('copes with constants, tiny series and cancels at once', async () => {
    for (const values of [new Float64Array(500).fill(3), daily(20, 1), make(40, (t) => (t === 20 ? 1 : 0))]) {
      const { score } = await (await createDetector('auto')).score(seriesOf(values));
      expect(score.every((value) => value >= 0 && Number.isFinite(value))).toBe(true);
    }
    const controller = new AbortController();
    const long = seriesOf(daily(60_000, 2));
    const scoring = (await createDetector('auto')).score(long, { signal: controller.signal });
    setTimeout(() => controller.abort(), 5);
    await expect(scoring).rejects.toMatchObject({ code: 'cancelled' });
  });
});
