import type {
  AttentionMap,
  DetectorOptions,
  DetectorTags,
  FineTuneOptions,
  FitReport,
  RunOptions,
} from '../detectors/base/types.js';
import type { Detection, EventOptions } from './types.js';
import type { Preparation } from '../preprocess/preparation.js';
import type { Series } from '../series/series.js';

/**
 * A fitted or fittable detector as every surface sees it: raw detector, filling of gaps, threshold, events and
 * explanation in one.
 */
export interface Detector {
  readonly id: string;
  readonly tags: DetectorTags;
  /** All of them, defaults included. */
  readonly options: DetectorOptions;
  /** What a fit was told to do to every series first; undefined for nothing. */
  readonly preparation?: Preparation | undefined;
  /**
   * A no-op (with a report) for training-free detectors. Feedback given here is kept, used by every later `score`
   * (together with what that is given) and saved.
   * @throws HeedError labels-missing, too-few-points, cancelled, memory-limit
   */
  fit(train: Series, options?: RunOptions): Promise<FitReport>;
  /**
   * Trains a fitted detector further: transfer to another domain, a round of federated averaging.
   * @throws HeedError not-supported, not-fitted, channel-mismatch, labels-missing, cancelled
   */
  fineTune(train: Series, options?: FineTuneOptions): Promise<FitReport>;
  /** @throws HeedError not-fitted, channel-mismatch, too-few-points, cancelled, memory-limit */
  score(series: Series, options?: ScoreOptions): Promise<Detection>;
  /** The scores alone: n values, 1 is the threshold. @throws HeedError as `score` */
  scores(series: Series, options?: ScoreOptions): Promise<Float32Array>;
  /** Another detector with the same options, not fitted: for each series one of its own. */
  clone(): Promise<Detector>;
  /**
   * What the points of a window around a point attended to, for `plotAttention`.
   * @throws HeedError not-supported (no attention to look at), not-fitted, channel-mismatch, too-few-points, bad-option
   */
  attentionMap(series: Series, point: number): Promise<AttentionMap>;
  /**
   * The fitted detector as one self-describing JSON text, versioned and checksummed.
   * @throws HeedError not-fitted
   */
  save(options?: SaveOptions): Promise<string>;
  dispose(): void;
}

/** How a model file is written. */
export interface SaveOptions {
  /**
   * `int8`: weight matrices in 8 bits, about a quarter of the size, at the price of slightly other scores;
   * `float32` (default): the same scores after loading.
   */
  readonly weights?: 'float32' | 'int8';
}

export interface ScoreOptions extends RunOptions {
  readonly events?: EventOptions;
  /** IANA zone of the times in reasons; UTC where absent. */
  readonly timeZone?: string;
}
