/* eslint-disable @typescript-eslint/no-explicit-any -- functions that reach into the page */
// The same series gives the same scores on the command line, in Node, and in the panel's worker in Chromium.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDetector, createSeries, readCsv } from '@heed/core';
import { findChromium, launchChromium } from './browser/chromium.js';
import { openDemo, panel, runDemo, settled, type RunningDemo } from './browser/demo.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const column = 'http_request_duration_p95_seconds';
const chromium = findChromium();

/** One column of the recording, times included, as every surface gets it. */
const { series: whole } = readCsv(readFileSync(join(root, 'core/data/incident.csv'), 'utf8'), {
  columns: [column],
});
const series = createSeries({ time: whole.time, channels: whole.channels });

describe('every score of the recorded incident', () => {
  const folder = mkdtempSync(join(tmpdir(), 'heed-parity-'));
  let inNode: number[];
  let events: Array<{ start: number; end: number; severity: number }>;
  beforeAll(async () => {
    const detector = await createDetector('auto');
    const detection = await detector.score(series);
    inNode = Array.from(detection.score);
    events = detection.events.map(({ start, end, severity }) => ({ start, end, severity }));
    detector.dispose();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is the same on the command line', () => {
    const file = join(folder, 'one.csv');
    const rows = Array.from(
      series.time,
      (t, i) => `${new Date(t).toISOString()},${series.channels[0]!.values[i]}`,
    );
    writeFileSync(file, [`time,${column}`, ...rows].join('\n'));
    const out = execFileSync(
      process.execPath,
      [join(root, 'core/bin/heed.js'), 'detect', file, '--format', 'json'],
      {
        encoding: 'utf8',
        maxBuffer: 1 << 26,
      },
    );
    // JSON holds the shortest text of each 32-bit score; as 32-bit numbers they are equal bit by bit.
    expect((JSON.parse(out) as { score: number[] }).score.map(Math.fround)).toEqual(inNode);
  });

  describe.skipIf(!chromium)('in Chromium', () => {
    let browser: Browser;
    let demo: RunningDemo;
    beforeAll(async () => {
      [browser, demo] = await Promise.all([launchChromium(), runDemo()]);
    }, 120_000);
    afterAll(async () => {
      await browser?.close();
      await demo?.close();
    });

    it('is the same in the worker of the panel', async () => {
      const values = Array.from(series.channels[0]!.values);
      const times = Array.from(series.time);
      const dashboard = {
        panels: [
          panel([{ refId: 'A', scenario: 'given' }], {
            id: 1,
            datasource: { type: 'scenario', uid: 'scenario' },
          }),
        ],
        time: { from: new Date(times[0]!).toISOString(), to: new Date(times.at(-1)!).toISOString() },
      };
      const init = `window.demoGiven = ${JSON.stringify({ name: column, times, values })};`;
      const { page } = await openDemo(browser, demo, '/d/test', { dashboard, init });
      await settled(page);
      const scored = await page.evaluate(() => {
        const service = (globalThis as any)[Symbol.for('heed.scoring-service/0.1.0')];
        const [result] = service.results();
        return {
          where: service.activity.entries[0].where as string,
          score: Array.from(result.detection.score as Float32Array),
          events: result.detection.events.map(
            ({ start, end, severity }: { start: number; end: number; severity: number }) => ({
              start,
              end,
              severity,
            }),
          ),
        };
      });
      expect(scored.where).toBe('worker');
      expect(scored.score).toEqual(inNode);
      expect(scored.events).toEqual(events);
      expect(await page.locator('[data-testid=heed-event-list] button').count()).toBe(events.length);
    });
  });
});
