import { describe, expect, it } from 'vitest';
import { createRandom } from '../../random.js';
import { autocorrelation, findPeriods, findPeriodTsbAd, periodogram } from '../index.js';

const series = (n: number, f: (t: number) => number): Float64Array =>
  Float64Array.from({ length: n }, (_, t) => f(t));
const sine = (t: number, period: number): number => Math.sin((2 * Math.PI * t) / period);

describe('autocorrelation', () => {
  it('equals statsmodels', () => {
    // statsmodels 0.13.5: acf([3,1,4,1,5,9,2,6,5,3,5,8], nlags=5, fft=True)
    const reference = [
      1, -0.07704402515723276, -0.0880503144654089, 0.2735849056603774, -0.3176100628930818,
      -0.1069182389937107,
    ];
    const acf = autocorrelation([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8], 5);
    reference.forEach((value, lag) => expect(acf[lag]).toBeCloseTo(value, 12));
  });

  it('equals statsmodels through the transform, and is 0 beyond the series', () => {
    // y[t] = sin(2πt/25) + 0.3·((7919t mod 13) − 6)/6, t = 0…199; acf(y, nlags=400, fft=True) at these lags
    const acf = autocorrelation(
      series(200, (t) => sine(t, 25) + (0.3 * (((t * 7919) % 13) - 6)) / 6),
      400,
    );
    const reference = {
      1: 0.9193724201257926,
      3: 0.6484600282765394,
      24: 0.775239815260652,
      25: 0.8297892632671066,
      26: 0.8490825815731239,
      50: 0.686522553959159,
    };
    for (const [lag, value] of Object.entries(reference)) expect(acf[Number(lag)]).toBeCloseTo(value, 10);
    expect(acf[300]).toBe(0);
  });

  it('defines constants and ignores the size of the values', () => {
    expect([...autocorrelation([5, 5, 5, 5], 2)]).toEqual([1, 0, 0]);
    expect([...autocorrelation([NaN, NaN], 1)]).toEqual([1, 0]);
    const small = autocorrelation([1e-200, 3e-200, 2e-200, 5e-200], 2);
    const large = autocorrelation([1e200, 3e200, 2e200, 5e200], 2);
    for (let lag = 0; lag <= 2; lag++) expect(small[lag]).toBeCloseTo(large[lag]!, 12);
    expect(small.every(Number.isFinite)).toBe(true);
  });

  it('sees a periodogram put all power of a sine into its line', () => {
    // n/4 is the power of a unit sine whose cycles fit n.
    const power = periodogram(series(64, (t) => sine(t, 8)));
    expect(power[8]).toBeCloseTo(16, 9);
    expect(power.reduce((sum, value) => sum + value, 0)).toBeCloseTo(16, 9);
  });
});

describe('findPeriodTsbAd', () => {
  it('takes the highest local maximum of the autocorrelation', () => {
    expect(findPeriodTsbAd(series(1000, (t) => sine(t, 50)))).toBe(50);
  });

  it('falls back to 125 beyond its lags, for constants, trends and short series', () => {
    expect(findPeriodTsbAd(series(3000, (t) => sine(t, 350)))).toBe(125);
    expect(findPeriodTsbAd(series(1000, () => 3))).toBe(125);
    expect(findPeriodTsbAd(series(1000, (t) => t))).toBe(125);
    expect(findPeriodTsbAd([1, 2, 3])).toBe(125);
    // The best maximum at lag 5 is too short: no second one is tried.
    expect(findPeriodTsbAd(series(1000, (t) => sine(t, 5)))).toBe(125);
  });

  it('reads the first 20,000 points only', () => {
    const values = series(30_000, (t) => (t < 20_000 ? sine(t, 40) : 100 * sine(t, 90)));
    expect(findPeriodTsbAd(values)).toBe(40);
  });
});

