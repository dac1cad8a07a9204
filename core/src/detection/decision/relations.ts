import { laggedProducts } from '../../preprocess/autocorrelation.js';
import { MAD_TO_SIGMA, selectQuantile, selectQuantiles } from '../../preprocess/statistics.js';
import type { Interval } from '../../series/interval.js';
import { scoreOfRarity } from './rarity.js';
import type { DecidedInterval } from './types.js';

/** Fewest points, and most channels, among which relations are looked for: their number grows with the square. */
const FEWEST_POINTS = 200;
const MOST_CHANNELS = 40;
/** Correlation from which two channels move together. */
const TOGETHER = 0.8;
/** Robust spreads at which values are cut, so that a few anomalies do not make or hide a relation. */
const CUT = 4;
/** Spreads of what a relation leaves, beyond which points do not tell its slope. */
const OUTLYING = 3;
/** Share of the points whose lags tell how long what a relation leaves remembers, and correlation that counts. */
const REMEMBERS_SHARE = 8;
const REMEMBERS = 0.05;
/** Odds, as a natural logarithm over that of the number of points, from which a relation is broken. */
const LEAST_ODDS = 12;
/** How many times a second break the first one must outweigh, or as many breaks in all. */
const OUTWEIGHS = 3;
const MOST_BREAKS = 2;
/** Largest share of the points that breaks may be: beyond, moving together is not what the channels usually do. */
const MOST_BROKEN = 0.25;
/** Fewest points of a break, and the mean square, in that of what the relation usually leaves, that it must have. */
const SHORTEST = 8;
const UNLIKE = 9;
/** Share of the points of a break at which a channel must be where it is at other times. */
const IN_RANGE = 0.9;
/** Share of a break from which what a channel tells by itself says it better. */
const TOLD = 0.5;
/** Odds that are one decade of rarity. */
const DECADE = 4 * Math.LN10;

/** What a note says where there are too many channels to look for relations; undefined where there are not. */
export function noteUnrelated(channels: number): string | undefined {
  return channels > MOST_CHANNELS
    ? `Each of the ${channels} channels was judged by itself: whether one stops moving with another is looked at among up to ${MOST_CHANNELS}.`
    : undefined;
}

/** What the relations of a channel need to know of it. */
export interface RelatedChannel {
  /** n values on the scale on which their noise is even, NaN = missing. */
  readonly scaled: Float64Array;
  /** Whether its values can be told from that scale: not those of a counter. */
  readonly back?: ((scaled: number) => number) | undefined;
  /** What was decided on it alone. */
  readonly intervals: readonly DecidedInterval[];
}

/** An interval in which a channel left another one that it moves with at all other times. */
export interface BrokenRelation extends DecidedInterval {
  readonly channel: number;
  readonly partner: number;
  /** Values of the channel that the partner lets expect in start…end, and their standard deviation, on its scale. */
  readonly expected: Float64Array;
  readonly sigma: number;
}

interface Standardized {
  readonly z: Float64Array;
  readonly middle: number;
  readonly scale: number;
}

/**
 * Finds where two channels that move together stop doing so while each stays where it is at other times, so that neither
 * tells it by itself. What a straight line leaves of the one by the other is compared with what two channels that have
 * nothing to do with one another would leave; the interval with the largest sum of log-likelihood ratios counts, in as many
 * points as are independent. Two walks that happen to go alike leave what remembers everything, and are no relation.
 */
