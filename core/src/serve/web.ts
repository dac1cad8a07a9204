import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { HeedError } from '../errors.js';
import { acceptsHost, isLoopback } from '../node/hosts.js';
import type { Config } from './config.js';

/** What a path gives. */
export interface Page {
  readonly status?: number;
  readonly type: string;
  readonly body: string | Iterable<string>;
}

export type Pages = (path: string, request: IncomingMessage) => Page | undefined | Promise<Page | undefined>;

/** Asked without a password, and under any name: what a kubelet, say, looks at. */
const open = new Set(['/healthz', '/readyz']);

/**
 * Serves pages, over TLS and with a password where the configuration says so.
 * @returns the server and its address
 * @throws HeedError port-taken, file-unreadable
 */
export async function listen(
  { host, port, allowedHosts, auth, tls }: Config['server'],
  pages: Pages,
): Promise<{ readonly server: Server; readonly url: string }> {
  // Without a password, what keeps a page elsewhere from reading what loopback serves is the name it came under.
  let isGuarded = allowedHosts !== undefined;
  const answer: RequestListener = (request, response) => {
    if (isGuarded && !open.has(readPath(request)) && !acceptsHost(request.headers.host, allowedHosts)) {
      refuseHost(request, response);
      return;
    }
    respond(request, response, auth, pages).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  };
  const server = tls
    ? createSecureServer({ cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile) }, answer)
    : createServer(answer);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const isTaken = cause.code === 'EADDRINUSE';
      reject(
        new HeedError(
          'port-taken',
          isTaken ? `port ${port} is taken` : `${host}:${port} cannot be listened on (${cause.code})`,
          isTaken || cause.code === 'EACCES'
            ? 'Choose another one, or 0 for any free one.'
            : 'Give an address of this machine.',
          undefined,
          cause,
        ),
      );
    });
    server.listen(port, host === '' ? undefined : host, resolve);
  });
  const { address, port: bound } = server.address() as AddressInfo;
  isGuarded ||= !auth && isLoopback(address);
  return {
    server,
    url: `http${tls ? 's' : ''}://${address.includes(':') ? `[${address}]` : address}:${bound}`,
  };
}

const readPath = ({ url = '/' }: IncomingMessage): string => url.split('?')[0]!;

function refuseHost({ headers }: IncomingMessage, response: ServerResponse): void {
  const name = JSON.stringify((headers.host ?? '').slice(0, 100));
  response
    .writeHead(403, { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' })
    .end(
      `heed does not answer to the name ${name}; server.allowed_hosts (--allowed-host) lists the names it does.\n`,
    );
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  auth: Config['server']['auth'],
  pages: Pages,
): Promise<void> {
  const path = readPath(request);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { Allow: 'GET, HEAD' }).end();
    return;
  }
  if (auth && !open.has(path) && !isAllowed(request, auth)) {
    response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="heed"' }).end();
    return;
  }
  const page = await pages(path, request);
  if (!page) {
    response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('There is no such page.\n');
    return;
  }
  response.writeHead(page.status ?? 200, {
    'Content-Type': page.type,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'",
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  for (const piece of typeof page.body === 'string' ? [page.body] : page.body) {
    if (response.destroyed) return;
    if (!response.write(piece)) {
      await new Promise<void>((resolve) => {
        response.once('drain', resolve);
        response.once('close', resolve);
      });
    }
  }
  response.end();
}

function isAllowed(
  request: IncomingMessage,
  { username, password }: NonNullable<Config['server']['auth']>,
): boolean {
  const given = Buffer.from((request.headers.authorization ?? '').replace(/^Basic /i, ''), 'base64');
  // Digests have one length, whatever was given.
  const digest = (data: string | Buffer) => createHash('sha256').update(data).digest();
  return timingSafeEqual(digest(given), digest(`${username}:${password()}`));
}
