import { execFileSync } from 'node:child_process';
import { request as requestPlain } from 'node:http';
import { request } from 'node:https';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { noise } from './fake-prometheus.fixture.js';
import { minute, noon, Testbed } from './testbed.fixture.js';

let bed: Testbed;
let folder: string;
beforeEach(() => {
  bed = new Testbed();
  folder = mkdtempSync(join(tmpdir(), 'heed-web-'));
  bed.prometheus.series = [
    {
      labels: { __name__: 'load', instance: '<b>a</b>' },
      value: (t) => 40 + noise(t / 60) + (t >= noon / 1000 - 300 ? 60 : 0),
    },
  ];
});
afterEach(async () => {
  await bed.end();
  rmSync(folder, { recursive: true, force: true });
});

test('pages: what there is, for whom, and nothing else', async () => {
  writeFileSync(join(folder, 'password'), 'hunter2\n');
  const service = await bed.start({
    server: {
      listen: '127.0.0.1:0',
      basic_auth: { username: 'me', password_file: join(folder, 'password') },
    },
  });
  const get = (path: string, login?: string, more: RequestInit = {}) =>
    fetch(`${service.url}${path}`, {
      ...more,
      headers: {
        ...(login === undefined ? {} : { Authorization: `Basic ${Buffer.from(login).toString('base64')}` }),
        ...(more.headers as Record<string, string> | undefined),
      },
    });
  expect((await get('/')).status).toBe(401);
  expect((await get('/metrics', 'me:wrong')).status).toBe(401);
  expect((await get('/metrics', 'me:hunter2')).status).toBe(200);
  expect((await get('/healthz')).status).toBe(200);
  expect((await get('/readyz')).status).toBe(200);
  expect((await get('/secrets', 'me:hunter2')).status).toBe(404);
  expect((await get('/', 'me:hunter2', { method: 'POST' })).status).toBe(405);
  const page = await (await get('/', 'me:hunter2')).text();
  expect(page).toContain('Open incidents (1)');
  expect(page).not.toContain('<b>a');
  const open = await get('/metrics', 'me:hunter2', { headers: { Accept: 'application/openmetrics-text' } });
  expect(open.headers.get('content-type')).toContain('application/openmetrics-text');
  const text = await open.text();
  expect(text).toMatch(/# EOF\n$/);
  expect(text.match(/# EOF/g)).toHaveLength(1);
  expect(text).toContain('# TYPE heed_rounds counter');
  expect(text).toContain('heed_rounds_total{query="load"} 1');
});

/** What a browser sends that came by another name; fetch would set its own. */
async function under(url: string, host: string, path = '/api/incidents') {
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    requestPlain(url + path, { headers: { host } }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode!, body }), reject);
    })
      .on('error', reject)
      .end();
  });
}

test('a page elsewhere whose name leads to loopback is told nothing', async () => {
  const { url } = await bed.start();
  for (const host of ['localhost:1', '127.0.0.1', '[::1]:9646'])
    expect((await under(url, host)).status).toBe(200);
  for (const path of ['/', '/metrics', '/api/incidents', '/none']) {
    const { status, body } = await under(url, 'evil.example:9646', path);
    expect(status).toBe(403);
    expect(body).toMatch(
      /^heed does not answer to the name "evil\.example:9646"; server\.allowed_hosts .*\n$/,
    );
  }
  for (const host of ['localhost.evil.example', 'localhost@evil.example', '10.0.0.7'])
    expect((await under(url, host)).status).toBe(403);
  expect((await under(url, 'evil.example', '/healthz')).status).toBe(200);
});