export function findBrokenRelations(
  channels: readonly RelatedChannel[],
  strictness: number,
): BrokenRelation[] {
  const n = channels[0]?.scaled.length ?? 0;
  if (channels.length < 2 || channels.length > MOST_CHANNELS || n < FEWEST_POINTS) return [];
  const standardized = channels.map(({ scaled, back }) => (back ? standardize(scaled) : undefined));
  const breaks: { pair: readonly [number, number]; interval: Interval; odds: number; relation: Relation }[] =
    [];
  for (const [j, one] of standardized.entries()) {
    for (let i = 0; i < j; i++) {
      const other = standardized[i];
      if (!one || !other) continue;
      const relation = fitRelation(other.z, one.z);
      if (!relation) continue;
      for (const { interval, odds } of findBreaks(relation, strictness)) {
        if (inRange(one.z, interval) && inRange(other.z, interval)) {
          breaks.push({ pair: [i, j], interval, odds, relation });
        }
      }
    }
  }
  const out: BrokenRelation[] = [];
  for (const { pair, interval, odds, relation } of breaks.sort((a, b) => b.odds - a.odds)) {
    const { start, end } = interval;
    if (out.some((other) => other.start <= end && other.end >= start)) continue;
    const isTold = (c: number): boolean =>
      TOLD * (end - start + 1) <= overlap(channels[c]!.intervals, interval);
    if (isTold(pair[0]) || isTold(pair[1])) continue;
    // The one that left others too, where there are others.
    const left = (c: number, than: number): number =>
      breaks.filter(
        (other) =>
          other.pair.includes(c) &&
          !other.pair.includes(than) &&
          other.interval.start <= end &&
          other.interval.end >= start,
      ).length;
    const [i, j] = pair;
    const channel = left(i, j) > left(j, i) ? i : j;
    const partner = channel === i ? j : i;
    const { slope, middle, sigma } = channel === j ? relation : inverse(relation);
    const [own, by] = [standardized[channel]!, standardized[partner]!];
    const expected = new Float64Array(end - start + 1);
    let [peak, most] = [start, -1];
    let sum = 0;
    for (let t = start; t <= end; t++) {
      const off = own.z[t]! - (slope * by.z[t]! + middle);
      expected[t - start] = own.middle + own.scale * (slope * by.z[t]! + middle);
      if (off !== off) continue;
      sum += off;
      if (Math.abs(off) > most) [peak, most] = [t, Math.abs(off)];
    }
    out.push({
      start,
      end,
      peak,
      sign: 'relation',
      way: sum > 0 ? 1 : -1,
      score: scoreOfRarity((odds - leastOdds(n, strictness)) / DECADE),
      channel,
      partner,
      expected,
      sigma: sigma * own.scale,
    });
  }
  return out;
}

/** Values in robust spreads from their median; undefined for those that hardly take different ones. */
function standardize(scaled: Float64Array): Standardized | undefined {
  const present = scaled.filter((value) => value === value);
  if (present.length < FEWEST_POINTS) return undefined;
  const [low, middle, high] = selectQuantiles(present, [0.05, 0.5, 0.95]) as [number, number, number];
  const scale = (high - low) / 3.29;
  if (!(scale > 0) || low === middle || high === middle) return undefined;
  return {
    z: scaled.map((value) => Math.max(-CUT, Math.min(CUT, (value - middle) / scale))),
    middle,
    scale,
  };
}

/** How one channel follows from another, in their spreads. */
interface Relation {
  readonly slope: number;
  readonly middle: number;
  /** What is left of it, and the usual size of that. */
  readonly rest: Float64Array;
  readonly sigma: number;
}

function inverse({ slope, middle, rest, sigma }: Relation): Relation {
  return { slope: 1 / slope, middle: -middle / slope, rest, sigma: sigma / Math.abs(slope) };
}

function fitRelation(x: Float64Array, y: Float64Array): Relation | undefined {
  let fit = fitLine(x, y, () => true);
  if (!(Math.abs(fit.correlation) >= TOGETHER)) return undefined;
  const rest = new Float64Array(x.length);
  const sizes = new Float64Array(x.length);
  let sigma = 0;
  for (let round = 0; round < 2; round++) {
    let count = 0;
    for (let t = 0; t < x.length; t++) {
      rest[t] = y[t]! - fit.slope * x[t]! - fit.middle;
      if (rest[t] === rest[t]) sizes[count++] = Math.abs(rest[t]!);
    }
    sigma = Math.max(1e-3, MAD_TO_SIGMA * selectQuantile(sizes.slice(0, count), 0.5));
    if (round === 0) fit = fitLine(x, y, (t) => Math.abs(rest[t]!) <= OUTLYING * sigma);
  }
  return { slope: fit.slope, middle: fit.middle, rest, sigma };
}

