import type { AttendedInterval } from '../detectors/base/types.js';
import type { Series } from '../series/series.js';
import type { EventKind } from './explain/kinds.js';

export type { EventKind };

/** How the threshold between normal and anomalous is set. */
export type ThresholdMethod = 'fixed' | 'three-sigma' | 'mad' | 'quantile' | 'pot' | 'learned';

/** How the threshold was set, from what, so that a reader can check it. */
export interface ThresholdReport {
  readonly method: ThresholdMethod;
  /** The threshold in the detector's own unit: raw value at score 1. */
  readonly value: number;
  /** Points the threshold was estimated from. */
  readonly points: number;
  readonly sensitivity: number;
  /** Parameters of the method (sigmas, quantile, the fitted tail…). */
  readonly parameters: Readonly<Record<string, number>>;
}

/** One anomalous interval. */
export interface AnomalyEvent {
  /** Epoch ms of the first and last anomalous point. */
  readonly start: number;
  readonly end: number;
  /** Epoch ms of the highest score. */
  readonly peak: number;
  /** Indices into the series, both inclusive. */
  readonly startIndex: number;
  readonly endIndex: number;
  readonly peakIndex: number;
  /** Highest score (1 = threshold). */
  readonly score: number;
  /** 0…100, monotone in `score`. */
  readonly severity: number;
  /** What the event is, told from its points; absent where only a ranking is known (nodes of a graph). */
  readonly kind?: EventKind;
  /** Which way the values left what was expected; `shape` where they did neither. */
  readonly direction: 'above' | 'below' | 'shape';
  /** Largest share first; the shares sum to 1. */
  readonly channels: readonly { readonly name: string; readonly share: number }[];
  /** The normal intervals it was compared with, heaviest first; times are epoch ms. */
  readonly attended: readonly (AttendedInterval & { readonly startTime: number; readonly endTime: number })[];
  /**
   * The channels that the most blamed one was compared with at the same time, heaviest first; absent where the
   * detector compares with the past. The weights sum to at most 1.
   */
  readonly peers?: readonly { readonly name: string; readonly weight: number }[];
  /** A sentence an on-call engineer understands. */
  readonly reason: string;
}

/** One channel of a detection whose detector judges every channel by itself. n points. */
export interface ChannelDetection {
  readonly name: string;
  /** n values, >= 0; 1 is the threshold, the same for all channels. */
  readonly score: Float32Array;
  /** This channel's own; each blames it alone. */
  readonly events: readonly AnomalyEvent[];
}

/** The result of scoring a series of n points and d channels. */
export interface Detection {
  readonly detector: string;
  /** What was scored, as it was given: n points, d channels, gaps as gaps. */
  readonly series: Series;
  /** n values, >= 0; 1 is the threshold: above 1 is anomalous, whatever the detector. */
  readonly score: Float32Array;
  readonly threshold: ThresholdReport;
  /** d × n. */
  readonly expected?: readonly Float64Array[];
  readonly lower?: readonly Float64Array[];
  readonly upper?: readonly Float64Array[];
  readonly events: readonly AnomalyEvent[];
  /**
   * d channels, where each was judged by itself (against its peers): `score` is then their maximum, and an event
   * of `events` lasts while any of them is anomalous.
   */
  readonly channels?: readonly ChannelDetection[];
  /** Points after which the series repeats itself, where a period was found. */
  readonly period?: number;
  /** `learning` where there is too little history to know what is normal. */
  readonly state?: 'learning' | 'ready';
  readonly notes: readonly string[];
  readonly members?: readonly { readonly name: string; readonly weight: number }[];
}

/** Which deviations count. */
export type Direction = 'above' | 'below' | 'both';

/** An interval of time that never raises events. */
export type Exclusion =
  | { readonly kind: 'window'; readonly start: number; readonly end: number; readonly name?: string }
  | {
      readonly kind: 'recurring';
      /** 0 = Sunday … 6 = Saturday; absent = every day. */
      readonly days?: readonly number[];
      /** `HH:MM` local time in `timeZone`; an end before the start runs over midnight. */
      readonly from: string;
      readonly to: string;
      /** IANA name, default UTC. */
      readonly timeZone?: string;
      readonly name?: string;
    };

/** How raw scores become events. Every field has a default. */
export interface EventOptions {
  readonly threshold?: ThresholdMethod;
  /**
   * Threshold for `fixed`; quantile 0…1 for `quantile` (0.999); sigmas for `three-sigma` (3) and `mad` (6); risk for
   * `pot` (0.00001): separate peaks of normal data above the threshold, per point.
   */
  readonly thresholdValue?: number;
  /** 0…100, default 50; moves the threshold, never the ranking. */
  readonly sensitivity?: number;
  /** `above` and `below` leave out events that show in the shape alone. Default `both`. */
  readonly direction?: Direction;
  /** Runs at most this many points apart become one event. Default 5, or a quarter of the longer run. */
  readonly mergeGap?: number;
  /** Shorter events are dropped (points). Default 1. */
  readonly minLength?: number;
  /** Smallest deviation from the expected value that counts, in the channel's unit / as a share of the expected value. */
  readonly minDeviation?: number;
  readonly minRelativeDeviation?: number;
  readonly exclude?: readonly Exclusion[];
}
