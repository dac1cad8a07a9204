import type { Graph, GraphSequence } from '../../series/graph.js';
import type { Interval } from '../../series/interval.js';
import type { Preparation } from '../../preprocess/preparation.js';
import type { Series } from '../../series/series.js';
import type { OptionsOf, OptionsSchema } from './options.js';

export type { DetectorOptions } from './options.js';

/** What a detector can do; the registry, the pickers and the generated contract suite read it. */
export interface DetectorTags {
  /** True where `score` before `fit` is an error. */
  readonly needsTraining: boolean;
  /** True where `fit` needs `labels`. */
  readonly supervised: boolean;
  readonly multivariate: boolean;
  /** True where points can be appended and scored one by one with the batch's numbers. */
  readonly streaming: boolean;
  /**
   * True where a stream keeps what its history told (scales, periods, weights, threshold): its numbers are those that
   * `score` gives with `calibratedLength`, not those of a plain `score` of the longer series.
   */
  readonly calibrated?: boolean;
  /** Fewest points it can score. */
  readonly minPoints: number;
  /** True where the events carry what was attended to: intervals, or peers. */
  readonly explains: boolean;
  /** A trivial reference to be measured against, not a proposal. */
  readonly baseline?: boolean;
}

/** Progress of long work; at least one per second. */
export interface Progress {
  /** `fit`, `score`, `read`, `explain`… */
  readonly phase: string;
  /** 0…1. */
  readonly done: number;
  /** Training loss where there is one. */
  readonly loss?: number;
  readonly epoch?: number;
  readonly epochs?: number;
  /** Estimate of the time left. */
  readonly secondsLeft?: number;
  readonly message?: string;
}

/** Options of every long-running call. */
export interface RunOptions {
  /** Cancels within 100 ms; the call then rejects with HeedError `cancelled`. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Same seed, same numbers. Default 0. */
  readonly seed?: number;
  /** Number of leading points known to be normal (training prefix); 0 or absent = none. */
  readonly trainLength?: number;
  /**
   * Number of leading points from which everything is taken that is estimated (scales, periods, weights, threshold), and
   * then kept for all that follow: a stream that was started after them gives the same numbers. Only for detectors
   * whose tags say `calibrated`; 0 or absent = all points. Where there is feedback, all points count.
   */
  readonly calibratedLength?: number;
  /** Most bytes the detector may allocate. */
  readonly memoryLimit?: number;
  /** What the user said of earlier events of this series. */
  readonly feedback?: readonly Feedback[];
  /** What is done to the series first; given to a fit it is kept. */
  readonly preparation?: Preparation;
}

/** How a stream runs. */
export interface StreamRunOptions extends RunOptions {
  /**
   * Latest points that new ones are compared with, for detectors that compare with the past; those of the history at
   * least. Up to a quarter more are kept, then all before are forgotten: from there on the scores are those of a series
   * that begins after them. Default 10,000.
   */
  readonly lookback?: number;
}

/** A user's word on an interval of the series. `start` and `end` are epoch ms, both inclusive. */
export interface Feedback {
  readonly start: number;
  readonly end: number;
  readonly kind: 'anomaly' | 'normal';
  /** The channel that is meant, where the detector judges every channel by itself; absent = all. */
  readonly channel?: string;
}

/** A normal interval the detector compared an event with. */
export interface AttendedInterval extends Interval {
  /** Attention weight, 0…1; the weights of one event sum to at most 1. */
  readonly weight: number;
}

/** A channel that another one was compared with at the same time. */
export interface AttendedChannel {
  /** Index of the channel. */
  readonly channel: number;
  /** Attention weight, 0…1; the weights of one comparison sum to at most 1. */
  readonly weight: number;
}

/**
 * What a detector computes: larger is more anomalous, in a unit of its own. The pipeline turns it into a
 * `Detection` (threshold, events, severity, reason), so that a detector knows nothing of surfaces.
 * n points, d channels.
 */
