// Hundreds of series are scored by the workers, and the page stays free for whoever looks at it.
import { describe, expect, it } from 'vitest';
// @ts-expect-error -- plain JavaScript without types
import { categories, mainThreadTasks, markFirstScoring } from '../../grafana-plugin/bench/tasks.mjs';
import { findChromium } from './chromium.js';
import { patient, scoringState, settled, started, useDemo } from './demo.js';
import { runsSlow } from '../setup/slow.js';

/** ms of a task from which on a person notices that the page does not answer. */
const longest = 50;

interface Task {
  readonly cpu: number;
  readonly heed: number;
  readonly blame: ReadonlyArray<{ what: string; ms: number }>;
}

describe.skipIf(!findChromium())('while 500 series are scored', patient, () => {
  const { open } = useDemo();

  it.runIf(runsSlow)(
    'no task of the page holds more than 50 ms of our work, from the first request to the last drawing',
    async () => {
      const { page } = await open('/a/heed-anomaly-app/activity', { init: markFirstScoring });
      const browser = page.context().browser()!;
      await browser.startTracing(page, { categories });
      await page.goto(new URL('/d/fleet', page.url()).href);
      await started(page);
      await settled(page);
      const { totals, mode } = await scoringState(page);
      await page.evaluate(() => performance.mark('test-end'));
      const trace = await browser.stopTracing();
      expect(mode).toBe('worker');
      expect(totals.scorings).toBeGreaterThanOrEqual(500);
      const { total, tasks } = mainThreadTasks(trace, 'bench-start', 'test-end', 20) as {
        total: number;
        tasks: Task[];
      };
      expect(total).toBeGreaterThan(500);
      // By processor time, and the part in our scripts: on a busy machine tasks wait, and the libraries around us take
      // what they take.
      const ours = tasks.filter(({ heed }) => heed > longest);
      expect(ours.map(({ cpu, heed, blame }) => ({ cpu, heed, blame: blame.slice(0, 4) }))).toEqual([]);
    },
  );
});