/** Least squares over the points that both channels have. */
function fitLine(
  x: Float64Array,
  y: Float64Array,
  counts: (t: number) => boolean,
): { slope: number; middle: number; correlation: number } {
  let [count, sumX, sumY, xx, yy, xy] = [0, 0, 0, 0, 0, 0];
  for (let t = 0; t < x.length; t++) {
    const [a, b] = [x[t]!, y[t]!];
    if (a !== a || b !== b || !counts(t)) continue;
    count++;
    sumX += a;
    sumY += b;
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  const varX = xx - (sumX * sumX) / count;
  const varY = yy - (sumY * sumY) / count;
  const both = xy - (sumX * sumY) / count;
  if (!(varX > 0 && varY > 0)) return { slope: 0, middle: 0, correlation: 0 };
  const slope = both / varX;
  return { slope, middle: (sumY - slope * sumX) / count, correlation: both / Math.sqrt(varX * varY) };
}

function leastOdds(n: number, strictness: number): number {
  return (Math.log(n) + LEAST_ODDS) * strictness;
}

/** The intervals in which what is left of a relation speaks for two channels that have nothing to do with one another. */
function findBreaks(
  { slope, rest, sigma }: Relation,
  strictness: number,
): { interval: Interval; odds: number }[] {
  const n = rest.length;
  const factor = Math.sqrt(1 + slope * slope) / sigma;
  const ratios = new Float64Array(n);
  for (let t = 0; t < n; t++) {
    const size = rest[t]! / sigma;
    if (size !== size) continue;
    const square = Math.min(size * size, 2 * factor * factor);
    ratios[t] = (square / 2) * (1 - 1 / (factor * factor)) - Math.log(factor);
  }
  const least = leastOdds(n, strictness);
  const out: { interval: Interval; odds: number }[] = [];
  let memory = 1;
  while (out.length <= MOST_BREAKS) {
    const { interval, sum } = largestSum(ratios);
    // What was broken must not tell how long what is left remembers.
    if (out.length === 0 && sum >= least) memory = measureMemory(rest, sigma, interval);
    const odds = sum / memory;
    if (odds < least) {
      // What is left must be no company for what was found.
      if (out.length > 0 && odds * OUTWEIGHS > out[out.length - 1]!.odds) return [];
      break;
    }
    out.push({ interval, odds });
    ratios.fill(-Infinity, interval.start, interval.end + 1);
  }
  const broken = out.reduce((sum, { interval: { start, end } }) => sum + end - start + 1, 0);
  if (out.length > MOST_BREAKS || broken > MOST_BROKEN * n) return [];
  return out.filter(({ interval: { start, end } }) => {
    let [square, count] = [0, 0];
    for (let t = start; t <= end; t++) {
      if (rest[t] !== rest[t]) continue;
      square += (rest[t]! / sigma) ** 2;
      count++;
    }
    return end - start + 1 >= SHORTEST && count > 0 && square >= UNLIKE * count;
  });
}

/** The interval with the largest sum, as Kadane (1977) found it. */
function largestSum(values: Float64Array): { interval: Interval; sum: number } {
  let interval = { start: 0, end: 0 };
  let [best, sum, start] = [0, 0, 0];
  for (let t = 0; t < values.length; t++) {
    if (sum <= 0) [sum, start] = [0, t];
    sum += values[t]!;
    if (sum > best) {
      best = sum;
      interval = { start, end: t };
    }
  }
  return { interval, sum: best };
}

/** Points of what is left outside an interval that say as much as one independent one: 1 + 2 Σ of their autocorrelations. */
function measureMemory(rest: Float64Array, sigma: number, without: Interval): number {
  const cut = rest.map((value, t) =>
    value !== value || (t >= without.start && t <= without.end)
      ? 0
      : Math.max(-OUTLYING, Math.min(OUTLYING, value / sigma)),
  );
  const products = new Float64Array(Math.floor(rest.length / REMEMBERS_SHARE));
  let memory = 1;
  let known = 0;
  for (let lag = 1; lag < products.length; lag++) {
    if (lag >= known) {
      // Most forget within a few lags: those of a long series would take as many sums as it has pairs of points.
      const next = Math.min(products.length, Math.max(64, 2 * known));
      laggedProducts(cut, products.subarray(0, next), known);
      known = next;
    }
    const correlation = products[lag]! / products[0]!;
    if (!(correlation > REMEMBERS)) break;
    memory += 2 * correlation;
  }
  return memory;
}

/** Whether a channel is, at nearly all points of an interval, between the lowest and highest value it has elsewhere. */
function inRange(z: Float64Array, { start, end }: Interval): boolean {
  let [low, high] = [Infinity, -Infinity];
  for (let t = 0; t < z.length; t++) {
    if (t >= start && t <= end) continue;
    if (z[t]! < low) low = z[t]!;
    if (z[t]! > high) high = z[t]!;
  }
  let [inside, count] = [0, 0];
  for (let t = start; t <= end; t++) {
    if (z[t] !== z[t]) continue;
    count++;
    if (z[t]! >= low && z[t]! <= high) inside++;
  }
  return inside >= IN_RANGE * count;
}

/** Points of an interval that intervals cover. */
function overlap(intervals: readonly Interval[], { start, end }: Interval): number {
  let covered = 0;
  for (let t = start; t <= end; t++) {
    if (intervals.some((other) => t >= other.start && t <= other.end)) covered++;
  }
  return covered;
}
