import type { Random } from '../random.js';
import {
  bump,
  day,
  defineGenerator,
  fromIndex,
  minute,
  placeIntervals,
  slowNoise,
  type GeneratorInput,
} from './build.js';
import { applyInjection, computeMoments } from './injections.js';
import type { AnomalyKind, GeneratorDefinition, LabeledAnomaly } from './types.js';
import type { Interval } from '../series/interval.js';

const step = 15 * minute;
/** Points of one day at that step. */
const period = day / step;
const points = 1920;
const minPoints = 4 * period;
const channelRange = [1, 1, 64] as const;

/** One channel with a daily wave, an overtone and noise, without trend. */
function seasonalWave(random: Random, n: number): Float64Array {
  const phase = random.uniform(0, 2 * Math.PI);
  const [overtone, overtonePhase] = [random.uniform(0.2, 0.5), random.uniform(0, 2 * Math.PI)];
  const amplitude = random.uniform(2, 4);
  const level = random.uniform(20, 30);
  return fromIndex(n, (t) => {
    const angle = (2 * Math.PI * t) / period;
    const wave = Math.sin(angle + phase) + overtone * Math.sin(2 * angle + overtonePhase);
    return level + amplitude * wave + random.normal(0, 0.08 * amplitude);
  });
}

const nameChannel = (index: number) => `value${index === 0 ? '' : index + 1}`;

function seasonalChannels({ random, points: n, channels }: GeneratorInput) {
  return Array.from({ length: channels }, (_, c) => ({
    name: nameChannel(c),
    values: seasonalWave(random.fork(), n),
  }));
}

/** Half of the channels, at least one, in random order of choice. */
function pickSome<T>(random: Random, items: readonly T[]): T[] {
  return random.shuffle(items).slice(0, Math.ceil(items.length / 2));
}

/** A clean generator whose channels come from one function. */
function cleanGenerator(id: string, summary: string, wave: (random: Random, n: number) => Float64Array) {
  return defineGenerator({
    id,
    summary,
    group: 'clean',
    points,
    minPoints: 32,
    channels: channelRange,
    anomalies: 0,
    make: ({ random, points: n, channels }) => ({
      step,
      anomalies: [],
      channels: Array.from({ length: channels }, (_, c) => ({
        name: nameChannel(c),
        values: wave(random.fork(), n),
      })),
    }),
  });
}

/** A daily seasonal series with one kind of injected anomaly, in half of its channels. */
function shapeGenerator(
  id: string,
  summary: string,
  kind: AnomalyKind,
  length: number,
  anomalies: number,
  makeChannels: (input: GeneratorInput) => { name: string; values: Float64Array }[] = seasonalChannels,
) {
  return defineGenerator({
    id,
    summary,
    group: 'shape',
    points,
    minPoints,
    channels: channelRange,
    anomalies,
    make: (input) => {
      const channels = makeChannels(input);
      const scales = channels.map(({ values }) => computeMoments(values));
      const intervals = placeIntervals(input.random, input.points, input.anomalies, length);
      const found = intervals.map(({ start, end }): LabeledAnomaly => {
        const shown = pickSome(
          input.random,
          channels.map((_, c) => c),
        ).sort((a, b) => a - b);
        for (const c of shown)
          applyInjection(kind, channels[c]!.values, start, end, { ...input, ...scales[c]! });
        return { kind, start, end, channels: shown.map((c) => channels[c]!.name) };
      });
      return { step, channels, anomalies: found };
    },
  });
}

/** Low values all day but for one peak, as of a nightly batch or a rush hour. */
function dailyPeak(random: Random, n: number, missing: readonly Interval[]): Float64Array {
  const [center, height, base] = [
    random.uniform(0.35, 0.65) * period,
    random.uniform(6, 10),
    random.uniform(2, 4),
  ];
  const isMissing = (t: number) => missing.some(({ start, end }) => t >= start && t <= end);
  return fromIndex(n, (t) => {
    const peak = isMissing(t) ? 0 : height * bump(t % period, center, 0.05 * period);
    return base + peak + random.normal(0, 0.03 * height);
  });
}

const missingPeak = defineGenerator({
  id: 'missing-peak',
  summary: 'a peak every day; on some days it does not come',
  group: 'shape',
  points,
  minPoints: 6 * period,
  channels: channelRange,
  anomalies: 2,
  make: ({ random, points: n, channels, anomalies: count }) => {
    const sources = Array.from({ length: channels }, () => random.fork());
    // Whole days lie between noon and noon minus a bit: the peak sits around the middle of the day.
    const [from, to] = [0.2, 0.8];
    const days = Math.floor(n / period);
    const first = Math.ceil(0.3 * days);
    const chosen = random.shuffle(Array.from({ length: days - first }, (_, i) => first + i)).slice(0, count);
    const anomalies = chosen.map((at): LabeledAnomaly & Interval => ({
      kind: 'missing-peak',
      start: Math.round((at + from) * period),
      end: Math.round((at + to) * period),
      channels: pickSome(
        random,
        sources.map((_, c) => nameChannel(c)),
      ).sort(),
    }));
    return {
      step,
      anomalies,
      channels: sources.map((source, c) => ({
        name: nameChannel(c),
        values: dailyPeak(
          source,
          n,
          anomalies.filter((anomaly) => anomaly.channels.includes(nameChannel(c))),
        ),
      })),
    };
  },
});