export interface RawScores {
  /** n values, finite, >= 0. */
  readonly raw: Float64Array;
  /** d × n values, finite, >= 0: how much each channel adds to `raw`. */
  readonly contributions?: readonly Float64Array[];
  /** d × n: what the detector expected. */
  readonly expected?: readonly Float64Array[];
  /** d × n: one standard deviation of what was expected. */
  readonly spread?: readonly Float64Array[];
  /**
   * Raw scores that the threshold is set from, where it is not all of `raw`: of the calibration by itself, where one was
   * asked for; of those channels that never stand out, where each is judged by itself.
   */
  readonly calibration?: Float64Array;
  /** The threshold where the detector learned one itself (feature-attention's T, a classifier's 0.5). */
  readonly threshold?: number;
  /** The intervals attended to while scoring points start…end (inclusive), heaviest first. */
  readonly attend?: (start: number, end: number) => readonly AttendedInterval[];
  /**
   * What the points outside the anomalous intervals let expect, within them too. Without it an anomaly is explained
   * by `expected`, `spread` and `attend`, which may rest on other anomalies like it.
   * @param intervals gravest first
   */
  readonly explain?: (intervals: readonly Interval[]) => Promise<NormalExplanation>;
  /**
   * d × n values, finite, >= 0, where the detector judges every channel by itself: `raw` is the largest of them at
   * every point, and each channel gets scores and events of its own.
   */
  readonly perChannel?: readonly Float64Array[];
  /** The channels that one was compared with in start…end (inclusive), heaviest first. */
  readonly attendPeers?: (channel: number, start: number, end: number) => readonly AttendedChannel[];
  /** Points after which the series repeats itself, where one was found. */
  readonly period?: number;
  /**
   * True where the score ranks the points and says nothing of where events begin and end: that is decided from the
   * points themselves.
   */
  readonly leavesEvents?: boolean;
  /** What the reader must know: downsampled history, dropped members, filled gaps. */
  readonly notes?: readonly string[];
  /** Weight of each member of a fused detector; sums to 1. */
  readonly members?: readonly { readonly name: string; readonly weight: number }[];
}

/** What the normal points of a series let expect. n points, d channels. */
export interface NormalExplanation {
  /** d × n. */
  readonly expected: readonly Float64Array[];
  /** d × n standard deviations. */
  readonly spread: readonly Float64Array[];
  /** The normal intervals that points start…end (inclusive) were compared with; none where nothing is like them. */
  readonly attend: (start: number, end: number) => readonly AttendedInterval[];
}

/** What one window's points attended to while they were judged: q queries, k keys. */
export interface AttentionMap {
  /** q × k weights; a row is what one point gave to the window's points and sums to at most 1. */
  readonly weights: readonly Float64Array[];
  /** Index into the series of the first query; a map of one row speaks for all points of the window. */
  readonly firstQuery: number;
  /** Index of the first key; below 0 where the window begins before the series, which is reflected there. */
  readonly firstKey: number;
}

/** How a fit went. */
export interface FitReport {
  readonly detector: string;
  readonly points: number;
  readonly seconds: number;
  /** Trainable parameters; 0 where there is nothing to train. */
  readonly parameters: number;
  /** Loss per epoch. */
  readonly loss?: readonly number[];
  readonly validationLoss?: readonly number[];
  readonly bestEpoch?: number;
  readonly notes?: readonly string[];
}

/** The fitted state as plain data: JSON values plus named tensors. */
export interface DetectorState {
  readonly json: Record<string, unknown>;
  readonly tensors: Readonly<Record<string, StateTensor>>;
}
export interface StateTensor {
  readonly shape: readonly number[];
  /** Int8Array: quantized; the tensor's name with `#scale` holds a factor per entry of the last axis. */
  readonly values: Float32Array | Float64Array | Int32Array | Int8Array;
}

/** How a fitted detector is trained further on other data. */
export interface FineTuneOptions extends RunOptions {
  /** Keeps the attention's parameters as they are, so that only the rest adapts. */
  readonly freezeAttention?: boolean;
  /**
   * Scales the channels by the new series in place of the one it was fitted to: for a domain of other levels and
   * sizes. Default false.
   */
  readonly rescale?: boolean;
  readonly epochs?: number;
  readonly learningRate?: number;
}

