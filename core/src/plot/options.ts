import { checkNumber, isNumberIn } from '../check-number.js';
import { HeedError, shownValue } from '../errors.js';
import type { Series } from '../series/series.js';

/** Options of every plot. */
export interface PlotOptions {
  /** Pixels; default 900. */
  readonly width?: number;
  /** Line above the plot; default: the name of what is drawn. An empty text leaves it out. */
  readonly title?: string;
  /** IANA name of the zone of the time axis; default UTC. */
  readonly timeZone?: string;
}

/** Options of plots of a series. */
export interface SeriesPlotOptions extends PlotOptions {
  /** Channels to draw, in this order; default: all, those that matter most to the events first when too many. */
  readonly channels?: readonly string[];
  /** Most channels to draw when `channels` is not given; default 8. */
  readonly maxChannels?: number;
  /** First and last point to draw (indices, both inclusive); default all. */
  readonly range?: readonly [number, number];
  /** Height of each channel's panel in pixels; default by their number. */
  readonly panelHeight?: number;
  /** False leaves out the ground-truth bars of a labeled series. Default true. */
  readonly labels?: boolean;
}

const smallest = 240;

/** @throws HeedError bad-option */
export function plotWidth(options: PlotOptions): number {
  const width = options.width ?? 900;
  checkNumber('the width of the plot', width, { min: smallest, max: 20_000 });
  return width;
}

/** @throws HeedError bad-option */
export function plotHeight(height: number): number {
  checkNumber('the height of the plot', height, { min: 20, max: 20_000 });
  return height;
}

/**
 * An axis over [low, high] can be drawn.
 * @throws HeedError not-finite
 */
export function checkExtent([low, high]: readonly [number, number], what: string): void {
  if (Number.isFinite(low) && Number.isFinite(high) && Number.isFinite(high - low)) return;
  throw new HeedError(
    'not-finite',
    `${what} reaches from ${low} to ${high}, which no axis can show`,
    'Give finite numbers that are less than 1.8e308 apart.',
  );
}

/**
 * Indices of the channels to draw, in order; `importance` (one number per channel) decides which ones when there
 * are too many.
 * @throws HeedError unknown-column, bad-option
 */
export function chooseChannels(
  series: Series,
  options: SeriesPlotOptions,
  importance?: readonly number[],
): number[] {
  if (options.channels) {
    if (options.channels.length === 0) {
      throw new HeedError('bad-option', 'no channel to plot was named', 'Name at least one.');
    }
    return options.channels.map((name) => {
      const at = series.channels.findIndex((channel) => channel.name === name);
      if (at < 0) {
        throw new HeedError(
          'unknown-column',
          `there is no channel "${name}" to plot`,
          `The series has: ${series.channels.map((channel) => channel.name).join(', ')}.`,
        );
      }
      return at;
    });
  }
  const { maxChannels = 8 } = options;
  checkNumber('maxChannels', maxChannels, { infinite: true });
  const most = Math.max(1, Math.floor(maxChannels));
  const all = series.channels.map((_, c) => c);
  if (all.length <= most) return all;
  return all
    .sort((a, b) => (importance?.[b] ?? 0) - (importance?.[a] ?? 0) || a - b)
    .slice(0, most)
    .sort((a, b) => a - b);
}

/**
 * The points to draw as [start, end).
 * @throws HeedError bad-option
 */
export function chooseRange(series: Series, range: readonly [number, number] | undefined) {
  const n = series.time.length;
  if (!range) return { start: 0, end: n };
  const [first, last] = range;
  if (
    !isNumberIn(first, { min: 0, whole: true }) ||
    !isNumberIn(last, { min: first, max: n - 1, whole: true })
  ) {
    throw new HeedError(
      'bad-option',
      `the range ${shownValue(first)} to ${shownValue(last)} does not lie in a series of ${n} points`,
      `Give two indices from 0 to ${n - 1}, the smaller one first.`,
    );
  }
  return { start: first, end: last + 1 };
}
