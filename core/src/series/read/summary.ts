import { checkEach, checkSeries, checkText } from '../../check-argument.js';
import type { Series } from '../series.js';
import { medianStep } from './time-formats.js';

/** What was understood of an input: part of every answer, so that a wrong reading shows. */
export interface InputSummary {
  readonly points: number;
  /** Epoch ms of the first and the last point; row numbers where the input has no time column. */
  readonly start: number;
  readonly end: number;
  /** Usual distance of neighboring points in ms; 1 for rows, null for a single point. */
  readonly step: number | null;
  readonly channels: readonly {
    readonly name: string;
    readonly unit: string | null;
    /** Least and greatest value. */
    readonly min: number;
    readonly max: number;
    /** Points without a value. */
    readonly missing: number;
  }[];
  /** The ground truth beside the channels, which detectors do not see; null where there is none. */
  readonly labels: {
    /** The column that it was read from. */
    readonly column: string;
    /** Points labeled anomalous. */
    readonly anomalous: number;
  } | null;
  /** What a reader should know of how it was read: one sentence each. */
  readonly notes: readonly string[];
}

/** Says what a series holds, with the notes of its reader and the name of its column of labels. */
export function summarizeInput(
  series: Series,
  notes: readonly string[],
  labelColumn = 'label',
): InputSummary {
  checkSeries(series);
  checkEach('note', notes, checkText);
  checkText('column of labels', labelColumn);
  const { time, labels } = series;
  const n = time.length;
  return {
    points: n,
    start: time[0]!,
    end: time[n - 1]!,
    step: n < 2 ? null : medianStep(time),
    channels: series.channels.map(({ name, unit, values }) => {
      let [min, max, missing] = [Infinity, -Infinity, 0];
      for (const value of values) {
        if (Number.isNaN(value)) missing++;
        else {
          if (value < min) min = value;
          if (value > max) max = value;
        }
      }
      return { name, unit: unit ?? null, min, max, missing };
    }),
    labels: labels
      ? { column: labelColumn, anomalous: labels.reduce((sum: number, label) => sum + label, 0) }
      : null,
    notes,
  };
}
