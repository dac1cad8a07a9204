import { decodeAnswer, readEntry } from '../node/prometheus-answer.js';
import type { SeriesLabels } from '../series/read/series-names.js';
import { HttpClient, type Endpoint } from './http.js';

export type { SeriesLabels as Labels };

/** One series of an answer: a value for every time asked, NaN where there was none. */
export interface SourceSeries {
  readonly labels: SeriesLabels;
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
  { status, text: body }: { readonly status: number; readonly text: string },
  { shown, times, step }: Asked,
): SourceAnswer {
  const { entries, warnings } = decodeAnswer({ status, body }, shown, ['matrix', 'vector', 'scalar']);
  const grid = { start: times[0]!, step, points: times.length };
  const series: SourceSeries[] = [];
  let malformed = 0;
  let fault: string | undefined;
  const refuse = (what: string): void => {
    malformed++;
    fault ??= what;
  };
  for (const one of entries) {
    const entry = readEntry(one, refuse);
    if (!entry) continue;
    const values = new Float64Array(times.length).fill(NaN);
    entry.place(grid, values);
    series.push({ labels: entry.labels, values });
  }
  return { series, malformed, fault, warnings };
}