const contextual = defineGenerator({
  id: 'contextual',
  summary: 'values that are usual, but not at that time of day',
  group: 'shape',
  points,
  minPoints,
  channels: channelRange,
  anomalies: 3,
  make: (input) => {
    const channels = seasonalChannels(input);
    const length = Math.round(period / 6);
    const intervals = placeIntervals(input.random, input.points, input.anomalies, length);
    const anomalies = intervals.map(({ start, end }): LabeledAnomaly => {
      const shown = pickSome(
        input.random,
        channels.map((_, c) => c),
      ).sort((a, b) => a - b);
      // What another time of the same series would have shown: the opposite side of the wave.
      for (const c of shown) {
        const { values } = channels[c]!;
        const shift = farthestShift(values, start, end);
        values.set(values.slice(start + shift, end + 1 + shift), start);
      }
      return { kind: 'contextual', start, end, channels: shown.map((c) => channels[c]!.name) };
    });
    return { step, channels, anomalies };
  },
});

/** The shift (backwards, within one day) to the interval that differs most from values[start…end]. */
function farthestShift(values: Float64Array, start: number, end: number): number {
  let best = { shift: -1, distance: -1 };
  for (let back = end - start + 1; back <= period; back++) {
    let distance = 0;
    for (let t = start; t <= end; t++) distance += (values[t]! - values[t - back]!) ** 2;
    if (distance > best.distance) best = { shift: -back, distance };
  }
  return best.shift;
}

const counter = defineGenerator({
  id: 'counter',
  summary: 'a counter that only grows, faster by day, with restarts; it stalls',
  group: 'shape',
  points,
  minPoints,
  anomalies: 3,
  make: ({ random, points: n, anomalies: count }) => {
    const intervals = placeIntervals(random, n, count, period / 6);
    const restarts = new Set([Math.round(0.2 * n), Math.round(0.62 * n)]);
    const stalls = (t: number) => intervals.some(({ start, end }) => t >= start && t <= end);
    let total = 0;
    const values = fromIndex(n, (t) => {
      const rate = 400 * (1 + 0.7 * Math.sin((2 * Math.PI * t) / period));
      total = (restarts.has(t) && !stalls(t) ? 0 : total) + (stalls(t) ? 0 : random.poisson(rate));
      return total;
    });
    return {
      step,
      channels: [{ name: 'requests_total', unit: 'requests', values }],
      anomalies: intervals.map((interval) => ({ kind: 'stall', ...interval, channels: ['requests_total'] })),
    };
  },
});

/** Clean series, on which a detector should stay quiet, and one generator for each shape of anomaly. */
export const shapeGenerators: readonly GeneratorDefinition[] = [
  cleanGenerator('seasonal-trend', 'a daily rhythm on a slow trend, clean', (random, n) => {
    const slope = random.uniform(4, 8) / n;
    return seasonalWave(random, n).map((value, t) => value + slope * t);
  }),
  cleanGenerator('white-noise', 'independent normal noise, clean', (random, n) =>
    fromIndex(n, () => random.normal(10, 1)),
  ),
  cleanGenerator('random-walk', 'the sum of independent normal steps, clean', (random, n) => {
    let value = 100;
    return fromIndex(n, () => (value += random.normal()));
  }),
  cleanGenerator('autoregressive', 'noise that remembers its past, clean', (random, n) =>
    slowNoise(random, n, 1, 0.9).map((value) => 10 + value),
  ),
  shapeGenerator('spike', 'a daily rhythm with single points far off', 'spike', 1, 4),
  shapeGenerator(
    'level-shift',
    'a daily rhythm that stands higher or lower for a while',
    'level-shift',
    period / 2,
    2,
  ),
  shapeGenerator('dropout', 'a daily rhythm that falls to zero', 'dropout', period / 12, 3),
  shapeGenerator('flat-line', 'a daily rhythm that gets stuck', 'flat-line', period / 2, 2),
  shapeGenerator('variance-burst', 'a daily rhythm that turns noisy', 'noise', period / 3, 2),
  shapeGenerator('changed-period', 'a daily rhythm that runs at another speed', 'compress', period, 2),
  shapeGenerator(
    'slow-drift',
    'a daily rhythm that wanders off slowly, then returns',
    'drift',
    1.5 * period,
    2,
  ),
  missingPeak,
  contextual,
  counter,
];
