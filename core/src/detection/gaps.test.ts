import { describe, expect, it } from 'vitest';
import { generateSeries } from '../datasets/index.js';
import { createRandom } from '../random.js';
import { createSeries, type Series } from '../series/series.js';
import { detect } from './detect.js';
import { fillGaps } from './gaps.js';

/** Holes of 1 to 12 points until the given share is missing. */
function withHoles(series: Series, share: number, seed: number): Series {
  const random = createRandom(seed);
  const values = series.channels[0]!.values.slice();
  let missing = 0;
  while (missing < share * values.length) {
    const start = random.integer(1, values.length - 14);
    const end = start + random.integer(1, 12);
    for (let t = start; t < end; t++) {
      if (!Number.isNaN(values[t]!)) missing++;
      values[t] = NaN;
    }
  }
  return { ...series, channels: [{ ...series.channels[0]!, values }] };
}

const wave = (n: number, period: number): Float64Array =>
  Float64Array.from({ length: n }, (_, t) => 10 + 4 * Math.sin((2 * Math.PI * t) / period));

describe('filling what is missing', () => {
  it('takes the usual value of the phase where the series repeats itself', () => {
    const whole = wave(400, 40);
    const values = whole.slice();
    for (let t = 195; t < 216; t++) values[t] = NaN;
    const { series, missing, notes } = fillGaps(createSeries({ channels: [{ name: 'a', values }] }));
    for (let t = 195; t < 216; t++) expect(series.channels[0]!.values[t]).toBeCloseTo(whole[t]!, 1);
    expect(missing!.reduce((a, b) => a + b, 0)).toBe(21);
    expect(notes).toEqual([
      '21 missing values were filled by the usual value of that phase; the 21 points without any value score 0.',
    ]);
  });

  it('draws straight lines where nothing repeats, and where gaps are short', () => {
    const random = createRandom(1);
    const walk = new Float64Array(300);
    for (let t = 1; t < 300; t++) walk[t] = walk[t - 1]! + random.normal();
    const [before, after] = [walk[99]!, walk[110]!];
    walk.fill(NaN, 100, 110);
    const { series, notes } = fillGaps(createSeries({ channels: [{ name: 'a', values: walk }] }));
    expect(series.channels[0]!.values[104]).toBeCloseTo(before + ((after - before) * 5) / 11, 9);
    expect(notes[0]).toMatch(/by straight lines/);
    const short = wave(400, 40);
    short[200] = NaN;
    expect(fillGaps(createSeries({ channels: [{ name: 'a', values: short }] })).notes[0]).toMatch(
      /straight lines/,
    );
  });

  it('never fills beyond what was measured', () => {
    const values = wave(400, 40);
    values[194] = 60;
    for (let t = 195; t < 216; t++) values[t] = NaN;
    const { series } = fillGaps(createSeries({ channels: [{ name: 'a', values }] }));
    expect(Math.max(...series.channels[0]!.values)).toBe(60);
  });
});

describe('gaps in a calm series', () => {
  it('make no events of what was filled in', async () => {
    let events = 0;
    for (const share of [0.05, 0.2]) {
      for (let seed = 1; seed <= 8; seed++) {
        const calm = generateSeries('spike', { points: 900, seed, anomalies: 0 });
        events += (await detect(withHoles(calm, share, seed + 100))).events.length;
      }
    }
    // Straight lines and forecasts of forecasts made 4 in these 16 series.
    expect(events).toBeLessThanOrEqual(1);
  });

  it('leave what happens between them to be found', async () => {
    for (const seed of [1, 2, 3]) {
      const series = generateSeries('level-shift', { points: 900, seed });
      const { events } = await detect(withHoles(series, 0.1, seed));
      for (const { start, end } of series.anomalies) {
        expect(events.some((event) => event.startIndex <= end && event.endIndex >= start)).toBe(true);
      }
    }
  });
});
