/* eslint-disable @typescript-eslint/no-explicit-any -- functions that reach into the page */
import { existsSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

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

async function hostFolder(host: HostName): Promise<string> {
  if (host === 'grafana-13') return join(root, 'grafana-plugin/demo/dist');
  const grafana = join(root, 'test/browser/grafana-12');
  if (!existsSync(join(grafana, 'node_modules/@grafana/ui'))) {
    throw new Error('the libraries of Grafana 12 are not installed; run npm ci');
  }
  const out = join(root, 'node_modules/.heed/demo-grafana-12');
  rmSync(out, { recursive: true, force: true });
  const { buildDemo } = await demoModule('build');
  return buildDemo({ grafana, out });
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

/** Opens a page of the demo and waits until it has started. */
export async function openDemo(
  browser: Browser,
  demo: RunningDemo,
  path: string,
  options: { context?: BrowserContextOptions; dashboard?: unknown; init?: string } = {},
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
      time: { from: 'now-30m', to: 'now' },
      ...(options.dashboard as object),
    });
    await page.addInitScript(`sessionStorage.setItem('demo.dashboard.test', ${JSON.stringify(json)})`);
  }
  if (options.init) await page.addInitScript(options.init);
  await page.goto(new URL(path, demo.url).href);
  await page.waitForFunction(() => (window as { demo?: { ready: boolean } }).demo?.ready, undefined, {
    timeout: 60_000,
  });
  return { page, problems };
}

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
      mode: service.pool.mode,
      deaths: service.pool.deaths,
      idle: service.pool.running === 0 && service.pool.waiting === 0,
      lastPoints: service.activity.entries[0]?.scoredPoints ?? 0,
    };
  });
}

/** Waits until the panel has drawn and nothing is being scored. */
export async function settled(page: Page): Promise<void> {
  await page.waitForSelector('[data-testid=heed-panel] canvas', { timeout: 60_000 });
  await page.waitForFunction(
    () => {
      const service = (globalThis as Record<symbol, any>)[Symbol.for('heed.scoring-service/0.1.0')];
      const panels = [...document.querySelectorAll('[data-testid=heed-panel]')];
      return (
        service &&
        service.pool.running === 0 &&
        service.pool.waiting === 0 &&
        panels.every((p) => p.getAttribute('data-busy') === 'false')
      );
    },
    undefined,
    { timeout: 90_000, polling: 100 },
  );
  await page.waitForTimeout(300);
}
