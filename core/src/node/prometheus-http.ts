import { HeedError, throwIfAborted } from '../errors.js';

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

/** Where to ask. */
export interface PrometheusAddress {
  readonly href: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Without password, for messages. */
  readonly shown: string;
}

/**
 * Takes an address apart; a user and password in it become a header.
 * @throws HeedError bad-option
 */
export function prometheusAddress(
  url: string,
  headers: Readonly<Record<string, string>> | undefined,
): PrometheusAddress {
  let parsed: URL | undefined;
  let user = '';
  try {
    parsed = new URL(url);
    user = decodeURIComponent(`${parsed.username}:${parsed.password}`);
  } catch {
    // Answered below, together with other protocols.
    parsed = undefined;
  }
  if (!parsed || !['http:', 'https:'].includes(parsed.protocol)) {
    throw new HeedError(
      'bad-option',
      `"${url}" is not an HTTP address`,
      'Give the server as http://HOST:PORT.',
    );
  }
  const basic = parsed.username === '' ? undefined : Buffer.from(user).toString('base64');
  parsed.username = '';
  parsed.password = '';
  const base = `${parsed.origin}${parsed.pathname.replace(/\/+$/, '')}`;
  return {
    href: `${base}/api/v1/query_range`,
    headers: { ...(basic === undefined ? {} : { Authorization: `Basic ${basic}` }), ...headers },
    shown: base,
  };
}

/** The part of an answer that is used; times in seconds, values as text. */
export interface PrometheusAnswer {
  readonly result: readonly {
    readonly metric: Readonly<Record<string, string>>;
    readonly values: readonly (readonly [number, string])[];
  }[];
  readonly warnings?: readonly string[];
}

/** One range query; times and step in milliseconds. */
export interface RangeRequest {
  readonly query: string;
  readonly start: number;
  readonly end: number;
  readonly step: number;
  /** Most series wanted. */
  readonly limit: number;
  /** Milliseconds until it is given up. */
  readonly timeout: number;
  readonly signal?: AbortSignal;
}

/**
 * Sends one range query.
 * @throws HeedError source-unreachable, source-error (a SourceError), source-bad-answer, cancelled
 */
export async function askPrometheus(
  address: PrometheusAddress,
  request: RangeRequest,
): Promise<PrometheusAnswer> {
  const { timeout, signal } = request;
  const stop = new AbortController();
  let isLate = false;
  const clock = setTimeout(() => {
    isLate = true;
    stop.abort();
  }, timeout);
  const cancel = () => stop.abort();
  signal?.addEventListener('abort', cancel, { once: true });
  const form = new URLSearchParams({
    query: request.query,
    start: String(request.start / 1000),
    end: String(request.end / 1000),
    step: String(request.step / 1000),
    // Newer servers stop there; older ones ignore it and the limit is kept when the answer is read.
    limit: String(request.limit + 1),
  });
  const send = async (method: 'POST' | 'GET') => {
    const target = method === 'POST' ? address.href : `${address.href}?${form}`;
    const response = await fetch(target, {
      method,
      headers: address.headers,
      ...(method === 'POST' ? { body: form } : {}),
      signal: stop.signal,
    });
    return { status: response.status, statusText: response.statusText, body: await response.text() };
  };
  try {
    let response = await send('POST');
    // Some proxies let only GET through.
    if (response.status === 405) response = await send('GET');
    return decode(response, address);
  } catch (error) {
    throwIfAborted(signal);
    if (error instanceof HeedError) throw error;
    if (isLate) {
      throw new HeedError(
        'source-unreachable',
        `${address.shown} did not answer within ${timeout / 1000} s`,
        'Ask for a shorter range or a larger step, or allow more time.',
      );
    }
    throw new HeedError(
      'source-unreachable',
      `${address.shown} cannot be reached: ${findCause(error)}`,
      'Check the address, and that the server runs and is allowed through.',
      undefined,
      error,
    );
  } finally {
    clearTimeout(clock);
    signal?.removeEventListener('abort', cancel);
  }
}

/** The innermost message of a failed fetch: it says only "fetch failed" itself. */
function findCause(error: unknown): string {
  let at = error as { message?: string; code?: string; cause?: unknown; errors?: unknown[] };
  for (;;) {
    const next = at.cause ?? at.errors?.[0];
    if (next === undefined || next === null) break;
    at = next as typeof at;
  }
  return at.message || at.code || String(error);
}

function decode(
  { status, statusText, body }: { status: number; statusText: string; body: string },
  address: PrometheusAddress,
): PrometheusAnswer {
  let json: {
    status?: string;
    error?: string;
    errorType?: string;
    warnings?: string[];
    data?: { resultType?: string; result?: unknown };
  };
  try {
    json = JSON.parse(body) as typeof json;
  } catch {
    if (status >= 400) throw failed(address, status, oneLine(body) || statusText);
    throw notPrometheus(address, `the answer is not JSON: ${oneLine(body) || 'it is empty'}`);
  }
  if (status >= 400 || json?.status === 'error') {
    throw failed(address, status, [json?.errorType, json?.error ?? statusText].filter(Boolean).join(': '));
  }
  if (json?.status !== 'success' || json.data?.resultType !== 'matrix' || !Array.isArray(json.data.result)) {
    throw notPrometheus(address, 'the answer is not the result of a range query');
  }
  for (const entry of json.data.result as { metric?: unknown; values?: unknown; histograms?: unknown }[]) {
    if (!Array.isArray(entry?.values) && Array.isArray(entry?.histograms)) {
      throw new HeedError(
        'source-bad-answer',
        `${address.shown} answers with histograms, which are no numbers`,
        'Ask for a number of them, for instance histogram_quantile(0.95, …).',
      );
    }
    const values = Array.isArray(entry?.values) ? (entry.values as unknown[]) : null;
    if (!values?.every(Array.isArray) || typeof entry.metric !== 'object' || entry.metric === null) {
      throw notPrometheus(address, 'a series of the answer has no values or labels');
    }
  }
  return {
    result: json.data.result as PrometheusAnswer['result'],
    ...(json.warnings ? { warnings: json.warnings } : {}),
  };
}

const oneLine = (text: string) =>
  text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200);

function failed(address: PrometheusAddress, status: number, message: string): SourceError {
  const remedy =
    status === 401 || status === 403
      ? 'Give credentials, in the address or as a header.'
      : status === 404
        ? 'Check the path of the address: the server may live under a prefix.'
        : status >= 500
          ? 'The server failed: ask for less, or look at its log.'
          : 'Correct the query.';
  return new SourceError(status, `${address.shown} answered ${status}: ${message}`, remedy);
}

function notPrometheus(address: PrometheusAddress, what: string): HeedError {
  return new HeedError(
    'source-bad-answer',
    `${address.shown}: ${what}`,
    'Check that the address is that of a Prometheus server.',
  );
}
