// What the demo answers, and whom: it may hold the password of a Prometheus, and any page open in the same browser can
// send requests to this machine.
import { existsSync, realpathSync, statSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { acceptsHost } from '@heed/core/node';

/** Requests to a Prometheus that the demo's pages make; all of them read. */
const read = [/^\/api\/v1\/label\/__name__\/values$/, /^\/api\/v1\/query_range$/];

/** Most bytes of a body. */
const mostBytes = 8 * 2 ** 20;

/** A request the demo does not answer, with the status that says so. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** @throws Refusal where the request comes from a page that is not the demo's own */
export function checkSender({ method, headers }) {
  if (!acceptsHost(headers.host))
    throw new Refusal(403, 'the demo answers to localhost alone; open it under the address it prints');
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  const foreign =
    (origin !== undefined && hostOf(origin)?.host !== hostOf(`http://${headers.host}`)?.host) ||
    // Following a link to a page of the demo is fine; taking anything else from another page is not.
    (headers['sec-fetch-mode'] !== 'navigate' && (site === 'cross-site' || site === 'same-site'));
  if (foreign) throw new Refusal(403, 'the demo answers to its own pages alone');
  if (method === 'GET' || method === 'HEAD') return;
  if (method !== 'POST') throw new Refusal(405, `the demo takes no ${method}`);
  // A form of another page can send text; JSON makes the browser ask first.
  if (!/^application\/json\b/i.test(headers['content-type'] ?? ''))
    throw new Refusal(415, 'the demo takes JSON alone');
}

function hostOf(address) {
  try {
    return new URL(address);
  } catch {
    return undefined;
  }
}

/** @throws Refusal where the demo has no need of that part of Prometheus */
export function checkProxied(method, path) {
  if (method !== 'GET' || !read.some((known) => known.test(path)))
    throw new Refusal(403, 'the demo passes on queries of ranges and names of metrics alone');
}

/** The path of a request as text. @throws Refusal */
export function decodedPath(url) {
  try {
    return decodeURIComponent(url.pathname);
  } catch {
    throw new Refusal(400, 'the address is not encoded as UTF-8');
  }
}

/** A file inside a folder, links followed; undefined where there is none. */
export function fileInside(folder, name) {
  if (folder === undefined || name.includes('\0')) return undefined;
  const file = resolve(folder, `.${sep}${name}`);
  if (!existsSync(file)) return undefined;
  const real = realpathSync(file);
  return real.startsWith(realpathSync(folder) + sep) && statSync(real).isFile() ? real : undefined;
}

/** The JSON a request brings. @throws Refusal */
export async function jsonOf(request) {
  const tooLong = new Refusal(413, 'the demo takes no more than 8 MB');
  // Known before it comes, it can be told; else the connection ends.
  if (Number(request.headers['content-length']) > mostBytes) throw tooLong;
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw tooLong;
    chunks.push(chunk);
  }
  let value;
  try {
    value = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new Refusal(400, 'this is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Refusal(400, 'this is no JSON object');
  return value;
}
