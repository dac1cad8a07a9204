/** What a page elsewhere, or a neighbor on the network, can get from the demo server. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'heed-demo-'));
const asked: { method: string; url: string; authorization: string | undefined }[] = [];
const prometheus = createServer(({ method, url, headers }, response) => {
  asked.push({ method: method!, url: url!, authorization: headers.authorization });
  response.setHeader('content-type', 'application/json').end('{"data":{"result":[]}}');
});
let demo: { url: string; close(): Promise<void> };
let port: number;

beforeAll(async () => {
  const [host, plugin] = [join(folder, 'host'), join(folder, 'plugin')];
  for (const each of [join(host, 'assets'), join(plugin, 'img')]) mkdirSync(each, { recursive: true });
  writeFileSync(join(host, 'index.html'), '<html>');
  writeFileSync(join(host, 'assets/a.js'), 'asset');
  writeFileSync(join(plugin, 'plugin.json'), '{"id":"heed-app"}');
  writeFileSync(join(folder, 'secret.svg'), '<svg>secret</svg>');
  mkdirSync(join(folder, 'host-private'));
  writeFileSync(join(folder, 'host-private/secret.js'), 'secret');
  symlinkSync(join(folder, 'secret.svg'), join(host, 'assets/out.svg'));
  await new Promise<void>((resolve) => prometheus.listen(0, '127.0.0.1', resolve));
  const address = `http://user:password@127.0.0.1:${(prometheus.address() as AddressInfo).port}`;
  const name = '../grafana-plugin/demo/server.mjs';
  const { startDemo } = (await import(name)) as {
    startDemo(options: object): Promise<{ url: string; close(): Promise<void> }>;
  };
  demo = await startDemo({ port: 0, quiet: true, host, plugin, prometheus: address });
  port = Number(new URL(demo.url).port);
});
afterAll(async () => {
  await demo.close();
  prometheus.close();
  rmSync(folder, { recursive: true });
});

interface Sent {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** Sends the path as it is written: fetch would tidy it. */
async function send(path: string, { method = 'GET', headers = {}, body }: Sent = {}) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers }, resolve);
    sent.on('error', reject);
    sent.end(body);
  });
  return { status: response.statusCode!, body: await text(response), headers: response.headers };
}

const metrics = '/api/prometheus/api/v1/label/__name__/values';
const settings = '/api/plugins/heed-app/settings';

