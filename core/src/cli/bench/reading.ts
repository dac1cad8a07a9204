import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { throwIfAborted } from '../../errors.js';
import type { BenchResult } from './harness.js';

/** A table that is written to be read. */
interface Table {
  /** Rows below the names. */
  readonly rows: number;
  /** Channels that must come out, and their points. */
  readonly channels: number;
  readonly points: number;
  readonly head: string;
  row(index: number): string;
}

const start = Date.UTC(2026, 0);
const isoTime = (t: number): string => new Date(start + 1000 * t).toISOString();
/** Values with the digits that exports have. */
const value = (t: number, c: number): string => (50 + 20 * Math.sin(t / 500 + c) + ((t * 7919 + c) % 1000) / 400).toFixed(3); // prettier-ignore

export const readingTables: Readonly<Record<string, Table>> = {
  'read-wide': {
    rows: 1_000_000,
    channels: 5,
    points: 1_000_000,
    head: 'time,a,b,c,d,e',
    row: (t) => `${isoTime(t)},${[0, 1, 2, 3, 4].map((c) => value(t, c)).join(',')}`,
  },
  'read-long': {
    rows: 1_000_000,
    channels: 1000,
    points: 1000,
    head: 'time,host,value',
    row: (i) => `${isoTime(Math.floor(i / 1000))},web-${i % 1000},${value(Math.floor(i / 1000), i % 1000)}`,
  },
};

function* makeText({ rows, head, row }: Table): Generator<string> {
  let piece = `${head}\n`;
  for (let i = 0; i < rows; i++) {
    piece += `${row(i)}\n`;
    if (piece.length < 1 << 18) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

interface Measured {
  readonly ms: number;
  readonly user: number;
  readonly peak: number;
  readonly shape: readonly number[];
}

/** Reads a large table in a process of its own, from a file: time, time of the processor, peak memory. */
export async function readingTime(
  name: string,
  rounds: number,
  signal: AbortSignal | undefined,
): Promise<BenchResult[]> {
  const table = readingTables[name]!;
  const folder = mkdtempSync(join(tmpdir(), 'heed-read-'));
  try {
    const path = join(folder, 'table.csv');
    await pipeline(makeText(table), createWriteStream(path));
    const files = new URL('../../node/files.js', import.meta.url).href;
    const script = `import { readSeriesFile } from ${JSON.stringify(files)};
      const [started, before] = [performance.now(), process.cpuUsage()];
      const { series } = await readSeriesFile(${JSON.stringify(path)});
      console.log(JSON.stringify({
        ms: performance.now() - started,
        user: process.cpuUsage(before).user / 1000,
        peak: process.resourceUsage().maxRSS * 1024,
        shape: [series.time.length, series.channels.length],
      }));`;
    const runs: Measured[] = [];
    for (let round = 0; round < rounds; round++) {
      throwIfAborted(signal);
      const { stdout, status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
        cwd: fileURLToPath(new URL('.', import.meta.url)),
        encoding: 'utf8',
      });
      if (status !== 0) throw new Error(stderr);
      const run = JSON.parse(stdout) as Measured;
      if (run.shape[0] !== table.points || run.shape[1] !== table.channels) {
        throw new Error(`${name}: read as ${run.shape.join(' × ')}`);
      }
      runs.push(run);
    }
    runs.sort((one, other) => one.ms - other.ms);
    const middle = runs[runs.length >> 1]!;
    const user = Math.min(...runs.map((run) => run.user));
    const peak = Math.max(...runs.map((run) => run.peak));
    return [
      {
        case: name,
        implementation: 'heed',
        median_ms: middle.ms,
        p10_ms: runs[0]!.ms,
        p90_ms: runs.at(-1)!.ms,
        ratio_to_heed: 1,
        rounds,
        note: `${(user / 1000).toFixed(2)} s of processor at best, peak ${(peak / 1e6).toFixed(0)} MB of the whole process`,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
