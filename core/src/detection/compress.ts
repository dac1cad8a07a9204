import { checkRecord, checkRun, checkSeries, checkText } from '../check-argument.js';
import { distill, rankCorrelation } from '../detectors/transfer/distill.js';
import type { DetectorOptions, FitReport, RunOptions } from '../detectors/base/types.js';
import { getSeriesDefinition } from '../detectors/registry.js';
import { resolveOptions } from '../detectors/base/options.js';
import { HeedError } from '../errors.js';
import type { Series } from '../series/series.js';
import { SeriesDetector } from './series-detector.js';
import { loadDetector } from './load.js';
import type { Detector } from './detector-types.js';

/** Size, speed and scores of a model file beside those of the model it stands for. */
export interface CompressionFigures {
  /** Of the model files. */
  readonly bytes: number;
  readonly originalBytes: number;
  /** Seconds to score the series. */
  readonly seconds: number;
  readonly originalSeconds: number;
  /** Spearman's rank correlation of the scores: 1 = the same ranking. */
  readonly rankCorrelation: number;
  /** Points of n that lie on the other side of the threshold. */
  readonly changed: number;
  readonly points: number;
}

/**
 * What saving a fitted detector with 8-bit weights costs, measured on a series.
 * @throws HeedError not-fitted, channel-mismatch, cancelled
 */
export async function measureQuantization(
  detector: Detector,
  series: Series,
  options: RunOptions = {},
): Promise<CompressionFigures> {
  checkRecord('detector', detector, 'save');
  checkSeries(series);
  checkRun(options);
  const definition = detector instanceof SeriesDetector ? detector.definition : undefined;
  const texts = [await detector.save(), await detector.save({ weights: 'int8' })];
  const [full, small] = await Promise.all(texts.map((text) => loadDetector(text, definition)));
  try {
    return await compare(full!, small!, series, options, texts);
  } finally {
    full!.dispose();
    small!.dispose();
  }
}

/** A smaller detector taught by a larger one, and what that cost. */
export interface DistilledDetector {
  readonly student: Detector;
  readonly fit: FitReport;
  /** The student's file, speed and scores beside the teacher's. */
  readonly figures: CompressionFigures;
  /** Trainable values. */
  readonly parameters: number;
  readonly teacherParameters: number;
}

/**
 * Trains a smaller detector to answer as a fitted one does (“Attention-based anomaly detection in spatio-temporal sequences” §9.2): see `distill`. The student can be saved,
 * loaded and used as any other.
 * @param studentOptions laid over the defaults; `supervised` is the teacher's where both have the option
 * @param series needs no labels
 * @throws HeedError unknown-detector, bad-option, not-fitted, not-supported, channel-mismatch, cancelled
 */
export async function distillDetector(
  teacher: Detector,
  studentId: string,
  studentOptions: DetectorOptions,
  series: Series,
  options: RunOptions = {},
): Promise<DistilledDetector> {
  checkRecord('teacher', teacher);
  checkText('id of the student', studentId);
  checkRecord('options of the student', studentOptions);
  checkSeries(series);
  checkRun(options);
  const definition = getSeriesDefinition(studentId);
  if (!(teacher instanceof SeriesDetector)) {
    throw new HeedError(
      'not-supported',
      'the teacher is no detector of series',
      'Load it with loadDetector.',
    );
  }
  teacher.checkFitted();
  const { supervised } = teacher.options;
  const inherited = 'supervised' in definition.options && supervised !== undefined ? { supervised } : {};
  const resolved = resolveOptions(definition, { ...inherited, ...studentOptions });
  const { series: filled } = await teacher.prepare(series, options);
  const { student: raw, fit, compression } = await distill(teacher.raw, studentId, resolved, filled, options);
  const student = new SeriesDetector(definition, resolved, raw);
  try {
    await student.adopt(series, { ...options, onProgress: undefined }, fit);
    const texts = [await teacher.save(), await student.save()];
    const figures = await compare(teacher, student, series, options, texts);
    const { parameters } = compression.student;
    return { student, fit, figures, parameters, teacherParameters: compression.teacher.parameters };
  } catch (error) {
    student.dispose();
    throw error;
  }
}

async function compare(
  original: Detector,
  other: Detector,
  series: Series,
  options: RunOptions,
  [originalText, text]: readonly string[],
): Promise<CompressionFigures> {
  const { labels: _, ...unlabeled } = series;
  const timed = async (detector: Detector) => {
    const started = performance.now();
    const { score } = await detector.score(unlabeled, { ...options, onProgress: undefined });
    return { score, seconds: (performance.now() - started) / 1000 };
  };
  // The first pass compiles and allocates, whoever goes first; it does not count.
  await timed(original);
  const before = await timed(original);
  const after = await timed(other);
  return {
    bytes: text!.length,
    originalBytes: originalText!.length,
    seconds: after.seconds,
    originalSeconds: before.seconds,
    rankCorrelation: rankCorrelation(before.score, after.score),
    changed: before.score.reduce((n, score, t) => n + (score > 1 === after.score[t]! > 1 ? 0 : 1), 0),
    points: series.time.length,
  };
}
