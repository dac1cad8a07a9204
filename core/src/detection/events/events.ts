import { checkNumber } from '../../check-number.js';
import { HeedError, shownValue } from '../../errors.js';
import type { Series } from '../../series/series.js';
import { excludedPoints } from './calendar.js';
import { clearDeviation, inSpreads, largestDeviation, type Deviation, type Reference } from './deviation.js';
import { findRuns, type ScoreRun } from './runs.js';
import type { EventOptions } from '../types.js';

/** A run of scores above 1 that counts as an event, before it is explained. */
export interface EventInterval extends ScoreRun {
  readonly direction: 'above' | 'below' | 'shape';
}

const directions = ['above', 'below', 'both'];

/** Share of an event's points that must have left the expected values for its ends to be set by them. */
const mostlyDeviating = 0.25;

/**
 * Turns scores into events: merges near runs, cuts them to the points that left what is normal where that is known,
 * then drops short ones, those in excluded times, those that leave the expected values the other way or too little,
 * and those that only a long gap made.
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
): EventInterval[] {
  checkEventOptions(options);
  const { direction = 'both', minDeviation = 0, minRelativeDeviation = 0 } = options;
  const excluded = excludedPoints(series.time, options.exclude, series.indexTime);
  const { mergeGap, minLength = 1 } = options;
  const deviates = (t: number): boolean =>
    series.channels.some(
      ({ values }, c) =>
        inSpreads(values[t]!, reference.expected[c]![t]!, reference.spread[c]![t]!, reference.range[c]!) >=
        clearDeviation,
    );
  const runs = findRuns(score, { mergeGap }, excluded)
    .map((run) => (reference.fromNormal ? cutRun(run, score, deviates) : run))
    .filter(({ startIndex, endIndex }) => endIndex - startIndex + 1 >= minLength);
  return runs.flatMap((run) => {
    const deviations = series.channels.map((_, c) =>
      largestDeviation(series, reference, c, run.startIndex, run.endIndex, missing),
    );
    if (!reference.decided && missing && madeByGap(run, deviations, missing)) return [];
    // With values of its own to compare with, a detector's residual of pure rounding is no event.
    if (
      !reference.decided &&
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
    const { spreads, difference } = mainDeviation(run, deviations, reference.contributions);
    const way = spreads < clearDeviation ? 'shape' : difference > 0 ? 'above' : 'below';
    if (direction !== 'both' && way !== direction) return [];
    return [{ ...run, direction: way } as const];
  });
}

/** The deviation of the channel that made most of the run; where the detector does not tell, the furthest one. */
function mainDeviation(
  { startIndex, endIndex }: ScoreRun,
  deviations: readonly Deviation[],
  contributions: Reference['contributions'],
): Deviation {
  const weigh = ({ channel, spreads }: Deviation): number => {
    if (!contributions) return spreads;
    let sum = 0;
    for (let t = startIndex; t <= endIndex; t++) sum += contributions[channel]![t]!;
    return sum;
  };
  const weights = deviations.map(weigh);
  return deviations[weights.indexOf(Math.max(...weights))]!;
}

/**
 * A run without the points at its ends that are as normal lets expect: the score of a window reaches as far as the
 * window, the anomaly often does not. Runs that show in the shape alone stay as they are.
 */
function cutRun(run: ScoreRun, score: Float32Array, deviates: (t: number) => boolean): ScoreRun {
  const points: number[] = [];
  for (let t = run.startIndex; t <= run.endIndex; t++) if (deviates(t)) points.push(t);
  const startIndex = points[0] ?? run.startIndex;
  const endIndex = points[points.length - 1] ?? run.endIndex;
  if (points.length < mostlyDeviating * (endIndex - startIndex + 1)) return run;
  let peakIndex = startIndex;
  for (let t = startIndex; t <= endIndex; t++) if (score[t]! > score[peakIndex]!) peakIndex = t;
  return { startIndex, endIndex, peakIndex, score: run.score };
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
      `the direction is ${shownValue(direction)}`,
      `Give one of ${directions.join(', ')}.`,
    );
  }
  const numbers = { mergeGap, minLength, minDeviation, minRelativeDeviation };
  for (const [name, value] of Object.entries(numbers))
    if (value !== undefined) checkNumber(`"${name}"`, value, { min: 0 });
}
