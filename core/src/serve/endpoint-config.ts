import { readFileSync } from 'node:fs';
import { parseDuration } from '../series/time.js';
import type { Endpoint } from './http.js';
import type { EndpointFile } from './schema.js';

/** Refuses a setting; the path says where it is. */
export type Fail = (path: readonly PropertyKey[], what: string, remedy: string) => never;

/** How a server is reached, secrets and certificates looked for. */
export function readEndpoint(file: EndpointFile, path: readonly PropertyKey[], fail: Fail): Endpoint {
  const { basic_auth: basic, authorization, tls_config: tls } = file;
  if (basic && authorization) {
    fail([...path, 'authorization'], 'both basic_auth and authorization are given', 'Leave one out.');
  }
  let authorize: (() => string) | undefined;
  if (basic) {
    const password = loadSecret(basic, 'password', [...path, 'basic_auth'], fail);
    authorize = () => `Basic ${Buffer.from(`${basic.username}:${password()}`).toString('base64')}`;
  } else if (authorization) {
    const token = loadSecret(authorization, 'credentials', [...path, 'authorization'], fail);
    authorize = () => `${authorization.type} ${token()}`;
  }
  return {
    url: file.url.replace(/\/+$/, ''),
    headers: { ...(file.tenant === undefined ? {} : { 'X-Scope-OrgID': file.tenant }), ...file.headers },
    authorize,
    timeout: parseDuration(file.timeout),
    tls: readTls(tls, path, fail),
  };
}

/** Certificates, looked for. */
export function readTls(
  tls: EndpointFile['tls_config'],
  path: readonly PropertyKey[],
  fail: Fail,
): Endpoint['tls'] {
  if (!tls) return undefined;
  for (const name of ['ca_file', 'cert_file', 'key_file'] as const) {
    if (tls[name] !== undefined) readSecret(tls[name], [...path, 'tls_config', name], fail);
  }
  return {
    caFile: tls.ca_file,
    certFile: tls.cert_file,
    keyFile: tls.key_file,
    serverName: tls.server_name,
    insecure: tls.insecure_skip_verify ?? false,
  };
}

/** Reads a secret where it is used; a file may change. */
export function loadSecret<K extends 'password' | 'credentials'>(
  from: { readonly [P in K | `${K}_file` | `${K}_env`]?: string | undefined },
  name: K,
  path: readonly PropertyKey[],
  fail: Fail,
): () => string {
  const values = from as Readonly<Record<string, string | undefined>>;
  const given = [name, `${name}_file`, `${name}_env`].filter((key) => values[key] !== undefined);
  if (given.length !== 1) {
    fail(
      path,
      given.length === 0 ? `there is no ${name}` : `${given.join(' and ')} are given`,
      `Give one of ${name}_file, ${name}_env and ${name}.`,
    );
  }
  const value = values[given[0]!]!;
  if (given[0] === name) return () => value;
  if (given[0] === `${name}_env`) {
    const found = process.env[value];
    if (found === undefined || found === '') {
      fail([...path, given[0]!], `the environment variable ${value} is not set`, 'Set it.');
    }
    return () => found!;
  }
  readSecret(value, [...path, given[0]!], fail);
  return () => readFileSync(value, 'utf8').trim();
}

function readSecret(file: string, path: readonly PropertyKey[], fail: Fail): void {
  try {
    readFileSync(file);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    fail(path, `${file} cannot be read (${code})`, 'Check the path and who may read it.');
  }
}
