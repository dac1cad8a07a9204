import { checkRecord } from '../check-argument.js';
import { createRandom, type Random } from '../random.js';
import { createSeries } from '../series/series.js';
import { checkKind, checkPoints, labelSeries, LEAST_POINTS, type OperationsOptions } from './operations.js';
import type { LabeledSeries } from './types.js';

/** What drives the channels of a series: one value a minute, of a mean near 0 and a spread near 1. */
type Driver = (random: Random) => (t: number) => number;

const remembers =
  (share: number): Driver =>
  (random) => {
    const rest = Math.sqrt(1 - share * share);
    let x = random.normal();
    return () => (x = share * x + rest * random.normal());
  };
const daily: Driver = (random) => {
  const own = remembers(0.9)(random);
  const phase = random.uniform(0, 480);
  return (t) => 1.2 * Math.sin((2 * Math.PI * (t + phase)) / 480) + 0.4 * own(t);
};
const walk: Driver = (random) => {
  let x = 0;
  return () => (x += 0.05 * random.normal());
};

/** Channels of a service under a load, which all move with it. */
interface Related {
  readonly driver: Driver;
  readonly channels: readonly {
    name: string;
    unit?: string;
    make: (load: number, random: Random) => number;
  }[];
  /** Whether every channel has a driver of its own. */
  readonly unrelated?: boolean;
  /** Whether a channel that follows another path jumps, which it tells by itself. */
  readonly jumps?: boolean;
}

const requests = {
  name: 'requests',
  unit: 'reqps',
  make: (load: number, random: Random) => 300 + 40 * load + 8 * random.normal(),
};
const cpu = {
  name: 'cpu',
  unit: 'percent',
  make: (load: number, random: Random) => 45 + 8 * load + 1.5 * random.normal(),
};
const connections = {
  name: 'connections',
  make: (load: number, random: Random) => random.poisson(200 * Math.exp(0.3 * load)),
};
const errors = {
  name: 'calls',
  make: (load: number, random: Random) => random.poisson(150 * Math.exp(0.3 * load)),
};

const kinds = {
  'shared load': { driver: remembers(0.95), channels: [requests, cpu] },
  'shared day': { driver: daily, channels: [requests, cpu] },
  'shared walk': { driver: walk, channels: [requests, cpu], jumps: true },
  'shared counts': { driver: remembers(0.95), channels: [connections, errors] },
  'three channels': { driver: remembers(0.95), channels: [requests, connections, cpu] },
  'unrelated walks': { driver: walk, channels: [requests, cpu], unrelated: true },
  'unrelated, AR(0.99)': { driver: remembers(0.99), channels: [requests, cpu], unrelated: true },
} satisfies Record<string, Related>;

/** A kind of series of several channels. */
export type RelatedKind = keyof typeof kinds;
export const relatedKinds = Object.keys(kinds) as readonly RelatedKind[];
/** Those whose channels move together, so that their relation can be broken. */
export const brokenKinds = relatedKinds.filter(
  (kind) => !('unrelated' in kinds[kind]) && !('jumps' in kinds[kind]),
);

/**
 * A calm series of several channels, or one in whose second half the last channel follows a load of its own for 60 to 120
 * points: each channel goes on as it always did, and only together they tell that something is wrong.
 */
export function generateRelated(
  kind: RelatedKind,
  options: OperationsOptions & { readonly broken?: boolean },
): LabeledSeries {
  checkRecord('options', options);
  const { points = 1800, seed, broken = false } = options;
  checkKind(kind, kinds);
  checkPoints(points, LEAST_POINTS);
  const random = createRandom(seed);
  const { driver, channels, unrelated }: Related = kinds[kind];
  const path = (): Float64Array => {
    const next = driver(random);
    return Float64Array.from({ length: points }, (_, t) => next(t));
  };
  const load = path();
  const length = random.integer(60, 120);
  const start = random.integer(points >> 1, points - length - 40);
  const end = start + length - 1;
  const own = load.slice();
  if (broken) own.set(path().subarray(start, end + 1), start);
  const last = channels.length - 1;
  const made = channels.map(({ name, unit, make }, c) => {
    const by = unrelated ? path() : c === last ? own : load;
    return { name, ...(unit ? { unit } : {}), values: by.map((value) => make(value, random)) };
  });
  const time = Float64Array.from({ length: points }, (_, t) => 1.7e12 + 60_000 * t);
  return labelSeries(
    createSeries({ time, channels: made }),
    broken ? [{ kind: 'broken relation', start, end, channels: [channels[last]!.name] }] : [],
  );
}

/** A heartbeat, 1 a minute: it stays away for 10 to 60 minutes, as rows that are not there or as empty values. */
export function generateOutage(
  as: 'absent rows' | 'missing values',
  options: OperationsOptions,
): LabeledSeries {
  checkRecord('options', options);
  const { points = 1800, seed } = options;
  checkKind(as, { 'absent rows': true, 'missing values': true });
  checkPoints(points, LEAST_POINTS);
  const random = createRandom(seed);
  const length = random.integer(10, 60);
  const start = random.integer(points >> 1, points - length - 40);
  const isOut = (t: number): boolean => t >= start && t < start + length;
  const at = (t: number): number => 1.7e12 + 60_000 * t;
  const all = Array.from({ length: points }, (_, t) => t);
  if (as === 'absent rows') {
    const rows = all.filter((t) => !isOut(t));
    const series = createSeries({
      time: Float64Array.from(rows, at),
      channels: [{ name: 'up', values: Float64Array.from(rows, () => 1) }],
    });
    // The last point before it and the first one after it are all that can be labeled.
    return labelSeries(series, [{ kind: 'gap', start: start - 1, end: start, channels: ['up'] }]);
  }
  const values = Float64Array.from(all, (t) => (isOut(t) ? NaN : 1));
  const series = createSeries({ time: Float64Array.from(all, at), channels: [{ name: 'up', values }] });
  return labelSeries(series, [{ kind: 'gap', start, end: start + length - 1, channels: ['up'] }]);
}
