import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRandom } from '../../core/src/random.js';
import { createDetector } from '../../core/src/detection/index.js';
import { createSeries } from '../../core/src/series/index.js';
import { findChromium, launchChromium } from './chromium.js';
import { serveWorker, type WorkerPage } from './worker-page.js';

/** Series of several lengths, channels and kinds; plain arrays, so that both sides get the same doubles. */
const cases = [
  { points: 60, channels: 1, level: 0 },
  { points: 1000, channels: 1, level: 0 },
  { points: 1501, channels: 3, level: 1e6 },
  { points: 9000, channels: 1, level: -40 },
].map(({ points, channels, level }, seed) => {
  const random = createRandom(seed);
  return Array.from({ length: channels }, (_, c) =>
    Array.from({ length: points }, (_, t) => {
      const spike = t === Math.floor(points / 2) + c ? 6 : 0;
      return level + Math.sin(t / (8 + c)) + 0.2 * random.normal() + spike;
    }),
  );
});

const executable = findChromium();

describe.skipIf(!executable)('scores in Chromium and in Node', () => {
  let served: WorkerPage;
  let browser: Awaited<ReturnType<typeof launchChromium>>;

  beforeAll(async () => {
    served = await serveWorker(`onmessage = async ({ data: { cases, detectors, refuse } }) => {
      // As under a content security policy without wasm-unsafe-eval: compiling throws.
      if (refuse) WebAssembly.Module = class { constructor() { throw new Error('refused') } };
      const heed = await import('../../core/src/index.ts');
      const all = [];
      for (const id of detectors) {
        const detector = await heed.createDetector(id);
        for (const values of cases) {
          const channels = values.map((own, c) => ({ name: 'c' + c, values: own }));
          const { score, notes } = await detector.score(heed.createSeries({ channels }));
          all.push({ score: Array.from(score), notes });
        }
      }
      postMessage(all);
    };`);
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    served?.close();
  });

  test.each([
    ['with WebAssembly', false],
    ['where WebAssembly is refused', true],
  ])('are equal to the last bit %s', async (_, refuse) => {
    const detectors = ['auto', 'memory-attention'];
    const page = await browser.newPage();
    await page.goto(served.address);
    const there = await page.evaluate(
      (data) =>
        new Promise<{ score: number[]; notes?: string[] }[]>((resolve, reject) => {
          const worker = new Worker('/worker.js', { type: 'module' });
          worker.onmessage = (event) => resolve(event.data as { score: number[] }[]);
          worker.onerror = (event) => reject(new Error(event.message));
          worker.postMessage(data);
        }),
      { cases, detectors, refuse },
    );
    const here: number[][] = [];
    for (const id of detectors) {
      const detector = await createDetector(id);
      for (const values of cases) {
        const channels = values.map((own, c) => ({ name: `c${c}`, values: Float64Array.from(own) }));
        here.push(Array.from((await detector.score(createSeries({ channels }))).score));
      }
    }
    expect(there.length).toBe(here.length);
    there.forEach(({ score }, i) => {
      expect(score.length).toBe(here[i]!.length);
      const apart = score.findIndex((value, t) => !Object.is(value, here[i]![t]));
      expect(apart, `case ${i}: first point that differs`).toBe(-1);
      expect(Math.max(...score)).toBeGreaterThan(0);
    });
    const said = there.some(({ notes }) => notes?.some((note) => note.includes('WebAssembly')));
    if (refuse) expect(said).toBe(true);
  });
});
