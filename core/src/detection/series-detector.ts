import {
  checkAnyNumber,
  checkParts,
  checkRecord,
  checkRun,
  checkSeries,
  checkText,
} from '../check-argument.js';
import { yieldToEventLoop } from '../yield.js';
import type {
  AttentionMap,
  DetectorOptions,
  DetectorTags,
  FineTuneOptions,
  Feedback,
  FitReport,
  RawDetector,
  RawScores,
  RunOptions,
  SeriesDetectorDefinition,
} from '../detectors/base/types.js';
import { quantizeState } from '../detectors/base/quantize.js';
import { resolveOptions, type OptionsOf, type OptionsSchema } from '../detectors/base/options.js';
import { HeedError, throwIfAborted } from '../errors.js';
import { encodeModel, type ModelContent } from './model-file.js';
import type { Detection } from './types.js';
import type { Preparation } from '../preprocess/preparation.js';
import type { Series } from '../series/series.js';
import {
  checkCalibratedLength,
  checkChannels,
  checkMemory,
  checkPoints,
  checkRunOptions,
  checkTrainingLabels,
} from './checks.js';
import { buildDetection } from './detection.js';
import { joinFeedback } from '../feedback/read.js';
import { fillGaps, type FilledSeries } from './gaps.js';
import { createRawDetector } from './raw-detector.js';
import type { Detector, SaveOptions, ScoreOptions } from './detector-types.js';

/** Most raw scores of a training series that a fitted detector keeps; the latest ones. */
const mostTrainingScores = 10_000;

/**
 * Makes a detector from its definition alone. Unlike `createDetector` it brings no other detector along, which keeps a
 * page small: `createDetectorFrom(pca, { window: 20 })` with `pca` from `@heed/core/detectors/pca`.
 * @param options laid over the definition's defaults
 * @throws HeedError bad-option
 */
export async function createDetectorFrom<S extends OptionsSchema>(
  definition: SeriesDetectorDefinition<S>,
  options: Partial<OptionsOf<S>> = {},
): Promise<Detector> {
  checkParts('detector definition', definition, { id: checkText, options: checkRecord });
  checkRecord('options', options);
  return SeriesDetector.create(definition, options);
}

interface Fitted {
  /** Names, in order. */
  readonly channels: readonly string[];
  readonly training?: Float64Array;
}

/** Loaded where it is asked for: filters and their checks are much of a small page. */
const preparing = () => import('./prepare.js');
const checked = async (preparation: unknown): Promise<Preparation> =>
  (await preparing()).checkPreparation(preparation);

/** @throws HeedError as `prepareSeries` and `fillGaps` */
const fillAndSmooth = async (series: Series, preparation: Preparation | undefined): Promise<FilledSeries> =>
  preparation ? (await preparing()).prepareSeries(series, preparation) : fillGaps(series);

/** A raw detector with everything around it. */
export class SeriesDetector implements Detector {
  readonly id: string;
  readonly tags: DetectorTags;
  private fitted: Fitted | undefined;
  /** What was said when it was fitted, or is in the model file. */
  private feedback: readonly Feedback[] = [];
  /** What a fit was told to do to every series first, or is in the model file. */
  preparation: Preparation | undefined;

  constructor(
    readonly definition: SeriesDetectorDefinition,
    readonly options: DetectorOptions,
    readonly raw: RawDetector,
  ) {
    this.id = definition.id;
    this.tags = definition.tags;
  }

  /** @param options laid over the definition's defaults */
  static async create(
    definition: SeriesDetectorDefinition,
    options: DetectorOptions = {},
  ): Promise<SeriesDetector> {
    const resolved = resolveOptions(definition, options);
    return new SeriesDetector(definition, resolved, await createRawDetector(definition, resolved));
  }

  async fit(train: Series, options: RunOptions = {}): Promise<FitReport> {
    checkSeries(train);
    checkRun(options);
    const { raw } = this;
    if (options.feedback) this.feedback = options.feedback;
    if (options.preparation) this.preparation = await checked(options.preparation);
    if (!raw.fit) {
      this.refuseCleaning(options.preparation);
      throwIfAborted(options.signal);
      return {
        detector: this.id,
        points: train.time.length,
        seconds: 0,
        parameters: 0,
        notes: [
          this.feedback.length > 0
            ? 'This detector needs no training; it keeps the feedback.'
            : 'This detector needs no training.',
        ],
      };
    }
    if (this.tags.supervised) checkTrainingLabels(this.id, train);
    return this.train(train, options, (series) => raw.fit!(series, options));
  }

  async fineTune(train: Series, options: FineTuneOptions = {}): Promise<FitReport> {
    checkSeries(train);
    checkRun(options);
    const { raw } = this;
    if (!raw.fineTune) {
      throw new HeedError(
        'not-supported',
        `the detector "${this.id}" cannot be trained further`,
        'Fit it anew on all the data.',
      );
    }
    this.checkFitted();
    checkChannels(this.id, this.fitted?.channels, train);
    if (this.tags.supervised) checkTrainingLabels(this.id, train);
    // A fitted detector adapts to fewer points than a new one learns from; it says itself when they are too few.
    return this.train(train, options, (series) => raw.fineTune!(series, options), 1);
  }

