import { HeedError, throwIfAborted } from '../errors.js';
import { decodeAnswer, type DecodedAnswer } from './prometheus-answer.js';

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
): Promise<DecodedAnswer> {
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
    return decodeAnswer(response, address.shown, ['matrix']);
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
