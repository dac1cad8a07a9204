/** Prometheus and what answers like it, and the export of VictoriaMetrics. */
import { HeedError } from '../../errors.js';
import { unitOfName } from '../units.js';
import { sourceError } from './json-faults.js';
import { isObject, readLabels, seconds, type Json, type JsonLayout } from './json-shapes.js';
import { faultAt, type JsonPath } from './json-place.js';
import type { ReadOptions, ReadResult } from './options.js';
import { joinPoints, type PointSeries } from './points.js';
import { decodeEntry, decodeSample, decodeValue, isHistogram, openAnswer } from './prometheus-answer.js';
import { nameSeries, type SeriesLabels } from './series-names.js';
import { shorten } from './words.js';

/** Prometheus (and Mimir, Thanos, VictoriaMetrics, Loki): a whole answer, its `data`, or the result alone. */
export const prometheus: JsonLayout = (value, options) => {
  const layout = 'an answer of Prometheus';
  const answer = openAnswer(value);
  if (isObject(value) && value.status === 'error' && answer.error) {
    throw sourceError(answer.error, options.name);
  }
  // One series alone is read as well.
  const single = answer.entries === null && isObject(value) && 'metric' in value;
  const entries = single ? [value] : answer.entries;
  if (!entries) return null;
  if (entries.length === 0) return answer.success ? joinPoints([], layout, options) : null;
  const whole = answer.success && answer.resultType !== undefined;
  if (!whole && !entries.every(isEntry)) return null;
  // VictoriaMetrics' export has values and timestamps in lists of their own.
  if (entries.every((one) => isObject(one) && Array.isArray(one.timestamps)))
    return victoria(entries, options);
  const isScalar = answer.resultType === 'scalar' || answer.resultType === 'string';
  const base = (i: number): JsonPath => (single ? [] : isScalar ? answer.path : [...answer.path, i]);
  // One series may come in several parts, as instant vectors that were asked for one after the other.
  const joined = new Map<string, LabeledSeries[]>();
  let histograms = 0;
  for (const [i, one] of entries.entries()) {
    if (isHistogram(one)) {
      histograms++;
      continue;
    }
    const entry = decodeEntry(one);
    if ('fault' in entry) {
      throw faultAt(options, base(i), {
        code: 'bad-json',
        what: entry.fault,
        remedy: 'Export the answer again.',
      });
    }
    const own = findPart(joined, entry.labels, (add) => {
      for (const sample of entry.samples) {
        const pair = decodeSample(sample);
        if (pair) add(seconds(pair[0]), pair[1]);
      }
    });
    for (const [t, sample] of entry.samples.entries()) {
      const path = isScalar ? answer.path : [...base(i), ...entry.path(t)];
      const pair = decodeSample(sample);
      if (!pair) {
        throw faultAt(options, path, {
          code: 'bad-json',
          what: 'this is no pair of a time and a value',
          remedy: 'Export the answer again.',
        });
      }
      own.add(seconds(pair[0]), pair[1], path);
    }
  }
  const list = [...joined.values()].flat();
  if (list.length === 0 && histograms > 0) {
    throw new HeedError(
      'no-numeric-column',
      'all series are native histograms, which are no numbers',
      'Ask for one of them, for instance histogram_quantile(0.95, …) or histogram_avg(…).',
      { file: options.name },
    );
  }
  if (answer.resultType === 'streams') refuseLogLines(list, options);
  const { series, notes } = joinLabeled(list, layout, options, (path, part) => [
    ...path,
    part === 'time' ? 0 : 1,
  ]);
  return {
    series,
    notes: [
      ...notes,
      ...(isInstant(list)
        ? ['It is an instant query with one value per series; /api/v1/query_range gives their history.']
        : []),
      ...(histograms > 0
        ? [`${histograms} series of native histograms ${histograms === 1 ? 'was' : 'were'} left out.`]
        : []),
      ...answer.warnings.map((warning) => `The server warns: ${warning.replace(/\s+/g, ' ').slice(0, 200)}.`),
    ],
  };
};

/** The points of one series, as its parts come in. */
class LabeledSeries {
  readonly times: unknown[] = [];
  readonly values: unknown[] = [];
  readonly paths: JsonPath[] = [];
  private seen: Map<unknown, unknown> | null = null;

  constructor(readonly labels: SeriesLabels) {}

