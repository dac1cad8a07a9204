import type { DecidedInterval } from './types.js';

/** Fewest points of a heartbeat, and the share of them that must tell nothing but that it is alive. */
const FEWEST_POINTS = 30;
const MONOTONOUS = 0.98;
/** Fewest steps without a sample that are an outage, how much longer than other gaps, and most of them in a series. */
const FEWEST_STEPS = 5;
const LONGER = 3;
const MOST_OUTAGES = 3;
/** Missing steps by which the score rises by 1, and its most. */
const STEPS_OF_SCORE = 5;
const HIGHEST = 30;

/** Steps at which no sample came: the last point before and the first one after them where they have no points. */
interface Gap {
  readonly start: number;
  readonly end: number;
  /** How many steps. */
  readonly steps: number;
}

/**
 * Whether a series says hardly more than that it is alive: the same value nearly always, or the same increment, as of a
 * counter of beats. That it does not come is then what there is to tell; the gap of a measurement says nothing of what is
 * measured.
 * @param missing n values, 1 = no value was observed
 */
export function isHeartbeat(values: Float64Array, missing: Uint8Array | undefined): boolean {
  const present = missing ? values.filter((_, t) => !missing[t]) : values;
  if (present.length < FEWEST_POINTS) return false;
  let [held, even] = [0, 0];
  for (let t = 2; t < present.length; t++) {
    const step = present[t]! - present[t - 1]!;
    if (step === 0) held++;
    if (step > 0 && step === present[t - 1]! - present[t - 2]!) even++;
  }
  return Math.max(held, even) >= MONOTONOUS * (present.length - 2);
}

/** Outages of a series all of whose channels are heartbeats: its steps without points, and its points without values. */
export function findOutages(
  time: Float64Array,
  step: number,
  missing: Uint8Array | undefined,
): DecidedInterval[] {
  const gaps: Gap[] = [];
  const n = time.length;
  let start = -1;
  for (let t = 0; t < n; t++) {
    if (step > 0 && t > 0) {
      const steps = Math.round((time[t]! - time[t - 1]!) / step) - 1;
      if (steps > 0) gaps.push({ start: t - 1, end: t, steps });
    }
    if (!missing?.[t]) start = -1;
    // Before the first sample and after the last one nothing was expected, as far as one can tell.
    else if (t > 0 && !missing[t - 1]) start = t;
    if (start >= 0 && t + 1 < n && !missing?.[t + 1]) gaps.push({ start, end: t, steps: t - start + 1 });
  }
  gaps.sort((a, b) => b.steps - a.steps);
  // So many of the longest that all others are much shorter.
  let count = MOST_OUTAGES;
  while (count > 0 && !((gaps[count - 1]?.steps ?? 0) >= LONGER * (gaps[count]?.steps ?? 1))) count--;
  return gaps
    .slice(0, count)
    .filter(({ steps }) => steps >= FEWEST_STEPS)
    .map(({ start, end, steps }) => ({
      start,
      end,
      peak: end,
      sign: 'gap',
      way: 0,
      score: Math.min(HIGHEST, 1 + steps / STEPS_OF_SCORE),
    }));
}
