import { checkRecord, checkSeries } from '../check-argument.js';
import Papa from 'papaparse';
import { markChannel } from './read/channel-mark.js';
import type { Series } from './series.js';

/** How `seriesToCsv` writes. */
export interface WriteCsvOptions {
  /** Default `iso` (UTC, with the fraction of a second where there is one). */
  readonly time?: 'iso' | 'ms' | 's';
  /** Default a comma. */
  readonly delimiter?: string;
}

/**
 * A series as CSV that `readCsv` reads back to the same numbers: a `time` column (none where the series counts
 * rows), the channels, a `label` column where there are labels. Missing values are empty. A channel whose name means
 * something else to readers is told apart: `label (channel)`, which they read as a channel called `label`.
 */
export function seriesToCsv(series: Series, options: WriteCsvOptions = {}): string {
  checkSeries(series);
  checkRecord('options', options);
  const { time: format = 'iso', delimiter = ',' } = options;
  const { time, channels, labels, indexTime } = series;
  const writeTime = (ms: number): string | number =>
    format === 'ms' ? ms : format === 's' ? ms / 1000 : isoText(ms);
  const header = [
    ...(indexTime ? [] : ['time']),
    ...channels.map(({ name }) => markChannel(name, indexTime)),
    ...(labels ? ['label'] : []),
  ];
  const blocks = [Papa.unparse([header], { delimiter, newline: '\n' })];
  // Blocks of rows, so that not all cells exist as strings at once.
  for (let start = 0; start < time.length; start += 10_000) {
    const rows: (string | number)[][] = [];
    for (let t = start; t < Math.min(time.length, start + 10_000); t++) {
      const row: (string | number)[] = indexTime ? [] : [writeTime(time[t]!)];
      for (const { values } of channels) row.push(Number.isNaN(values[t]!) ? '' : values[t]!);
      if (labels) row.push(labels[t]!);
      // A lone empty cell would be a blank line, which readers pass over.
      if (row.length === 1 && row[0] === '') row[0] = 'NaN';
      rows.push(row);
    }
    blocks.push(Papa.unparse(rows, { delimiter, newline: '\n' }));
  }
  return `${blocks.join('\n')}\n`;
}

/** ISO 8601 in UTC; microseconds where milliseconds are not whole. */
function isoText(ms: number): string {
  const whole = Math.floor(ms);
  const text = new Date(whole).toISOString();
  if (whole === ms) return text.endsWith('.000Z') ? `${text.slice(0, -5)}Z` : text;
  const micro = Math.round((ms - whole) * 1000);
  return micro > 999 ? isoText(whole + 1) : `${text.slice(0, -1)}${String(micro).padStart(3, '0')}Z`;
}
