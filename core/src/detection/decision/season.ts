import { selectQuantile, selectQuantiles } from '../../preprocess/statistics.js';

const MINUTE = 60_000;
/** Periods that people's days have, longest first. */
const CALENDAR = [7 * 24 * 60 * MINUTE, 24 * 60 * MINUTE, 60 * MINUTE] as const;
/** Cycles that must fit into a series before one of them can be told from the others. */
const FEWEST_CYCLES = 2.5;
/** Cycles to either side that a point is compared with. */
const CYCLES = 4;
/**
 * Fewest points of an hour, a day or a week that nobody found in the series: an event that lasts for several cycles of a
 * shorter one would be its own company.
 */
const FEWEST_POINTS = 12;
/** Share of the difference between other phases that same phases may show. */
const ALIKE = 0.75;
/** By how much a longer period must explain more to be preferred. */
const BETTER = 0.85;

/** The same of a neighboring period. */
const CLOSER = 0.95;

/** A cycle of a series. */
export interface Season {
  /** In points. */
  readonly period: number;
  /** Points by which the same happening may come earlier or later. */
  readonly tolerance: number;
}

/** Periods worth looking at: those found and those of the calendar, in points, shortest first. */
export function candidatePeriods(n: number, step: number | undefined, found: readonly number[]): number[] {
  const periods = new Set<number>();
  for (const period of found) if (period >= 4) periods.add(Math.round(period));
  for (const length of CALENDAR) {
    const points = step ? length / step : 0;
    if (points >= FEWEST_POINTS && Math.abs(points - Math.round(points)) < 1e-6)
      periods.add(Math.round(points));
  }
  return [...periods].filter((period) => n >= FEWEST_CYCLES * period).sort((a, b) => a - b);
}

/**
 * The period after which a series does the same again, if any: points a period apart are more alike than points at
 * other distances.
 * @param values n values, complete
 */
export function findSeason(values: Float64Array, candidates: readonly number[]): Season | undefined {
  let best: Season | undefined;
  let least = Infinity;
  const cap = findCap(values);
  for (const period of candidates) {
    const own = difference(values, period, cap);
    const others = Math.min(
      difference(values, Math.round(0.77 * period), cap),
      difference(values, Math.round(1.23 * period), cap),
    );
    if (!(own < ALIKE * others) || !(own < BETTER * least)) continue;
    least = own;
    let exact = period;
    // Over several cycles a point too many or too few adds up.
    for (const near of [period - 1, period + 1]) {
      const other = difference(values, near, cap);
      if (other < CLOSER * least) {
        least = other;
        exact = near;
      }
    }
    best = { period: exact, tolerance: phaseTolerance(exact) };
  }
  return best;
}

/** One value per phase: the median of all cycles at it. */
export function medianByPhase(values: Float64Array, period: number): Float64Array {
  return Float64Array.from({ length: period }, (_, phase) => {
    const own = new Float64Array(Math.ceil((values.length - phase) / period));
    for (let t = phase, i = 0; t < values.length; t += period) own[i++] = values[t]!;
    return selectQuantile(own, 0.5);
  });
}

/** Points by which a happening of a cycle may come earlier or later. */
export function phaseTolerance(period: number): number {
  return Math.min(8, 1 + Math.round(period / 96));
}

/** Size at which differences are cut, so that a few anomalies do not decide. */
function findCap(values: Float64Array): number {
  const scratch = values.slice();
  const high = selectQuantile(scratch, 0.98);
  const low = selectQuantile(scratch, 0.02);
  return high - low || Infinity;
}

/** Mean squared difference of points a lag apart. */
function difference(values: Float64Array, lag: number, cap: number): number {
  let sum = 0;
  for (let t = lag; t < values.length; t++) {
    const size = Math.min(Math.abs(values[t]! - values[t - lag]!), cap);
    sum += size * size;
  }
  return sum / (values.length - lag);
}

/** Indices of the same phase in the nearest other cycles, at most `CYCLES` to either side. */
export function samePhase(t: number, period: number, n: number): number[] {
  const out: number[] = [];
  for (let c = 1; out.length < 2 * CYCLES && (t - c * period >= 0 || t + c * period < n); c++) {
    if (t - c * period >= 0) out.push(t - c * period);
    if (t + c * period < n) out.push(t + c * period);
  }
  return out;
}

/** Share of its size from which a point lacks too, and most points that it may come on or go in. */
const BEGINS = 0.25;
const SLOW = 4;
/** Points beyond twice the tolerance in which what is missing may not be either. */
const LATER = 2;
/** With more of them nothing was regular. */
const MOST_ABSENCES = 3;
/** Share of the range of the series, and of what most points are from other cycles at their phase, that must be lacking. */
const OF_RANGE = 0.05;
const OF_DIFFERENCES = 1.2;
const MOST_DIFFERENCES = 0.9;
/** Every so many points tell how much cycles differ. */
const SAMPLED = 4;

/** An interval in which what happens at this phase in other cycles did not happen. */
export interface Absence {
  readonly start: number;
  readonly end: number;
  readonly way: 1 | -1;
  /** How far it stayed away from what the other cycles showed, in spreads. */
  readonly size: number;
}

