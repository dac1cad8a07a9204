/* eslint-disable @typescript-eslint/no-explicit-any -- functions that reach into the page */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { runsSlow } from '../setup/slow.js';
import { launchChromium } from './chromium.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

interface DemoModules {
  startDemo(options: Record<string, unknown>): Promise<{ url: string; close(): Promise<void> }>;
  buildDemo(options: Record<string, unknown>): Promise<string>;
}

/** The demo's own modules are plain JavaScript without types. */
async function demoModule(name: 'server' | 'build'): Promise<DemoModules> {
  return (await import(join(root, `grafana-plugin/demo/${name}.mjs`))) as DemoModules;
}

/** Host pages the tests run on: Grafana 13 with React 19, and Grafana 12 with React 18. */
export type HostName = 'grafana-13' | 'grafana-12';

/** On Grafana 12 every change is tried in outline (panel, suggestions), and all of it every night. */
export const hosts: readonly HostName[] = runsSlow ? ['grafana-13', 'grafana-12'] : ['grafana-13'];

/** Grafana 12's host page is built once for what it is made of; several test files may want it at once. */
async function hostFolder(host: HostName): Promise<string> {
  if (host === 'grafana-13') return join(root, 'grafana-plugin/demo/dist');
  const grafana = join(root, 'test/browser/grafana-12');
  if (!existsSync(join(grafana, 'node_modules/@grafana/ui'))) {
    throw new Error('the libraries of Grafana 12 are not installed; run npm ci');
  }
  const built = join(root, `node_modules/.heed/demo-grafana-12-${fingerprint('grafana-plugin/demo')}`);
  if (existsSync(built)) return built;
  const { buildDemo } = await demoModule('build');
  mkdirSync(dirname(built), { recursive: true });
  const out = await buildDemo({ grafana, out: mkdtempSync(`${built}-`) });
  try {
    renameSync(out, built);
  } catch {
    // Another test file was faster; its page is the same.
    rmSync(out, { recursive: true, force: true });
  }
  return built;
}

/** Of the host page's own files and of the versions around it. */
function fingerprint(folder: string): string {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  const visit = (path: string) => {
    for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const full = join(path, entry.name);
      if (entry.name === 'dist') continue;
      if (entry.isDirectory()) visit(full);
      else hash.update(entry.name).update(readFileSync(full));
    }
  };
  visit(join(root, folder));
  return hash.digest('hex').slice(0, 16);
}

export interface RunningDemo {
  readonly url: string;
  close(): Promise<void>;
}

export async function runDemo(
  options: { host?: HostName; policy?: string; prometheus?: string } = {},
): Promise<RunningDemo> {
  const { host = 'grafana-13', ...rest } = options;
  const { startDemo } = await demoModule('server');
  return startDemo({ port: 0, quiet: true, host: await hostFolder(host), ...rest });
}

export interface DemoPage {
  readonly page: Page;
  /** Messages of the console and exceptions that a reader should never see. */
  readonly problems: string[];
}

/** Problems that are the host's, not the plugin's: what npm does not carry. */
const known = /Failed to load resource|fonts\/|Download the React DevTools|react-i18next/;

/** The moment at which the demo's clock stands in tests: what is drawn must not depend on when they run. */
export const now = Date.UTC(2026, 5, 1, 12);

/** A time range of a dashboard, ms before that moment. */
export const rangeBefore = (from: number, to = 0) => ({
  from: new Date(now - from).toISOString(),
  to: new Date(now - to).toISOString(),
});

export interface OpenOptions {
  readonly context?: BrowserContextOptions;
  /** Shown at /d/test; half an hour up to the moment at which the clock stands unless it names another range. */
  readonly dashboard?: object;
  /** Script that runs before the page's own. */
  readonly init?: string;
  /** With the real clock, for what streams. */
  readonly live?: boolean;
}

