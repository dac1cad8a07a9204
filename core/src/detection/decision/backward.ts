import { selectQuantile } from '../../preprocess/statistics.js';
import type { DecidedInterval } from './types.js';

/** Points beside an interval whose median is the level there. */
const BESIDE = 8;
/** Share of an excursion by which the levels before and after may differ where it returns to where it was. */
const RETURNS = 0.3;
/** Points by which going backward must find an earlier begin to be believed. */
const EARLIER = 3;

/** Intervals found in the reversed series, as intervals of the series. */
export function reverse(intervals: readonly DecidedInterval[], n: number): DecidedInterval[] {
  return intervals.map((interval) => ({
    ...interval,
    start: n - 1 - interval.end,
    end: n - 1 - interval.start,
    peak: n - 1 - interval.peak,
  }));
}

/**
 * Joins what was found going forward and going backward. What comes on slowly and ends at once shows only backward; forward
 * its end is taken for an event, or its begin comes late.
 */
export function joinBackward(
  y: Float64Array,
  forward: readonly DecidedInterval[],
  backward: readonly DecidedInterval[],
): DecidedInterval[] {
  const out = forward.slice();
  for (const found of backward) {
    // What a reversed series never returns from is the state before a shift, not an event.
    if (found.stays || found.start < BESIDE || !returns(y, found)) continue;
    const near = out.filter(({ start, end }) => start <= found.end + 3 && end >= found.start - 3);
    if (near.length === 0) {
      // Brief ones show forward too.
      if (found.end - found.start >= EARLIER) out.push(found);
      continue;
    }
    const same = near.filter(({ way }) => way === found.way);
    if (same.length > 0) {
      const first = same[0]!;
      if (found.start < first.start - EARLIER && near.length === same.length) {
        out[out.indexOf(first)] = {
          ...found,
          end: Math.max(found.end, first.end),
          score: Math.max(found.score, first.score),
        };
      }
      continue;
    }
    // The end of this excursion was taken for one of its own, which returns to nothing.
    if (near.some((other) => returns(y, other))) continue;
    for (const other of near) out.splice(out.indexOf(other), 1);
    out.push(found);
  }
  return out;
}

/** Whether the levels on both sides of an interval are alike, measured by how far it went. */
function returns(y: Float64Array, { start, end, peak }: DecidedInterval): boolean {
  const n = y.length;
  if (start === 0 || end === n - 1) return false;
  const before = selectQuantile(y.slice(Math.max(0, start - BESIDE), start), 0.5);
  const after = selectQuantile(y.slice(end + 1, Math.min(n, end + 1 + BESIDE)), 0.5);
  return Math.abs(after - before) <= RETURNS * Math.abs(y[peak]! - (before + after) / 2);
}
