import type { DuplicatePolicy } from '../merge.js';
import type { Series } from '../series.js';
import type { EpochUnit } from './epoch.js';

/** How a table (CSV, JSON, Parquet, a workbook) becomes a series. Names match exactly, else without regard to case. */
export interface ReadOptions {
  /** Name of the source: stands in messages and becomes the series' name. */
  readonly name?: string;
  /**
   * Time column, or two of them joined by a comma (`Date,Time`); default: found by its name and by what it holds.
   * `null`: none.
   */
  readonly time?: string | null;
  /** Unit of numeric times; default `auto`: by their size. */
  readonly timeUnit?: 'auto' | EpochUnit;
  /**
   * How times are written: `day-first`, `month-first`, `epoch-s`, `epoch-ms`, `epoch-us`, `epoch-ns`, `excel`,
   * `yyyymmdd`, `yyyymm`, `yyyy`, or a pattern as `%d/%m/%Y %H:%M` or `dd.MM.yyyy HH:mm`; default: by all rows.
   */
  readonly timeFormat?: string;
  /** IANA name of the zone of times that carry none; default UTC. */
  readonly timeZone?: string;
  /** The decimal mark; default: by all cells of a column and of the file. */
  readonly decimal?: '.' | ',';
  /** Columns to read as channels, in this order; default all numeric ones. */
  readonly columns?: readonly string[];
  /**
   * Columns whose cells name the series a row belongs to (long tables); default: the columns of text that tell rows of
   * one time apart. `null`: none.
   */
  readonly series?: readonly string[] | null;
  /** Column of the ground truth; default: one named label, anomaly, is_anomaly, outlier, class … `null`: none. */
  readonly label?: string | null;
  /**
   * Cells that stand for missing values, as numbers or text, besides those that are empty or NaN; default: codes such as
   * −999 and 9999 where no other value is near, which is told. `null`: none.
   */
  readonly naValues?: readonly (number | string)[] | null;
  /** What absent rows and missing values of counts mean: a `gap` (default) or `zero`. */
  readonly missing?: 'gap' | 'zero';
  /** Length of one row where there is no time column: `60s`, `5m`, `1h`, or milliseconds. */
  readonly step?: string | number;
  /** Sort rows by time; default false: rows out of order are rejected, unless all of them run backwards. */
  readonly sort?: boolean;
  /** Default `reject`. Labels of merged rows are joined by "or". */
  readonly duplicates?: DuplicatePolicy;
  /** CSV only. One character; default: the one that makes the most regular table. */
  readonly delimiter?: string;
  /** CSV only. Whether a row names the columns; default: unless the first holds nothing but numbers and times. */
  readonly header?: boolean;
  /** Workbooks only: name of the sheet; default the first that holds a table. */
  readonly sheet?: string;
}

/** A series and what a reader should know about how it was read. */
export interface ReadResult {
  readonly series: Series;
  /** Columns left out, rows merged, assumptions made: one sentence each. */
  readonly notes: readonly string[];
  /** Name of the column that the labels of the series were read from. */
  readonly labelColumn?: string;
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
