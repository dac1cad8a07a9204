import { HeedError } from '../errors.js';
import { createTextDecoder, type TableReader } from './csv.js';
import { notText } from './csv-rows.js';
import type { ReadOptions, ReadResult } from './read-options.js';
import { seriesFromRecords, type SeriesRecord } from './records.js';
import type { Series } from './series.js';
import { isMissingText } from './number.js';

/**
 * Reads JSON: an array of records (`[{"time": …, "cpu": 0.5}, …]`); columns
 * (`{"time": […], "channels": [{"name", "unit"?, "values"}], "labels"?: […]}`, as `seriesToJson` writes, or
 * `{"time": […], "cpu": […]}`); or one record per line (NDJSON). Missing values are null.
 * @throws HeedError empty-input, not-text, bad-json, and what `seriesFromRecords` throws
 */
export function readJson(text: string | Uint8Array, options: ReadOptions = {}): ReadResult {
  const decoder = createTextDecoder(options.name);
  const json = decoder.decode(text) + decoder.end();
  if (json.includes('\0')) throw notText(options.name, 'it holds NUL characters');
  if (json.trim() === '') {
    throw new HeedError('empty-input', 'there is nothing in it', 'Give records or columns.', {
      file: options.name,
    });
  }
  const lines = json.split('\n');
  if (lines.length > 1 && isRecordLine(lines.find((line) => line.trim() !== '')!))
    return readLines(lines, options);

  const value = parse(json, options.name);
  if (Array.isArray(value)) return seriesFromRecords(value as SeriesRecord[], options);
  if (typeof value === 'object' && value !== null)
    return readColumns(value as Record<string, unknown>, options);
  throw new HeedError('bad-json', 'this is neither an array nor an object', shape, { file: options.name });
}

const shape =
  'Give [{"time": …, "cpu": …}, …] or {"time": […], "channels": [{"name": "cpu", "values": […]}]} or one record per line.';

/** A reader for pieces of JSON; it holds the whole text, because JSON may name its columns last. */
export function createJsonReader(options: ReadOptions = {}): TableReader {
  const decoder = createTextDecoder(options.name);
  const pieces: string[] = [];
  return {
    push: (chunk) => void pieces.push(decoder.decode(chunk)),
    finish: () => readJson(pieces.join('') + decoder.end(), options),
  };
}

/** A series as the JSON text that `readJson` reads back: numbers exactly, missing values as null. */
export function seriesToJson(series: Series): string {
  return JSON.stringify({
    ...(series.name === undefined ? {} : { name: series.name }),
    ...(series.indexTime ? {} : { time: Array.from(series.time) }),
    timeUnit: 'ms',
    channels: series.channels.map(({ name, unit, values }) => ({ name, unit, values: Array.from(values) })),
    ...(series.labels ? { labels: Array.from(series.labels) } : {}),
  });
}

function isRecordLine(line: string): boolean {
  if (!line.trim().startsWith('{')) return false;
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function readLines(lines: readonly string[], options: ReadOptions): ReadResult {
  const records: SeriesRecord[] = [];
  const numbers: number[] = [];
  lines.forEach((line, i) => {
    if (line.trim() === '') return;
    records.push(parse(line, options.name, i + 1) as SeriesRecord);
    numbers.push(i + 1);
  });
  return seriesFromRecords(records, options, numbers);
}

function parse(json: string, file: string | undefined, line?: number): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    const message = (error as Error).message;
    const position = /position (\d+)/.exec(message);
    const at = line ?? (position ? json.slice(0, Number(position[1])).split('\n').length : undefined);
    throw new HeedError(
      'bad-json',
      `this is not JSON: ${message.replace(/\s+/g, ' ').replace(/ in JSON at position.*$/, '')}`,
      'Correct the place, or give the file the ending .csv where it is CSV.',
      { file, line: at },
      error,
    );
  }
}

/** Columns, put into records only where cells are objects; all of them pass through one table. */
function readColumns(value: Record<string, unknown>, options: ReadOptions): ReadResult {
  const columns: [string, readonly unknown[]][] = [];
  const units = new Map<string, string>();
  const { channels } = value;
  if (Array.isArray(channels)) {
    if (value.time !== undefined) columns.push(['time', array(value.time, 'time', options.name)]);
    for (const channel of channels as { name?: unknown; unit?: unknown; values?: unknown }[]) {
      const name = channel?.name;
      if (typeof name !== 'string') {
        throw new HeedError('bad-json', 'a channel has no name', shape, { file: options.name });
      }
      if (columns.some(([other]) => other === name)) {
        throw new HeedError(
          'duplicate-column',
          'two channels have this name',
          'Give every channel its own name.',
          {
            file: options.name,
            column: name,
          },
        );
      }
      if (typeof channel.unit === 'string') units.set(name, channel.unit);
      columns.push([name, array(channel.values, name, options.name)]);
    }
    if (value.labels !== undefined) columns.push(['label', array(value.labels, 'labels', options.name)]);
  } else {
    for (const [name, cells] of Object.entries(value)) {
      if (Array.isArray(cells)) columns.push([name, cells as unknown[]]);
    }
  }
  const n = columns[0]?.[1].length ?? 0;
  if (columns.length === 0 || n === 0) {
    throw new HeedError('empty-input', 'there are no values in it', shape, { file: options.name });
  }
  for (const [column, cells] of columns) {
    if (cells.length !== n) {
      throw new HeedError(
        'length-mismatch',
        `there are ${cells.length} values where "${columns[0]![0]}" has ${n}`,
        'Give all columns the same length (null where a value is missing).',
        { file: options.name, column },
      );
    }
  }
  const records = Array.from({ length: n }, (_, t) =>
    Object.fromEntries(columns.map(([name, cells]) => [name, cells[t]])),
  );
  const unit = value.timeUnit;
  const result = seriesFromRecords(records, {
    ...(unit === 's' || unit === 'ms' || unit === 'us' || unit === 'ns' ? { timeUnit: unit } : {}),
    ...(typeof value.name === 'string' && !isMissingText(value.name) ? { name: value.name } : {}),
    ...options,
  });
  if (units.size === 0) return result;
  const withUnits = result.series.channels.map((channel) => {
    const unit = units.get(channel.name);
    return unit === undefined ? channel : { ...channel, unit };
  });
  return { ...result, series: { ...result.series, channels: withUnits } };
}

function array(value: unknown, column: string, file: string | undefined): readonly unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  throw new HeedError('bad-json', 'this is no array of values', shape, { file, column });
}
