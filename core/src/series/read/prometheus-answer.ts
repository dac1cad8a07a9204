/** Answers of the query API of Prometheus (Mimir, Thanos, VictoriaMetrics, Loki), as files hold and servers send them. */
import { isObject, type Json } from './json-shapes.js';
import type { JsonPath } from './json-place.js';
import type { SeriesLabels } from './series-names.js';

/** What an answer holds, whatever else it says. */
export interface PrometheusAnswer {
  /** The series, each yet to be read by `decodeEntry`; null where there is no list of them. */
  readonly entries: readonly unknown[] | null;
  /** Where the series stand. */
  readonly path: JsonPath;
  /** `matrix`, `vector`, `scalar` …, where the answer says so. */
  readonly resultType: string | undefined;
  /** The server's own words: parts of it did not answer, say. */
  readonly warnings: readonly string[];
  /** What the server says went wrong; null where the answer is none of an error. */
  readonly error: string | null;
  /** True where the server says that all is well. */
  readonly success: boolean;
}

/** Takes a whole answer, its `data`, or the result alone apart. */
export function openAnswer(json: unknown): PrometheusAnswer {
  const whole: Json = isObject(json) ? json : {};
  const nested = isObject(whole.data) && 'result' in whole.data;
  const data = nested ? (whole.data as Json) : whole;
  const resultType = typeof data.resultType === 'string' ? data.resultType : undefined;
  const result = Array.isArray(json) ? (json as unknown[]) : data.result;
  const isSingle = resultType === 'scalar' || resultType === 'string';
  const entries = isSingle ? [{ metric: {}, value: result }] : Array.isArray(result) ? result : null;
  const words = [whole.errorType, whole.error].filter((word) => typeof word === 'string' && word !== '');
  const told = [whole.warnings, whole.infos].flatMap((list) => (Array.isArray(list) ? list.map(String) : []));
  return {
    entries,
    path: [...(nested ? ['data'] : []), ...(Array.isArray(json) ? [] : ['result'])],
    resultType,
    warnings: told,
    error: whole.status === 'error' || (words.length > 0 && entries === null) ? words.join(': ') : null,
    success: whole.status === 'success',
  };
}

/** One series of an answer. */
export interface PrometheusEntry {
  readonly labels: SeriesLabels;
  /** Pairs of a time in seconds and a value, each yet to be read by `decodeSample`. */
  readonly samples: readonly unknown[];
  /** Where a sample stands in the entry. */
  readonly path: (sample: number) => JsonPath;
}

/** The labels and samples of one series; in `fault` what is wrong with it. */
export function decodeEntry(entry: unknown): PrometheusEntry | { readonly fault: string } {
  const { metric, stream, value, values, histogram, histograms } = isObject(entry) ? entry : ({} as Json);
  const labels = metric ?? stream;
  const none = { fault: 'a series of the answer has no values or labels' };
  if (!isLabels(labels)) return none;
  if (Array.isArray(values)) return { labels, samples: values, path: (t) => ['values', t] };
  if (value !== undefined) return { labels, samples: [value], path: () => ['value'] };
  return histogram !== undefined || histograms !== undefined
    ? {
        fault:
          'a series holds histograms, which are no numbers (ask for one of them, for instance histogram_quantile(0.95, …))',
      }
    : none;
}

/** True for a series of histograms and nothing else. */
export function isHistogram(entry: unknown): boolean {
  return (
    isObject(entry) &&
    !('values' in entry || 'value' in entry) &&
    ('histograms' in entry || 'histogram' in entry)
  );
}

/** The time (seconds) and the value of a sample, as they are written; null where it is no such pair. */
export function decodeSample(sample: unknown): readonly [seconds: unknown, value: unknown] | null {
  return Array.isArray(sample) && sample.length >= 2 ? [sample[0], sample[1]] : null;
}

/** The number of a sample's value: NaN for NaN and infinite ones, undefined for what is no number. */
export function decodeValue(raw: unknown): number | undefined {
  if (typeof raw === 'number') return Number.isFinite(raw) ? raw : NaN;
  if (typeof raw !== 'string') return undefined;
  if (raw === 'NaN' || /^[+-]?Inf$/.test(raw)) return NaN;
  const value = raw.trim() === '' ? NaN : Number(raw);
  return Number.isNaN(value) ? undefined : value;
}

function isLabels(value: unknown): value is SeriesLabels {
  if (!isObject(value)) return false;
  for (const name in value) if (typeof value[name] !== 'string') return false;
  return true;
}
