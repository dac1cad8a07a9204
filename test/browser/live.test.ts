/* eslint-disable @typescript-eslint/no-explicit-any -- functions that reach into the page */
// As it happened: what the panel, its neighbor and the annotation layer say while points come, and after.
import { backtest, createSeries } from '@heed/core';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { findChromium } from './chromium.js';
import {
  annotationLayer,
  eventsOf,
  hosts,
  panel,
  patient,
  polling,
  scenario,
  setRange,
  settled,
  started,
  useDemo,
  whys,
} from './demo.js';

const step = 5000;
const cell = 1440 * step;
/** Where a monitor's cell begins, on 1 June 2026. */
const origin = Math.floor(Date.UTC(2026, 5, 1, 12) / cell) * cell;
const at = (point: number) => origin + point * step;
const iso = (point: number) => new Date(at(point)).toISOString();

/** Points from two cells before the origin to 700 after it, with three faults after it. */
function given() {
  let state = 20260601;
  const random = () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0), state / 4294967296);
  const faults = [
    [300, 306],
    [420, 424],
    [560, 572],
  ] as const;
  const points = Array.from({ length: 2 * 1440 + 700 }, (_, i) => i - 2 * 1440);
  const noise = () => random() + random() + random() + random() - 2;
  return {
    name: 'latency',
    times: points.map(at),
    values: points.map((t) => {
      const fault = faults.some(([from, to]) => t >= from && t < to);
      return 100 + 8 * Math.sin(t / 45) + 3 * noise() + (fault ? 70 : 0);
    }),
  };
}

interface Seen {
  id: string;
  start: number;
  open: boolean;
}

