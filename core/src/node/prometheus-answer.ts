/** What servers with the query API of Prometheus send: HTTP answers as commands, notebooks and `serve` take them in. */
import { HeedError } from '../errors.js';
import { decodeEntry, decodeSample, decodeValue, openAnswer } from '../series/read/prometheus-answer.js';
import type { SeriesLabels } from '../series/read/series-names.js';

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
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    if (status >= 400) throw failed(shown, status, oneLine(body) || statusText);
    throw badAnswer(
      shown,
      /^\s*[{[]/.test(body)
        ? `the answer is cut short, after ${body.length} characters`
        : `the answer is not JSON: ${oneLine(body) || 'it is empty'}`,
    );
  }
  const { entries, resultType, warnings, error, success } = openAnswer(json);
  if (status >= 400 || error !== null) throw failed(shown, status, error || statusText);
  const known = types.some((type) => type === resultType);
  if (!success || !known || !entries) {
    throw badAnswer(
      shown,
      types.length === 1
        ? 'the answer is not the result of a range query'
        : `the answer is not the result of a query${known || resultType === undefined ? '' : `: its type is ${resultType}`}`,
    );
  }
  return { entries, warnings };
}

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
): { readonly labels: SeriesLabels; place(grid: SampleGrid, values: Float64Array): void } | null {
  const found = decodeEntry(entry);
  if ('fault' in found) {
    refuse(found.fault);
    return null;
  }
  return {
    labels: found.labels,
    place({ start, step, points }, values) {
      for (const sample of found.samples) {
        const [seconds, raw] = decodeSample(sample) ?? [];
        const number = decodeValue(raw);
        if (typeof seconds !== 'number' || number === undefined) {
          refuse('a sample is not a time and a number');
          continue;
        }
        // An instant query has one point, wherever the server puts it.
        const at = points === 1 ? 0 : Math.round((seconds * 1000 - start) / step);
        if (at >= 0 && at < points && Number.isFinite(number)) values[at] = number;
      }
    },
  };
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
