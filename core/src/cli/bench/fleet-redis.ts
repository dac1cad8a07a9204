import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { quantileSorted } from 'simple-statistics';
import { throwIfAborted } from '../../errors.js';
import { freePort } from '../../node/free-port.js';
import { seedRedis } from '../../serve/redis/seed.js';
import {
  DIFFERENT,
  startExporter,
  heed,
  makeLabels,
  LEARNED,
  readMemory,
  readPort,
  prometheus,
  prometheusArguments,
  quantity,
  until,
  makeValue,
  type FleetSize,
} from './fleet.js';
import type { Absent, BenchResult } from './harness.js';

const redisServer = 'redis-server';
const second = 1000;

/**
 * One, two and three processes of `heed serve` that share a Redis, one thread each, behind a real Prometheus; then one of
 * the three is killed. The monitors have learned: Redis is filled before, as a restart would find it.
 */
export async function fleetOnRedis(
  name: string,
  { series, step, rounds }: FleetSize,
  signal: AbortSignal | undefined,
): Promise<BenchResult[] | Absent> {
  for (const program of [prometheus, redisServer]) {
    if (spawnSync(program, ['--version'], { stdio: 'ignore' }).status !== 0) {
      return { implementation: `heed in ${name}`, absent: `no ${program} on the path` };
    }
  }
  const folder = mkdtempSync(join(tmpdir(), 'heed-fleet-'));
  const children: ChildProcess[] = [];
  const start = (program: string, args: readonly string[]): ChildProcess => {
    const child = spawn(program, args, { stdio: 'ignore' });
    children.push(child);
    return child;
  };
  let exporter: Server | undefined;
  let redis: Redis | undefined;
  try {
    exporter = await startExporter(series);
    const [source, store] = [await freePort(), await freePort()];
    start(prometheus, prometheusArguments({ folder, exporter, port: source, step }));
    start(redisServer, ['--port', String(store), '--bind', '127.0.0.1', '--save', '', '--dir', folder]);
    const configFor = (own: number): string => {
      const file = join(folder, `heed-${own}.yaml`);
      writeFileSync(
        file,
        `sources: { local: { url: 'http://127.0.0.1:${source}', timeout: 5m } }
queries: [{ name: bench, expr: bench_load, step: ${step}s, range: ${Math.max(2 * step, 60)}s, lateness: ${step / 2}s }]
redis: { url: 'redis://127.0.0.1:${store}' }
outputs: { metrics: { series: none } }
limits: { series: ${2 * series}, workers: 1 }
server: { listen: '127.0.0.1:${own}' }
`,
      );
      return file;
    };
    await until(`http://127.0.0.1:${source}/-/ready`, 60, signal);
    const seeded = await seedRedis(configFor(9646), {
      units: Array.from({ length: series }, (_, i) => ({
        ...makeLabels(i),
        instance: `127.0.0.1:${readPort(exporter!)}`,
        job: 'bench',
      })),
      different: DIFFERENT,
      points: LEARNED,
      makeValue,
      now: Date.now(),
    });
    redis = new Redis(store, '127.0.0.1');
    const processes: { readonly child: ChildProcess; readonly url: string }[] = [];
    const metric = async (url: string, wanted: string): Promise<number> => {
      const text = await (await fetch(`${url}/metrics`)).text();
      const found = new RegExp(`^${wanted}(?:\\{query="bench"\\})? (\\S+)$`, 'm').exec(text);
      return Number(found?.[1] ?? NaN);
    };
    const received = async (): Promise<number> =>
      Number(/total_net_input_bytes:(\d+)/.exec(await redis!.info('stats'))![1]);
    const results: BenchResult[] = [];
    for (const count of [1, 2, 3]) {
      const own = await freePort();
      const child = start(process.execPath, [heed, 'serve', '--config', configFor(own), '--quiet']);
      processes.push({ child, url: `http://127.0.0.1:${own}` });
      await until(`http://127.0.0.1:${own}/readyz`, 600, signal);
      const leader = processes[0]!.url;
      const readCpuTime = (): number =>
        processes.reduce((sum, { child: { pid } }) => sum + processorSeconds(pid!), 0);
      let done = await metric(leader, 'heed_rounds_total');
      // Shards have found their places after two rounds.
      const next = async (): Promise<void> => {
        for (;;) {
          throwIfAborted(signal);
          await sleep(second / 4);
          const now = await metric(leader, 'heed_rounds_total');
          if (now === done) continue;
          done = now;
          return;
        }
      };
      await next();
      await next();
      const times: number[] = [];
      const [bytes, cpu] = [await received(), readCpuTime()];
      while (times.length < rounds) {
        await next();
        times.push((await metric(leader, 'heed_round_seconds')) * second);
      }
      times.sort((a, b) => a - b);
      const perRound = ((await received()) - bytes) / rounds;
      results.push({
        case: name,
        implementation: `heed, ${count} ${count === 1 ? 'process' : 'processes'}`,
        median_ms: quantileSorted(times, 0.5),
        p10_ms: quantileSorted(times, 0.1),
        p90_ms: quantileSorted(times, 0.9),
        ratio_to_heed: null,
        rounds,
        note: [
          `${series.toLocaleString('en')} series, one round of a ${step} s step`,
          `${((readCpuTime() - cpu) / rounds).toFixed(2)} s of processor time`,
          `${(perRound / 1e6).toFixed(1)} MB to Redis per round`,
          `${Math.round(Math.max(...processes.map(({ child: { pid } }) => readMemory(pid!).VmRSS ?? 0)) / 1e6)} MB resident at most`,
        ].join(', '),
      });
    }
    const memory = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))![1]);
    results.push(
      quantity(
        name,
        'redis, used',
        memory,
        'bytes',
        `${Math.round(seeded.bytes / series)} bytes of snapshot per series`,
      ),
    );
    const killed = performance.now();
    processes[2]!.child.kill('SIGKILL');
    const [first, other] = processes;
    for (;;) {
      throwIfAborted(signal);
      const held = await Promise.all([first!, other!].map(({ url }) => metric(url, 'heed_redis_shards')));
      if (held[0]! + held[1]! === 64) break;
      if (performance.now() - killed > 300 * second) throw new Error('nobody took the shards over');
      await sleep(second / 10);
    }
    results.push(
      quantity(
        name,
        'heed, taking over',
        performance.now() - killed,
        'ms',
        'from kill -9 until the others hold its shards; they are given out with the next round',
      ),
    );
    return results;
  } finally {
    redis?.disconnect();
    for (const child of children) child.kill('SIGKILL');
    exporter?.closeAllConnections();
    exporter?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Processor time of a process so far, s; 0 where there is no /proc. */
function processorSeconds(pid: number): number {
  try {
    // After the name, which may hold spaces: fields 14 and 15 in hundredths.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}
