import { checkRecord, checkText } from '../check-argument.js';
import { isNumberIn } from '../check-number.js';
import type { RunOptions } from '../detectors/base/types.js';
import { HeedError, throwIfAborted, shownValue } from '../errors.js';
import { badAnswer, readEntry } from './prometheus-answer.js';
import { askPrometheus, prometheusAddress, type PrometheusAddress } from './prometheus-http.js';
import { nameSeries } from '../series/read/series-names.js';
import { createSeries, type Series } from '../series/series.js';
import { unitOfName } from '../series/units.js';

/** One PromQL expression; `name` and `unit` are used where it gives one series. */
export interface PrometheusQuery {
  readonly query: string;
  readonly name?: string;
  readonly unit?: string;
}

/** What to read, and from where. */
export interface PrometheusOptions extends Pick<RunOptions, 'signal' | 'onProgress'> {
  /** Address of the server, with its path prefix if it has one: `http://localhost:9090`. */
  readonly url: string;
  /** PromQL, or several expressions whose results become the channels of one series. */
  readonly query: string | readonly PrometheusQuery[];
  /** Length of time to read: milliseconds, or text as Prometheus writes it (`6h`, `1h30m`). */
  readonly range?: number | string;
  /** Epoch milliseconds; default: `end` minus `range`. One of `start` and `range` is needed. */
  readonly start?: number;
  /** Epoch milliseconds; default now. */
  readonly end?: number;
  /** Time between points, like `range`; default: about 1,000 points over the range. */
  readonly step?: number | string;
  /** Sent with every request, for instance `{ Authorization: 'Bearer …' }`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds one request may take; default 60,000. */
  readonly timeout?: number;
  /** Most channels to read; default 100. */
  readonly seriesLimit?: number;
  /** Name of the series; default the address. */
  readonly name?: string;
}

/** Prometheus refuses more points per series and request than 11,000. */
const largestRequest = 10_000;
/** Samples per request from the second one on, so that decoding an answer never blocks for long. */
const samplesPerRequest = 200_000;
const firstRequest = 2_000;
const largestSeries = 5_000_000;
/** Default steps, in seconds. */
const niceSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400];

/**
 * Milliseconds of a length of time as Prometheus writes it: `90s`, `5m`, `6h`, `1d12h`, `2w`.
 * @throws HeedError bad-option
 */
export function parsePrometheusDuration(text: string): number {
  checkText('text', text);
  const units = { y: 365 * 864e5, w: 7 * 864e5, d: 864e5, h: 36e5, m: 6e4, s: 1e3, ms: 1 } as const;
  const match = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/.exec(
    text.trim(),
  );
  const total = match
    ? Object.values(units).reduce((sum, unit, i) => sum + unit * Number(match[i + 1] ?? 0), 0)
    : 0;
  if (total > 0) return total;
  throw new HeedError(
    'bad-option',
    `"${text}" is not a length of time`,
    'Write it as 30s, 5m, 6h, 1h30m, 2d or 1w.',
  );
}

/**
 * Reads a range of a Prometheus server through its HTTP API (`/api/v1/query_range`), in as many requests as its limit
 * of points per answer asks for. Every series of the result becomes one channel, named by what tells it from the
 * others; times lie on multiples of the step; points without a value, NaN and ±Inf become missing values (NaN).
 * Also for servers with the same API: Thanos, Mimir, VictoriaMetrics.
 * @returns n points by d channels
 * @throws HeedError bad-option, source-unreachable, source-error (with the server's own message), source-bad-answer,
 *   source-empty, source-too-large, cancelled
 */
export async function readPrometheus(options: PrometheusOptions): Promise<Series> {
  checkRecord('options', options);
  const { name, time, channels } = await readPrometheusChannels(options);
  return createSeries({ name, time, channels: distinctNames(channels) });
}

/** One series of the result of a query: n values, NaN where there was none. */
export interface PrometheusChannel {
  readonly name: string;
  readonly unit?: string;
  readonly values: Float64Array;
  readonly labels: Readonly<Record<string, string>>;
  /** Index of the query that gave it. */
  readonly query: number;
}

/**
 * What `readPrometheus` makes a series of, with the labels that Prometheus knows each channel by. Names may repeat.
 * @throws HeedError as `readPrometheus`
 */
async function readPrometheusChannels(
  options: PrometheusOptions,
): Promise<{ name: string; time: Float64Array; channels: PrometheusChannel[] }> {
  throwIfAborted(options.signal);
  const address = prometheusAddress(options.url, options.headers);
  const grid = timeGrid(options);
  const queries = typeof options.query === 'string' ? [{ query: options.query }] : options.query;
  if (queries.length === 0 || queries.some(({ query }) => query.trim() === '')) {
    throw new HeedError('bad-option', 'there is no query', 'Give a PromQL expression, for instance up.');
  }
  const limit = options.seriesLimit ?? 100;
  const channels: PrometheusChannel[] = [];
  let dropped = 0;
  for (const [index, query] of queries.entries()) {
    const report = (done: number, message?: string) =>
      options.onProgress?.({
        phase: 'read',
        done: (index + done) / queries.length,
        ...(message === undefined ? {} : { message }),
      });
    const found = await readQuery(query.query, {
      address,
      grid,
      limit: limit - channels.length,
      options,
      report,
    });
    const present = found.filter(({ values }) => !values.every(Number.isNaN));
    dropped += found.length - present.length;
    channels.push(...nameChannels(query, present).map((channel) => ({ ...channel, query: index })));
  }
  if (channels.length === 0) {
    const span = `${new Date(grid.start).toISOString()} to ${new Date(grid.start + (grid.points - 1) * grid.step).toISOString()}`;
    throw new HeedError(
      'source-empty',
      `${address.shown} has no value for ${queries.map(({ query }) => query).join('; ')} from ${span}`,
      'Check the metric and label names and whether the server was scraping at that time.',
    );
  }
  if (dropped > 0) {
    options.onProgress?.({
      phase: 'read',
      done: 1,
      message: `${dropped} series without any value were left out`,
    });
  }
  return {
    name: options.name ?? address.shown,
    time: Float64Array.from({ length: grid.points }, (_, t) => grid.start + t * grid.step),
    channels,
  };
}

