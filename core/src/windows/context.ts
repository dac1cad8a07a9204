import { isNumberIn } from '../check-number.js';
import { windowKernels } from './kernels.js';
import { HeedError, shownValue } from '../errors.js';

/**
 * Attention from the surroundings of an interval ("masked reconstruction"): the query is what was observed around the
 * interval, the keys are the same surroundings of every other place, and the values are what those places held where
 * the interval lies. It tells what normal history lets expect of points that must not speak for themselves.
 */
export interface ContextQuery {
  /** d × n values, of comparable scale. */
  readonly channels: readonly Float64Array[];
  /** n values, 1 = the point takes part neither as query nor as key nor as value. */
  readonly hidden: Uint8Array;
  /** First and last point of the interval, inclusive. */
  readonly start: number;
  readonly end: number;
  /** Most observed points on either side that the query takes. */
  readonly context: number;
  /** Most places attended to. */
  readonly keys: number;
  /** Softmax temperature, in mean squared differences per value. */
  readonly temperature: number;
}

/** One place attended to: the interval moved by `shift` points. The weights of a query sum to 1. */
export interface AttendedShift {
  readonly shift: number;
  readonly weight: number;
}

/** Weights below this share of the heaviest say nothing. */
const NEGLIGIBLE = 1e-3;

/**
 * Attends to the places whose surroundings are most like those of the interval: softmax(−distance / temperature) over
 * the `keys` nearest that start half an interval apart, where the distance is the mean squared difference over the
 * observed points. A place counts where all the points that the interval would take from it are observed, and at
 * least half of its surroundings.
 *
 * Cost O(n · context · d). Runs in slices: the generator yields between them so that a caller can yieldIfDue.
 * @returns heaviest first; empty where no place qualifies
 * @throws HeedError bad-option where the interval does not lie within the series
 */
export function* attendByContext(query: ContextQuery): Generator<void, AttendedShift[]> {
  const { channels, hidden, start, end, keys, temperature } = query;
  const n = hidden.length;
  if (
    !isNumberIn(start, { min: 0, whole: true }) ||
    !isNumberIn(end, { min: start, max: n - 1, whole: true })
  ) {
    throw new HeedError(
      'bad-option',
      `the interval ${shownValue(start)}–${shownValue(end)} does not lie within ${n} points`,
      'Give the indices of its first and last point.',
    );
  }
  const observed = observedAround(query);
  if (observed.length === 0) return [];
  const hiddenBefore = new Int32Array(n + 1);
  const seen = new Float64Array(n);
  for (let t = 0; t < n; t++) {
    hiddenBefore[t + 1] = hiddenBefore[t]! + hidden[t]!;
    seen[t] = 1 - hidden[t]!;
  }

  const runs = findRuns(observed);
  const first = -start;
  const distance = new Float64Array(n - (end - start));
  const slice = Math.max(1, Math.floor(1e6 / (observed.length * channels.length)));
  for (let i = 0; i < distance.length; i += slice) {
    if (i > 0) yield;
    const part = distance.subarray(i, i + slice);
    if (windowKernels()?.contextDistances(channels, seen, runs, first + i, part)) continue;
    contextDistancesPlain(channels, seen, runs, first + i, part);
  }
  for (let i = 0; i < distance.length; i++) {
    const shift = first + i;
    const isHidden = hiddenBefore[end + shift + 1]! > hiddenBefore[start + shift]!;
    const compared = shift === 0 || isHidden ? 0 : countSeen(runs, hiddenBefore, shift);
    const enough = compared > 0 && 2 * compared >= observed.length;
    distance[i] = enough ? distance[i]! / (compared * channels.length) : Infinity;
  }
  return softmaxOfNearest(distance, first, keys, Math.max(1, (end - start + 1) >> 1), temperature);
}

/** Neighboring points, both ends inclusive. */
interface PointRun {
  readonly from: number;
  readonly to: number;
}

