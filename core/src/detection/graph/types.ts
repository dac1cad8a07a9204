import type { AttendedNode } from '../../detectors/base/types.js';
import type { ThresholdMethod, ThresholdReport } from '../types.js';

/** How raw scores of graphs become anomalies. Every field has a default. */
export interface GraphThresholdOptions {
  /** Default `mad` for a graph, `pot` for a sequence of graphs. */
  readonly threshold?: ThresholdMethod;
  /** As in `EventOptions`; default 3 (nodes) and 6 (edges) deviations for `mad`. */
  readonly thresholdValue?: number;
  /** 0…100, default 50; moves the threshold, never the ranking. */
  readonly sensitivity?: number;
}

/** What a node did, beside what its neighbors let expect. */
export interface NodeFeature {
  readonly name: string;
  /** Share of the node's score; what is missing to 1 is structure: links that were not to be expected. */
  readonly share: number;
  readonly value: number;
  readonly expected: number;
}

/** A node that does not fit into its neighborhood. */
export interface NodeAnomaly {
  readonly node: string;
  /** Index into the graph's nodes. */
  readonly index: number;
  /** 1 is the threshold. */
  readonly score: number;
  /** 0…100, monotone in `score`. */
  readonly severity: number;
  /** Largest share first. */
  readonly features: readonly NodeFeature[];
  /** Share of the score that its links make. */
  readonly structure: number;
  /** The neighbors it attended to, heaviest first. */
  readonly attended: readonly AttendedNode[];
  readonly reason: string;
}

/** An edge that was not to be expected. */
export interface EdgeAnomaly {
  readonly source: string;
  readonly target: string;
  /** Index into the graph's edges. */
  readonly index: number;
  readonly score: number;
  readonly severity: number;
  readonly reason: string;
}

/** The result of scoring a graph of N nodes and E edges. */
export interface GraphDetection {
  readonly input: 'graph';
  readonly detector: string;
  /** N values, >= 0; 1 is the threshold. */
  readonly nodes: Float32Array;
  /** E values, >= 0; 1 is the threshold. */
  readonly edges: Float32Array;
  readonly threshold: ThresholdReport;
  readonly edgeThreshold: ThresholdReport;
  /** Highest score first. */
  readonly anomalies: readonly NodeAnomaly[];
  readonly edgeAnomalies: readonly EdgeAnomaly[];
  readonly notes: readonly string[];
}

/** An interval of time in which a node left what was expected of it. */
export interface NodeEvent {
  readonly node: string;
  /** Index into the graphs' nodes. */
  readonly index: number;
  /** Epoch ms of the first, the last and the most anomalous time. */
  readonly start: number;
  readonly end: number;
  readonly peak: number;
  /** Indices into the sequence, both inclusive. */
  readonly startIndex: number;
  readonly endIndex: number;
  readonly peakIndex: number;
  readonly score: number;
  readonly severity: number;
  /** At the peak; largest share first. */
  readonly features: readonly NodeFeature[];
  /** The nodes it attended to at the peak, heaviest first. */
  readonly attended: readonly AttendedNode[];
  readonly reason: string;
}

/** The result of scoring T graphs of the same N nodes. */
export interface GraphSequenceDetection {
  readonly input: 'graph-sequence';
  readonly detector: string;
  /** T values, >= 0: the most anomalous node; 1 is the threshold. */
  readonly score: Float32Array;
  /** T × N values, >= 0; 1 is the threshold. */
  readonly nodes: readonly Float32Array[];
  readonly threshold: ThresholdReport;
  /** By start, then by severity. */
  readonly events: readonly NodeEvent[];
  readonly notes: readonly string[];
}
