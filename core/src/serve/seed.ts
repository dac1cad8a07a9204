import { restoreMonitor, createMonitor } from '../live/monitor.js';
import { readConfig } from './config.js';
import { openStore } from './store.js';
import type { Labels } from './source.js';
import { createUnit, nameChannels, toSpec, type WatchedUnit } from './units.js';

export interface SeedOptions {
  /** Labels of the series, as the source has them. */
  readonly units: readonly Labels[];
  /** Monitors that are taught; the others are copies of them. */
  readonly different: number;
  /** That each has seen. */
  readonly points: number;
  /** @param monitor index below `different` */
  readonly makeValue: (monitor: number, ms: number) => number;
  /** Epoch ms at which the points end. */
  readonly now: number;
}

/**
 * Fills a state folder as a service leaves it that has watched for long: what a measurement of a large fleet starts from.
 * @param file a configuration with one query
 * @returns bytes of all snapshots
 */
export async function seedState(
  file: string,
  { units, different, points, makeValue, now }: SeedOptions,
): Promise<{ readonly bytes: number }> {
  const config = readConfig(file);
  const [query] = config.queries;
  const { step } = query!;
  const until = Math.floor(now / step) * step;
  const store = openStore(config.state.path!);
  const names = nameChannels(
    units.map((labels) => ({ labels, values: new Float64Array(0) })),
    query!,
  );
  const all = units.map((labels, i) =>
    createUnit(query!, query!.chooseJudgment(labels)!, [{ name: names[i]!, labels }], 1),
  );
  const taught = taughtMonitors(all.slice(0, different), { points, step, until, makeValue });
  let bytes = 0;
  for (const [i, unit] of all.entries()) {
    const snapshot = taught[i % different]!;
    bytes += snapshot.length;
    const { key, channels } = unit;
    void store.units.put(key, {
      query: query!.name,
      channels: channels.map(({ name, labels }) => ({ name, labels })),
      seen: until,
    });
    const written = store.monitors.put(key, {
      print: toSpec(unit, 0).print,
      until,
      snapshot,
      deviation: 0,
      quietUntil: 0,
    });
    if (i % 1000 === 999) await written;
  }
  await store.close();
  return { bytes };
}

/** Snapshots of monitors that have seen so many points. */
export function taughtMonitors(
  units: readonly WatchedUnit[],
  {
    points,
    step,
    until,
    makeValue,
  }: Pick<SeedOptions, 'points' | 'makeValue'> & { step: number; until: number },
): Uint8Array[] {
  const taught = units.map((unit, i) => {
    const monitor = createMonitor(toSpec(unit, 0).options);
    for (let t = points - 1; t >= 0; t--) monitor.append(until - t * step, makeValue(i, until - t * step));
    return monitor.snapshot();
  });
  // A snapshot that cannot be read would make the measurement one of new monitors.
  for (const snapshot of taught) restoreMonitor(snapshot);
  return taught;
}
