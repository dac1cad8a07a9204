import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileURLToPath } from 'node:url';
import { createDetector } from '../detection/index.js';
import { createSeries, type Series } from '../series/index.js';
import { createPool, type ScorePool, type WebWorkerLike } from './index.js';

let folder: string;
let script: string;
let pool: ScorePool;
let started = 0;

/** A worker thread with the events of a Web Worker. */
function startWorker(): WebWorkerLike {
  started++;
  const worker = new Worker(script);
  return {
    postMessage: (message) => worker.postMessage(message),
    terminate: () => void worker.terminate(),
    addEventListener: (type, listener) => {
      const call = listener as unknown as (event: unknown) => void;
      if (type === 'message') worker.on('message', (data) => call({ data }));
      if (type === 'error') worker.on('error', (error: Error) => call({ message: error.message }));
    },
  };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'heed-score-pool-'));
  script = join(folder, 'pool-worker.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('../node/pool-worker.ts', import.meta.url))],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    // What learned detectors need stays apart, and is not loaded.
    splitting: true,
    platform: 'node',
    format: 'esm',
    external: ['@tensorflow/*'],
    logLevel: 'silent',
  });
  pool = createPool({ workers: 2, startWorker });
});
afterAll(async () => {
  await pool?.close();
  rmSync(folder, { recursive: true, force: true });
});

function wave(points: number, seed: number): Series {
  const values = Float64Array.from(
    { length: points },
    (_, t) => Math.sin(t / 8 + seed) + Math.sin(t * t + seed) / 9 + (t === 100 + seed ? 4 : 0),
  );
  return createSeries({ channels: [{ name: `wave-${seed}`, values }] });
}

describe('createPool', () => {
  it('gives the detections that one thread gives, in the order of the series, on both workers', async () => {
    // Long series first: later ones are ready before them.
    const list = [3000, 200, 200, 1500, 200, 200, 200].map((points, seed) => wave(points, seed));
    const detector = await createDetector('auto');
    let at = 0;
    for await (const detection of pool.scoreAll(list)) {
      const here = await detector.score(list[at]!);
      expect(Array.from(detection.score)).toEqual(Array.from(here.score));
      expect(detection.events).toEqual(here.events);
      expect(detection.series).toBe(list[at]);
      at++;
    }
    expect(at).toBe(list.length);
    expect(started).toBe(2);
  });

  it('reads at most two series per worker ahead, and stops when the caller does', async () => {
    let read = 0;
    function* endless(): Generator<Series> {
      for (;;) yield wave(200, read++ % 50);
    }
    let given = 0;
    for await (const detection of pool.scoreAll(endless(), { detector: 'z-score' })) {
      expect(detection.detector).toBe('z-score');
      given++;
      expect(read - given).toBeLessThanOrEqual(4);
      if (given === 20) break;
    }
    expect(read).toBeLessThanOrEqual(24);
  });

  it('cancels at once, and scores on afterwards with the same workers', async () => {
    const stop = new AbortController();
    const work = pool.score(wave(60_000, 1), { signal: stop.signal, options: { budget: 1e9 } });
    setTimeout(() => stop.abort(), 50);
    await expect(work).rejects.toMatchObject({ code: 'cancelled' });
    const before = started;
    await expect(pool.score(wave(300, 1))).resolves.toMatchObject({ detector: 'auto' });
    expect(started).toBe(before);
  });

  it('passes errors on with their code and takes saved models', async () => {
    const short = createSeries({ channels: [{ name: 'short', values: [1, 2, 3] }] });
    await expect(pool.score(short)).rejects.toMatchObject({ name: 'HeedError', code: 'too-few-points' });
    await expect(pool.score(wave(99, 1), { detector: 'none' })).rejects.toMatchObject({
      code: 'unknown-detector',
    });
    const model = await (await createDetector('z-score')).save();
    const detection = await pool.score(wave(200, 3), { detector: { model } });
    expect(detection.detector).toBe('z-score');
    expect(() => createPool({ workers: 0, startWorker })).toThrow(/workers/);
  });
});