  async score(series: Series, given: ScoreOptions = {}): Promise<Detection> {
    checkSeries(series);
    checkRun(given);
    this.checkFitted();
    if (!this.raw.fit) this.refuseCleaning(given.preparation);
    const options = { ...given, feedback: joinFeedback(this.feedback, given.feedback) };
    const filled = await this.prepare(series, options);
    const raw = await this.raw.score(filled.series, options);
    // Decisions hold the thread: who is told so has heard of what came before.
    await yieldToEventLoop();
    throwIfAborted(options.signal);
    options.onProgress?.({ phase: 'decide', done: 0 });
    return buildDetection({
      detector: this.id,
      given: series,
      filled,
      raw,
      options,
      training: this.fitted?.training,
      // A calibration set earlier goes with the scores of later points alone.
      decides: !options.calibratedLength || options.calibratedLength === series.time.length,
    });
  }

  async scores(series: Series, options: ScoreOptions = {}): Promise<Float32Array> {
    checkSeries(series);
    checkRun(options);
    return (await this.score(series, options)).score;
  }

  clone(): Promise<SeriesDetector> {
    return SeriesDetector.create(this.definition, this.options);
  }

  async attentionMap(series: Series, point: number): Promise<AttentionMap> {
    checkSeries(series);
    checkAnyNumber('point', point);
    this.checkFitted();
    const { series: filled } = await this.prepare(series, {});
    if (this.raw.attentionMap) return this.raw.attentionMap(filled, point);
    throw new HeedError(
      'not-supported',
      `the detector "${this.id}" has no map of attention`,
      'Its events carry the intervals it attended to, where it attends.',
    );
  }

  async save(options: SaveOptions = {}): Promise<string> {
    checkRecord('options', options);
    const { weights = 'float32' } = options;
    this.checkFitted();
    const state = (await this.raw.getState?.()) ?? { json: {}, tensors: {} };
    return encodeModel({
      detector: this.id,
      options: this.options,
      channels: this.fitted?.channels ?? [],
      state: weights === 'int8' ? quantizeState(state) : state,
      ...(this.fitted?.training
        ? { training: weights === 'int8' ? Float32Array.from(this.fitted.training) : this.fitted.training }
        : {}),
      feedback: this.feedback,
      ...(this.preparation ? { preparation: this.preparation } : {}),
    });
  }

  /** Takes over what `save` wrote. */
  async restore(content: ModelContent): Promise<void> {
    this.feedback = content.feedback ?? [];
    this.preparation = content.preparation && (await checked(content.preparation));
    if (content.channels.length > 0) {
      await this.raw.setState?.(content.state);
      this.fitted = {
        channels: content.channels,
        ...(content.training ? { training: Float64Array.from(content.training) } : {}),
      };
    }
    this.checkFitted();
  }

  /** Takes over a raw detector that learned a series without `fit`, as in distillation. */
  adopt(train: Series, options: RunOptions, report: FitReport): Promise<FitReport> {
    return this.train(train, options, async () => report);
  }

  dispose(): void {
    this.raw.dispose?.();
  }

  /**
   * Checks a series, fills its gaps and does what else was asked for.
   * @throws HeedError cancelled, bad-option, channel-mismatch, too-few-points, memory-limit, all-missing
   */
  async prepare(series: Series, options: RunOptions): Promise<FilledSeries> {
    throwIfAborted(options.signal);
    checkRunOptions(series, options);
    checkChannels(this.id, this.fitted?.channels, series);
    checkPoints(this.id, this.tags.minPoints, series);
    checkCalibratedLength(this, series, options);
    checkMemory(this.id, series, options);
    return fillAndSmooth(series, options.preparation ?? this.preparation);
  }

  /** @throws HeedError bad-option where there is no training that cleaning would concern */
  private refuseCleaning(preparation: Preparation | undefined): void {
    if (preparation?.clean === undefined) return;
    throw new HeedError(
      'bad-option',
      `the detector "${this.id}" needs no training, so there is no training series to clean`,
      'Leave the cleaning out, or choose a detector that is fitted.',
    );
  }

  /** Raw scores of the training series, where there was one. */
  get training(): Float64Array | undefined {
    return this.fitted?.training;
  }

  /** @throws HeedError not-fitted */
  checkFitted(): void {
    if (this.tags.needsTraining && !this.fitted) {
      throw new HeedError(
        'not-fitted',
        `the detector "${this.id}" has not been fitted`,
        'Call fit with a training series first, or load a fitted model.',
      );
    }
  }

  private async train(
    train: Series,
    options: RunOptions,
    fit: (series: Series) => Promise<FitReport>,
    fewest = this.tags.minPoints,
  ): Promise<FitReport> {
    throwIfAborted(options.signal);
    checkRunOptions(train, options);
    checkPoints(this.id, fewest, train);
    checkMemory(this.id, train, options);
    const preparation = options.preparation ?? this.preparation;
    const cleaned = preparation?.clean
      ? await (await preparing()).cleanSeries(train, preparation.clean, options)
      : undefined;
    const prepared = await fillAndSmooth(cleaned?.series ?? train, preparation);
    const notes = [...(cleaned ? [cleaned.note] : []), ...prepared.notes];
    const { series } = prepared;
    const report = await fit(series);
    throwIfAborted(options.signal);
    // What the detector makes of its own training series tells how large its scores of normal data are.
    const scores: RawScores = await this.raw.score(series, {
      ...options,
      onProgress: undefined,
      feedback: undefined,
    });
    throwIfAborted(options.signal);
    this.fitted = {
      channels: train.channels.map(({ name }) => name),
      ...(scores.threshold === undefined ? { training: scores.raw.slice(-mostTrainingScores) } : {}),
    };
    return notes.length > 0 ? { ...report, notes: [...notes, ...(report.notes ?? [])] } : report;
  }
}
