import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { quantileSorted } from 'simple-statistics';
import { throwIfAborted } from '../../errors.js';
import { freePort } from '../../node/free-port.js';
import { seedState } from '../../serve/seed.js';
import type { Absent, BenchResult } from './harness.js';

export const heed = fileURLToPath(new URL('../../../../bin/heed.js', import.meta.url));
export const prometheus = 'prometheus';
const second = 1000;
/** Points that the monitors have seen when the measurement begins. */
export const LEARNED = 1500;
/** Different monitors among those that are put into the state. */
export const DIFFERENT = 64;

export interface FleetSize {
  readonly series: number;
  /** s */
  readonly step: number;
  readonly rounds: number;
}

/**
 * `heed serve` behind a real Prometheus that scrapes so many series from an exporter of ours. The monitors have learned
 * from 1,500 points: their state is put into the folder before, as a restart would find it.
 */
export async function fleet(
  name: string,
  { series, step, rounds }: FleetSize,
  signal: AbortSignal | undefined,
): Promise<BenchResult[] | Absent> {
  if (spawnSync(prometheus, ['--version'], { stdio: 'ignore' }).status !== 0) {
    return {
      implementation: `heed in ${name}`,
      absent: 'no prometheus on the path (Debian: apt-get install prometheus)',
    };
  }
  const folder = mkdtempSync(join(tmpdir(), 'heed-fleet-'));
  const children: ChildProcess[] = [];
  const start = (program: string, args: readonly string[]): ChildProcess => {
    const child = spawn(program, args, { stdio: 'ignore' });
    children.push(child);
    return child;
  };
  // An interrupt leaves no time for more.
  const abandon = (): void => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  signal?.addEventListener('abort', abandon, { once: true });
  let exporter: Server | undefined;
  try {
    exporter = await startExporter(series);
    const [source, own] = [await freePort(), await freePort()];
    const server = start(prometheus, prometheusArguments({ folder, exporter, port: source, step }));
    const config = join(folder, 'heed.yaml');
    writeFileSync(
      config,
      `sources: { local: { url: 'http://127.0.0.1:${source}', timeout: 5m } }
queries: [{ name: bench, expr: bench_load, step: ${step}s, range: ${Math.max(2 * step, 60)}s, lateness: ${Math.min(10, step / 2)}s }]
state: { path: ${join(folder, 'state')} }
outputs: { metrics: { series: none } }
limits: { series: ${2 * series} }
server: { listen: '127.0.0.1:${own}' }
`,
    );
    await until(`http://127.0.0.1:${source}/-/ready`, 60, signal);
    const seeded = await seedState(config, {
      units: Array.from({ length: series }, (_, i) => ({
        ...makeLabels(i),
        instance: `127.0.0.1:${readPort(exporter!)}`,
        job: 'bench',
      })),
      different: DIFFERENT,
      points: LEARNED,
      makeValue,
      now: Date.now(),
    });
    const began = performance.now();
    const service = start(process.execPath, [
      heed,
      'serve',
      '--config',
      config,
      '--log-format',
      'json',
      '--quiet',
    ]);
    await until(`http://127.0.0.1:${own}/readyz`, 1800, signal);
    const restart = performance.now() - began;
    const metrics = async (): Promise<Map<string, number>> =>
      new Map(
        (await (await fetch(`http://127.0.0.1:${own}/metrics`)).text())
          .split('\n')
          .flatMap((line): [string, number][] => {
            const match = /^([a-z_]+)(?:\{query="bench"\})? (\S+)$/.exec(line);
            return match ? [[match[1]!, Number(match[2])]] : [];
          }),
      );
    const times: number[] = [];
    let memory = 0;
    let cpu = 0;
    const first = await metrics();
    for (let done = first.get('heed_rounds_total')!; times.length < rounds;) {
      throwIfAborted(signal);
      await sleep(Math.min(second, (step * second) / 4));
      const now = await metrics();
      memory = Math.max(memory, now.get('process_resident_memory_bytes')!);
      if (now.get('heed_rounds_total')! === done) continue;
      done = now.get('heed_rounds_total')!;
      times.push(now.get('heed_round_seconds')! * second);
      cpu = now.get('process_cpu_seconds_total')! - first.get('process_cpu_seconds_total')!;
    }
    const last = await metrics();
    times.sort((a, b) => a - b);
    const resident = readMemory(service.pid!);
    return [
      {
        case: name,
        implementation: 'heed',
        median_ms: quantileSorted(times, 0.5),
        p10_ms: quantileSorted(times, 0.1),
        p90_ms: quantileSorted(times, 0.9),
        ratio_to_heed: 1,
        rounds: times.length,
        note: [
          `${last.get('heed_series')!.toLocaleString('en')} series, one round of a ${step} s step`,
          `${(cpu / times.length).toFixed(1)} s of processor time`,
          `restart with read-again hole ${(restart / second).toFixed(0)} s`,
        ].join(', '),
      },
      quantity(
        name,
        'heed, resident',
        resident.VmRSS ?? memory,
        'bytes',
        `after the rounds; ${megabytes(resident.RssFile)} of it pages of the state, which the system may take back; ` +
          `peak at the restart ${megabytes(resident.VmHWM)}`,
      ),
      quantity(
        name,
        'heed, state per series',
        seeded.bytes / series,
        'bytes',
        `snapshot after ${LEARNED} points`,
      ),
      quantity(
        name,
        'prometheus, resident',
        readMemory(server.pid!).VmHWM ?? NaN,
        'bytes',
        'the source itself',
      ),
    ];
  } finally {
    signal?.removeEventListener('abort', abandon);
    for (const child of children) child.kill('SIGKILL');
    await Promise.all(
      children.map((child) =>
        child.exitCode === null && child.signalCode === null
          ? new Promise((resolve) => child.once('exit', resolve))
          : undefined,
      ),
    );
    exporter?.closeAllConnections();
    exporter?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

export const makeLabels = (i: number): Record<string, string> => ({
  __name__: 'bench_load',
  host: `host-${i}`,
});

/** A daily wave with noise that differs from series to series. */
export function makeValue(i: number, ms: number): number {
  const x = Math.sin((ms / second) * 12.9898 + i) * 43_758.5453;
  return 50 + 10 * Math.sin((2 * Math.PI * ms) / 86_400_000 + i) + 2 * (x - Math.floor(x));
}

export async function startExporter(series: number): Promise<Server> {
  const server = createServer((_, response) => {
    const now = Date.now();
    response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4' });
    let text = '';
    for (let i = 0; i < series; i++) {
      text += `bench_load{host="host-${i}"} ${makeValue(i % DIFFERENT, now).toFixed(3)}\n`;
      if (text.length > 65_536) {
        response.write(text);
        text = '';
      }
    }
    response.end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

export const readPort = (server: Server): number => (server.address() as AddressInfo).port;

/** Writes the configuration of a Prometheus that scrapes the exporter, and says how to start it. */
export function prometheusArguments({
  folder,
  exporter,
  port,
  step,
}: {
  readonly folder: string;
  readonly exporter: Server;
  readonly port: number;
  /** s */
  readonly step: number;
}): string[] {
  const config = join(folder, 'prometheus.yml');
  writeFileSync(
    config,
    `global: { scrape_interval: ${step}s, scrape_timeout: ${step}s }
scrape_configs:
  - job_name: bench
    static_configs: [{ targets: ['127.0.0.1:${readPort(exporter)}'] }]
`,
  );
  return [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, 'tsdb')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
}

export async function until(url: string, seconds: number, signal: AbortSignal | undefined): Promise<void> {
  for (const end = Date.now() + seconds * second; ;) {
    throwIfAborted(signal);
    const isThere = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isThere) return;
    if (Date.now() > end) throw new Error(`${url} did not answer within ${seconds} s`);
    await sleep(100);
  }
}

/** Memory of a process, in bytes, by the names that /proc has for it; empty where there is no /proc. */
export function readMemory(pid: number): Partial<Record<'VmRSS' | 'VmHWM' | 'RssFile', number>> {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Object.fromEntries(
      [...text.matchAll(/^(VmRSS|VmHWM|RssFile):\s+(\d+) kB/gm)].map(([, name, kB]) => [
        name,
        Number(kB) * 1024,
      ]),
    );
  } catch {
    return {};
  }
}

const megabytes = (bytes = NaN): string => `${Math.round(bytes / 1e6)} MB`;

export function quantity(
  name: string,
  implementation: string,
  value: number,
  unit: string,
  note: string,
): BenchResult {
  return {
    case: name,
    implementation,
    median_ms: 0,
    p10_ms: 0,
    p90_ms: 0,
    ratio_to_heed: null,
    rounds: 1,
    note,
    quantity: { value, unit },
  };
}
