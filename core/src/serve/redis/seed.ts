import { readConfig } from '../config.js';
import { packMonitors } from '../packed-monitors.js';
import { taughtMonitors, type SeedOptions } from '../seed.js';
import type { StoredMonitor, StoredUnit } from '../store.js';
import { createUnit, nameChannels, assignPart, toSpec } from '../units.js';
import { encodeSnapshot } from './codec.js';
import { connectRedis } from './connection.js';
import { makeKeys, makeQueryKeys } from './keys.js';

/**
 * Fills a Redis as services leave it that have watched for long.
 * @param file a configuration with one query, and with Redis
 * @returns bytes of all snapshots, as Redis has them
 */
export async function seedRedis(
  file: string,
  { units, different, now, ...taughtBy }: SeedOptions,
): Promise<{ readonly bytes: number }> {
  const config = readConfig(file);
  const [query] = config.queries;
  const { step } = query!;
  const { shards, prefix } = config.redis!;
  const until = Math.floor(now / step) * step;
  const names = nameChannels(
    units.map((labels) => ({ labels, values: new Float64Array(0) })),
    query!,
  );
  const all = units.map((labels, i) =>
    createUnit(query!, query!.chooseJudgment(labels)!, [{ name: names[i]!, labels }], 1),
  );
  const taught = taughtMonitors(all.slice(0, different), { ...taughtBy, step, until });
  const parts = Array.from({ length: shards }, () => ({
    units: [] as [string, StoredUnit][],
    monitors: [] as [string, StoredMonitor][],
  }));
  for (const [i, unit] of all.entries()) {
    const part = parts[assignPart(unit.key, shards)]!;
    const channels = unit.channels.map(({ name, labels }) => ({ name, labels }));
    part.units.push([unit.key, { query: query!.name, channels, seen: until }]);
    const snapshot = taught[i % different]!;
    part.monitors.push([
      unit.key,
      { print: toSpec(unit, 0).print, until, snapshot, deviation: 0, quietUntil: 0 },
    ]);
  }
  const redis = await connectRedis(config.redis!);
  const keys = makeQueryKeys(makeKeys(prefix), query!.print);
  let bytes = 0;
  for (const [shard, part] of parts.entries()) {
    const monitors = packMonitors(part.monitors);
    const data = await encodeSnapshot({ position: 1, units: part.units, monitors });
    bytes += data.length;
    const key = keys.snapshot(shard, 'seed', 1);
    await redis.set(key, data);
    await redis.hset(keys.snapshots, String(shard), key);
    for (const table of [keys.head, keys.done]) await redis.hset(table, String(shard), 1);
    await redis.hset(keys.times, String(shard), until);
    await redis.hset(keys.sizes, String(shard), part.units.length);
  }
  redis.disconnect();
  return { bytes };
}