/** Points in a row that lack something; whether that is more than cycles differ by, and did not come earlier or later. */
interface Run extends Absence {
  readonly sure: boolean;
}

/**
 * Finds intervals that stay below the peaks (above the troughs) that nearly all other cycles show at that phase.
 * @param values n values, complete
 * @param sigma spread of the series from point to point
 */
export function findAbsences(values: Float64Array, { period, tolerance }: Season, sigma: number): Absence[] {
  const n = values.length;
  const [low, middle, high] = selectQuantiles(values.slice(), [0.02, 0.5, 0.98]) as [number, number, number];
  const further = 2 * tolerance + LATER;
  const out: Run[] = [];
  for (const way of [1, -1] as const) {
    const reach = envelope(values, tolerance, way);
    // What came just outside of the tolerance did come.
    const wide = envelope(values, further, way);
    let open: { -readonly [K in keyof Run]: Run[K] } | undefined;
    const others = new Float64Array(2 * CYCLES);
    /** Fills `others` with what other cycles reach at the phase of t, and says how many. */
    const collect = (t: number): number => {
      let count = 0;
      for (let c = 1; count < 2 * CYCLES && (t - c * period >= 0 || t + c * period < n); c++) {
        if (t - c * period >= 0) others[count++] = way * reach[t - c * period]!;
        if (t + c * period < n) others[count++] = way * reach[t + c * period]!;
      }
      return count;
    };
    const differences: number[] = [];
    for (let t = tolerance; t < n - tolerance; t += SAMPLED) {
      const count = collect(t);
      if (count < 3) continue;
      differences.push(Math.abs(others.subarray(0, count).sort()[count >> 1]! - way * reach[t]!));
    }
    if (differences.length === 0) continue;
    const lacks = Math.max(
      OF_RANGE * (high - low),
      OF_DIFFERENCES * selectQuantile(Float64Array.from(differences), MOST_DIFFERENCES),
    );
    const runs: Run[] = [];
    // At the ends of the series what may come a little early or late may lie outside.
    for (let t = tolerance; t < n - tolerance; t++) {
      const count = collect(t);
      let lowest = Infinity;
      let second = Infinity;
      for (let i = 0; i < count; i++) {
        const value = others[i]!;
        if (value < lowest) {
          second = lowest;
          lowest = value;
        } else if (value < second) second = value;
      }
      let size = 0;
      const least = count > 3 ? second : lowest;
      const own = way * reach[t]!;
      if (count >= 3 && least - own > 5 * sigma) {
        const usual = others.subarray(0, count).sort()[count >> 1]!;
        const height = usual - way * middle;
        if (least - own > 0.5 * height && usual - own > 3 * (usual - least)) size = (least - own) / sigma;
      }
      if (size > 0) {
        if (open && t - open.end <= 2 * tolerance + 1) open.end = t;
        else runs.push((open = { start: t, end: t, way, size, sure: false }));
        open.size = Math.max(open.size, size);
        const isInside = t >= further && t < n - further;
        open.sure ||= isInside && least - way * wide[t]! > Math.max(5 * sigma, lacks);
      }
    }
    /** How far a point is from what nearly all other cycles show at its phase, in spreads. */
    const lacking = (t: number): number => {
      const others = samePhase(t, period, n).map((at) => way * values[at]!);
      others.sort((a, b) => a - b);
      return others.length < 3 ? 0 : (others[others.length > 3 ? 1 : 0]! - way * values[t]!) / sigma;
    };
    for (const run of runs) out.push({ ...findEdges(lacking, n, run, tolerance), way, sure: run.sure });
  }
  const missed = out.filter(({ start, end, size }) => size > (end > start ? 5 : 8));
  return missed.length > MOST_ABSENCES ? [] : missed.filter(({ sure }) => sure);
}

/**
 * An absence from where it begins to lack to where it no longer does: what may come earlier or later by the tolerance is
 * missed for as much longer, and what falls within some points lacks before all of it is gone.
 */
function findEdges(
  lacking: (t: number) => number,
  n: number,
  { start, end, size }: Pick<Absence, 'start' | 'end' | 'size'>,
  tolerance: number,
): Pick<Absence, 'start' | 'end' | 'size'> {
  if (end - start <= 2 * tolerance) return { start: (start + end) >> 1, end: (start + end) >> 1, size };
  const least = Math.max(5, BEGINS * size);
  let [first, last] = [start + tolerance, end - tolerance];
  const most = 2 * tolerance + SLOW;
  for (let k = 0; k < most && first > 0 && lacking(first - 1) > least; k++) first--;
  for (let k = 0; k < most && last + 1 < n && lacking(last + 1) > least; k++) last++;
  return { start: first, end: last, size };
}

/** Running maximum (way 1) or minimum (way −1) over `reach` points to either side. */
function envelope(values: Float64Array, reach: number, way: 1 | -1): Float64Array {
  const n = values.length;
  const out = new Float64Array(n);
  for (let t = 0; t < n; t++) {
    let most = -Infinity;
    for (let i = Math.max(0, t - reach); i <= Math.min(n - 1, t + reach); i++) {
      most = Math.max(most, way * values[i]!);
    }
    out[t] = way * most;
  }
  return out;
}