/**
 * The part a detector author writes, one file per detector. Input series are complete: the pipeline has filled
 * missing values.
 */
export interface RawDetector {
  /** Absent for training-free detectors. */
  fit?(train: Series, options: RunOptions): Promise<FitReport>;
  score(series: Series, options: RunOptions): Promise<RawScores>;
  /** Trains a fitted detector further: transfer to another domain, a client's round of federated averaging. */
  fineTune?(train: Series, options: FineTuneOptions): Promise<FitReport>;
  /** Attention in a window that judges a point; absent where there is no attention to look at. */
  attentionMap?(series: Series, point: number): Promise<AttentionMap>;
  /** The fitted state; absent for detectors that have none. */
  getState?(): Promise<DetectorState>;
  setState?(state: DetectorState): Promise<void>;
  /**
   * Starts incremental scoring after `history`. Present exactly where the tags say `streaming`; absent where the
   * options chosen rule it out.
   */
  stream?(history: Series, options: StreamRunOptions): Promise<RawStream>;
  /** Frees tensors and workers. */
  dispose?(): void;
}

/** Incremental scoring of one series. */
export interface RawStream {
  /** The scores of the history, where starting the stream gave them. */
  readonly history?: RawScores;
  /**
   * Scores points that follow all points given so far (k > 0 of them, complete).
   * @returns arrays of k points: those that `score` gives to the last k points of the series so far, less what lies
   *   beyond the lookback (calibrated detectors: with the history as calibration), to rounding. `attend` takes and
   *   returns indices into the whole series, history first.
   */
  append(points: Series, options: RunOptions): Promise<RawScores>;
  /**
   * What normal points let expect of all points so far (see `RawScores.explain`), by a whole scoring: for the times when
   * new points are anomalous. Indices into the whole series; arrays of its last points, those within the lookback at
   * least. Absent where the detector cannot tell.
   */
  explain?(intervals: readonly Interval[], options: RunOptions): Promise<NormalExplanation>;
  dispose?(): void;
}

/** What a graph detector computes: larger is more anomalous. N nodes, E edges, F features. */
export interface RawGraphScores {
  /** N values, finite, >= 0. */
  readonly nodes: Float64Array;
  /** E values, finite, >= 0. */
  readonly edges: Float64Array;
  /** F × N: how much each feature adds to a node's score; the rest is structure. */
  readonly contributions: readonly Float64Array[];
  /** F × N: what the node's neighbors let expect. */
  readonly expected: readonly Float64Array[];
  /** The neighbors a node attended to, heaviest first; the weights sum to 1. */
  readonly attend: (node: number) => readonly AttendedNode[];
}

/** What a detector of graph sequences computes. T times, N nodes of F features. */
export interface RawGraphSequenceScores {
  /** T × N values, finite, >= 0: which node, when. */
  readonly nodes: readonly Float64Array[];
  /** Names of what is expected of a node: its features, and the sums of its edges' weights. */
  readonly features: readonly string[];
  /** What a node did at a time, beside what was expected, per feature. */
  readonly explain: (step: number, node: number) => readonly ExpectedFeature[];
  /** T values: the mean over the nodes. */
  readonly steps: Float64Array;
  /** The nodes a node attended to around a time, heaviest first; the weights sum to 1. */
  readonly attend: (step: number, node: number) => readonly AttendedNode[];
  /** The earlier times attended to while an interval of times was judged. */
  readonly attendSteps: (start: number, end: number) => readonly AttendedInterval[];
}

export interface AttendedNode {
  readonly node: string;
  readonly weight: number;
}

/** A feature of a node beside what was expected of it. */
export interface ExpectedFeature {
  readonly value: number;
  readonly expected: number;
  /** What it adds to the node's score, >= 0. */
  readonly contribution: number;
}

