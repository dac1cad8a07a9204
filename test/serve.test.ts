import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram } from '../core/scripts/debian.mjs';
import { freePort } from '../core/src/node/free-port.js';
import { selectSeries } from '../core/src/serve/newcomers.js';
import { findTool } from './setup/tools.js';

const prometheus = findTool('prometheus');
const alertmanager = findTool('alertmanager');
const heed = join(dirname(fileURLToPath(import.meta.url)), '../core/bin/heed.js');

const second = 1000;
/** History before the test, s. */
const history = 1200;

function valueOf(host: number, seconds: number): number {
  const x = Math.sin(seconds * 12.9898 + host) * 43_758.5453;
  return 50 + 2 * Math.sin((2 * Math.PI * seconds) / 600) + host + (x - Math.floor(x));
}

/** A machine that is busy may take its time. */
const patience = 180;

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + patience * second;
  for (;;) {
    const found = await look().catch(() => undefined);
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`${what} did not come within ${patience} s`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

interface Alert {
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
  readonly startsAt: string;
  readonly fingerprint: string;
}

describe.skipIf(!prometheus || !alertmanager)('heed serve with a real Prometheus and Alertmanager', () => {
  let folder: string;
  let source: Server;
  let prometheusUrl: string;
  let alertmanagerUrl: string;
  let port: number;
  let jump = 0;
  const children: ChildProcess[] = [];
  const log: Record<string, unknown>[] = [];

  const start = (program: string, args: readonly string[]): ChildProcess => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    children.push(child);
    return child;
  };
  const json = async (url: string): Promise<unknown> => {
    const response = await fetch(url);
    return response.ok ? response.json() : undefined;
  };
  const alerts = async (): Promise<Alert[]> =>
    (await json(`${alertmanagerUrl}/api/v2/alerts?filter=alertname%3D%22HeedIncident%22`)) as Alert[];
  const query = async (
    expr: string,
  ): Promise<{ metric: Record<string, string>; value: [number, string] }[]> => {
    const answer = await json(`${prometheusUrl}/api/v1/query?query=${encodeURIComponent(expr)}`);
    return (answer as { data: { result: { metric: Record<string, string>; value: [number, string] }[] } })
      .data.result;
  };
  const serve = async (): Promise<ChildProcess> => {
    const child = start(process.execPath, [
      heed,
      'serve',
      '--config',
      join(folder, 'heed.yaml'),
      '--log-format',
      'json',
    ]);
    let rest = '';
    child.stderr!.on('data', (chunk: Buffer) => {
      const lines = `${rest}${chunk.toString()}`.split('\n');
      rest = lines.pop()!;
      for (const line of lines)
        if (line.startsWith('{')) log.push(JSON.parse(line) as Record<string, unknown>);
    });
    await until('readiness', async () => {
      const { ok } = await fetch(`http://127.0.0.1:${port}/readyz`);
      return ok || undefined;
    });
    return child;
  };
  const exited = (child: ChildProcess): Promise<number | null> =>
    new Promise((resolve) =>
      child.exitCode !== null ? resolve(child.exitCode) : child.once('close', resolve),
    );

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'heed-serve-'));
    source = createHttpServer((_, response) => {
      const now = Date.now() / second;
      const text = [0, 1, 2].map(
        (host) => `load{instance="host-${host}"} ${valueOf(host, now) + (host === 1 ? jump : 0)}\n`,
      );
      response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4' }).end(text.join(''));
    });
    await new Promise<void>((resolve) => source.listen(0, '127.0.0.1', resolve));
    const { port: target } = source.address() as AddressInfo;
    const [prometheusPort, alertmanagerPort, clusterPort, own] = await Promise.all([
      freePort(),
      freePort(),
      freePort(),
      freePort(),
    ]);
    port = own;
    prometheusUrl = `http://127.0.0.1:${prometheusPort}`;
    alertmanagerUrl = `http://127.0.0.1:${alertmanagerPort}`;
    // What happened before: a block that ends now.
    const end = Math.floor(Date.now() / second);
    const lines = ['# TYPE load gauge'];
    for (const host of [0, 1, 2]) {
      for (let t = end - history; t < end; t++) {
        lines.push(`load{instance="host-${host}",job="app"} ${valueOf(host, t)} ${t}`);
      }
    }
    await writeFile(join(folder, 'samples.txt'), [...lines, '# EOF', ''].join('\n'));
    const blocks = [
      'tsdb',
      'create-blocks-from',
      'openmetrics',
      join(folder, 'samples.txt'),
      join(folder, 'tsdb'),
    ];
    execFileSync(findProgram('promtool')!, blocks, { stdio: 'ignore' });
    await writeFile(
      join(folder, 'prometheus.yml'),
      `global: { scrape_interval: 1s }
scrape_configs:
  - job_name: app
    honor_labels: true
    static_configs: [{ targets: ['127.0.0.1:${target}'] }]
`,
    );
    await writeFile(
      join(folder, 'alertmanager.yml'),
      'route: { receiver: none }\nreceivers: [{ name: none }]\n',
    );
    await writeFile(
      join(folder, 'heed.yaml'),
      `sources:
  local: { url: ${prometheusUrl} }
queries:
  - name: load
    expr: load
    step: 1s
    range: 20m
    lateness: 2s
    labels: { team: shop }
    link: http://grafana/d/abc?from={start}&to={end}&var-instance={label:instance}
outputs:
  alertmanager: [{ url: ${alertmanagerUrl}, resend: 5s }]
  remote_write: [{ url: ${prometheusUrl}/api/v1/write }]
state: { path: ${join(folder, 'state')}, every: 5 }
server: { listen: 127.0.0.1:${port} }
`,
    );
    start(prometheus!, [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'tsdb')}`,
      `--web.listen-address=127.0.0.1:${prometheusPort}`,
      '--web.enable-remote-write-receiver',
    ]);
    start(alertmanager!, [
      `--config.file=${join(folder, 'alertmanager.yml')}`,
      `--storage.path=${join(folder, 'alertmanager')}`,
      `--web.listen-address=127.0.0.1:${alertmanagerPort}`,
      `--cluster.listen-address=127.0.0.1:${clusterPort}`,
    ]);
    for (const url of [prometheusUrl, alertmanagerUrl]) {
      await until(url, async () => (await fetch(`${url}/-/ready`)).ok || undefined);
    }
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    source?.close();
    source?.closeAllConnections();
    await rm(folder, { recursive: true, force: true });
  });

  it('fires with a reason, survives kill -9 without a second alert, resolves, and ends in order', async () => {
    const logged = (text: string) => async () => log.find(({ message }) => String(message).includes(text));
    let child = await serve();
    expect(await until('history', logged('History was read.'))).toMatchObject({ series: 3 });
    await until('scores by remote write', async () => {
      const found = await query('heed_score');
      return found.length === 3 ? found : undefined;
    });
    expect(await alerts()).toEqual([]);
    // What the history of a new series is asked for by.
    const labels = { __name__: 'load', instance: 'host-2', job: 'app' };
    expect(await query(selectSeries('load', [{ labels, values: new Float64Array(0) }]))).toMatchObject([
      { metric: labels },
    ]);

    const jumped = Date.now();
    jump = 60;
    const [fired] = await until('an alert', async () => {
      const found = await alerts();
      return found.length > 0 ? found : undefined;
    });
    jump = 0;
    expect(fired!.labels).toMatchObject({
      alertname: 'HeedIncident',
      query: 'load',
      instance: 'host-1',
      team: 'shop',
    });
    expect(fired!.annotations['reason']).toMatch(
      /^load\{instance="host-1"\} rose to 1\d\d.*above the expected/,
    );
    expect(fired!.annotations['link']).toMatch(
      /^http:\/\/grafana\/d\/abc\?from=\d+&to=\d+&var-instance=host-1$/,
    );
    expect(Math.abs(Date.parse(fired!.startsAt) - jumped)).toBeLessThan(60 * second);

    // In the middle of its work, and with it whatever had not been written.
    child.kill('SIGKILL');
    await exited(child);
    await new Promise((resolve) => setTimeout(resolve, 4 * second));
    log.length = 0;
    child = await serve();
    expect(await until('the state', logged('Monitors go on from the state.'))).toMatchObject({ monitors: 3 });
    await until('the hole', logged('A hole was read again.'));
    const [again] = await until('the alert', async () => {
      const found = await alerts();
      return found.length > 0 ? found : undefined;
    });
    expect(again!.fingerprint).toBe(fired!.fingerprint);
    expect(again!.startsAt).toBe(fired!.startsAt);
    expect(again!.annotations['incident']).toBe(fired!.annotations['incident']);

    await until('the end of the alert', async () => ((await alerts()).length === 0 ? true : undefined));
    expect(log.filter(({ message }) => message === 'Incident opened.')).toEqual([]);
    await until('the end in the log', logged('Incident closed.'));
    expect(log.filter(({ message }) => message === 'Incident closed.')).toHaveLength(1);

    // A configuration that is wrong keeps the old one running; one that is right takes its place.
    const file = join(folder, 'heed.yaml');
    const right = await readFile(file, 'utf8');
    await writeFile(file, right.replace('step: 1s', 'stepp: 1s'));
    child.kill('SIGHUP');
    const refused = await until('the refusal', logged('The new configuration is not right'));
    expect(refused['cause']).toMatch(/heed\.yaml, line 6: queries\.0\.stepp is no setting/);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toContain('queries.0.stepp');
    await writeFile(file, right.replace('name: load', 'name: load again'));
    child.kill('SIGHUP');
    await until('the reload', logged('The configuration was read again.'));
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(metrics).toContain('heed_score{query="load again"');
    expect(metrics).not.toContain('heed_score{query="load"');
    child.kill('SIGTERM');
    expect(await exited(child)).toBe(0);
    expect(log.at(-1)).toMatchObject({ message: 'The state was written.' });
  }, 600_000);
});