test('which names are answered: a list decides; a password or another address needs none', async () => {
  const start = async (server: object, host = '127.0.0.1') =>
    (await bed.start({ server: { listen: `${host}:0`, ...server }, state: {} })).url.replace(
      '0.0.0.0',
      '127.0.0.1',
    );
  const listed = await start({ allowed_hosts: ['heed.example', '.team.example:80'] });
  expect((await under(listed, 'HEED.example:9646')).status).toBe(200);
  expect((await under(listed, 'a.team.example:80')).status).toBe(200);
  for (const host of ['localhost', 'a.team.example', 'team.example:80', 'evil.example'])
    expect((await under(listed, host)).status).toBe(403);
  const secured = await start({ basic_auth: { username: 'me', password: 'x' } });
  expect((await under(secured, 'heed.example')).status).toBe(401);
  const reached = await start({}, '0.0.0.0');
  expect((await under(reached, 'heed.example')).status).toBe(200);
  expect((await under(await start({ allowed_hosts: ['a'] }, '0.0.0.0'), 'heed.example')).status).toBe(403);
});

test('TLS, with a certificate of ours', async () => {
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost'].concat([
      '-addext',
      'subjectAltName=IP:127.0.0.1',
      '-keyout',
      join(folder, 'key.pem'),
      '-out',
      join(folder, 'cert.pem'),
    ]),
    { stdio: 'ignore' },
  );
  const tls = { cert_file: join(folder, 'cert.pem'), key_file: join(folder, 'key.pem') };
  const upstream = await bed.start({ server: { listen: '127.0.0.1:0', tls_config: tls } });
  expect(upstream.url).toMatch(/^https:/);
  const status = await new Promise<number>((resolve, reject) => {
    request(`${upstream.url}/healthz`, { rejectUnauthorized: false }, ({ statusCode }) =>
      resolve(statusCode!),
    )
      .on('error', reject)
      .end();
  });
  expect(status).toBe(200);
  // A source with a certificate that is not trusted is refused, with its own authority it is read as far as it answers.
  const ask = async (tls_config: object): Promise<string> => {
    const other = await bed.start({
      sources: { main: { url: upstream.url, tls_config } },
      state: { path: join(folder, `state-${Math.random()}`) },
    });
    const page = await (await fetch(`${other.url}/`)).text();
    await bed.stop(other);
    return page;
  };
  expect(await ask({})).toMatch(/cannot be reached: self-signed certificate/);
  expect(await ask({ ca_file: tls.cert_file })).toMatch(/answered 405|answered 404/);
}, 60_000);

test('what is muted is not told, and told when the reason ends', async () => {
  const [from, to] = ['11:00', '12:03'];
  const service = await bed.start({}, { exclude: [{ from, to, name: 'deployment' }], min_deviation: 10 });
  const incident = 'heed_incident{query="load",metric="load",instance="<b>a</b>"}';
  expect((await bed.metrics(service)).get(incident)).toBe(0);
  expect(await (await fetch(`${service.url}/`)).text()).toContain('Not told: an excluded time.');
  for (let i = 0; i < 4; i++) await bed.advance(service, minute);
  expect((await bed.metrics(service)).get(incident)).toBe(1);
  expect(bed.messages().filter((message) => message === 'Incident opened.')).toHaveLength(1);
});

test('a reload goes on with the monitors whose settings are the same', async () => {
  const service = await bed.start();
  bed.prometheus.requests.length = 0;
  bed.now += minute;
  const { checkConfig } = await import('./config.js');
  await service.reload(
    checkConfig({
      sources: { main: { url: bed.prometheus.url } },
      queries: [
        { name: 'load', expr: 'load', range: '6h' },
        { name: 'more', expr: 'more', range: '1h' },
      ],
      server: { listen: '127.0.0.1:0' },
      limits: { workers: 1 },
    }),
  );
  const asked = bed.prometheus.requests.map(({ path, form }) => `${path} ${form.get('query')}`);
  expect(asked).toContain('/api/v1/query load');
  expect(asked).toContain('/api/v1/query_range more');
  expect((await bed.metrics(service)).get('heed_series{query="load"}')).toBe(1);
  const opened = bed.lines.filter(({ message, query }) => message === 'Incident opened.' && query === 'load');
  expect(opened).toHaveLength(1);
});