/** Shows points one by one, as a dashboard that refreshes every 5 s does, and tells what each surface held after each. */
const replay = (page: Page, all: ReturnType<typeof given>, first: number, count: number) =>
  page.evaluate(
    async ([data, from, refreshes, origin, step]) => {
      const scene = (window as any).demo.scene;
      const find = (object: any, key: string): any => {
        let hit: unknown;
        object.forEachChild?.((child: any) => (hit ??= child.state.key === key ? child : find(child, key)));
        return hit;
      };
      const before = data.times.findIndex((time) => time >= origin);
      const out: { panel: Seen[]; layer: string[]; state: string }[] = [];
      for (let r = 0; r < refreshes; r++) {
        const last = before + from + r;
        (window as any).demoGiven = {
          name: data.name,
          times: data.times.slice(0, last + 1),
          values: data.values.slice(0, last + 1),
        };
        const end = origin + (from + r) * step;
        scene.state.$timeRange.onTimeRangeChange({
          raw: { from: new Date(end - 400 * step).toISOString(), to: new Date(end).toISOString() },
        });
        const state = () => find(scene, 'panel-1').state.$data.state.data;
        const scored = () => state()?.series.find((frame: any) => frame.meta?.custom?.heed?.state);
        const isNew = () => scored()?.fields[0].values.at(-1) === end && state().state === 'Done';
        const layer = () =>
          (state()?.annotations ?? []).find((frame: any) =>
            frame.fields?.some((field: any) => field.name === 'tags'),
          );
        for (let wait = 0; !isNew(); wait++) {
          if (wait > 3000) throw new Error(`refresh ${r} did not come`);
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        const { events, state: told } = scored().meta.custom.heed;
        const tags = layer()?.fields.find((field: any) => field.name === 'tags')?.values ?? [];
        out.push({
          panel: events.map(({ id, start, open }: Seen) => ({ id, start, open })),
          layer: tags.map((list: string[]) => list.find((tag) => tag.startsWith('incident ')) ?? ''),
          state: told.state,
        });
      }
      return out;
    },
    [all, first, count, origin, step] as const,
  );

type Told = Seen & { path: number[][] };

const incidents = async (page: Page, key = 1): Promise<Told[]> =>
  (await eventsOf<Told>(page, key)).map(({ id, start, open, path }) => ({ id, start, open, path }));

const live = { view: 'live', budget: '1/day', step: '5s' };
const data = given();
const handIn = `window.demoGiven = ${JSON.stringify(data)};`;

describe.skipIf(!findChromium()).each(hosts)('as it happened, on %s', patient, (host) => {
  const { dashboard } = useDemo({ host });

  it('opens every incident once in 200 refreshes, keeps its start, closes it once, with the ids of a backtest', async () => {
    const { page, problems } = await dashboard(
      [panel([scenario('given', {}, live)], { id: 1 })],
      {
        time: { from: iso(0), to: iso(399) },
        annotations: { list: [annotationLayer(scenario('given', {}, live))] },
      },
      { init: handIn },
    );
    await settled(page);
    const refreshes = await replay(page, data, 400, 200);
    const seen = new Map<string, { starts: Set<number>; turns: string }>();
    for (const { panel: events } of refreshes) {
      for (const [id, known] of seen)
        if (!events.some((event) => event.id === id)) known.turns += known.turns.endsWith(' ') ? '' : ' ';
      for (const { id, start, open } of events) {
        const known = seen.get(id) ?? { starts: new Set(), turns: '' };
        known.starts.add(start);
        const now = open ? 'o' : 'c';
        if (!known.turns.endsWith(now)) known.turns += now;
        seen.set(id, known);
      }
    }
    for (const { starts, turns } of seen.values()) {
      expect(starts.size).toBe(1);
      // Open and then closed, or closed before the first refresh; then, perhaps, out of view.
      expect(turns).toMatch(/^o?c ?$/);
    }
    const range = (from: number, to: number) =>
      createSeries({
        time: data.times.filter((time) => time >= at(from) && time <= at(to)),
        channels: [
          {
            name: data.name,
            unit: 'short',
            values: data.values.filter((_, i) => data.times[i]! >= at(from) && data.times[i]! <= at(to)),
          },
        ],
      });
    const expected = backtest(range(-1440, 599), { budget: '1/day', history: 1440 });
    expect([...seen.keys()].sort()).toEqual(expected.incidents.map(({ id }) => id).sort());
    expect(seen.size).toBe(3);
    // The layer asks by itself; it has told the same by the end.
    const layer = new Set(refreshes.flatMap((refresh) => refresh.layer));
    expect([...layer].sort()).toEqual([...seen.keys()].map((id) => `incident ${id}`).sort());
    expect(new Set(refreshes.map(({ state }) => state))).toEqual(
      new Set(['normal', 'anomalous', 'recovering']),
    );
    expect(problems).toEqual([]);
  });

  it('tells the same incidents on a neighbor, in a narrower range and after a reload', async () => {
    const { page } = await dashboard(
      [
        panel([scenario('given', {}, live)], { id: 1 }),
        panel([scenario('given', {}, { ...live, output: 'events' })], { id: 2, type: 'table' }),
      ],
      { time: { from: iso(200), to: iso(699) } },
      { init: handIn },
    );
    await settled(page);
    const before = await incidents(page);
    expect(before).toHaveLength(3);
    const table = await page.locator('[data-testid=rows]').innerText();
    for (const { id } of before) expect(table).toContain(id);
    await setRange(page, { from: iso(410), to: iso(480) });
    await expect.poll(async () => (await incidents(page)).length, polling).toBe(1);
    expect(await incidents(page)).toEqual([before[1]]);
    await page.reload();
    await started(page);
    await settled(page);
    expect(await incidents(page)).toEqual(before);
  });

  it('says how the series is, and shows hindsight to those who ask', async () => {
    const { page } = await dashboard(
      [panel([scenario('given', {}, live)], { id: 1 })],
      { time: { from: iso(200), to: iso(566) } },
      {
        init: `window.demoGiven = ${JSON.stringify({ ...data, times: data.times.slice(0, 2880 + 567), values: data.values.slice(0, 2880 + 567) })};`,
      },
    );
    await settled(page);
    expect(await page.locator('[data-testid=heed-state]').innerText()).toMatch(/^anomalous since 06-01/);
    await whys(page).first().click();
    expect(await page.locator('[data-testid=heed-told]').innerText()).toMatch(
      /Noticed at .* It is still open/,
    );
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'In hindsight' }).click();
    await settled(page);
    expect(await page.locator('[data-testid=heed-state]').count()).toBe(0);
    await whys(page).first().click();
    await page.locator('[data-testid=heed-why]').waitFor();
    expect(await page.locator('[data-testid=heed-told]').count()).toBe(0);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'As it happened' }).click();
    await page.locator('[data-testid=heed-state]').waitFor();
  });
});
