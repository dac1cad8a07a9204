/* eslint-disable @typescript-eslint/no-explicit-any -- functions that reach into the page */
// The demo replays its incident by the clock: what is shown, and what was said of it, stay together.
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { findChromium } from './chromium.js';
import {
  heedQuery,
  now,
  panel,
  patient,
  polling,
  rangeBefore,
  settled,
  started,
  useDemo,
  whys,
} from './demo.js';

const minute = 60_000;

/** What the first panel shows of the recording, by time, and the feedback it holds. */
const shown = (page: Page): Promise<{ values: Record<string, number>; feedback: number[] }> =>
  page.evaluate(() => {
    const find = (object: any): any => {
      let hit: unknown;
      object.forEachChild?.((child: any) => (hit ??= child.state.key === 'panel-1' ? child : find(child)));
      return hit;
    };
    const { state } = find((window as any).demo.scene);
    const [frame] = state.$data.state.data.series;
    const [time, value] = frame.fields;
    return {
      values: Object.fromEntries(time.values.map((t: number, i: number) => [t, value.values[i]])),
      feedback: (state.options.feedback ?? []).map(({ start }: { start: number }) => start),
    };
  });

/** The same page, with its clock at another moment. */
async function at(page: Page, moment: number): Promise<void> {
  const address = new URL(page.url());
  address.searchParams.set('now', String(moment));
  await page.goto(address.href);
  await started(page);
  await settled(page);
}

describe.skipIf(!findChromium())('the replayed incident', patient, () => {
  const { dashboard } = useDemo();

  it('stands still for minutes, and takes feedback along when it moves', async () => {
    const column = 'http_request_duration_p95_seconds';
    const { page } = await dashboard([panel([heedQuery('incident', { columns: [column] })], { id: 1 })], {
      time: rangeBefore(30 * minute, -10 * minute),
    });
    await settled(page);
    const first = await shown(page);
    await whys(page).first().click();
    await page.getByRole('button', { name: 'This is normal' }).click();
    await expect.poll(async () => (await shown(page)).feedback.length, polling).toBe(1);
    const { feedback } = await shown(page);

    // Opened a few minutes later: the same moments show the same values, and a few more.
    await at(page, now + 4 * minute);
    const later = await shown(page);
    expect(later.feedback).toEqual(feedback);
    const times = Object.keys(first.values).filter((time) => Number(time) < now - minute);
    expect(times.length).toBeGreaterThan(400);
    expect(times.filter((time) => later.values[time] !== first.values[time])).toEqual([]);

    // The replay has moved on by six minutes, and what was said of a stretch with it.
    await at(page, now + 7 * minute);
    const moved = await shown(page);
    expect(moved.feedback).toEqual(feedback.map((start) => start + 6 * minute));
    const [given] = feedback;
    const around = times.map(Number).filter((time) => Math.abs(time - given!) < minute);
    expect(around.length).toBeGreaterThan(10);
    expect(around.filter((time) => moved.values[time + 6 * minute] !== first.values[time])).toEqual([]);
  });
});
