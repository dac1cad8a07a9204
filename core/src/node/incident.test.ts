import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parseIncident } from '../datasets/index.js';
import { detect } from '../detection/detect.js';
import { readSeriesFile } from './files.js';

const path = (name: string) => fileURLToPath(new URL(`../../data/${name}`, import.meta.url));

test('every fault of the recorded incident is an event of its own, from its first scrapes on, and nothing else is', async () => {
  const { faults, step } = parseIncident(readFileSync(path('incident.json'), 'utf8'));
  const { series } = await readSeriesFile(path('incident.csv'));
  const { events } = await detect(series);
  expect(events).toHaveLength(faults.length);
  for (const [i, { start, end, kind }] of faults.entries()) {
    const event = events[i]!;
    expect(Math.abs(event.start - start), kind).toBeLessThanOrEqual(3 * step);
    // Rates of the last 20 s show a fault for as long after its end.
    expect(event.end, kind).toBeLessThanOrEqual(end + 20_000);
  }
});
