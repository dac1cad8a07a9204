import { checkNumbers, checkParts, checkRecord, checkRecords, checkSeries } from '../check-argument.js';
import { checkNumber, readLength } from '../check-number.js';
import { HeedError, shownValue } from '../errors.js';
import { aggregate, mergeRows, type Aggregation } from './merge.js';
import { createSeries, toNumbers, type Series } from './series.js';
import { formatDuration, parseDuration } from './time.js';

/**
 * The step of a series in milliseconds: the median difference of neighboring times, which gaps and jitter do not
 * move. For a series without times, 1 (one row).
 * @throws HeedError too-few-points below 2 points
 */
export function estimateStep(series: Series): number {
  checkSeries(series);
  const { time } = series;
  if (time.length < 2) {
    throw new HeedError('too-few-points', 'one point has no step', 'Give at least two points.', {
      file: series.name,
    });
  }
  const steps = new Float64Array(time.length - 1);
  for (let t = 0; t < steps.length; t++) steps[t] = time[t + 1]! - time[t]!;
  steps.sort();
  const middle = steps.length >> 1;
  return steps.length % 2 === 1 ? steps[middle]! : (steps[middle - 1]! + steps[middle]!) / 2;
}

/** An interval of time without points. */
export interface Gap {
  /** Index of the last point before the gap. */
  readonly before: number;
  /** Epoch ms of the points around the gap. */
  readonly start: number;
  readonly end: number;
  /** Points that are missing at the series' step, at least 1. */
  readonly missing: number;
}

/**
 * The gaps of a series: where two neighboring points lie more than one and a half steps apart.
 * @param step in milliseconds or as `60s`; default `estimateStep`
 */
export function findGaps(series: Series, step?: number | string): Gap[] {
  checkSeries(series);
  const { time } = series;
  if (time.length < 2) return [];
  const width = step === undefined ? estimateStep(series) : parseDuration(step);
  const gaps: Gap[] = [];
  for (let t = 0; t + 1 < time.length; t++) {
    const distance = time[t + 1]! - time[t]!;
    if (distance > 1.5 * width) {
      gaps.push({
        before: t,
        start: time[t]!,
        end: time[t + 1]!,
        missing: Math.max(1, Math.round(distance / width) - 1),
      });
    }
  }
  return gaps;
}

/** How `resample` works. */
export interface ResampleOptions {
  /** Length of a step, in milliseconds or as `60s`; default `estimateStep`. */
  readonly step?: number | string;
  /** How several points in one step become one; default mean. */
  readonly aggregation?: Aggregation;
  /** Epoch ms that a step starts at; default the first point's time. */
  readonly origin?: number;
  /** Most points of the result; default 10,000,000. More is refused: the step is too short for the range. */
  readonly maxPoints?: number;
}

/**
 * The series at a regular step: each step [k·step, (k+1)·step) from the origin becomes one point at its start,
 * holding the aggregate of its points; NaN where it has none. A step is labeled where one of its points is.
 * @throws HeedError bad-option, memory-limit, too-few-points
 */
export function resample(series: Series, options: ResampleOptions = {}): Series {
  checkSeries(series);
  checkRecord('options', options);
  const { aggregation = 'mean', maxPoints = 10_000_000 } = options;
  if (!['mean', 'first', 'last', 'max', 'min', 'sum'].includes(aggregation)) {
    throw new HeedError(
      'bad-option',
      `the aggregation is ${shownValue(aggregation)}`,
      'Give mean, first, last, max, min or sum.',
    );
  }
  const step = options.step === undefined ? estimateStep(series) : parseDuration(options.step);
  const { time, channels, labels } = series;
  const n = time.length;
  const origin = options.origin ?? time[0]!;
  checkNumber('the origin', origin, {}, 'Give epoch milliseconds.');
  checkNumber('maxPoints', maxPoints, { min: 1, max: 2 ** 28 });
  // Half a thousandth of a step: times that sit on an edge but for rounding belong to the step they begin.
  const slot = (t: number): number => Math.floor((time[t]! - origin) / step + 5e-4);
  const first = slot(0);
  const points = slot(n - 1) - first + 1;
  if (points > maxPoints) {
    throw new HeedError(
      'memory-limit',
      `a step of ${formatDuration(step)} makes ${points} points of ${n}`,
      `Give a longer step, or a maxPoints above ${maxPoints}.`,
      { file: series.name },
    );
  }
  const starts = new Int32Array(points + 1).fill(n);
  for (let t = n - 1; t >= 0; t--) starts[slot(t) - first] = t;
  for (let i = points - 1; i >= 0; i--) if (starts[i] === n) starts[i] = starts[i + 1]!;
  const spread = (values: Float64Array, how: Aggregation): Float64Array =>
    Float64Array.from({ length: points }, (_, i) => aggregate(values, how, starts[i]!, starts[i + 1]!));
  return {
    ...series,
    time: Float64Array.from({ length: points }, (_, i) => origin + (first + i) * step),
    channels: channels.map((channel) => ({ ...channel, values: spread(channel.values, aggregation) })),
    ...(labels
      ? {
          labels: Uint8Array.from({ length: points }, (_, i) =>
            labels.subarray(starts[i]!, starts[i + 1]!).includes(1) ? 1 : 0,
          ),
        }
      : {}),
  };
}

/**
 * A series from points in any order: sorts by time and merges those that share one.
 * @throws HeedError as `createSeries`
 */
export function createSeriesFromUnsorted(
  input: Parameters<typeof createSeries>[0] & { time: ArrayLike<number> },
  duplicates: Aggregation = 'mean',
): Series {
  checkParts('input', input, { time: checkNumbers, channels: checkRecords });
  const time = toNumbers(input.time, 'time').slice();
  const n = time.length;
  const copy = (values: ArrayLike<number>): Float64Array => {
    if (readLength(values) === n) return toNumbers(values, 'value').slice();
    throw new HeedError(
      'length-mismatch',
      `there are ${values.length} values for ${n} times`,
      'Give one value per point (NaN where it is missing).',
      { file: input.name },
    );
  };
  if (time.some((ms) => !Number.isFinite(ms))) {
    throw new HeedError('bad-time', 'a time is not a finite number', 'Give epoch milliseconds.', {
      file: input.name,
    });
  }
  const rows = mergeRows(
    {
      time,
      channels: input.channels.map((channel) => ({ ...channel, values: copy(channel.values) })),
      ...(input.labels ? { labels: copy(Float64Array.from(input.labels as ArrayLike<number>, Number)) } : {}),
    },
    { sort: true, duplicates, name: input.name },
  );
  return createSeries({ ...(input.name === undefined ? {} : { name: input.name }), ...rows });
}
