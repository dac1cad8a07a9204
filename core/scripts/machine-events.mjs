// What the default detector and the live monitor say of the two recorded machines, each of their series by itself: false
// events per series-hour, faults found, incidents per series-week: `node core/scripts/machine-events.mjs [--told]` after a build.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const core = dirname(dirname(fileURLToPath(import.meta.url)));
const { values: options } = parseArgs({
  options: {
    data: { type: 'string', default: join(core, 'data') },
    told: { type: 'boolean', default: false },
  },
});
const { createDetector } = await import(join(core, 'dist/esm/all.js'));
const { createMonitor } = await import(join(core, 'dist/esm/live/index.js'));
const { readSeriesFile } = await import(join(core, 'dist/esm/node/index.js'));
/** What a fault leaves behind (loads, rates over a minute) is not false. */
const AFTER = 300_000;
/** Rates are those of a minute. */
const WINDOW = 60_000;
const WEEK = 604_800_000;

const { machines, stepSeconds } = JSON.parse(await readFile(join(options.data, 'machine.json'), 'utf8'));
const step = 1000 * stepSeconds;
const detector = await createDetector('auto');
for (const { name, file, faults, points } of machines) {
  const { series } = await readSeriesFile(join(options.data, file));
  const spans = faults.map(({ start, end, ...fault }) => ({
    ...fault,
    start: Date.parse(start),
    end: Date.parse(end),
  }));
  const found = new Map();
  let [others, incidents] = [0, 0];
  for (const channel of series.channels) {
    const { events } = await detector.score({ time: series.time, channels: [channel] });
    for (const event of events) {
      const fault = spans.findLast(({ start, end }) => event.start <= end + AFTER && event.end >= start);
      if (!fault) {
        // Scrapes that failed are missing: that the series sent nothing is true.
        if (event.kind !== 'gap') others++;
      }
      // As it happens, and not only as it ends.
      else if (event.start <= fault.end + WINDOW && fault.channels.includes(channel.name))
        found.set(fault.kind, [...(found.get(fault.kind) ?? []), channel.name]);
      if (options.told) console.log(`${fault ? `(${fault.kind}) ` : ''}${event.severity} ${event.reason}`);
    }
    const monitor = createMonitor({ step });
    for (const [t, time] of series.time.entries()) {
      const value = channel.values[t];
      if (Number.isNaN(value)) continue;
      for (const { change, incident } of monitor.append(time, value).incidents) {
        if (change !== 'opened' || spans.some(({ start, end }) => time >= start && time <= end + AFTER))
          continue;
        incidents++;
        if (options.told) console.log(`monitor: ${channel.name}: ${incident.reason}`);
      }
    }
  }
  const faulty = spans.reduce((sum, { start, end }) => sum + end - start + AFTER, 0);
  const hours = (series.channels.length * (points * step - faulty)) / 3_600_000;
  console.log(
    `${name}: ${others} false events in ${hours.toFixed(1)} series-hours, ${(others / hours).toFixed(3)} an hour; ` +
      `monitor: ${incidents} false incidents, ${((incidents * WEEK) / 3_600_000 / hours).toFixed(1)} per series-week`,
  );
  for (const { kind } of spans) console.log(`  ${kind}: ${found.get(kind)?.join(', ') ?? 'not found'}`);
}
