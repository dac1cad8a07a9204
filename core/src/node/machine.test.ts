import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createDetector } from '../detection/create.js';
import type { AnomalyEvent } from '../detection/types.js';
import { readSeriesFile } from './files.js';

const path = (name: string) => fileURLToPath(new URL(`../../data/${name}`, import.meta.url));
interface Machine {
  readonly name: string;
  readonly file: string;
  readonly points: number;
  readonly channels: readonly unknown[];
  readonly faults: readonly { kind: string; start: string; end: string; channels: readonly string[] }[];
}
const { machines } = JSON.parse(readFileSync(path('machine.json'), 'utf8')) as {
  machines: readonly Machine[];
};
const machine = (name: string): Machine => machines.find((one) => one.name === name)!;

/** Events of each series by itself, by its name. */
async function detectAlone(file: string): Promise<Map<string, readonly AnomalyEvent[]>> {
  const { series } = await readSeriesFile(path(file));
  const detector = await createDetector('auto');
  const out = new Map<string, readonly AnomalyEvent[]>();
  for (const channel of series.channels) {
    out.set(channel.name, (await detector.score({ time: series.time, channels: [channel] })).events);
  }
  return out;
}

// Rates are those of a minute. A recorded gap is one: the node exporter did not answer.
test('a machine on which nothing happens has few events', async () => {
  const { file, channels, points } = machine('calm');
  expect(channels).toHaveLength(24);
  const told = await detectAlone(file);
  const events = [...told.values()].flat().filter(({ kind }) => kind !== 'gap');
  const hours = (channels.length * points * 15) / 3600;
  expect(events.length / hours).toBeLessThan(0.7);
});

test('faults of a machine are events of series that they show in', async () => {
  const { file, faults } = machine('faults');
  const told = await detectAlone(file);
  const found = faults.filter(({ channels, start, end }) =>
    channels.some((name) =>
      told
        .get(name)!
        .some((event) => event.start <= Date.parse(end) + 60_000 && event.end >= Date.parse(start)),
    ),
  );
  const kinds = [
    'cpu-hog',
    'disk-fill',
    'memory-leak',
    'fork-burst',
    'outage',
    'network-flood',
    'disk-storm',
    'clock-jump',
  ];
  expect(found.map(({ kind }) => kind)).toEqual(kinds);
});