describe('findPeriods', () => {
  const noise = (seed: number): (() => number) => {
    const random = createRandom(seed);
    return () => random.normal();
  };

  const shapes: [string, number, (random: () => number) => Float64Array][] = [
    ['a sine in noise', 24, (g) => series(500, (t) => sine(t, 24) + 0.7 * g())],
    ['a sine on a trend', 24, (g) => series(500, (t) => sine(t, 24) + 0.1 * t + 0.3 * g())],
    [
      'a sine beside a level shift',
      50,
      (g) => series(1000, (t) => sine(t, 50) + 0.2 * g() + (t > 500 ? 5 : 0)),
    ],
    [
      'a sine with outliers',
      50,
      (g) => series(1000, (t) => sine(t, 50) + 0.2 * g() + (t % 97 === 3 ? 50 : 0)),
    ],
    ['a job once an hour', 60, (g) => series(1440, (t) => (t % 60 === 7 ? 5 : 0) + 0.3 * g())],
    ['peaks without noise', 60, () => series(1440, (t) => (t % 60 === 7 ? 5 : 0))],
    ['a sawtooth', 7, () => series(300, (t) => t % 7)],
    ['a rectangle', 100, (g) => series(1500, (t) => (t % 100 < 30 ? 1 : 0) + 0.1 * g())],
    ['a day of two peaks', 24, (g) => series(720, (t) => sine(t, 24) + 1.2 * sine(t, 12) + 0.2 * g())],
    ['missing intervals', 24, (g) => series(1000, (t) => (t % 50 < 8 ? NaN : sine(t, 24) + 0.2 * g()))],
    ['a large offset', 24, () => series(500, (t) => 1e12 + sine(t, 24))],
  ];
  it.each(shapes)('finds %s', (_, period, make) => {
    const [first] = findPeriods(make(noise(1)));
    expect(first?.period).toBe(period);
  });

  it('finds long periods within half a percent', () => {
    const g = noise(2);
    const [day] = findPeriods(series(7 * 1440, (t) => sine(t, 1440) + 0.4 * sine(t, 720) + 0.3 * g()));
    expect(Math.abs(day!.exactPeriod - 1440)).toBeLessThan(7.2);
    expect(day!.strength).toBeGreaterThan(0.7);
  });

  it('tells a week beside its days, and periods that do not divide each other', () => {
    const g = noise(3);
    const week = findPeriods(
      series(24 * 7 * 6, (t) => sine(t, 24) * (Math.floor(t / 24) % 7 < 5 ? 1 : 0.3) + 0.2 * g()),
    );
    const [day, seven] = week.map(({ exactPeriod }) => exactPeriod).sort((a, b) => a - b);
    expect(week).toHaveLength(2);
    expect(Math.abs(day! - 24)).toBeLessThan(0.24);
    expect(Math.abs(seven! - 168)).toBeLessThan(1.68);
    const two = findPeriods(series(2000, (t) => sine(t, 10) + sine(t, 47) + 0.3 * g()));
    expect(two.map(({ period }) => period).sort((a, b) => a - b)).toEqual([10, 47]);
  });

  it('estimates between the points', () => {
    const g = noise(4);
    const [period] = findPeriods(series(500, (t) => sine(t, 5.3) + 0.3 * g()));
    expect(period!.exactPeriod).toBeCloseTo(5.3, 1);
  });

  it('reports nothing in noise, random walks, steps and constants', () => {
    let reported = 0;
    for (let seed = 0; seed < 25; seed++) {
      const g = noise(100 + seed);
      let walk = 0;
      let damped = 0;
      for (const n of [60, 300, 1000]) {
        reported += findPeriods(series(n, g)).length > 0 ? 1 : 0;
        reported += findPeriods(series(n, () => (walk += g()))).length > 0 ? 1 : 0;
        reported += findPeriods(series(n, () => (damped = 0.9 * damped + g()))).length > 0 ? 1 : 0;
      }
    }
    // 225 series; about 1 in 300 is expected.
    expect(reported).toBeLessThanOrEqual(3);
    const g = noise(5);
    expect(findPeriods(series(1000, (t) => (t > 500 ? 20 : 0) + g()))).toEqual([]);
    expect(findPeriods(series(1000, () => 5))).toEqual([]);
    expect(findPeriods(series(1000, () => NaN))).toEqual([]);
    expect(findPeriods([1, 2])).toEqual([]);
  });

  it('keeps to its options', () => {
    const g = noise(6);
    const values = series(2000, (t) => sine(t, 10) + sine(t, 100) + 0.1 * g());
    expect(findPeriods(values, { max: 1 })).toHaveLength(1);
    expect(findPeriods(values, { maxPeriod: 50 }).map(({ period }) => period)).toEqual([10]);
    expect(findPeriods(values, { minPeriod: 50 }).map(({ period }) => period)).toEqual([100]);
    expect(() => findPeriods(values, { minPeriod: 1 })).toThrow(/minPeriod/);
  });
});
