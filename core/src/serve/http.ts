import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import { HeedError } from '../errors.js';

/** An HTTP server and how it is reached. Secrets are read at every use, so that they can be rotated. */
export interface Endpoint {
  /** Without a slash at its end. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly authorize: (() => string) | undefined;
  /** ms */
  readonly timeout: number;
  readonly tls:
    | {
        readonly caFile: string | undefined;
        readonly certFile: string | undefined;
        readonly keyFile: string | undefined;
        readonly serverName: string | undefined;
        readonly insecure: boolean;
      }
    | undefined;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export interface Message {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Largest answer that is read, bytes. */
  readonly most?: number;
  readonly signal?: AbortSignal;
}

/** Most of an answer that only says whether something went well. */
const SHORT_ANSWER = 1024 * 1024;

/** One server, with its connections. */
export class HttpClient {
  private readonly agent: Agent;
  /** For messages: paths and queries of webhooks are secrets. */
  readonly shown: string;

  constructor(readonly endpoint: Endpoint) {
    this.shown = new URL(endpoint.url).origin;
    const { tls, timeout } = endpoint;
    const read = (file: string | undefined) => (file === undefined ? undefined : readFileSync(file));
    this.agent = new Agent({
      connections: 8,
      headersTimeout: timeout,
      bodyTimeout: timeout,
      connect: {
        timeout: Math.min(timeout, 10_000),
        ...(tls
          ? {
              ca: read(tls.caFile),
              cert: read(tls.certFile),
              key: read(tls.keyFile),
              rejectUnauthorized: !tls.insecure,
              ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
            }
          : {}),
      },
    });
  }

  /**
   * Sends one message and reads the whole answer, whatever its status.
   * @throws HeedError source-unreachable, source-too-large, cancelled
   */
  async send({ method, path, headers, body, most = SHORT_ANSWER, signal }: Message): Promise<Answer> {
    const { url, authorize, timeout } = this.endpoint;
    const clock = AbortSignal.timeout(timeout);
    try {
      const answer = await request(`${url}${path}`, {
        method,
        dispatcher: this.agent,
        headers: {
          ...this.endpoint.headers,
          ...(authorize ? { Authorization: authorize() } : {}),
          ...headers,
        },
        ...(body === undefined ? {} : { body }),
        signal: signal ? AbortSignal.any([signal, clock]) : clock,
      });
      const parts: Buffer[] = [];
      let bytes = 0;
      for await (const part of answer.body as AsyncIterable<Buffer>) {
        bytes += part.length;
        if (bytes > most) {
          answer.body.destroy();
          throw new HeedError(
            'source-too-large',
            `the answer of ${this.shown} has more than ${most} bytes`,
            'Ask for less, or raise the limit.',
          );
        }
        parts.push(part);
      }
      return { status: answer.statusCode, text: Buffer.concat(parts).toString('utf8') };
    } catch (error) {
      if (error instanceof HeedError) throw error;
      if (signal?.aborted) {
        throw new HeedError('cancelled', 'the request was cancelled', 'It is sent again after a restart.');
      }
      throw new HeedError(
        'source-unreachable',
        clock.aborted
          ? `${this.shown} did not answer within ${timeout / 1000} s`
          : `${this.shown} cannot be reached: ${findCause(error)}`,
        'Check the address, and that the server runs and is allowed through.',
        undefined,
        error,
      );
    }
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }
}

/** Message of the innermost cause. */
function findCause(error: unknown): string {
  let at = error as { message?: string; code?: string; cause?: unknown; errors?: unknown[] };
  for (let next = at.cause ?? at.errors?.[0]; next; next = at.cause ?? at.errors?.[0]) at = next as typeof at;
  return at.message || at.code || String(error);
}
