import { HeedError } from '../errors.js';
import { SourceError } from '../node/prometheus-http.js';
import { HttpClient, type Endpoint } from './http.js';

export type Labels = Readonly<Record<string, string>>;

/** One series of an answer: a value for every time asked, NaN where there was none. */
export interface SourceSeries {
  readonly labels: Labels;
  readonly values: Float64Array;
  /** How it is called, where that has been decided. */
  readonly name?: string | undefined;
}

export interface SourceAnswer {
  readonly series: readonly SourceSeries[];
  /** Samples and series that could not be read, and are left out. */
  readonly malformed: number;
  /** What is wrong with the first of them. */
  readonly fault: string | undefined;
  /** The source's own: parts of it did not answer, say. */
  readonly warnings: readonly string[];
}

export interface SourceRequest {
  readonly expr: string;
  /** Epoch ms, on a regular grid. */
  readonly times: Float64Array;
  readonly step: number;
  readonly signal?: AbortSignal;
}

/** A server with the query API of Prometheus, asked for the newest point or for a hole. */
export class Source {
  private readonly client: HttpClient;

  constructor(
    readonly endpoint: Endpoint,
    private readonly answerBytes: number,
  ) {
    this.client = new HttpClient(endpoint);
  }

  /**
   * Reads the values at the times: an instant query where it is one, else a range query. One bad sample, or one bad
   * series, costs no other.
   * @throws HeedError source-unreachable, source-error, source-bad-answer, source-too-large, cancelled
   */
  async read({ expr, times, step, signal }: SourceRequest): Promise<SourceAnswer> {
    const isInstant = times.length === 1;
    const seconds = (time: number): string => String(time / 1000);
    const form = new URLSearchParams({
      query: expr,
      ...(isInstant
        ? { time: seconds(times[0]!) }
        : {
            start: seconds(times[0]!),
            end: seconds(times[times.length - 1]!),
            step: String(step / 1000),
          }),
    });
    const path = isInstant ? '/api/v1/query' : '/api/v1/query_range';
    const send = (method: 'POST' | 'GET') =>
      this.client.send({
        method,
        path: method === 'POST' ? path : `${path}?${form.toString()}`,
        ...(method === 'POST'
          ? {
              body: form.toString(),
              headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
            }
          : {}),
        most: this.answerBytes,
        ...(signal ? { signal } : {}),
      });
    let answer = await send('POST');
    // Some proxies let only GET through.
    if (answer.status === 405) answer = await send('GET');
    return readAnswer(answer, { shown: this.client.shown, times, step });
  }

  close(): Promise<void> {
    return this.client.close();
  }
}

interface Asked {
  readonly shown: string;
  readonly times: Float64Array;
  readonly step: number;
}

/** @throws HeedError source-error, source-bad-answer */
function readAnswer(
  { status, text }: { readonly status: number; readonly text: string },
  asked: Asked,
): SourceAnswer {
  const bad = (what: string): HeedError =>
    new HeedError(
      'source-bad-answer',
      `${asked.shown}: ${what}`,
      'Check that the address is that of Prometheus.',
    );
  let json: {
    status?: string;
    error?: string;
    errorType?: string;
    warnings?: unknown;
    data?: { resultType?: string; result?: unknown };
  } | null;
  try {
    json = JSON.parse(text) as typeof json;
  } catch {
    if (status < 400) throw bad(`the answer is not JSON, or cut short, after ${text.length} characters`);
    json = null;
  }
  if (status >= 400 || json?.status === 'error') {
    const message =
      json?.error ??
      text
        .replace(/<[^>]*>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim()
        .slice(0, 200);
    throw new SourceError(
      status,
      `${asked.shown} answered ${status}: ${[json?.errorType, message].filter(Boolean).join(': ')}`,
      status === 401 || status === 403
        ? 'Give credentials.'
        : status === 400 || status === 422
          ? 'Correct the query.'
          : 'Look at the log of the server.',
    );
  }
  const { resultType, result } = json?.data ?? {};
  if (json?.status !== 'success' || !['vector', 'matrix', 'scalar'].includes(resultType ?? '')) {
    throw bad(`the answer has ${resultType ? `the type ${resultType}` : 'no result'}`);
  }
  const entries: unknown = resultType === 'scalar' ? [{ metric: {}, value: result }] : result;
  if (!Array.isArray(entries)) throw bad('the result is no list');
  const taker = new Taker(asked);
  for (const entry of entries) taker.take(entry);
  const { warnings } = json;
  return {
    series: taker.series,
    malformed: taker.malformed,
    fault: taker.fault,
    warnings: Array.isArray(warnings) ? warnings.map(String) : [],
  };
}

/** Takes in what is well-formed and counts the rest. */
class Taker {
  readonly series: SourceSeries[] = [];
  malformed = 0;
  fault: string | undefined;

  constructor(private readonly asked: Asked) {}

  take(entry: unknown): void {
    const { metric, value, values, histogram, histograms } = (entry ?? {}) as Readonly<
      Record<string, unknown>
    >;
    if (!isLabels(metric)) return this.refuse('a series has no labels');
    const samples = Array.isArray(values) ? (values as unknown[]) : value === undefined ? undefined : [value];
    if (!samples) {
      return this.refuse(
        histogram !== undefined || histograms !== undefined
          ? 'a series holds histograms, which are no numbers (ask for histogram_quantile, say)'
          : 'a series has no values',
      );
    }
    const { times, step } = this.asked;
    const found = new Float64Array(times.length).fill(NaN);
    for (const sample of samples) {
      const [seconds, raw] = Array.isArray(sample) ? (sample as unknown[]) : [];
      const number = typeof raw === 'number' ? raw : typeof raw === 'string' ? parseValue(raw) : undefined;
      if (typeof seconds !== 'number' || number === undefined) {
        this.refuse('a sample is not a time and a number');
        continue;
      }
      const at = times.length === 1 ? 0 : Math.round((seconds * 1000 - times[0]!) / step);
      if (at >= 0 && at < times.length && Number.isFinite(number)) found[at] = number;
    }
    this.series.push({ labels: metric, values: found });
  }

  private refuse(fault: string): void {
    this.malformed++;
    this.fault ??= fault;
  }
}

/** Infinity and NaN become missing; undefined where the text is no number at all. */
function parseValue(text: string): number | undefined {
  if (text === 'NaN' || /^[+-]?Inf$/.test(text)) return NaN;
  const value = text.trim() === '' ? NaN : Number(text);
  return Number.isNaN(value) ? undefined : value;
}

function isLabels(value: unknown): value is Labels {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) if (typeof (value as Record<string, unknown>)[name] !== 'string') return false;
  return true;
}