  add(time: unknown, value: unknown, path: JsonPath): void {
    this.times.push(time);
    this.values.push(value);
    this.paths.push(path);
    this.seen?.set(time, value);
  }

  /** True where another value stands at this time. */
  contradicts(time: unknown, value: unknown): boolean {
    // Most series come in one part, and need no index.
    this.seen ??= new Map(this.times.map((one, t) => [one, this.values[t]]));
    return this.seen.has(time) && String(this.seen.get(time)) !== String(value);
  }
}

/**
 * The series that a further part with these labels belongs to; a new one where the part has other values at the same
 * times: then the labels that tell the two apart were lost.
 */
function findPart(
  joined: Map<string, LabeledSeries[]>,
  labels: SeriesLabels,
  visit: (add: (time: unknown, value: unknown) => void) => void,
): LabeledSeries {
  const key = JSON.stringify(labels);
  const all = joined.get(key) ?? [];
  joined.set(key, all);
  let own = all.find((one) => {
    let fits = true;
    visit((time, value) => (fits &&= !one.contradicts(time, value)));
    return fits;
  });
  if (!own) all.push((own = new LabeledSeries(labels)));
  return own;
}

function isEntry(one: unknown): boolean {
  return (
    isObject(one) &&
    isObject(one.metric ?? one.stream) &&
    ('values' in one || 'value' in one || 'histograms' in one || 'histogram' in one)
  );
}

/**
 * Series by what tells their labels apart, with the units that their names end in.
 * @param place where a part of a point stands, by the path that it was added with
 */
function joinLabeled(
  list: readonly LabeledSeries[],
  layout: string,
  options: ReadOptions,
  place: (path: JsonPath, part: 'time' | 'value') => JsonPath,
): ReadResult {
  const names = nameSeries(
    list.map(({ labels }) => labels),
    'value',
  );
  return joinPoints(
    list.map(({ labels, times, values, paths }, i): PointSeries => {
      const unit = unitOfName(labels['__name__'] ?? '');
      return {
        name: names[i]!,
        ...(unit === undefined ? {} : { unit }),
        times,
        values,
        path: (t, part) => place(paths[t]!, part),
      };
    }),
    layout,
    options,
  );
}

/** Whether every series has one value, all of one moment. */
function isInstant(list: readonly LabeledSeries[]): boolean {
  return (
    new Set(list.flatMap(({ times }) => times)).size === 1 &&
    list.every(({ paths }) => paths.length === 1 && !paths[0]!.includes('values'))
  );
}

/** @throws HeedError where streams of Loki hold lines of logs */
function refuseLogLines(list: readonly LabeledSeries[], options: ReadOptions): void {
  const line = list.flatMap(({ values }) => values).find((one) => decodeValue(one) === undefined);
  if (line === undefined) return;
  throw new HeedError(
    'no-numeric-column',
    `these are lines of logs such as "${shorten(String(line))}", no series`,
    'Ask Loki for a number, for instance count_over_time({app="…"}[1m]).',
    { file: options.name },
  );
}

/** Lines of VictoriaMetrics' `/api/v1/export`. */
export const victoria = (value: unknown, options: ReadOptions): ReadResult | null => {
  const list = Array.isArray(value) ? value : [value];
  if (
    list.length === 0 ||
    !list.every(
      (one) =>
        isObject(one) && isObject(one.metric) && Array.isArray(one.values) && Array.isArray(one.timestamps),
    )
  )
    return null;
  // One series may come in several lines.
  const joined = new Map<string, LabeledSeries[]>();
  for (const [i, one] of (list as Json[]).entries()) {
    const times = one.timestamps as unknown[];
    const values = one.values as unknown[];
    if (times.length !== values.length) {
      throw faultAt(options, [i, 'values'], {
        code: 'length-mismatch',
        what: `there are ${values.length} values for ${times.length} times`,
        remedy: 'Export it again.',
      });
    }
    const own = findPart(joined, readLabels(one.metric), (add) =>
      times.forEach((time, t) => add(time, values[t])),
    );
    // The last part of a path is the point; "values" is put for the times where they are meant.
    times.forEach((time, t) => own.add(time, values[t], [i, t]));
  }
  return joinLabeled([...joined.values()].flat(), 'an export of VictoriaMetrics', options, ([i, t], part) => [
    i!,
    part === 'time' ? 'timestamps' : 'values',
    t!,
  ]);
};
