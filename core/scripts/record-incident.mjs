#!/usr/bin/env node
/**
 * Records the incident that ships in core/data anew: a service under load, watched by Prometheus and its node
 * exporter, with the faults of incident/schedule.json injected. Everything listens on 127.0.0.1, takes about half an
 * hour, ends by itself and leaves nothing running or mounted, on Ctrl-C too.
 *
 *   npm run record-incident [-- --schedule FILE] [--out DIRECTORY] [--keep DIRECTORY] [--read DIRECTORY]
 *
 * --schedule  another schedule than incident/schedule.json
 * --out       where incident.csv and incident.json go, default core/data
 * --keep      keep Prometheus' database and the logs there (default: a temporary directory, deleted at the end)
 * --read      record nothing: read again from the directory of an earlier --keep
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readBack, requireBuild } from './incident/read-back.mjs';
import { readSchedule, reopenPrometheus, runSchedule, startParts } from './incident/recording.mjs';
import { programVersion, requirePrograms, runIsolated } from './incident/tools.mjs';

const script = fileURLToPath(import.meta.url);
const here = dirname(script);
const innerDirectory = 'HEED_INCIDENT_DIRECTORY';
const began = Date.now();

function progress(text) {
  const seconds = Math.round((Date.now() - began) / 1000);
  console.error(
    `[${String(Math.floor(seconds / 60)).padStart(2)}:${String(seconds % 60).padStart(2, '0')}] ${text}`,
  );
}

async function main() {
  const { values } = parseArgs({
    options: {
      schedule: { type: 'string', default: join(here, 'incident/schedule.json') },
      out: { type: 'string', default: join(here, '../data') },
      keep: { type: 'string' },
      read: { type: 'string' },
    },
  });
  const out = resolve(values.out);
  requireBuild();
  const programs = await requirePrograms();

  if (values.read !== undefined) {
    const directory = resolve(values.read);
    const recording = await readSchedule(join(directory, 'recording.json'));
    const prometheus = await reopenPrometheus({ directory, programs });
    try {
      await readBack({ url: prometheus.url, recording, out, progress });
    } finally {
      prometheus.stop();
    }
    return 0;
  }

  if (process.env[innerDirectory] === undefined) {
    const kept = values.keep === undefined ? undefined : resolve(values.keep);
    if (kept !== undefined && existsSync(join(kept, 'tsdb'))) {
      throw new Error(
        `${kept} holds an earlier recording already. Name another directory, or read it with --read.`,
      );
    }
    const directory = kept ?? (await mkdtemp(join(tmpdir(), 'heed-incident-')));
    await mkdir(directory, { recursive: true });
    try {
      return await runIsolated(programs.unshare, script, process.argv.slice(2), {
        [innerDirectory]: directory,
      });
    } finally {
      if (kept === undefined) await rm(directory, { recursive: true, force: true });
    }
  }

  const directory = process.env[innerDirectory];
  const schedule = await readSchedule(resolve(values.schedule));
  const parts = await startParts({ directory, programs, schedule, progress });
  try {
    progress(`recording into ${directory}; Prometheus is at ${parts.url}`);
    const { faults, ...times } = await runSchedule({ parts, schedule, progress });
    const recording = {
      ...schedule,
      ...times,
      faults,
      versions: {
        node: process.versions.node,
        prometheus: programVersion(programs.prometheus),
        'prometheus-node-exporter': programVersion(programs['prometheus-node-exporter']),
      },
    };
    await writeFile(join(directory, 'recording.json'), JSON.stringify(recording, undefined, 2));
    await readBack({ url: parts.url, recording, out, progress });
  } finally {
    parts.stop();
  }
  return 0;
}

if (process.env[innerDirectory] !== undefined) {
  // First process of its namespaces: when it leaves, the kernel ends the rest.
  const leave = () => process.exit(130);
  process.on('disconnect', leave);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, leave);
}
main().then(
  (status) => process.exit(status),
  (error) => {
    console.error(`record-incident: ${error.message}`);
    process.exit(1);
  },
);
