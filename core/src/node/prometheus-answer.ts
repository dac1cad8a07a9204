/** Answers of servers with the query API of Prometheus, as commands, notebooks and `serve` take them in. */
import { HeedError } from '../errors.js';

/** An answer of a server that is an error: code `source-error`, with the server's own message. */
export class SourceError extends HeedError {
  /**
   * @param status the HTTP status; 200 where only the body says that it is an error
   * @param what what is wrong, without a full stop
   * @param remedy what the reader can do about it, as a sentence
   */
  constructor(
    readonly status: number,
    what: string,
    remedy: string,
  ) {
    super('source-error', what, remedy);
  }
}

/** What came over HTTP. */
interface HttpAnswer {
  readonly status: number;
  readonly statusText?: string;
  readonly body: string;
}

/** The part of an answer that is used: a list of series, each yet to be read by `readEntry`. */
export interface DecodedAnswer {
  readonly entries: readonly unknown[];
  /** The server's own: parts of it did not answer, say. */
  readonly warnings: readonly string[];
}

/**
 * The series of an answer.
 * @param shown the server, for messages
 * @param types of results that were asked for; a scalar is a series without labels
 * @throws HeedError source-error (a SourceError), source-bad-answer
 */
export function decodeAnswer(
  { status, statusText = '', body }: HttpAnswer,
  shown: string,
  types: readonly ('matrix' | 'vector' | 'scalar')[],
): DecodedAnswer {
  let json: {
    status?: string;
    error?: string;
    errorType?: string;
    warnings?: unknown;
    data?: { resultType?: string; result?: unknown };
  } | null;
  try {
    json = JSON.parse(body) as typeof json;
  } catch {
    if (status >= 400) throw failed(shown, status, oneLine(body) || statusText);
    throw badAnswer(
      shown,
      /^\s*[{[]/.test(body)
        ? `the answer is cut short, after ${body.length} characters`
        : `the answer is not JSON: ${oneLine(body) || 'it is empty'}`,
    );
  }
  if (status >= 400 || json?.status === 'error') {
    throw failed(shown, status, [json?.errorType, json?.error ?? statusText].filter(Boolean).join(': '));
  }
  const { resultType, result } = json?.data ?? {};
  const known = types.some((type) => type === resultType);
  const entries: unknown = resultType === 'scalar' ? [{ metric: {}, value: result }] : result;
  if (json?.status !== 'success' || !known || !Array.isArray(entries)) {
    throw badAnswer(
      shown,
      types.length === 1
        ? 'the answer is not the result of a range query'
        : `the answer is not the result of a query${known || resultType === undefined ? '' : `: its type is ${resultType}`}`,
    );
  }
  return { entries, warnings: Array.isArray(json.warnings) ? json.warnings.map(String) : [] };
}

/** Labels of a series. */
export type Labels = Readonly<Record<string, string>>;

/** Times that were asked for, epoch ms. */
interface SampleGrid {
  readonly start: number;
  readonly step: number;
  readonly points: number;
}

/**
 * One series of an answer: its labels, and a function that places its samples on a grid. Infinite values and NaN stay
 * missing, as do samples beside the grid.
 * @param refuse is told what is wrong with the series, or with one of its samples; where it returns, that is left out
 */
export function readEntry(
  entry: unknown,
  refuse: (fault: string) => void,
): { readonly labels: Labels; place(grid: SampleGrid, values: Float64Array): void } | null {
  const { metric, value, values, histogram, histograms } = (entry ?? {}) as Readonly<Record<string, unknown>>;
  if (!isLabels(metric)) {
    refuse('a series of the answer has no values or labels');
    return null;
  }
  const samples = Array.isArray(values) ? (values as unknown[]) : value === undefined ? undefined : [value];
  if (!samples) {
    refuse(
      histogram !== undefined || histograms !== undefined
        ? 'a series holds histograms, which are no numbers (ask for one of them, for instance histogram_quantile(0.95, …))'
        : 'a series of the answer has no values or labels',
    );
    return null;
  }
  return {
    labels: metric,
    place({ start, step, points }, found) {
      for (const sample of samples) {
        const [seconds, raw] = Array.isArray(sample) ? (sample as unknown[]) : [];
        const number = typeof raw === 'number' ? raw : typeof raw === 'string' ? parseValue(raw) : undefined;
        if (typeof seconds !== 'number' || number === undefined) {
          refuse('a sample is not a time and a number');
          continue;
        }
        // An instant query has one point, wherever the server puts it.
        const at = points === 1 ? 0 : Math.round((seconds * 1000 - start) / step);
        if (at >= 0 && at < points && Number.isFinite(number)) found[at] = number;
      }
    },
  };
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

const oneLine = (text: string) =>
  text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200);

function failed(shown: string, status: number, message: string): SourceError {
  const remedy =
    status === 401 || status === 403
      ? 'Give credentials, in the address or as a header.'
      : status === 404
        ? 'Check the path of the address: the server may live under a prefix.'
        : status >= 500
          ? 'The server failed: ask for less, or look at its log.'
          : 'Correct the query.';
  return new SourceError(status, `${shown} answered ${status}: ${message}`, remedy);
}

/** An answer that is none of Prometheus. */
export function badAnswer(shown: string, what: string): HeedError {
  return new HeedError(
    'source-bad-answer',
    `${shown}: ${what}`,
    'Check that the address is that of a Prometheus server.',
  );
}
