// The picture of the first page: what `heed detect` says of the recorded incident, drawn when the site is built.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { detect, readCsv } from '@heed/core';
import { plotDetection } from '@heed/core/plot';
import { root } from './pages.mjs';

/** The gravest event that is about the latency, with the minutes around it. */
export async function examplePicture() {
  const { series } = readCsv(readFileSync(join(root, 'core/data/incident.csv'), 'utf8'), {
    name: 'incident.csv',
  });
  const detection = await detect(series);
  const channel = 'http_request_duration_p95_seconds';
  const [event] = detection.events
    .filter(({ channels }) => channels[0].name === channel)
    .sort((a, b) => b.severity - a.severity);
  const svg = plotDetection(series, detection, {
    width: 560,
    title: '',
    channels: [channel],
    labels: false,
    range: [Math.max(0, event.startIndex - 60), Math.min(series.time.length - 1, event.endIndex + 60)],
  });
  return { svg, reason: event.reason };
}