function findRuns(points: readonly number[]): PointRun[] {
  const runs: { from: number; to: number }[] = [];
  for (const point of points) {
    const last = runs[runs.length - 1];
    if (last && last.to + 1 === point) last.to = point;
    else runs.push({ from: point, to: point });
  }
  return runs;
}

/** How many points `shift` away from those of the runs are observed; `hiddenBefore` counts the hidden before each. */
function countSeen(runs: readonly PointRun[], hiddenBefore: Int32Array, shift: number): number {
  const n = hiddenBefore.length - 1;
  let count = 0;
  for (const { from, to } of runs) {
    const low = Math.max(from, -shift);
    const high = Math.min(to, n - 1 - shift);
    if (low > high) continue;
    count += high - low + 1 - (hiddenBefore[high + shift + 1]! - hiddenBefore[low + shift]!);
  }
  return count;
}

/** `contextDistances` of the kernels in plain JavaScript: the same operations in the same order. */
export function contextDistancesPlain(
  channels: readonly Float64Array[],
  observed: Float64Array,
  runs: readonly PointRun[],
  first: number,
  into: Float64Array,
): void {
  const n = observed.length;
  for (const { from, to } of runs) {
    for (const values of channels) {
      for (let i = 0; i < into.length; i++) {
        const shift = first + i;
        let t = Math.max(from, -shift);
        const high = Math.min(to, n - 1 - shift);
        if (t > high) continue;
        let sum0 = 0;
        let sum1 = 0;
        let sum2 = 0;
        let sum3 = 0;
        let other = t + shift;
        for (; t + 3 <= high; t += 4, other += 4) {
          const gap0 = values[t]! - values[other]!;
          const gap1 = values[t + 1]! - values[other + 1]!;
          const gap2 = values[t + 2]! - values[other + 2]!;
          const gap3 = values[t + 3]! - values[other + 3]!;
          sum0 += gap0 * gap0 * observed[other]!;
          sum1 += gap1 * gap1 * observed[other + 1]!;
          sum2 += gap2 * gap2 * observed[other + 2]!;
          sum3 += gap3 * gap3 * observed[other + 3]!;
        }
        for (; t <= high; t++, other++) {
          const gap = values[t]! - values[other]!;
          sum0 += gap * gap * observed[other]!;
        }
        into[i] = into[i]! + (sum0 + sum1 + (sum2 + sum3));
      }
    }
  }
}

/** The observed points of the interval and up to `context` of them on either side, in order. */
function observedAround({ hidden, start, end, context }: ContextQuery): number[] {
  const before: number[] = [];
  for (let t = start - 1; t >= 0 && before.length < context; t--) if (!hidden[t]) before.push(t);
  const points = before.reverse();
  for (let t = start; t <= end; t++) if (!hidden[t]) points.push(t);
  for (let t = end + 1, more = 0; t < hidden.length && more < context; t++) {
    if (hidden[t]) continue;
    points.push(t);
    more++;
  }
  return points;
}

/** @param distance one per shift from `first` on; overwritten */
function softmaxOfNearest(
  distance: Float64Array,
  first: number,
  keys: number,
  separation: number,
  temperature: number,
): AttendedShift[] {
  // A few passes for the nearest that is left cost less than an order of all.
  const chosen: { readonly shift: number; readonly gap: number }[] = [];
  while (chosen.length < keys) {
    let best = -1;
    for (let i = 0, least = Infinity; i < distance.length; i++) {
      if (distance[i]! < least) {
        least = distance[i]!;
        best = i;
      }
    }
    if (best < 0) break;
    chosen.push({ shift: first + best, gap: distance[best]! });
    distance.fill(Infinity, Math.max(0, best - separation + 1), best + separation);
  }
  if (chosen.length === 0) return [];
  const nearest = chosen[0]!.gap;
  const weighed = chosen
    .map(({ shift, gap }) => ({ shift, weight: Math.exp((nearest - gap) / temperature) }))
    .filter(({ weight }) => weight >= NEGLIGIBLE);
  const total = weighed.reduce((sum, { weight }) => sum + weight, 0);
  return weighed.map(({ shift, weight }) => ({ shift, weight: weight / total }));
}
