import type { MetricName } from '../evaluate/metrics.js';
import type { ReadingFlags } from './input.js';

/** The flags of `heed evaluate`. */
export interface EvaluateOptions extends ReadingFlags {
  readonly detector?: readonly string[];
  readonly format: 'table' | 'json' | 'csv';
  readonly metric: MetricName;
  readonly out?: string;
  readonly published?: string;
  /** Published columns to show besides the namesakes of our detectors. */
  readonly bestPublished: number;
  /** Where to draw the ranks. */
  readonly diagram?: string;
  readonly list?: string;
  readonly split?: string;
  readonly jobs?: number;
  readonly resume?: string;
  readonly option?: Readonly<Record<string, string>>;
  readonly seed: number;
  /** How many seeds, from `seed` on. */
  readonly seeds: number;
  readonly baselines: boolean;
  /** Labeled events to confirm, or false events to dismiss, at once. */
  readonly reveal?: number;
  readonly dismiss?: number;
  /** Most choices of the judged events to try. */
  readonly choices?: number;
  /** As it happened, instead of in hindsight. */
  readonly live?: boolean;
  readonly first?: number;
  readonly budget?: string;
  readonly family?: readonly string[];
  readonly quiet?: boolean;
}
