import { checkRecord } from '../check-argument.js';
import { checkNumber } from '../check-number.js';
import { HeedError, shownValue } from '../errors.js';
import { createRandom, type Random } from '../random.js';
import { createSeries, type Series } from '../series/series.js';
import type { LabeledSeries } from './types.js';

/** A series as operations have them, one value a minute. */
export interface OperationsOptions {
  /** Default 1,800. */
  readonly points?: number;
  readonly seed: number;
}

type Values = (random: Random, n: number) => (t: number) => number;

const nightly: Values = (random) => {
  const height = random.uniform(20, 40);
  return (t) => 20 + random.normal() + (t % 240 >= 30 && t % 240 < 42 ? height : 0);
};

/** Kinds of series in which nothing is wrong. */
const calm = {
  'white noise': (random) => () => 50 + random.normal(),
  season: (random) => (t) => 50 + 10 * Math.sin((2 * Math.PI * t) / 144) + random.normal(),
  'AR(0.9)': (random) => {
    let x = 0;
    return () => (x = 0.9 * x + random.normal());
  },
  'random walk': (random) => {
    let x = 0;
    return () => (x += random.normal());
  },
  'Poisson, mean 3': (random) => () => random.poisson(3),
  'log-normal': (random) => () => 20 * Math.exp(0.5 * random.normal()),
  staircase: (random) => {
    let level = 4;
    let next = 60;
    return (t) => {
      if (t >= next) {
        level = Math.max(1, Math.min(9, level + (random.uniform() < 0.5 ? -1 : 1)));
        next = t + random.integer(30, 150);
      }
      return level;
    };
  },
  'sparse counts, mean 0.02': (random) => () => random.poisson(0.02),
  'nightly job': nightly,
  sawtooth: (random) => {
    let height = 0;
    return () => {
      height += 2 + random.uniform();
      if (height > 80 + 30 * random.uniform()) height = 3 * random.uniform();
      return 120 + height;
    };
  },
  // Memory that small collections free every few minutes, and large ones every few hours.
  'garbage collection': (random) => {
    let [young, old] = [0, 0];
    return () => {
      young += 6 + 2 * random.uniform();
      old += 0.35 * random.uniform();
      if (young > 60 + 25 * random.uniform()) young = 0;
      if (old > 60) old = 0;
      return 200 + young + old;
    };
  },
} satisfies Record<string, Values>;

/** What goes wrong, and how far it is from begin to end: points that may pass, on a series of a standard deviation of 1. */
interface Fault {
  readonly base: Values;
  /** Minute of the nightly job's 240 at which it comes, where that matters. */
  readonly phase?: number;
  /** Length of the fault, in points. */
  readonly length: (random: Random) => number;
  /** Changes `values` in start…end, in place. */
  readonly apply: (values: Float64Array, start: number, end: number, random: Random) => void;
}

const noise: Values = (random) => () => 50 + random.normal();
const wave: Values = (random) => (t) => 50 + 10 * Math.sin((2 * Math.PI * t) / 48) + random.normal();

function add(by: (share: number) => number): Fault['apply'] {
  return (values, start, end) => {
    for (let t = start; t <= end; t++) values[t]! += by((t - start + 1) / (end - start + 1));
  };
}

/** A kind of fault, each on a series that is calm but for it. */
export type FaultKind =
  | 'spike'
  | 'dip'
  | 'level shift'
  | 'fall'
  | 'bump'
  | 'ramp'
  | 'stuck'
  | 'burst'
  | 'quieter'
  | 'missing cycle'
  | 'extra cycle'
  | 'surge'
  | 'counter stall'
  | 'faster cycles';

