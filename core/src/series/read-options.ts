import type { EpochUnit } from './time.js';
import type { Series } from './series.js';

/** What to do with points that have the same time. */
export type DuplicatePolicy = 'reject' | 'mean' | 'first' | 'last' | 'max' | 'min' | 'sum';

/** How a table (CSV, JSON records) becomes a series. All names match exactly, else without regard to case. */
export interface ReadOptions {
  /** Name of the source: stands in messages and becomes the series' name. */
  readonly name?: string;
  /**
   * Time column; default: the first one named time, timestamp, date, datetime or ts (any case), else the first one
   * that begins with an ISO 8601 date, else none. `null`: none.
   */
  readonly time?: string | null;
  /** Unit of numeric times; default `auto`: by the size of the first (seconds until 1e11, then ms, µs, ns). */
  readonly timeUnit?: 'auto' | EpochUnit;
  /** Columns to read as channels, in this order; default all numeric ones. */
  readonly columns?: readonly string[];
  /** Column of the ground truth; default: one named label, is_anomaly or anomaly (any case). `null`: none. */
  readonly label?: string | null;
  /** Length of one row where there is no time column: `60s`, `5m`, `1h`, or milliseconds. */
  readonly step?: string | number;
  /** Sort rows by time; default false: rows out of order are rejected. */
  readonly sort?: boolean;
  /** Default `reject`. Labels of merged rows are joined by "or". */
  readonly duplicates?: DuplicatePolicy;
  /** CSV only. One character; default: whichever of , ; tab | the header line has most of. */
  readonly delimiter?: string;
  /** CSV only. Whether the first row names the columns; default: unless it holds nothing but numbers and times. */
  readonly header?: boolean;
}

/** A series and what a reader should know about how it was read. */
export interface ReadResult {
  readonly series: Series;
  /** Columns left out, rows merged, assumptions made: one sentence each. */
  readonly notes: readonly string[];
}

/** Options of reading that takes a while. */
export interface ReadRunOptions {
  /** Cancels within 100 ms; the call then rejects with HeedError `cancelled`. */
  readonly signal?: AbortSignal;
  /** `done` is 0…1 where the size is known, else 0. */
  readonly onProgress?: (progress: { phase: 'read'; done: number; message: string }) => void;
  /** Size of the input in bytes (or characters), for `done`. */
  readonly size?: number;
}
