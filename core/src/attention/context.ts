import { HeedError } from '../errors.js';

/**
 * Attention from the surroundings of a stretch ("masked reconstruction"): the query is what was observed around the
 * stretch, the keys are the same surroundings of every other place, and the values are what those places held where
 * the stretch lies. It tells what normal history lets expect of points that must not speak for themselves.
 */
export interface ContextQuery {
  /** d × n values, of comparable scale. */
  readonly channels: readonly Float64Array[];
  /** n values, 1 = the point takes part neither as query nor as key nor as value. */
  readonly hidden: Uint8Array;
  /** First and last point of the stretch, inclusive. */
  readonly start: number;
  readonly end: number;
  /** Most observed points on either side that the query takes. */
  readonly context: number;
  /** Most places attended to. */
  readonly keys: number;
  /** Softmax temperature, in mean squared differences per value. */
  readonly temperature: number;
}

/** One place attended to: the stretch moved by `shift` points. The weights of a query sum to 1. */
export interface AttendedShift {
  readonly shift: number;
  readonly weight: number;
}

/** Weights below this share of the heaviest say nothing. */
const NEGLIGIBLE = 1e-3;

/**
 * Attends to the places whose surroundings are most like those of the stretch: softmax(−distance / temperature) over
 * the `keys` nearest that start half a stretch apart, where the distance is the mean squared difference over the
 * observed points. A place counts where all the points that the stretch would take from it are observed, and at
 * least half of its surroundings.
 *
 * Cost O(n · context · d). Runs in slices: the generator yields between them so that a caller can breathe.
 * @returns heaviest first; empty where no place qualifies
 * @throws HeedError bad-option where the stretch does not lie within the series
 */
export function* attendByContext(query: ContextQuery): Generator<void, AttendedShift[]> {
  const { channels, hidden, start, end, keys, temperature } = query;
  const n = hidden.length;
  if (!(start >= 0 && end >= start && end < n)) {
    throw new HeedError(
      'bad-option',
      `the stretch ${start}–${end} does not lie within ${n} points`,
      'Give the indices of its first and last point.',
    );
  }
  const observed = observedAround(query);
  if (observed.length === 0) return [];
  const hiddenBefore = new Int32Array(n + 1);
  for (let t = 0; t < n; t++) hiddenBefore[t + 1] = hiddenBefore[t]! + hidden[t]!;

  const first = -start;
  const distance = new Float64Array(n - (end - start)).fill(Infinity);
  const slice = Math.max(1, Math.floor(1e6 / (observed.length * channels.length)));
  for (let i = 0; i < distance.length; i++) {
    if (i % slice === slice - 1) yield;
    const shift = first + i;
    if (shift === 0 || hiddenBefore[end + shift + 1]! > hiddenBefore[start + shift]!) continue;
    let compared = 0;
    let sum = 0;
    for (const at of observed) {
      const key = at + shift;
      if (key < 0 || key >= n || hidden[key]) continue;
      compared++;
      for (const values of channels) {
        const difference = values[at]! - values[key]!;
        sum += difference * difference;
      }
    }
    if (2 * compared >= observed.length) distance[i] = sum / (compared * channels.length);
  }
  return softmaxOfNearest(distance, first, keys, Math.max(1, (end - start + 1) >> 1), temperature);
}

/** The observed points of the stretch and up to `context` of them on either side, in order. */
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

function softmaxOfNearest(
  distance: Float64Array,
  first: number,
  keys: number,
  separation: number,
  temperature: number,
): AttendedShift[] {
  const order = Array.from(distance.keys())
    .filter((i) => distance[i]! < Infinity)
    .sort((a, b) => distance[a]! - distance[b]! || a - b);
  const chosen: number[] = [];
  for (const i of order) {
    if (chosen.length === keys) break;
    if (chosen.every((other) => Math.abs(other - i) >= separation)) chosen.push(i);
  }
  if (chosen.length === 0) return [];
  const nearest = distance[chosen[0]!]!;
  const weighed = chosen
    .map((i) => ({ shift: first + i, weight: Math.exp((nearest - distance[i]!) / temperature) }))
    .filter(({ weight }) => weight >= NEGLIGIBLE);
  const total = weighed.reduce((sum, { weight }) => sum + weight, 0);
  return weighed.map(({ shift, weight }) => ({ shift, weight: weight / total }));
}
