/** What every recorder does around its recording: options, a directory, namespaces of its own, reading an earlier one again. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { requireBuild } from './read-back.mjs';
import { readSchedule, reopenPrometheus } from './recording.mjs';
import { requirePrograms, runIsolated } from './tools.mjs';

const began = Date.now();

/** Tells on stderr how far the recording is. */
export function progress(text) {
  const seconds = Math.round((Date.now() - began) / 1000);
  console.error(
    `[${String(Math.floor(seconds / 60)).padStart(2)}:${String(seconds % 60).padStart(2, '0')}] ${text}`,
  );
}

/**
 * Runs a recorder, and ends the process.
 * @param name of it: `incident` is called record-incident
 * @param script its path, which is run again in namespaces of its own
 * @param options of the command line, beside --keep and --read; `out` among them
 * @param packages programs it needs and their Debian packages
 * @param prepare runs before the recording, outside the namespaces
 * @param readBack writes what `{ url, recording, out, progress }` hold
 * @param record makes a recording in `directory`, and reads it back
 */
export function runRecorder({ name, script, options, packages, prepare, readBack, record }) {
  const innerDirectory = `HEED_${name.toUpperCase()}_DIRECTORY`;
  const main = async () => {
    const { values } = parseArgs({
      options: { ...options, keep: { type: 'string' }, read: { type: 'string' } },
    });
    const out = resolve(values.out);
    requireBuild();
    const programs = await requirePrograms(packages);

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

    const inner = process.env[innerDirectory];
    if (inner !== undefined) {
      await record({ directory: inner, programs, values, out });
      return 0;
    }
    const kept = values.keep === undefined ? undefined : resolve(values.keep);
    if (kept !== undefined && existsSync(join(kept, 'tsdb'))) {
      throw new Error(
        `${kept} holds an earlier recording already. Name another directory, or read it with --read.`,
      );
    }
    await prepare?.({ programs, values });
    const directory = kept ?? (await mkdtemp(join(tmpdir(), `heed-${name}-`)));
    await mkdir(directory, { recursive: true });
    try {
      return await runIsolated(programs.unshare, script, process.argv.slice(2), {
        [innerDirectory]: directory,
      });
    } finally {
      if (kept === undefined) await rm(directory, { recursive: true, force: true });
    }
  };

  if (process.env[innerDirectory] !== undefined) {
    // First process of its namespaces: when it leaves, the kernel ends the rest.
    const leave = () => process.exit(130);
    process.on('disconnect', leave);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, leave);
  }
  main().then(
    (status) => process.exit(status),
    (error) => {
      console.error(`record-${name}: ${error.message}`);
      process.exit(1);
    },
  );
}
