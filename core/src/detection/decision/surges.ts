import { selectQuantiles } from '../../preprocess/statistics.js';
import { scoreOfRarity } from './rarity.js';
import { findRegular, type Regularity } from './regular.js';
import type { DecidedInterval } from './types.js';

/** Points over which counts are summed. */
const SCALES = [1, 2, 4, 8, 16, 32] as const;
/** Largest share of the points at which anything may happen in sparse counts, and fewest happenings. */
const MOST_HAPPENING = 0.2;
const FEWEST_HAPPENINGS = 3;
/** Zeros within what is one happening. */
const WITHIN = 1;
/** Usual length of a happening, in points, above which it is a state that is held. */
const HELD = 3;
/** Quantile of the happenings' totals at which larger ones are cut, so that a few anomalies do not tell the usual rate. */
const CUT = 0.9;
/** Decades beyond one in as many points as there are that make a surge an event. */
const BEYOND = 1.3;
/** Fewest amounts whose sizes say what is usual, least spread of their logarithms, and spreads from which one is large. */
const FEWEST_SIZES = 8;
const LEAST_SPREAD = 0.25;
const LARGE = 5;
/** Normal quantile of nine tenths. */
const NINE_TENTHS = 1.2816;
/** Points to either side of a surge within which its ends are sought. */
const REACH = 64;

/** Counts that are mostly zero: how often things happen, and in what lots. */
export interface SparseCounts {
  /** What one thing counts. */
  readonly unit: number;
  /** Things per point. */
  readonly rate: number;
  /** Things that come together: how many more the variance is than that of things that come alone. */
  readonly lot: number;
  /** Where what comes are amounts of any size rather than things: middle and spread of their logarithms. */
  readonly sizes?: { readonly middle: number; readonly spread: number };
}

/**
 * The rate of counts that are mostly zero; undefined where the values are none.
 * @param values n values, NaN = missing
 */
export function sparseCounts(values: Float64Array): SparseCounts | undefined {
  let least = Infinity;
  let whole = true;
  let present = 0;
  let happening = 0;
  for (let t = 0; t < values.length; t++) {
    const value = values[t]!;
    if (value !== value) continue;
    if (value < 0) return undefined;
    present++;
    if (value === 0) continue;
    happening++;
    if (value < least) least = value;
    whole &&= Number.isInteger(value);
  }
  if (happening < FEWEST_HAPPENINGS || happening > MOST_HAPPENING * present) return undefined;
  // Rates are multiples of the least of them.
  const unit = whole ? 1 : least;
  let counted = true;
  for (let t = 0; t < values.length && counted; t++) {
    const times = values[t]! / unit;
    counted = !(Math.abs(times - Math.round(times)) > 1e-6 * times);
  }
  if (!counted) return sparseAmounts(values, present);
  const { totals, lengths } = happenings(values);
  if (totals.length < FEWEST_HAPPENINGS || lengths.sort((a, b) => a - b)[lengths.length >> 1]! > HELD) {
    return undefined;
  }
  totals.sort((a, b) => a - b);
  const cut = totals[Math.floor(CUT * (totals.length - 1))]!;
  let sum = 0;
  let squares = 0;
  for (const total of totals) {
    const own = Math.min(total, cut) / unit;
    sum += own;
    squares += own * own;
  }
  return { unit, rate: sum / present, lot: squares / sum };
}

/** Amounts of any size, mostly none: they come like things, each of them one. */
function sparseAmounts(values: Float64Array, present: number): SparseCounts | undefined {
  const logs = values.filter((value) => value > 0).map(Math.log);
  if (logs.length < FEWEST_SIZES) return undefined;
  const things = sparseCounts(values.map((value) => (value > 0 ? 1 : value)));
  if (!things) return undefined;
  const [middle, high] = selectQuantiles(logs, [0.5, 0.9]) as [number, number];
  const spread = Math.max(LEAST_SPREAD, (high - middle) / NINE_TENTHS);
  return {
    ...things,
    unit: Math.exp(middle),
    // What comes together here and there must not make a single one look rare.
    rate: Math.max(things.rate, logs.length / present / 2),
    sizes: { middle, spread },
  };
}

/** What happens together: runs with no more than `WITHIN` zeros inside. */
function happenings(values: Float64Array): { totals: number[]; lengths: number[] } {
  const totals: number[] = [];
  const lengths: number[] = [];
  let last = -Infinity;
  let start = 0;
  for (let t = 0; t < values.length; t++) {
    const value = values[t]!;
    if (!(value > 0)) continue;
    if (t - last > WITHIN + 1) {
      totals.push(0);
      lengths.push(0);
      start = t;
    }
    totals[totals.length - 1]! += value;
    lengths[lengths.length - 1] = t - start + 1;
    last = t;
  }
  return { totals, lengths };
}