/** The part the author of a detector for graphs (or sequences of graphs) writes. */
export interface RawGraphDetector<G extends Graph | GraphSequence, S> {
  fit(train: G, options: RunOptions): Promise<FitReport>;
  score(graph: G, options: RunOptions): Promise<S>;
  getState(): Promise<DetectorState>;
  setState(state: DetectorState): Promise<void>;
  dispose(): void;
}

/** What the definitions of all detectors have in common: everything the CLI, the pickers and the notebooks show. */
export interface DefinitionBase<S extends OptionsSchema, Id extends string> {
  readonly id: Id;
  /** One line for lists. */
  readonly summary: string;
  /** Source as a person would cite it: author, title and section. `docs/documents.md` says which documents are meant. */
  readonly source: string;
  /** Values it trains with the defaults on one channel (of graphs: one feature); absent where it learns no network. */
  readonly parameters?: number;
  readonly tags: DetectorTags;
  /** One schema: the options' types, defaults, checks and help follow from it. */
  readonly options: S;
  /** Settings that make a fit cheap (fewer epochs, smaller layers): for tests and first looks, not for results. */
  readonly quick?: Partial<OptionsOf<S>>;
}

/** A registered detector of series. */
export interface SeriesDetectorDefinition<
  S extends OptionsSchema = OptionsSchema,
  Id extends string = string,
> extends DefinitionBase<S, Id> {
  readonly input: 'series';
  /** May load its code lazily (learned detectors import TensorFlow.js here). */
  create(options: OptionsOf<S>): RawDetector | Promise<RawDetector>;
  /** Present where it takes sequences of graphs as well, whose nodes are then its channels. */
  createForGraphs?(options: OptionsOf<S>): Promise<RawGraphDetector<GraphSequence, RawGraphSequenceScores>>;
}

/** A registered detector of single graphs. */
export interface GraphDetectorDefinition<
  S extends OptionsSchema = OptionsSchema,
  Id extends string = string,
> extends DefinitionBase<S, Id> {
  readonly input: 'graph';
  create(options: OptionsOf<S>): Promise<RawGraphDetector<Graph, RawGraphScores>>;
}

/** A registered detector of sequences of graphs alone. */
export interface GraphSequenceDetectorDefinition<
  S extends OptionsSchema = OptionsSchema,
  Id extends string = string,
> extends DefinitionBase<S, Id> {
  readonly input: 'graph-sequence';
  create(options: OptionsOf<S>): Promise<RawGraphDetector<GraphSequence, RawGraphSequenceScores>>;
}

/** Classifies grey images as normal or anomalous. */
export interface ImageDetector {
  /**
   * @param images size × size values 0…1 each, row by row
   * @param labels one per image, 1 = anomalous
   * @throws HeedError length-mismatch, labels-missing, cancelled
   */
  fit(images: readonly Float32Array[], labels: ArrayLike<number>, options?: RunOptions): Promise<FitReport>;
  /** Probability of an anomaly per image. @throws HeedError not-fitted, length-mismatch, cancelled */
  score(images: readonly Float32Array[], options?: RunOptions): Promise<Float64Array>;
  getState(): Promise<DetectorState>;
  /** @throws HeedError model-corrupt */
  setState(state: DetectorState): Promise<void>;
  dispose(): void;
}

/** A registered detector of images. */
export interface ImageDetectorDefinition<
  S extends OptionsSchema = OptionsSchema,
  Id extends string = string,
> extends DefinitionBase<S, Id> {
  readonly input: 'image';
  create(options: OptionsOf<S>): Promise<ImageDetector>;
}

/** A registered detector: `input` says what it takes. */
export type DetectorDefinition<S extends OptionsSchema = OptionsSchema, Id extends string = string> =
  | SeriesDetectorDefinition<S, Id>
  | GraphDetectorDefinition<S, Id>
  | GraphSequenceDetectorDefinition<S, Id>
  | ImageDetectorDefinition<S, Id>;

/** States a detector of series so that its id and its options are known to the type checker. */
export function defineDetector<S extends OptionsSchema, const Id extends string>(
  definition: SeriesDetectorDefinition<S, Id>,
): SeriesDetectorDefinition<S, Id> {
  return definition;
}
