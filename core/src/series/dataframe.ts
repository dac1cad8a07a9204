import { HeedError } from '../errors.js';
import type { ReadOptions, ReadResult } from './read/options.js';
import { seriesFromRecords } from './read/records.js';

/** A data frame as danfojs (and others) have it: named columns, one array per row. */
export interface DataFrameLike {
  readonly columns: readonly string[];
  /** Rows × columns. */
  readonly values: readonly unknown[];
}

/**
 * A series from a data frame (danfojs: `heed.seriesFromDataFrame(frame)`); the other way is
 * `new dfd.DataFrame(heed.seriesToRecords(series))`. Which column becomes the time, a channel or the label is decided
 * as for CSV files; `ReadOptions` overrides it.
 * @throws HeedError not-supported where the value is no data frame of rows and columns, and what `seriesFromRecords`
 *   throws
 */
export function seriesFromDataFrame(frame: DataFrameLike, options: ReadOptions = {}): ReadResult {
  const { columns, values } = frame ?? {};
  if (!Array.isArray(columns) || !Array.isArray(values)) {
    throw new HeedError(
      'not-supported',
      'this is not a data frame',
      'Give an object with `columns` (names) and `values` (one array per row), such as a danfojs DataFrame.',
    );
  }
  const records = values.map((row: unknown, at) => {
    if (!Array.isArray(row) || row.length !== columns.length) {
      throw new HeedError(
        'not-supported',
        `row ${at + 1} of the data frame does not have one value per column`,
        'Give a frame of two dimensions; of a danfojs Series make one by `new dfd.DataFrame({ name: values })`.',
      );
    }
    return Object.fromEntries(columns.map((name, c) => [name, row[c] as unknown]));
  });
  return seriesFromRecords(records, options);
}