/** Epoch ms of the first point, ms between points, number of points. */
interface TimeGrid {
  readonly start: number;
  readonly step: number;
  readonly points: number;
}

function timeGrid(options: PrometheusOptions): TimeGrid {
  const milliseconds = (name: string, value: number | string): number => {
    const number = typeof value === 'string' ? parsePrometheusDuration(value) : value;
    if (isNumberIn(number, { above: 0 })) return number;
    throw new HeedError(
      'bad-option',
      `${name} is ${shownValue(value)}`,
      'Give a length of time above 0, for instance 6h.',
    );
  };
  const end = options.end ?? Date.now();
  if (options.start === undefined && options.range === undefined) {
    throw new HeedError(
      'bad-option',
      'neither start nor range is given',
      'Say how far back to read, for instance 6h.',
    );
  }
  const start = options.start ?? end - milliseconds('range', options.range!);
  if (!isNumberIn(end, {}) || !isNumberIn(start, { below: end })) {
    throw new HeedError(
      'bad-option',
      `the range from ${shownValue(start)} to ${shownValue(end)} is empty`,
      'Let start lie before end.',
    );
  }
  const nice = niceSteps.find((seconds) => (end - start) / (seconds * 1000) <= 1000) ?? niceSteps.at(-1)!;
  const step = options.step === undefined ? nice * 1000 : milliseconds('step', options.step);
  // On multiples of the step, so that reading again gives the same points.
  const first = Math.ceil(start / step);
  const points = Math.floor(end / step) - first + 1;
  if (points < 1) {
    throw new HeedError(
      'bad-option',
      `the range is shorter than one step of ${step} ms`,
      'Give a smaller step.',
    );
  }
  if (points > largestSeries) {
    throw new HeedError(
      'source-too-large',
      `the range has ${points} points`,
      'Give a larger step or a shorter range.',
    );
  }
  return { start: first * step, step, points };
}

interface ResultSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: Float64Array;
}

interface ReadContext {
  readonly address: PrometheusAddress;
  readonly grid: TimeGrid;
  readonly limit: number;
  readonly options: PrometheusOptions;
  readonly report: (done: number, message?: string) => void;
}

/** All series of one expression over the whole grid, request by request. */
async function readQuery(query: string, context: ReadContext): Promise<ResultSeries[]> {
  const { address, grid, limit, options, report } = context;
  const found = new Map<string, ResultSeries>();
  let size = firstRequest;
  for (let from = 0; from < grid.points; from += size, size = nextSize(found.size)) {
    throwIfAborted(options.signal);
    const to = Math.min(grid.points, from + size) - 1;
    const answer = await askPrometheus(address, {
      query,
      start: grid.start + from * grid.step,
      end: grid.start + to * grid.step,
      step: grid.step,
      limit,
      timeout: options.timeout ?? 60_000,
      ...(options.signal ? { signal: options.signal } : {}),
    });
    for (const one of answer.entries) {
      const entry = readEntry(one, (fault) => {
        throw badAnswer(address.shown, fault);
      })!;
      const labels = Object.entries(entry.labels).sort(([a], [b]) => (a < b ? -1 : 1));
      const key = JSON.stringify(labels);
      let series = found.get(key);
      if (!series) {
        series = { labels: entry.labels, values: new Float64Array(grid.points).fill(Number.NaN) };
        found.set(key, series);
        if (found.size > limit) {
          throw new HeedError(
            'source-too-large',
            `${query} gives more than the ${options.seriesLimit ?? 100} series that are read`,
            'Aggregate it, for instance by sum by (job) (…), select fewer by labels, or raise the limit.',
          );
        }
      }
      entry.place(grid, series.values);
    }
    report((to + 1) / grid.points, answer.warnings.length > 0 ? answer.warnings.join('; ') : undefined);
  }
  return [...found.values()];
}

function nextSize(series: number): number {
  return Math.min(largestRequest, Math.max(100, Math.floor(samplesPerRequest / Math.max(1, series))));
}

/** Names the series of one query by the metric and the labels in which they differ. */
function nameChannels(query: PrometheusQuery, series: readonly ResultSeries[]) {
  const metric: Record<string, string> = query.name === undefined ? {} : { __name__: query.name };
  const names = nameSeries(
    series.map(({ labels }) => ({ ...labels, ...metric })),
    query.query.trim(),
  );
  return series.map(({ labels, values }, i) => {
    const unit = query.unit ?? unitOfName(labels['__name__'] ?? '');
    return { name: names[i]!, ...(unit === undefined ? {} : { unit }), values, labels };
  });
}

/** Two queries may give channels of one name; the later ones get a number. */
function distinctNames<C extends { name: string }>(channels: readonly C[]): C[] {
  const used = new Map<string, number>();
  return channels.map((channel) => {
    const count = (used.get(channel.name) ?? 0) + 1;
    used.set(channel.name, count);
    return count === 1 ? channel : { ...channel, name: `${channel.name} (${count})` };
  });
}
