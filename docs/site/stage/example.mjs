// The picture of the first page: what `heed detect` says of the recorded incident, drawn when the site is built.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { detect, readCsv } from '@heed/core';
import { plotDetection } from '@heed/core/plot';
import { root } from './pages.mjs';

/** The first of the gravest events, in the channel that takes the largest part in it. */
export async function examplePicture() {
  const { series } = readCsv(readFileSync(join(root, 'core/data/incident.csv'), 'utf8'), {
    name: 'incident.csv',
  });
  const detection = await detect(series);
  const gravest = Math.max(...detection.events.map(({ severity }) => severity));
  const event = detection.events.find(({ severity }) => severity >= gravest - 5);
  if (!event) throw new Error('nothing was found in the recorded incident: there is no example to show');
  const svg = plotDetection(series, detection, {
    width: 560,
    title: '',
    channels: [event.channels[0].name],
    labels: false,
    range: [Math.max(0, event.startIndex - 60), Math.min(series.time.length - 1, event.endIndex + 60)],
  });
  return { svg, reason: event.reason };
}