const faults: Readonly<Record<FaultKind, Fault>> = {
  spike: { base: noise, length: (random) => random.integer(1, 4), apply: add(() => 12) },
  dip: { base: noise, length: (random) => random.integer(1, 4), apply: add(() => -12) },
  'level shift': { base: noise, length: (random) => random.integer(20, 80), apply: add(() => 8) },
  fall: { base: noise, length: (random) => random.integer(20, 80), apply: add(() => -8) },
  bump: {
    base: noise,
    length: (random) => random.integer(48, 90),
    apply: add((share) => 8 * Math.sin(Math.PI * share)),
  },
  ramp: { base: noise, length: (random) => random.integer(60, 120), apply: add((share) => 20 * share) },
  stuck: {
    base: noise,
    length: (random) => random.integer(30, 80),
    apply: (values, start, end) => {
      values.fill(values[start]!, start, end + 1);
    },
  },
  burst: {
    base: noise,
    length: (random) => random.integer(40, 80),
    apply: (values, start, end, random) => {
      for (let t = start; t <= end; t++) values[t]! += 6 * random.normal();
    },
  },
  quieter: {
    base: noise,
    length: (random) => random.integer(60, 120),
    apply: (values, start, end) => {
      for (let t = start; t <= end; t++) values[t] = 50 + 0.08 * (values[t]! - 50);
    },
  },
  'missing cycle': {
    base: nightly,
    phase: 30,
    length: () => 12,
    apply: (values, start, end, random) => {
      for (let t = start; t <= end; t++) values[t] = 20 + random.normal();
    },
  },
  'extra cycle': {
    base: nightly,
    phase: 150,
    length: () => 12,
    apply: (values, start, end) => {
      for (let t = start; t <= end; t++) values[t] = values[t - 120]!;
    },
  },
  surge: {
    base: (random) => () => random.poisson(0.02),
    length: (random) => random.integer(6, 20),
    apply: (values, start, end, random) => {
      for (let t = start; t <= end; t++) values[t] = 1 + random.poisson(3);
    },
  },
  'counter stall': {
    base: (random) => {
      let total = 1000;
      return () => (total += random.poisson(20));
    },
    length: (random) => random.integer(15, 40),
    apply: (values, start, end) => {
      const lost = values[end]! - values[start - 1]!;
      for (let t = start; t < values.length; t++) {
        values[t] = t <= end ? values[start - 1]! : values[t]! - lost;
      }
    },
  },
  'faster cycles': {
    base: wave,
    length: (random) => random.integer(96, 144),
    apply: (values, start, end, random) => {
      for (let t = start; t <= end; t++) {
        values[t] = 50 + 10 * Math.sin((2 * Math.PI * (start + 2 * (t - start))) / 48) + random.normal();
      }
    },
  },
};

/** A kind of calm series. */
export type CalmKind = keyof typeof calm;
export const calmKinds = Object.keys(calm) as readonly CalmKind[];
export const faultKinds = Object.keys(faults) as readonly FaultKind[];

/** A series in which nothing is wrong. */
export function generateCalm(kind: CalmKind, options: OperationsOptions): LabeledSeries {
  checkRecord('options', options);
  const { points = 1800, seed } = options;
  checkKind(kind, calm);
  checkPoints(points, 1);
  const random = createRandom(seed);
  return labeled(makeValues(calm[kind], random, points), []);
}

/** A series with one fault, which lies in the second half. */
export function generateFault(kind: FaultKind, options: OperationsOptions): LabeledSeries {
  checkRecord('options', options);
  const { points = 1800, seed } = options;
  checkKind(kind, faults);
  checkPoints(points, LEAST_POINTS);
  const random = createRandom(seed);
  const { base, length, apply, phase }: Fault = faults[kind];
  const values = makeValues(base, random, points);
  const own = length(random);
  let start = random.integer(points >> 1, points - own - 40);
  if (phase !== undefined)
    start += ((phase - (start % 240) + 240) % 240) - (start + 240 > points - 40 ? 240 : 0);
  const end = start + own - 1;
  apply(values, start, end, random);
  return labeled(values, [{ kind, start, end, channels: ['value'] }]);
}

/** Fewer have no second half that holds an incident of any kind. */
export const LEAST_POINTS = 720;

/** @throws HeedError bad-option where there is no such kind */
export function checkKind(kind: string, known: object): void {
  if (typeof kind === 'string' && Object.hasOwn(known, kind)) return;
  throw new HeedError(
    'bad-option',
    `there is no kind ${shownValue(kind)}`,
    `Known kinds: ${Object.keys(known).join(', ')}.`,
  );
}

/** @throws HeedError bad-option */
export function checkPoints(points: number, least: number): void {
  checkNumber('the number of points', points, { min: least, max: 10_000_000, whole: true });
}

function makeValues(make: Values, random: Random, n: number): Float64Array {
  const next = make(random, n);
  const out = new Float64Array(n);
  for (let t = 0; t < n; t++) out[t] = next(t);
  return out;
}

function labeled(values: Float64Array, anomalies: LabeledSeries['anomalies']): LabeledSeries {
  const time = values.map((_, t) => 1.7e12 + 60_000 * t);
  return labelSeries(createSeries({ time, channels: [{ name: 'value', values }] }), anomalies);
}

/** A series with its anomalies, and the labels that follow from them. */
export function labelSeries(series: Series, anomalies: LabeledSeries['anomalies']): LabeledSeries {
  const labels = new Uint8Array(series.time.length);
  for (const { start, end } of anomalies) labels.fill(1, start, end + 1);
  return { ...series, labels, anomalies };
}
