import { selectQuantile } from '../../preprocess/statistics.js';
import { toleranceOf } from './season.js';

/** Share of a size from which another counts as comparable. */
const COMPARABLE = 0.7;
const COMPARABLE_AT_PHASE = 0.5;
/** Points between two clusters. */
const APART = 12;
/** Multiples of the median size from which a size is large: four standard deviations of normal noise. */
const LARGE = 6;

/** What is known of how often things happen. */
export interface Regularity {
  readonly periods: readonly number[];
  /** Most others of its size that an anomaly may have. */
  readonly most: number;
}

/** How many comparable things n points may hold before they are what the series does. */
export function mostAlike(n: number): number {
  return Math.max(2, Math.min(6, Math.floor(n / 500)));
}

/**
 * Whether a size at t is something that the series does: at the same phase in other cycles, or often, or again and
 * again at equal distances.
 * @param sizes n signed sizes
 */
export function isRegular(
  sizes: Float64Array,
  t: number,
  { periods, most }: Regularity,
  ignore: readonly { readonly start: number; readonly end: number }[] = [],
): boolean {
  const n = sizes.length;
  const way = Math.sign(sizes[t]!);
  const own = Math.abs(sizes[t]!);
  if (isAtPhase(sizes, t, way, COMPARABLE_AT_PHASE * own, periods)) return true;
  // Clusters of comparable sizes elsewhere.
  let count = 0;
  let last = -Infinity;
  for (let i = 0; i < n; i++) {
    if (!(way * sizes[i]! >= COMPARABLE * own)) continue;
    if (Math.abs(i - t) <= APART) {
      last = i;
      continue;
    }
    if (ignore.some(({ start, end }) => i >= start && i <= end)) continue;
    // What the cycles explain is no company for what they do not.
    if (i - last > APART && !isAtPhase(sizes, i, way, COMPARABLE_AT_PHASE * Math.abs(sizes[i]!), periods))
      count++;
    last = i;
    if (count > most) return true;
  }
  return false;
}

/** Sizes without their signs; 0 where what is large is what happens at that phase in other cycles. */
export function unexplained(sizes: Float64Array, { periods }: Pick<Regularity, 'periods'>): Float64Array {
  const out = sizes.map(Math.abs);
  if (periods.length === 0) return out;
  const border = LARGE * selectQuantile(out.slice(), 0.5);
  for (let t = 0; t < out.length; t++) {
    const size = sizes[t]!;
    if (!(Math.abs(size) > border)) continue;
    if (isAtPhase(sizes, t, Math.sign(size), COMPARABLE_AT_PHASE * Math.abs(size), periods)) out[t] = 0;
  }
  return out;
}

/** Whether at least `least` happens at the phase of t in enough other cycles of any of the periods. */
function isAtPhase(
  sizes: Float64Array,
  t: number,
  way: number,
  least: number,
  periods: readonly number[],
): boolean {
  const n = sizes.length;
  return periods.some((period) => {
    const tolerance = toleranceOf(period);
    let seen = 0;
    let cycles = 0;
    for (let c = 1; cycles < 24 && (t - c * period >= 0 || t + c * period < n); c++) {
      for (const at of [t - c * period, t + c * period]) {
        if (at < 0 || at >= n) continue;
        cycles++;
        for (let i = Math.max(0, at - tolerance); i <= Math.min(n - 1, at + tolerance); i++) {
          if (way * sizes[i]! >= least) {
            seen++;
            break;
          }
        }
      }
    }
    return seen >= 2 ? seen >= 0.3 * cycles : seen === 1 && cycles <= 2;
  });
}
