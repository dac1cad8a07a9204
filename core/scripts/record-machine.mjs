#!/usr/bin/env node
/**
 * Records anew what ships in core/data as machine.json, machine-calm.csv and machine-faults.csv: the node exporters of
 * two small Debian machines of their own, read by Prometheus through 24 usual queries. On one nothing happens; on the
 * other the faults of machine/schedule.json are run. The machines are emulated by QEMU. Everything listens on 127.0.0.1, takes
 * somewhat over an hour, ends by itself and leaves nothing running, on Ctrl-C too.
 *
 *   npm run record-machine [-- --schedule FILE] [--out DIRECTORY] [--keep DIRECTORY] [--read DIRECTORY] [--image DIRECTORY]
 *
 * --schedule  another schedule than machine/schedule.json
 * --out       where the files go, default core/data
 * --keep      keep Prometheus' database and the logs there (default: a temporary directory, deleted at the end)
 * --read      record nothing: read again from the directory of an earlier --keep
 * --image     where the machine's disk is built and kept, default ~/.cache/heed-machine; the first run builds it, as root
 */
import { fork, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { progress, runRecorder } from './incident/recorder.mjs';
import { freePort, raisePriority, readSchedule, startPrometheus, withLog } from './incident/recording.mjs';
import { programVersion } from './incident/tools.mjs';
import { buildImage } from './machine/image.mjs';
import { bootMachine, faultLines } from './machine/machine.mjs';
import { readMachines } from './machine/read-back.mjs';

const script = fileURLToPath(import.meta.url);
const here = dirname(script);
/** Boots all machines, starts Prometheus and the machines' clients, runs the faults. */
async function record({ directory, programs, image, schedule }) {
  const children = [];
  let stopping = false;
  let reportFailure;
  /** Rejects as soon as a part ends before it was told to: what is recorded then is worth nothing. */
  const failed = new Promise((_resolve, reject) => (reportFailure = reject));
  failed.catch(() => {});
  const keep = (name, child) => {
    children.push(child);
    child.on('exit', (code, signal) => {
      if (!stopping)
        reportFailure(new Error(`${name} ended (${signal ?? code}); see ${directory}/${name}.log`));
    });
    return child;
  };
  try {
    await raisePriority(progress);
    const machines = [];
    for (const { name, faults } of schedule.machines) {
      const ports = { node: await freePort(), web: await freePort() };
      const machine = withLog(directory, name, (log) =>
        bootMachine({ name, directory, image, programs, ports, log }),
      );
      keep(name, machine.child);
      machines.push({ name, faults, ports, ...machine });
    }
    progress(`booting ${machines.map(({ name }) => name).join(', ')}`);
    await Promise.race([Promise.all(machines.map(({ ready }) => ready)), failed]);
    const interval = `${schedule.scrapeSeconds}s`;
    await writeFile(
      join(directory, 'prometheus.yml'),
      JSON.stringify({
        global: { scrape_interval: interval, scrape_timeout: interval },
        scrape_configs: machines.map(({ name, ports }) => ({
          job_name: name,
          static_configs: [{ targets: [`127.0.0.1:${ports.node}`] }],
        })),
      }),
    );
    const start = (name, command, args) =>
      keep(
        name,
        withLog(directory, name, (log) => spawn(command, args, { stdio: ['ignore', log, log] })),
      );
    const url = await startPrometheus({ directory, port: await freePort(), start, programs });
    for (const { name, ports } of machines) {
      const settings = [ports.web, schedule.cycleSeconds, schedule.requestsPerSecond].map(String);
      keep(
        `${name}-load`,
        withLog(directory, `${name}-load`, (log) =>
          fork(join(here, 'incident/load.mjs'), settings, { stdio: ['ignore', log, log, 'ipc'] }),
        ),
      );
    }
    progress(`recording into ${directory}; Prometheus is at ${url}`);
    await Promise.race([sleep(schedule.warmUpSeconds * 1000), failed]);
    const begin = Date.now();
    const runFaults = async ({ name, faults, ports, type }) => {
      const done = [];
      for (const fault of faults) {
        await sleep(begin + fault.start * 1000 - Date.now());
        const stop = startFault(fault, { ports, type });
        const startTime = Date.now();
        progress(`${name}: ${fault.kind}: ${fault.summary}`);
        await sleep(begin + fault.end * 1000 - Date.now());
        stop();
        progress(`${name}: normal`);
        done.push({ ...fault, startTime, endTime: Date.now() });
        await writeFile(
          join(directory, `${name}.faults.json`),
          JSON.stringify({ start: begin, faults: done }, undefined, 2),
        );
      }
      await sleep(begin + schedule.durationSeconds * 1000 - Date.now());
      return { name, faults: done };
    };
    const recorded = await Promise.race([Promise.all(machines.map(runFaults)), failed]);
    const recording = {
      ...schedule,
      machines: recorded,
      start: begin,
      end: Date.now(),
      versions: {
        prometheus: programVersion(programs.prometheus),
        qemu: programVersion(programs['qemu-system-x86_64']),
      },
    };
    await writeFile(join(directory, 'recording.json'), JSON.stringify(recording, undefined, 2));
    return { url, recording, stop: () => end() };
  } catch (error) {
    end();
    throw error;
  }

  function end() {
    stopping = true;
    for (const child of children) child.kill('SIGTERM');
  }
}

/** Starts a fault: a command in the machine, or clients that download from it. Returns what ends it. */
function startFault(fault, { ports, type }) {
  if (fault.command !== undefined) {
    const { start, stop } = faultLines(fault);
    type(start);
    return () => type(stop);
  }
  const abort = new AbortController();
  const download = async () => {
    while (!abort.signal.aborted) {
      const answer = await fetch(`http://127.0.0.1:${ports.web}/large`, { signal: abort.signal });
      for await (const chunk of answer.body) void chunk;
    }
  };
  for (let client = 0; client < fault.downloads; client++) void download().catch(() => {});
  return () => abort.abort();
}

const findImage = ({ programs, values }) =>
  buildImage({ directory: resolve(values.image), programs, progress });

runRecorder({
  name: 'machine',
  script,
  options: {
    schedule: { type: 'string', default: join(here, 'machine/schedule.json') },
    out: { type: 'string', default: join(here, '../data') },
    image: { type: 'string', default: join(homedir(), '.cache/heed-machine') },
  },
  packages: {
    prometheus: 'prometheus',
    unshare: 'util-linux',
    mmdebstrap: 'mmdebstrap',
    'qemu-system-x86_64': 'qemu-system-x86',
  },
  prepare: findImage,
  readBack: readMachines,
  async record({ directory, programs, values, out }) {
    const image = await findImage({ programs, values });
    const schedule = await readSchedule(resolve(values.schedule));
    const { url, recording, stop } = await record({ directory, programs, image, schedule });
    try {
      await readMachines({ url, recording, out, progress });
    } finally {
      stop();
    }
  },
});
