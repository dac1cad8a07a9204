import { HeedError } from '../errors.js';
import type { Series } from '../series/series.js';
import { excludedPoints } from './calendar.js';
import { clearDeviation, largestDeviation, type Reference } from './deviation.js';
import { findRuns, type ScoreRun } from './runs.js';
import type { EventOptions } from './types.js';

/** A run of scores above 1 that counts as an event, before it is explained. */
export interface EventRun extends ScoreRun {
  readonly direction: 'above' | 'below' | 'shape';
}

const directions = ['above', 'below', 'both'];

/**
 * Turns scores into events: merges near runs, then drops short ones, those in excluded times, those that leave the
 * expected values the other way or too little, and those that only a long gap made.
 * @param series complete
 * @param missing n values, 1 = no value was observed
 * @throws HeedError bad-option
 */
export function findEvents(
  series: Series,
  score: Float32Array,
  reference: Reference,
  options: EventOptions = {},
  missing?: Uint8Array,
): EventRun[] {
  checkEventOptions(options);
  const { direction = 'both', minDeviation = 0, minRelativeDeviation = 0 } = options;
  const excluded = excludedPoints(series.time, options.exclude, series.indexTime);
  const runs = findRuns(score, options, excluded);
  return runs.flatMap((run) => {
    const deviations = series.channels.map((_, c) =>
      largestDeviation(series, reference, c, run.startIndex, run.endIndex, missing),
    );
    if (missing && madeByGap(run, deviations, missing)) return [];
    // With values of its own to compare with, a detector's residual of pure rounding is no event.
    if (
      reference.fromDetector &&
      deviations.every(({ difference, channel }) => Math.abs(difference) <= 1e-9 * reference.range[channel]!)
    ) {
      return [];
    }
    if (
      !deviations.some(
        ({ difference, expected }) =>
          Math.abs(difference) >= minDeviation &&
          Math.abs(difference) >= minRelativeDeviation * Math.abs(expected),
      )
    ) {
      return [];
    }
    const furthest = deviations.reduce((a, b) => (b.spreads > a.spreads ? b : a));
    const way = furthest.spreads < clearDeviation ? 'shape' : furthest.difference > 0 ? 'above' : 'below';
    if (direction !== 'both' && way !== direction) return [];
    return [{ ...run, direction: way } as const];
  });
}

/**
 * True where a run lies beside a gap longer than itself and the values observed in it are ordinary: then it is the
 * straight line across the gap that looked unusual.
 */
function madeByGap(
  { startIndex, endIndex }: ScoreRun,
  deviations: readonly { readonly spreads: number }[],
  missing: Uint8Array,
): boolean {
  const length = endIndex - startIndex + 1;
  let gap = 0;
  for (let t = Math.max(0, startIndex - length); t <= Math.min(missing.length - 1, endIndex + length); t++) {
    gap += missing[t]!;
  }
  return gap > length / 2 && deviations.every(({ spreads }) => spreads < clearDeviation);
}

function checkEventOptions(options: EventOptions): void {
  const { direction, mergeGap, minLength, minDeviation, minRelativeDeviation } = options;
  if (direction !== undefined && !directions.includes(direction)) {
    throw new HeedError(
      'bad-option',
      `the direction is "${String(direction)}"`,
      `Give one of ${directions.join(', ')}.`,
    );
  }
  const numbers = { mergeGap, minLength, minDeviation, minRelativeDeviation };
  for (const [name, value] of Object.entries(numbers)) {
    if (value !== undefined && !(value >= 0 && value < Infinity)) {
      throw new HeedError('bad-option', `"${name}" is ${value}`, 'Give a finite number of at least 0.');
    }
  }
}