/** Opens a page of the demo and waits until it has started. */
export async function openDemo(
  browser: Browser,
  demo: RunningDemo,
  path: string,
  options: OpenOptions = {},
): Promise<DemoPage> {
  const context = await browser.newContext({
    viewport: { width: 1360, height: 900 },
    timezoneId: 'UTC',
    ...options.context,
  });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !known.test(message.text())) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(`exception: ${error.message}`));
  if (options.dashboard) {
    const json = JSON.stringify({
      uid: 'test',
      title: 'Test',
      panels: [],
      time: options.live ? { from: 'now-30m', to: 'now' } : rangeBefore(30 * 60_000),
      ...options.dashboard,
    });
    await page.addInitScript(`sessionStorage.setItem('demo.dashboard.test', ${JSON.stringify(json)})`);
  }
  if (options.init) await page.addInitScript(options.init);
  const address = new URL(path, demo.url);
  if (options.dashboard && !options.live) address.searchParams.set('now', String(now));
  await page.goto(address.href);
  await started(page);
  return { page, problems };
}

/** Waits until the host page has started, as after a reload. */
export async function started(page: Page): Promise<void> {
  await page.waitForFunction(() => (window as { demo?: { ready: boolean } }).demo?.ready, undefined, {
    timeout: 90_000,
  });
}

/** Browser and demo of one test file; pages are closed after each test, whatever came of it. */
export function useDemo(options: Parameters<typeof runDemo>[0] = {}) {
  let browser: Browser;
  let demo: RunningDemo;
  beforeAll(async () => {
    [browser, demo] = await Promise.all([launchChromium(), runDemo(options)]);
  }, 240_000);
  afterEach(async () => {
    await Promise.all((browser?.contexts() ?? []).map((context) => context.close()));
  });
  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });
  const open = (path: string, rest: OpenOptions = {}) => openDemo(browser, demo, path, rest);
  return {
    open,
    /** A dashboard of these panels. */
    dashboard: (panels: object[], extra: object = {}, rest: OpenOptions = {}) =>
      open('/d/test', { ...rest, dashboard: { panels, ...extra } }),
    /** A dashboard on another demo, in the same browser. */
    dashboardOn: (other: RunningDemo, panels: object[]) =>
      openDemo(browser, other, '/d/test', { dashboard: { panels } }),
  };
}

/** Limits for a machine that is slow and busy with other tests. */
export const patient = { timeout: 180_000 };
export const polling = { timeout: 60_000, interval: 100 };

const heed = { type: 'heed-anomaly-datasource', uid: 'heed' };

/** A query of the Heed data source over one of the demo's sources. */
export function heedQuery(source: 'scenario' | 'incident', inner: object, extra: object = {}) {
  return {
    refId: 'A',
    datasource: heed,
    source: { type: source, uid: source },
    inner: { refId: 'A', ...inner },
    detector: 'auto',
    lookback: 'auto',
    step: 'auto',
    ...extra,
  };
}

let panelId = 0;

/** A panel of a test's dashboard, full width unless told. */
export function panel(targets: object[], extra: Record<string, unknown> = {}) {
  panelId++;
  return {
    id: panelId,
    type: 'heed-anomaly-panel',
    title: `panel ${panelId}`,
    gridPos: { x: 0, y: panelId * 12, w: 24, h: 12 },
    datasource: heed,
    targets,
    ...extra,
    options: {
      legend: { showLegend: true, displayMode: 'list', placement: 'bottom', calcs: [] },
      tooltip: { mode: 'multi', sort: 'none' },
      ...(extra.options as object | undefined),
    },
  };
}

export interface Totals {
  scorings: number;
  hits: number;
  points: number;
  failed: number;
  cancelled: number;
}