describe('the demo server', () => {
  test('serves its pages, files and queries to its own page', async () => {
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, 'localhost:8080', `[::1]:${port}`]) {
      expect(await send('/d/system', { headers: { host } })).toMatchObject({ status: 200 });
      const origin = `http://${host}`;
      expect(await send(metrics, { headers: { host, origin } })).toMatchObject({ status: 200 });
    }
    expect(await send('/assets/a.js')).toMatchObject({ status: 200, body: 'asset' });
    expect(await send('/api/prometheus/api/v1/query_range?query=up')).toMatchObject({ status: 200 });
    expect(asked.at(-1)).toMatchObject({ authorization: expect.stringMatching(/^Basic /) });
    const json = { 'content-type': 'application/json', origin: `http://localhost:${port}` };
    const headers = { ...json, host: `localhost:${port}` };
    expect(await send(settings, { method: 'POST', headers, body: '{"jsonData":{"a":1}}' })).toMatchObject({
      status: 200,
    });
    // What is secret is kept, and said to be there, never sent back.
    const secret = '{"jsonData":{"a":1},"secureJsonData":{"key":"hush"}}';
    await send(settings, { method: 'POST', headers, body: secret });
    const { body } = await send(settings);
    expect(JSON.parse(body)).toEqual({ jsonData: { a: 1 }, secureJsonFields: { key: true } });
    expect(body).not.toContain('hush');
  });

  test.each([
    ['evil.example'],
    ['localhost.evil.example:3700'],
    ['10.0.0.7:3700'],
    ['localhost@evil.example'],
    ['evil.example@localhost'],
  ])('answers no page that came under the name %j', async (host) => {
    const before = asked.length;
    for (const path of ['/', metrics, '/api/demo', '/assets/a.js'])
      expect((await send(path, { headers: { host } })).status).toBe(403);
    expect(asked).toHaveLength(before);
  });

  test.each<[string, Record<string, string>]>([
    ['of another origin', { origin: 'https://evil.example', 'content-type': 'application/json' }],
    ['of a sandboxed frame', { origin: 'null', 'content-type': 'application/json' }],
    ['of another port', { origin: 'http://localhost:1', 'content-type': 'application/json' }],
    ['the browser calls cross-site', { 'sec-fetch-site': 'cross-site', 'content-type': 'application/json' }],
    ['that a form can send', { 'content-type': 'text/plain' }],
    ['that a form can send, multipart', { 'content-type': 'multipart/form-data; boundary=x' }],
  ])('changes nothing for a request %s', async (_, headers) => {
    const before = (await send(settings)).body;
    const body = '{"jsonData":{"stolen":true}}';
    expect((await send(settings, { method: 'POST', headers, body })).status).toBeGreaterThanOrEqual(400);
    expect((await send(settings)).body).toBe(before);
  });

  test('gives another page nothing of Prometheus, but can be linked to', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
    expect((await send(metrics, { headers })).status).toBe(403);
    expect((await send('/', { headers: { ...headers, 'sec-fetch-mode': 'navigate' } })).status).toBe(200);
  });

  test.each([
    ['POST', '/api/v1/admin/tsdb/delete_series?match[]=up'],
    ['GET', '/api/v1/admin/tsdb/snapshot'],
    ['GET', '/api/v1/status/config'],
    ['GET', '/api/v1/query_range/../../../-/quit'],
    ['GET', '/api/v1/query_range%2f..%2f..%2f..%2f-%2fquit'],
    ['GET', '//evil.example/api/v1/query_range'],
    ['PUT', '/-/quit'],
    ['POST', '/api/v1/query_range'],
  ])('passes on no %s %s', async (method, path) => {
    const before = asked.length;
    const headers = { 'content-type': 'application/json' };
    const { status } = await send(`/api/prometheus${path}`, { method, headers });
    // A path with dots is tidied to one outside the proxy, which is a page.
    if (status !== 200) expect(status).toBeGreaterThanOrEqual(400);
    expect(asked).toHaveLength(before);
  });

  test.each([
    ['/assets/%2e%2e/%2e%2e/secret.svg'],
    ['/assets/..%2f..%2fsecret.svg'],
    ['/assets/..%2f..%2fhost-private%2fsecret.js'],
    ['/assets/out.svg'],
    ['/assets/a.js%00.svg'],
    ['/public/plugins/heed-app/..%2f..%2fsecret.svg'],
    [`/public/build/img/${'..%2f'.repeat(20)}${folder.slice(1).replaceAll('/', '%2f')}%2fsecret.svg`],
    [`/public/build/img/${'..%2f'.repeat(20)}${folder.slice(1).replaceAll('/', '%2f')}%2fsecret-left.svg`],
  ])('gives no file outside its folders: %s', async (path) => {
    expect((await send(path)).body).not.toContain('secret<');
    expect((await send(path)).body).not.toMatch(/^secret/);
  });

  test('answers what is malformed in one line and goes on', async () => {
    const headers = { 'content-type': 'application/json' };
    const post = (body: string) => send(settings, { method: 'POST', headers, body });
    expect((await send('/%ff')).status).toBe(400);
    expect((await post('{')).status).toBe(400);
    expect((await post('null')).status).toBe(400);
    expect((await post(`{"a":"${'x'.repeat(9 * 2 ** 20)}"}`)).status).toBe(413);
    expect(
      (await send('/api/plugins/__proto__/settings', { method: 'POST', headers, body: '{}' })).status,
    ).toBe(404);
    expect((await send(settings, { method: 'DELETE' })).status).toBe(405);
    expect((await send('/')).status).toBe(200);
  });
});
