/** The recording itself: starts all parts, injects the faults on schedule, stops everything. Runs inside runIsolated. */
import { fork, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const diskBytes = 64 * 2 ** 20;
const fillerName = 'stray.tmp';
/** Milliseconds between signs of life. */
const reportEvery = 60_000;

export async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts a process whose output goes to its log file. */
export function withLog(directory, name, begin) {
  const log = openSync(join(directory, `${name}.log`), 'a');
  try {
    return begin(log);
  } finally {
    closeSync(log);
  }
}

/**
 * Works with a higher priority than whatever else the host does, where that is allowed, for a clean record: among the
 * processes of this session, and, where the kernel shares time by session first, among sessions.
 */
export async function raisePriority(progress) {
  try {
    os.setPriority(0, -5);
    if (existsSync('/proc/self/autogroup')) await writeFile('/proc/self/autogroup', '-10');
  } catch {
    progress('Not allowed to raise the priority: other work on this host may show in the record.');
  }
}

/**
 * All running parts. `directory` receives the Prometheus database, logs and configuration.
 * @returns `{ url, fault(kind, settings | undefined), failed, stop() }`
 */
export async function startParts({ directory, programs, schedule, progress }) {
  const children = [];
  const stop = () => {
    for (const child of children) child.kill('SIGTERM');
  };
  let reportFailure;
  /** Rejects as soon as a part ends before it was told to: what is recorded then is worth nothing. */
  const failed = new Promise((_resolve, reject) => (reportFailure = reject));
  failed.catch(() => {});
  const fail = (name) => (code, signal) => {
    if (!stopping)
      reportFailure(new Error(`${name} ended (${signal ?? code}); see ${directory}/${name}.log`));
  };
  let stopping = false;

  await raisePriority(progress);
  const disk = join(directory, 'disk');
  await mkdir(disk, { recursive: true });
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'incident', disk], {
    encoding: 'utf8',
  });
  if (mounted.status !== 0) throw new Error(`The small disk could not be mounted: ${mounted.stderr.trim()}`);

  const start = (name, command, args) => {
    const child = withLog(directory, name, (log) => spawn(command, args, { stdio: ['ignore', log, log] }));
    child.on('exit', fail(name));
    children.push(child);
  };
  const startNode = async (name, args, execArgv = []) => {
    const child = withLog(directory, name, (log) =>
      fork(join(here, `${name}.mjs`), args.map(String), {
        stdio: ['ignore', log, log, 'ipc'],
        execArgv,
        // Fixed, so that freed memory goes back to the system and the resident memory falls after a leak.
        env: { ...process.env, MALLOC_MMAP_THRESHOLD_: '131072' },
      }),
    );
    child.on('exit', fail(name));
    children.push(child);
    await new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', () => reject(new Error(`${name} did not start; see ${directory}/${name}.log`)));
    });
    return child;
  };

  const ports = {
    service: await freePort(),
    neighbor: await freePort(),
    node: await freePort(),
    prometheus: await freePort(),
  };
  const service = await startNode('service', [ports.service, disk, schedule.cycleSeconds], ['--expose-gc']);
  const neighbor = await startNode('neighbor', [ports.neighbor, directory]);
  start('node-exporter', programs['prometheus-node-exporter'], [
    `--web.listen-address=127.0.0.1:${ports.node}`,
    '--collector.disable-defaults',
    ...['cpu', 'filesystem', 'diskstats', 'loadavg', 'meminfo', 'netdev', 'stat'].map(
      (name) => `--collector.${name}`,
    ),
  ]);
  const target = (job, port) => ({ job_name: job, static_configs: [{ targets: [`127.0.0.1:${port}`] }] });
  const interval = `${schedule.scrapeSeconds}s`;
  // JSON is YAML, so no YAML writer is needed.
  await writeFile(
    join(directory, 'prometheus.yml'),
    JSON.stringify({
      global: { scrape_interval: interval, scrape_timeout: interval },
      scrape_configs: [
        target('shop', ports.service),
        target('batch', ports.neighbor),
        target('node', ports.node),
      ],
    }),
  );
  const url = await startPrometheus({ directory, port: ports.prometheus, start, programs });
  const load = await startNode('load', [ports.service, schedule.cycleSeconds]);

  let filling = false;
  const fillDisk = async ({ bytesPerSecond }) => {
    const file = await open(join(disk, fillerName), 'w');
    filling = true;
    const chunk = Buffer.alloc(bytesPerSecond / 10, 1);
    while (filling) {
      // A full disk is what this fault is about: keep trying until it ends.
      await file.write(chunk).catch(() => {});
      await sleep(100);
    }
    await file.truncate(0);
    await file.close();
  };
  const fault = (kind, settings) => {
    if (kind === 'disk-fill') {
      if (settings) void fillDisk(settings);
      else filling = false;
      return;
    }
    const owner = { 'traffic-drop': load, 'noisy-neighbor': neighbor }[kind] ?? service;
    owner.send({ kind, settings });
  };
  return {
    url,
    fault,
    failed,
    stop: () => {
      stopping = true;
      stop();
    },
  };
}

export async function startPrometheus({ directory, port, start, programs }) {
  start('prometheus', programs.prometheus, [
    `--config.file=${join(directory, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(directory, 'tsdb')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=warn',
  ]);
  const url = `http://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 150; attempt++) {
    const answer = await fetch(`${url}/-/ready`).catch(() => undefined);
    if (answer?.ok) return url;
    await sleep(200);
  }
  throw new Error(`Prometheus did not start; see ${directory}/prometheus.log`);
}

/** Starts Prometheus over the database of an earlier recording, scraping nothing. */
export async function reopenPrometheus({ directory, programs }) {
  const children = [];
  await writeFile(join(directory, 'prometheus.yml'), '{}');
  const start = (name, command, args) => {
    children.push(withLog(directory, name, (log) => spawn(command, args, { stdio: ['ignore', log, log] })));
  };
  const url = await startPrometheus({ directory, port: await freePort(), start, programs });
  return { url, stop: () => children.forEach((child) => child.kill('SIGTERM')) };
}

/**
 * Runs the schedule once.
 * @returns when it really began and ended, and the faults with their real times (epoch milliseconds)
 */
export async function runSchedule({ parts, schedule, progress }) {
  progress(`warming up for ${schedule.warmUpSeconds} s`);
  await sleep(schedule.warmUpSeconds * 1000);
  const begin = Date.now();
  const waitUntil = async (seconds) => {
    const end = begin + seconds * 1000;
    for (let left = end - Date.now(); left > 0; left = end - Date.now()) {
      await Promise.race([sleep(Math.min(left, reportEvery)), parts.failed]);
      if (left > reportEvery)
        progress(`${Math.round((Date.now() - begin) / 1000)} s of ${schedule.durationSeconds} s`);
    }
  };
  const faults = [];
  for (const fault of schedule.faults) {
    await waitUntil(fault.start);
    parts.fault(fault.kind, fault.settings);
    const start = Date.now();
    progress(`${fault.start} s of ${schedule.durationSeconds} s: ${fault.kind}: ${fault.summary}`);
    await waitUntil(fault.end);
    parts.fault(fault.kind, undefined);
    const end = Date.now();
    progress(`${fault.end} s of ${schedule.durationSeconds} s: normal`);
    faults.push({ ...fault, startTime: start, endTime: end });
  }
  await waitUntil(schedule.durationSeconds);
  return { start: begin, end: Date.now(), faults };
}

export async function readSchedule(path) {
  return JSON.parse(await readFile(path, 'utf8'));
}