/** What the page has scored, and where. */
export async function scoringState(
  page: Page,
): Promise<{ totals: Totals; mode: string; deaths: number; idle: boolean; lastPoints: number }> {
  return page.evaluate(() => {
    const service = (globalThis as Record<symbol, any>)[Symbol.for('heed.scoring-service/0.1.0')];
    return {
      totals: service.activity.totals,
      mode: service.where,
      deaths: service.pool.deaths,
      idle: service.pool.running === 0 && service.pool.waiting === 0,
      lastPoints: service.activity.entries[0]?.scoredPoints ?? 0,
    };
  });
}

/** Waits until every panel of ours has drawn and nothing is being scored. */
export async function settled(page: Page): Promise<void> {
  await page.waitForSelector('[data-testid=heed-panel] canvas', { timeout: 90_000 });
  await page.waitForFunction(
    () => {
      const service = (globalThis as Record<symbol, any>)[Symbol.for('heed.scoring-service/0.1.0')];
      const panels = [...document.querySelectorAll('[data-testid=heed-panel]')];
      const quiet =
        !(window as any).demo.mounting &&
        service &&
        service.pool.running === 0 &&
        service.pool.waiting === 0 &&
        panels.every((p) => p.getAttribute('data-busy') === 'false');
      // Quiet between two steps is no rest: a picture may be about to ask for more.
      const state = window as { quietSince?: number };
      state.quietSince = quiet ? (state.quietSince ?? performance.now()) : undefined;
      return quiet && performance.now() - state.quietSince! > 300;
    },
    undefined,
    { timeout: 120_000, polling: 100 },
  );
}

/** The buttons of the event list. */
export const whys = (page: Page) => page.locator('[data-testid=heed-event-list] button');

/** A query of the Heed data source over generated series. */
export const scenario = (name: string, extra: object = {}, query: object = {}) =>
  heedQuery('scenario', { scenario: name, ...extra }, query);

/** The same series without the Heed data source: a target and its source. */
export const plainScenario = (name: string, extra: object = {}) => ({
  targets: [{ refId: 'A', scenario: name, ...extra }],
  datasource: { type: 'scenario', uid: 'scenario' },
});

/** An annotation layer of the dashboard. */
export const annotationLayer = (target: object, extra: object = {}) => ({
  name: 'layer',
  enable: true,
  iconColor: 'orange',
  datasource: heed,
  target: { ...target, refId: 'Anno' },
  ...extra,
});

export interface SeenEvent {
  readonly start: number;
  readonly end: number;
  readonly severity: number;
}

/** Events in the frames that a panel holds, epoch ms; `Event` says which of their fields are read. */
export const eventsOf = <Event = SeenEvent>(page: Page, key = 1): Promise<Event[]> =>
  page.evaluate((id) => {
    const find = (object: any): any => {
      let hit: unknown;
      object.forEachChild?.(
        (child: any) => (hit ??= child.state.key === `panel-${id}` ? child : find(child)),
      );
      return hit;
    };
    const { series } = find((window as any).demo.scene).state.$data.state.data;
    return series.flatMap((frame: any) => frame.meta?.custom?.heed?.events ?? []);
  }, key);

/** Moves the time range of the dashboard. */
export const setRange = (page: Page, raw: { from: string; to: string }) =>
  page.evaluate((wanted) => {
    (window as any).demo.scene.state.$timeRange.onTimeRangeChange({ raw: wanted });
  }, raw);

/** Start and end of the dashboard's time range, epoch ms. */
export const shownRange = (page: Page): Promise<[number, number]> =>
  page.evaluate(() => {
    const { from, to } = (window as any).demo.scene.state.$timeRange.state.value;
    return [from.valueOf(), to.valueOf()];
  });

/** What another scoring of the page will have counted up. */
export const scoringsAfter = (page: Page, count: number) =>
  page.waitForFunction(
    (n) =>
      (globalThis as Record<symbol, any>)[Symbol.for('heed.scoring-service/0.1.0')].activity.totals.scorings >
      n,
    count,
    { timeout: polling.timeout },
  );
