/** Reads the recorded range back through Prometheus' HTTP API and writes incident.csv and incident.json. */
import { readFile, mkdir, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const entry = join(here, '../../dist/esm/node/index.js');
/** Digits kept: more than any scrape measures, and a small file. */
const digits = 6;

/** Throws one line when the library is not built yet; called before anything is recorded. */
export function requireBuild() {
  if (!existsSync(entry)) throw new Error('The library is not built yet. Run: npm run build');
}

/** All channels over the recorded range; throws where one has nothing. */
export async function readChannels({ url, channels, recording, progress }) {
  const { readPrometheus } = await import(entry);
  const series = await readPrometheus({
    url,
    query: channels,
    start: recording.start,
    end: recording.end,
    step: recording.scrapeSeconds * 1000,
    onProgress: ({ message }) => message && progress(message),
  });
  const found = new Set(series.channels.map(({ name }) => name));
  const missing = channels.filter(({ name }) => !found.has(name)).map(({ name }) => name);
  if (missing.length > 0) throw new Error(`Nothing was recorded for ${missing.join(', ')}.`);
  return series;
}

/** CSV text: time, channels, and a label that is 1 within a fault. */
export function formatRows(series, faults) {
  const header = ['time', ...series.channels.map(({ name }) => name), 'label'];
  const rows = [...series.time].map((time, t) => [
    new Date(time).toISOString().replace('.000Z', 'Z'),
    ...series.channels.map(({ values }) =>
      Number.isNaN(values[t]) ? '' : Number(values[t].toPrecision(digits)),
    ),
    faults.some(({ startTime, endTime }) => time >= startTime && time <= endTime) ? 1 : 0,
  ]);
  return `${[header, ...rows].map((row) => row.join(',')).join('\n')}\n`;
}

export async function readBack({ url, recording, out, progress }) {
  const channels = JSON.parse(await readFile(join(here, 'channels.json'), 'utf8'));
  const series = await readChannels({ url, channels, recording, progress });
  await mkdir(out, { recursive: true });
  await writeFile(join(out, 'incident.csv'), formatRows(series, recording.faults));

  const iso = (time) => new Date(time).toISOString();
  const metadata = {
    description:
      'A recorded incident: a small web service under load, watched by Prometheus and its node exporter, with faults injected on a written schedule. Made by npm run record-incident.',
    file: 'incident.csv',
    recordedAt: iso(recording.start),
    start: iso(series.time[0]),
    end: iso(series.time.at(-1)),
    points: series.time.length,
    stepSeconds: recording.scrapeSeconds,
    scrapeSeconds: recording.scrapeSeconds,
    cycleSeconds: recording.cycleSeconds,
    versions: recording.versions,
    channels,
    faults: recording.faults.map(({ kind, startTime, endTime, summary, channels: shown, settings }) => ({
      kind,
      start: iso(startTime),
      end: iso(endTime),
      channels: shown,
      summary,
      settings,
    })),
  };
  await writeFile(join(out, 'incident.json'), `${JSON.stringify(metadata, undefined, 2)}\n`);
  progress(
    `wrote ${join(out, 'incident.csv')} and incident.json: ${series.time.length} points, ${series.channels.length} channels`,
  );
}
