import { checkRecord, checkSeries, checkText } from '../../check-argument.js';
import { resolveOptions } from '../base/options.js';
import { readLength } from '../../check-number.js';
import { HeedError, shownValue } from '../../errors.js';
import type { Series } from '../../series/series.js';
import type { DetectorOptions, FitReport, RawDetector, RawScores, RunOptions } from '../base/types.js';
import { quantizeState, stateBytes } from '../base/quantize.js';
import { getSeriesDefinition } from '../registry.js';
import type { WindowedDetector } from '../learned/training/windowed-detector.js';

/** What making a detector smaller cost. */
export interface CompressionReport {
  readonly teacher: CompressedSize;
  readonly student: CompressedSize;
  /** The student with 8-bit weights. */
  readonly quantized: CompressedSize;
}

/** Size and speed of one detector, and how its ranking of the points compares with the teacher's. */
export interface CompressedSize {
  readonly parameters: number;
  readonly bytes: number;
  /** Seconds to score the series. */
  readonly seconds: number;
  /** Spearman's rank correlation of its scores with the teacher's: 1 = the same ranking. */
  readonly rankCorrelation: number;
}

/** A distilled detector with its reports. */
export interface Distilled {
  readonly student: RawDetector;
  readonly fit: FitReport;
  readonly compression: CompressionReport;
}

/**
 * Trains a smaller detector to answer as a fitted one does (“Attention-based anomaly detection in spatio-temporal sequences” §9.2; Hinton et al. 2015): the student's
 * targets are what the teacher expected of the series, or its probabilities where it was supervised. The series
 * needs no labels.
 * @param teacher a fitted detector that gives `expected` or probabilities
 * @param studentId a learned detector; its `supervised` option must be that of the teacher
 * @throws HeedError unknown-detector, bad-option, not-fitted, not-supported, cancelled
 */
export async function distill(
  teacher: RawDetector,
  studentId: string,
  studentOptions: DetectorOptions,
  series: Series,
  options: RunOptions = {},
): Promise<Distilled> {
  checkRecord('teacher', teacher);
  checkText('id of the student', studentId);
  checkRecord('options of the student', studentOptions);
  checkSeries(series);
  checkRecord('options', options);
  const definition = getSeriesDefinition(studentId);
  const make = async (): Promise<WindowedDetector> => {
    const raw = await definition.create(resolveOptions(definition, studentOptions));
    if (!('initialize' in raw)) {
      throw new HeedError(
        'not-supported',
        `${studentId} does not learn`,
        'Choose a learned detector as student.',
      );
    }
    return raw as WindowedDetector;
  };
  const taught = await timed(teacher, series, options);
  const student = await make();
  const targets = student.plan.supervised
    ? { probabilities: taught.scores.raw }
    : { expected: taught.scores.expected! };
  if (!student.plan.supervised && !taught.scores.expected) {
    throw new HeedError(
      'not-supported',
      'the teacher says what is anomalous but not what it expects',
      'Choose a student with the option supervised.',
    );
  }
  const fit = await student.fit(series, options, targets);
  const learned = await timed(student, series, options);
  const state = await student.getState();
  const small = quantizeState(state);
  const quantizedStudent = await make();
  await quantizedStudent.setState(small);
  const quantized = await timed(quantizedStudent, series, options);
  quantizedStudent.dispose();
  const teacherState = await teacher.getState?.();
  const parameters = (tensors: object): number =>
    Object.values(tensors as Record<string, { values: { length: number } }>).reduce(
      (n, t) => n + t.values.length,
      0,
    );
  const measureSize = (
    bytes: number,
    count: number,
    run: { scores: RawScores; seconds: number },
  ): CompressedSize => ({
    parameters: count,
    bytes,
    seconds: run.seconds,
    rankCorrelation: rankCorrelation(run.scores.raw, taught.scores.raw),
  });
  return {
    student,
    fit,
    compression: {
      teacher: measureSize(
        teacherState ? stateBytes(teacherState) : 0,
        teacherState ? parameters(teacherState.tensors) : 0,
        taught,
      ),
      student: measureSize(stateBytes(state), fit.parameters, learned),
      quantized: measureSize(stateBytes(small), fit.parameters, quantized),
    },
  };
}

async function timed(
  detector: RawDetector,
  series: Series,
  options: RunOptions,
): Promise<{ scores: RawScores; seconds: number }> {
  const start = performance.now();
  const { labels: _, ...unlabeled } = series;
  const scores = await detector.score(unlabeled, options);
  return { scores, seconds: (performance.now() - start) / 1000 };
}

/**
 * Spearman's rank correlation of two lists of n values; ties get their mean rank.
 * @throws HeedError length-mismatch, not-finite
 */
export function rankCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (readLength(a) !== readLength(b)) {
    throw new HeedError(
      'length-mismatch',
      `there are ${a.length} and ${b.length} values`,
      'Give two lists of one length.',
    );
  }
  const [x, y] = [ranks(a), ranks(b)];
  const mean = (a.length + 1) / 2;
  let xy = 0;
  let xx = 0;
  let yy = 0;
  for (let i = 0; i < x.length; i++) {
    xy += (x[i]! - mean) * (y[i]! - mean);
    xx += (x[i]! - mean) ** 2;
    yy += (y[i]! - mean) ** 2;
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0;
}

function ranks(values: ArrayLike<number>): Float64Array {
  for (let i = 0; i < values.length; i++) {
    // What is no number has no place in an order, and equals nothing, itself included.
    if (!Number.isNaN(Number(values[i]))) continue;
    throw new HeedError(
      'not-finite',
      `value ${i} is ${shownValue(values[i])}`,
      'Leave it out of both lists.',
    );
  }
  const order = Array.from({ length: values.length }, (_, i) => i).sort((i, j) => values[i]! - values[j]!);
  const result = new Float64Array(values.length);
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let i = from; i < to; i++) result[order[i]!] = (from + to + 1) / 2;
    from = to;
  }
  return result;
}
