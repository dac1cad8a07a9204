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
import { writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readBack } from './incident/read-back.mjs';
import { progress, runRecorder } from './incident/recorder.mjs';
import { readSchedule, runSchedule, startParts } from './incident/recording.mjs';
import { programVersion } from './incident/tools.mjs';

const script = fileURLToPath(import.meta.url);
const here = dirname(script);

runRecorder({
  name: 'incident',
  script,
  options: {
    schedule: { type: 'string', default: join(here, 'incident/schedule.json') },
    out: { type: 'string', default: join(here, '../data') },
  },
  packages: {
    prometheus: 'prometheus',
    'prometheus-node-exporter': 'prometheus-node-exporter',
    unshare: 'util-linux',
  },
  readBack,
  async record({ directory, programs, values, out }) {
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
  },
});
