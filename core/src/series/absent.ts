import { checkSeries } from '../check-argument.js';
import { HeedError } from '../errors.js';
import { formatCount } from '../format.js';
import { estimateStep, findGaps } from './resample.js';
import type { Series } from './series.js';

/** Most points of a series with its absent rows. */
const mostPoints = 10_000_000;

/**
 * The series with a row of zeros for every step that has none, and 0 for every missing value: what counts of events
 * mean by not being there. Sums of rare events are often exported so.
 * @returns the series, and what was filled in, in words
 * @throws HeedError memory-limit where a gap holds more steps than memory does
 */
export function fillAbsent(series: Series): { readonly series: Series; readonly notes: readonly string[] } {
  checkSeries(series);
  const { time, channels, labels } = series;
  const n = time.length;
  const gaps = series.indexTime || n < 3 ? [] : findGaps(series);
  const rows = gaps.reduce((sum, { missing }) => sum + missing, 0);
  if (n + rows > mostPoints) {
    throw new HeedError(
      'memory-limit',
      `with its absent rows the series has ${formatCount(n + rows, 'point')}`,
      'Read a shorter time, or leave --missing zero out.',
      { file: series.name },
    );
  }
  const step = rows > 0 ? estimateStep(series) : 0;
  const source = new Int32Array(n + rows).fill(-1);
  const filled = new Float64Array(n + rows);
  let at = 0;
  let gap = 0;
  for (let t = 0; t < n; t++) {
    filled[at] = time[t]!;
    source[at++] = t;
    if (gaps[gap]?.before !== t) continue;
    for (let k = 1; k <= gaps[gap]!.missing; k++) filled[at++] = time[t]! + k * step;
    gap++;
  }
  let cells = 0;
  const full = channels.map((channel) => ({
    ...channel,
    values: Float64Array.from(source, (t) => {
      if (t < 0) return 0;
      const value = channel.values[t]!;
      if (!Number.isNaN(value)) return value;
      cells++;
      return 0;
    }),
  }));
  const notes: string[] = [];
  if (rows > 0)
    notes.push(
      `${formatCount(rows, 'absent row')} ${rows === 1 ? 'was' : 'were'} read as 0 (--missing zero).`,
    );
  if (cells > 0)
    notes.push(
      `${formatCount(cells, 'missing value')} ${cells === 1 ? 'was' : 'were'} read as 0 (--missing zero).`,
    );
  if (rows + cells === 0) return { series, notes };
  return {
    series: {
      ...series,
      time: filled,
      channels: full,
      ...(labels ? { labels: Uint8Array.from(source, (t) => (t < 0 ? 0 : labels[t]!)) } : {}),
    },
    notes,
  };
}