/**
 * Finds where things happen far more often than usual: sums of counts that independent lots at the usual rate would hardly
 * ever reach. The bound on their tail is that of Chernoff (1952) for a Poisson distribution.
 * @param values n values, NaN = missing
 */
export function findSurges(
  values: Float64Array,
  { unit, rate, lot, sizes }: SparseCounts,
  known: Regularity,
  strictness: number,
): DecidedInterval[] {
  const n = values.length;
  const before = new Float64Array(n + 1);
  for (let t = 0; t < n; t++) {
    before[t + 1] = before[t]! + (values[t]! > 0 ? (sizes ? 1 : values[t]! / unit) : 0);
  }
  /** Decades of rarity of the counts in start…end. */
  const rarity = (start: number, end: number): number => {
    const lots = (before[end + 1]! - before[start]!) / lot;
    const usual = ((end - start + 1) * rate) / lot;
    return lots > usual ? (lots * Math.log(lots / usual) - lots + usual) / Math.LN10 : 0;
  };
  const limit = (Math.log10(n) + BEYOND) * strictness;
  const found: DecidedInterval[] = [];
  const candidates: { end: number; w: number; rare: number }[] = [];
  for (const w of SCALES) {
    if (n < 8 * w) break;
    for (let end = w - 1; end < n; end++) {
      // A window that ends in nothing is told by the shorter one.
      if (!(values[end]! > 0)) continue;
      const rare = rarity(end - w + 1, end);
      if (rare >= limit) candidates.push({ end, w, rare });
    }
  }
  candidates.sort((a, b) => b.rare - a.rare);
  const regular = new Map<number, ReturnType<typeof findRegular>>();
  for (const { end, w } of candidates) {
    if (found.some((other) => end >= other.start - w && end - w < other.end + w)) continue;
    let own = regular.get(w);
    if (!own) {
      const sums = new Float64Array(n);
      for (let t = 0; t < n; t++) sums[t] = before[t + 1]! - before[Math.max(0, t - w + 1)]!;
      regular.set(w, (own = findRegular(sums, known)));
    }
    if (own.isRegular(end, undefined, found)) continue;
    // The interval around it that is the rarest.
    const busy: number[] = [];
    for (let t = Math.max(0, end - w - REACH); t <= Math.min(n - 1, end + REACH); t++) {
      if (values[t]! > 0) busy.push(t);
    }
    let best = { start: end, end, rare: 0 };
    for (const [i, start] of busy.entries()) {
      for (let j = i; j < busy.length; j++) {
        const rare = rarity(start, busy[j]!);
        if (rare > best.rare) best = { start, end: busy[j]!, rare };
      }
    }
    let peak = best.start;
    for (let t = best.start; t <= best.end; t++) if (values[t]! > values[peak]!) peak = t;
    found.push({
      start: best.start,
      end: best.end,
      peak,
      sign: 'off',
      way: 1,
      score: scoreOfRarity((best.rare - limit) / 2),
    });
  }
  if (sizes) found.push(...findLarge(values, sizes, known, strictness, found));
  return found;
}

/** Amounts that are far larger than usual ones, apart from what comes together. */
function findLarge(
  values: Float64Array,
  { middle, spread }: NonNullable<SparseCounts['sizes']>,
  { most }: Regularity,
  strictness: number,
  surges: readonly DecidedInterval[],
): DecidedInterval[] {
  const found: DecidedInterval[] = [];
  for (let t = 0; t < values.length; t++) {
    const size = values[t]! > 0 ? (Math.log(values[t]!) - middle) / spread : 0;
    if (size < LARGE * strictness || surges.some(({ start, end }) => t >= start && t <= end)) continue;
    const score = scoreOfRarity((size / strictness - LARGE) / 2);
    const last = found[found.length - 1];
    if (last && t - last.end <= WITHIN + 1) {
      const peak = values[t]! > values[last.peak]! ? t : last.peak;
      found[found.length - 1] = { ...last, end: t, peak, score: Math.max(score, last.score) };
    } else found.push({ start: t, end: t, peak: t, sign: 'off', way: 1, score });
  }
  // More of them are what the series does.
  return found.length > most ? [] : found;
}
