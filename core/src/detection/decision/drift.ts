import { selectQuantile } from '../../preprocess/statistics.js';

/** Blocks that a series is cut into, and fewest points of one. */
const BLOCKS = 40;
const FEWEST_POINTS = 8;
/** Blocks in a row that must move the same way, each so many times as far as blocks usually do. */
const ROW = 4;
const FAR = 5;
/** Share of the blocks that move less than what counts as usual: more than half may drift. */
const USUAL = 0.4;

/** An interval in which a series moves away little by little, too slowly for any single point to tell. */
export interface Drift {
  readonly start: number;
  readonly end: number;
  readonly way: 1 | -1;
  /** Where it came from. */
  readonly level: number;
  /** Times as far per block as usual. */
  readonly size: number;
}

/**
 * Finds drifts by the medians of blocks: several in a row that all move the same way, much further than blocks usually do.
 * Trends that never change, cycles and random walks move their blocks alike and have none.
 * @param values n values, complete
 * @param floor least standard deviation that counts
 */
export function findDrifts(values: Float64Array, floor: number): Drift[] {
  const n = values.length;
  const block = Math.max(FEWEST_POINTS, Math.floor(n / BLOCKS));
  const count = Math.floor(n / block);
  if (count < 3 * ROW) return [];
  // The blocks end with the series: what drifts now is what matters most.
  const first = n - count * block;
  const medians = Float64Array.from({ length: count }, (_, i) =>
    selectQuantile(values.slice(first + i * block, first + (i + 1) * block), 0.5),
  );
  const moves = new Float64Array(count - 1);
  for (let i = 1; i < count; i++) moves[i - 1] = medians[i]! - medians[i - 1]!;
  const usual = Math.max(selectQuantile(moves.map(Math.abs), USUAL), floor);
  const out: Drift[] = [];
  for (let i = 0; i < moves.length; i++) {
    const way = Math.sign(moves[i]!) as 1 | -1;
    let last = i;
    let least = Infinity;
    while (last < moves.length && way * moves[last]! > FAR * usual)
      least = Math.min(least, way * moves[last++]!);
    if (last - i >= ROW && i > 0) {
      const level = selectQuantile(medians.slice(Math.max(0, i - 4), i + 1), 0.5);
      out.push({
        ...extent(values, first + i * block, first + (last + 1) * block - 1, level, way, floor),
        way,
        level,
        size: least / usual,
      });
    }
    i = Math.max(i, last - 1);
  }
  return out;
}

/** From the last point at the level it came from to the last one that is away from it. */
function extent(
  values: Float64Array,
  start: number,
  end: number,
  level: number,
  way: 1 | -1,
  floor: number,
): { start: number; end: number } {
  let from = start;
  let below = 0;
  // Where most points have left the level for good.
  for (let t = end; t >= start && below < 4; t--) {
    if (way * (values[t]! - level) <= floor) below++;
    from = t;
  }
  let to = Math.min(end, values.length - 1);
  while (to > from && way * (values[to]! - level) <= floor) to--;
  return { start: from, end: to };
}
