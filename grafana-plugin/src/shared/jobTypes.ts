import type {
  AnomalyEvent,
  Detection,
  EventOptions,
  Feedback,
  FitReport,
  DetectorDefinition,
  Series,
} from '@heed/core';
import type { DetectorTags, OptionDescription } from '@heed/core/detectors';
import type { MonitorState } from '@heed/core/live';

/** How to score: everything that changes the numbers, and nothing else (it is hashed into the cache key). */
export interface ScoreConfig {
  readonly detector: string;
  readonly options?: Readonly<Record<string, unknown>>;
  /** A fitted model's text; it names its own detector. */
  readonly model?: string;
  readonly events?: EventOptions;
  readonly feedback?: readonly Feedback[];
  /** As it happened, by a monitor; absent: in hindsight, by the detector. */
  readonly monitor?: MonitorConfig;
}

export interface MonitorConfig {
  /** At most so many false incidents: `1/week`. */
  readonly budget: string;
  /** ms between points. */
  readonly step: number;
  /**
   * Whether the series brings the history that makes what is said of a moment independent of the range; else one monitor
   * learns from the first point that it is shown.
   */
  readonly anchored: boolean;
  readonly timeZone?: string;
}

/** The part of a series that is looked at, epoch ms. */
export interface VisibleRange {
  readonly from: number;
  /** Its end, or now where that is earlier. */
  readonly until: number;
}

export interface ScoreJob {
  readonly kind: 'score';
  readonly series: Series;
  readonly scoreConfig: ScoreConfig;
  /** Names a series that grows from call to call; only its new points are scored where the detector can. */
  readonly live?: string;
  /** For a monitor. */
  readonly range?: VisibleRange;
}

export interface FitJob {
  readonly kind: 'fit';
  readonly series: Series;
  readonly detector: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly seed?: number;
}

/** What a model file is, without using it. */
export interface InspectJob {
  readonly kind: 'inspect';
  readonly model: string;
}

/** A table as people have it: pasted, or a file of any kind that the readers know. */
export interface ReadJob {
  readonly kind: 'read';
  readonly content: string | Blob;
  readonly name?: string;
}

export interface ListJob {
  readonly kind: 'list';
}

/** A map of services or other nodes with numbers, to be scored by attention over neighbors. */
export interface GraphJob {
  readonly kind: 'graph';
  /** Names of the numbers that every node has. */
  readonly features: readonly string[];
  readonly nodes: readonly { readonly id: string; readonly features: readonly number[] }[];
  readonly edges: readonly { readonly source: string; readonly target: string; readonly weight?: number }[];
  /** 0…100. */
  readonly sensitivity: number;
}

export interface NodeAnomaly {
  /** Index into the nodes of the job. */
  readonly index: number;
  readonly score: number;
  /** 0…100. */
  readonly severity: number;
  /** The neighbors it attended to, heaviest first; the weights sum to at most 1. */
  readonly attended: readonly { readonly node: string; readonly weight: number }[];
  readonly reason: string;
}

export interface EdgeAnomaly {
  /** Index into the edges of the job. */
  readonly index: number;
  readonly score: number;
  readonly severity: number;
  readonly reason: string;
}

/** Scores of a map; 1 is the threshold. */
export interface GraphResult {
  readonly nodes: Float32Array;
  readonly edges: Float32Array;
  /** Highest score first. */
  readonly anomalies: readonly NodeAnomaly[];
  readonly edgeAnomalies: readonly EdgeAnomaly[];
}

/** What alerting on a series would have been like, with each of several budgets. */
export interface BacktestJob {
  readonly kind: 'backtest';
  readonly series: Series;
  readonly budgets: readonly string[];
}

export interface BacktestResult {
  readonly budget: string;
  readonly pagesPerWeek: number;
  /** Days that pages were counted in, and points before them that were learned from. */
  readonly days: number;
  readonly history: number;
  readonly pages: readonly AnomalyEvent[];
}

export type Job = ScoreJob | BacktestJob | GraphJob | FitJob | InspectJob | ReadJob | ListJob;

export interface DetectorListing {
  readonly id: string;
  readonly summary: string;
  readonly source: string;
  readonly input: DetectorDefinition['input'];
  readonly tags: DetectorTags;
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly options: Readonly<Record<string, OptionDescription>>;
}

export interface ModelInfo {
  readonly detector: string;
  readonly channels?: readonly string[];
}

export interface SeriesState {
  readonly state: MonitorState;
  readonly since: number;
}

export interface JobResults {
  score: {
    /** Its series stays with whoever asked. */
    readonly detection: Omit<Detection, 'series'>;
    /** Less than all where a live series was continued. */
    readonly scoredPoints: number;
    /** Of a monitor: what it thinks of the series at its end, and since when (epoch ms). */
    readonly state?: SeriesState;
  };
  backtest: readonly BacktestResult[];
  fit: { readonly model: string; readonly report: FitReport };
  inspect: ModelInfo;
  read: { readonly series: Series; readonly notes: readonly string[] };
  list: readonly DetectorListing[];
  graph: GraphResult;
}
export type ResultOf<J extends Job> = JobResults[J['kind']];
