/** Reads what was recorded back through Prometheus' HTTP API and writes a CSV file a machine, and machine.json. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatRows, readChannels } from '../incident/read-back.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const iso = (time) => new Date(time).toISOString();

export async function readMachines({ url, recording, out, progress }) {
  const text = await readFile(join(here, 'channels.json'), 'utf8');
  await mkdir(out, { recursive: true });
  const machines = [];
  for (const { name, faults } of recording.machines) {
    const channels = JSON.parse(text.replaceAll('$job', name));
    const series = await readChannels({ url, channels, recording, progress });
    const file = `machine-${name}.csv`;
    await writeFile(join(out, file), formatRows(series, faults));
    progress(`wrote ${join(out, file)}: ${series.time.length} points, ${channels.length} channels`);
    machines.push({
      name,
      file,
      start: iso(series.time[0]),
      end: iso(series.time.at(-1)),
      points: series.time.length,
      channels,
      faults: faults.map(({ startTime, endTime, channels: shown, start: _start, end: _end, ...fault }) => ({
        ...fault,
        start: iso(startTime),
        end: iso(endTime),
        channels: shown,
      })),
    });
  }
  const metadata = {
    description:
      'The node exporters of two small Debian machines, emulated by QEMU and read by Prometheus: one on which nothing happens, one with faults on a written schedule. Made by npm run record-machine.',
    recordedAt: iso(recording.start),
    stepSeconds: recording.scrapeSeconds,
    versions: recording.versions,
    machines,
  };
  await writeFile(join(out, 'machine.json'), `${JSON.stringify(metadata, undefined, 2)}\n`);
}
