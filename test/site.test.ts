// The documentation site: built once, every link followed, every page opened, everything that runs in a page used.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, posix, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, launchChromium } from './browser/chromium.js';
import { runsSlow } from './setup/slow.js';
import { root } from './cli/command.js';

/** Served below a path, as GitHub serves the pages of a project: a link that forgets it is dead. */
const base = '/heed/';
const out = join(root, 'node_modules/.heed/site');
const minutes = 60_000;
/** What the build said. `HEED_SITE_BUILT=1` looks at the last build again, for work on the tests themselves. */
let said = '';

beforeAll(async () => {
  if (process.env.HEED_SITE_BUILT) return;
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const env = { ...process.env, HEED_SITE_BASE: base, HEED_SITE_OUT: out, NODE_ENV: 'production' };
  await new Promise<void>((done, fail) => {
    const child = spawn(process.execPath, [join(root, 'docs/site/build.mjs')], {
      cwd: join(root, 'docs'),
      env,
    });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
    child.on('error', fail);
    child.on('exit', (code) => (code === 0 ? done() : fail(new Error(`the site was not built:\n${said}`))));
  });
}, 10 * minutes);

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}
const addressOf = (file: string) => relative(out, file).split(sep).join('/');

/** File that an address below `base` is served from. */
function fileAt(address: string): string | undefined {
  const path = join(out, decodeURIComponent(address));
  if (existsSync(path) && statSync(path).isFile()) return path;
  const index = join(path, 'index.html');
  return existsSync(index) ? index : undefined;
}

describe('the site', () => {
  it.skipIf(process.env.HEED_SITE_BUILT)(
    'tells how long it took and what the pages load for their workers: at most 205 KB',
    () => {
      expect(said).toMatch(/\d+ pages in \d+ s/);
      process.stderr.write(said.slice(said.indexOf('worker ')));
      const sizes = [...said.matchAll(/worker (\w+): (\d+) KB/g)];
      expect(sizes.map(([, name]) => name).sort()).toEqual([
        'adjustment',
        'attention',
        'budget',
        'memory',
        'try',
      ]);
      for (const [, name, size] of sizes) expect(Number(size), name).toBeLessThanOrEqual(205);
    },
  );

  it('has no dead link, in the pages, the notebooks and the API', () => {
    const dead = new Set<string>();
    const anchors = new Map<string, string>();
    const textOf = (file: string) => {
      if (!anchors.has(file)) anchors.set(file, readFileSync(file, 'utf8'));
      return anchors.get(file)!;
    };
    const pages = filesIn(out).filter((file) => file.endsWith('.html'));
    let links = 0;
    for (const file of pages) {
      const here = addressOf(file);
      for (const [, link] of textOf(file).matchAll(/\s(?:href|src)="([^"]*)"/g)) {
        const url = link!.replaceAll('&amp;', '&');
        if (/^(https?:|mailto:|data:|javascript:)/.test(url) || url === '') continue;
        links++;
        const [path, anchor] = url.split('#');
        const full =
          path === '' ? here : path!.startsWith('/') ? path! : posix.join(posix.dirname(here), path!);
        if (full.startsWith('/') && !full.startsWith(base)) {
          dead.add(`${here}: ${url} forgets ${base}`);
          continue;
        }
        const target = fileAt(full.startsWith(base) ? full.slice(base.length) : full.replace(/\?.*$/, ''));
        if (!target) dead.add(`${here}: ${url}`);
        else if (anchor && target.endsWith('.html') && !here.startsWith('api/')) {
          const id = decodeURIComponent(anchor);
          if (!textOf(target).includes(`id="${id}"`)) dead.add(`${here}: ${url} names no heading`);
        }
      }
    }
    expect(links).toBeGreaterThan(5000);
    expect([...dead]).toEqual([]);
  });

  it('shows every notebook with its figures', () => {
    const notebooks = readdirSync(join(root, 'notebooks')).filter((name) => name.endsWith('.ipynb'));
    expect(notebooks.length).toBeGreaterThanOrEqual(18);
    for (const name of notebooks) {
      const { cells } = JSON.parse(readFileSync(join(root, 'notebooks', name), 'utf8')) as {
        cells: { outputs?: { data?: Record<string, unknown> }[] }[];
      };
      const figures = cells
        .flatMap(({ outputs }) => outputs ?? [])
        .filter(({ data }) => data?.['image/svg+xml'] ?? data?.['image/png']).length;
      const html = readFileSync(join(out, 'notebooks', name.replace('.ipynb', '.html')), 'utf8');
      const shown = [...html.matchAll(/<img[^>]+src="([^"]*\/figures\/[^"]+)"/g)].map(([, src]) => src!);
      expect(shown.length, name).toBe(figures);
      for (const src of shown) expect(fileAt(src.slice(base.length)), `${name}: ${src}`).toBeDefined();
    }
  });
});

describe('the Chinese pages', () => {
  const pages = filesIn(join(root, 'docs/zh')).filter((file) => file.endsWith('.md'));
  const front = (file: string, name: string) =>
    new RegExp(`^${name}: (.+)$`, 'm').exec(
      /^---\n([\s\S]*?)\n---/.exec(readFileSync(file, 'utf8'))?.[1] ?? '',
    )?.[1];

  it('cover the first page, the guide and what runs in a page', () => {
    const english = [
      'index.md',
      'try.md',
      ...['guide', 'explorables'].flatMap((folder) =>
        readdirSync(join(root, 'docs', folder)).map((name) => `${folder}/${name}`),
      ),
    ];
    expect(pages.map((file) => relative(join(root, 'docs/zh'), file).split(sep).join('/')).sort()).toEqual(
      english.sort(),
    );
  });

  it.each(pages.map((file) => [relative(root, file).split(sep).join('/'), file] as const))(
    '%s translates its source as it is now',
    (_, file) => {
      const source = front(file, 'source');
      const sum = createHash('sha256')
        .update(readFileSync(join(root, 'docs', source!)))
        .digest('hex')
        .slice(0, 16);
      expect(
        front(file, 'sourceHash'),
        `docs/${source} has changed: bring the translation up to date, then: npm run translated -w @heed/docs -- docs/zh/${source}`,
      ).toBe(sum);
    },
  );
});

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
};

describe.skipIf(!findChromium())('in a browser', () => {
  let server: Server;
  let browser: Browser;
  let origin: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const path = new URL(request.url ?? '/', 'http://localhost').pathname;
      const file = path.startsWith(base) ? fileAt(path.slice(base.length)) : undefined;
      response.statusCode = file ? 200 : 404;
      response.setHeader('content-type', types[extname(file ?? '')] ?? 'application/octet-stream');
      response.end(file ? readFileSync(file) : 'not here');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  /** A page with everything that a reader should never see, and every request that left it. */
  async function open(address: string, width = 1440) {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    page.setDefaultTimeout(60_000);
    const problems: string[] = [];
    const requests: string[] = [];
    page.on('pageerror', (error) => problems.push(`${page.url()}: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning')
        problems.push(`${page.url()}: ${message.text()}`);
    });
    page.on('request', (request) => requests.push(`${request.method()} ${request.url()}`));
    page.on('response', (response) => {
      if (response.status() >= 400) problems.push(`${page.url()}: ${response.status()} ${response.url()}`);
    });
    await page.goto(origin + base + address, { waitUntil: 'load' });
    return { page, problems, requests };
  }

  it('opens pages of both languages without an error', async () => {
    const pages = filesIn(out)
      .map(addressOf)
      .filter(
        (address) => address.endsWith('.html') && !address.startsWith('api/') && address !== '404.html',
      );
    expect(pages.length).toBeGreaterThan(50);
    expect(pages).toContain('zh/index.html');
    // Each kind of page by some of them; all of them every night.
    const chosen = pages.filter((address, i) => runsSlow || i % 12 === 0 || address.endsWith('index.html'));
    // One window for all: a new one takes longer than a page.
    const { page, problems } = await open(pages[0]!);
    for (const address of chosen) {
      await page.goto(`${origin}${base}${address}`, { waitUntil: 'load' });
      // Vue has taken the page over.
      await page.waitForFunction(() => '__vue_app__' in document.querySelector('#app')!);
      if ((await page.locator('h1').count()) === 0) problems.push(`${address} has no heading`);
    }
    await page.goto(`${origin}${base}api/index.html`, { waitUntil: 'load' });
    await page.close();
    expect(problems).toEqual([]);
  });

  it.each([
    ['', 'Search', 'point adjustment', /Point adjustment/],
    ['zh/', '搜索', '告警预算', /告警预算/],
  ])('finds pages in the search of /%s', async (address, button, words, found) => {
    const { page, problems } = await open(address);
    await page.getByRole('button', { name: button }).first().click();
    await page.locator('.VPLocalSearchBox input').fill(words);
    await page.locator('.VPLocalSearchBox .result').first().waitFor();
    expect(await page.locator('.VPLocalSearchBox .result').first().innerText()).toMatch(found);
    expect(problems).toEqual([]);
    await page.close();
  });

  const ready = (page: Page, id: string) => page.locator(`[data-testid=${id}][data-ready=true]`).waitFor();
  const finding = (page: Page, id: string) => page.locator(`[data-testid=${id}] .heed-finding`).innerText();
  /** Changes a control by the keyboard alone, and waits for the answer. */
  async function press(page: Page, id: string, control: string, keys: readonly string[]) {
    await page.locator(`[data-testid=${id}]`).getByLabel(control).focus();
    for (const key of keys) await page.keyboard.press(key);
    await page.waitForTimeout(50);
    await ready(page, id);
  }

  it.each([
    ['', { exclude: 'No day may look at itself', temperature: 'Temperature', heads: 'Heads' }],
    ['zh/', { exclude: '任何一天都不能关注自己', temperature: '温度', heads: '头数' }],
  ])('teaches attention, in /%s', async (language, names) => {
    const { page, problems } = await open(`${language}explorables/attention.html`);
    const id = 'explore-attention';
    await ready(page, id);
    const before = await finding(page, id);
    await press(page, id, names.exclude, ['Space']);
    // The odd day can no longer be rebuilt from itself.
    const after = await finding(page, id);
    expect(after).not.toBe(before);
    expect(after).toMatch(/day 6,|第 6 天，/);
    expect(after).toMatch(/ 0%/);
    await press(page, id, names.temperature, ['End']);
    expect(await finding(page, id)).not.toBe(after);
    await press(page, id, names.heads, ['End']);
    expect(await page.locator(`[data-testid=${id}] .heed-row svg`).count()).toBe(4);
    expect(problems).toEqual([]);
    await page.close();
  });

  it('teaches the memory of windows', async () => {
    const { page, problems } = await open('explorables/window-memory.html');
    const id = 'explore-memory';
    await ready(page, id);
    const contrast = async () => Number(/is ([\d.]+) times/.exec(await finding(page, id))![1]);
    const good = await contrast();
    expect(good).toBeGreaterThan(1.5);
    await press(page, id, 'Window (points)', ['Home']);
    expect(await contrast()).toBeLessThan(good);
    await press(page, id, 'Keys per window', ['Home']);
    expect(await page.locator(`[data-testid=${id}] svg`).count()).toBe(2);
    expect(problems).toEqual([]);
    await page.close();
  });

  it('teaches point adjustment', async () => {
    const { page, problems } = await open('explorables/point-adjustment.html');
    const id = 'explore-adjustment';
    await ready(page, id);
    const adjusted = async () => Number(/F1 of ([\d.]+)\./.exec(await finding(page, id))![1]);
    await press(page, id, 'Points per anomaly', ['End']);
    expect(await adjusted()).toBeGreaterThan(0.85);
    await press(page, id, 'Points per anomaly', ['Home']);
    expect(await adjusted()).toBeLessThan(0.5);
    expect(problems).toEqual([]);
    await page.close();
  });

  it('teaches the alert budget', async () => {
    const { page, problems } = await open('explorables/alert-budget.html');
    const id = 'explore-budget';
    await ready(page, id);
    expect(await finding(page, id)).toMatch(/The fault is found/);
    const said = async () =>
      (await finding(page, id)).match(/^(\d+) page.* after (\d+) min; (\d+) false/)!.map(Number);
    await press(page, id, 'Alert budget', ['Home']);
    const [, fewest, late] = await said();
    await press(page, id, 'Alert budget', ['End']);
    const [, most, early] = await said();
    expect(most).toBeGreaterThan(fewest!);
    expect(early).toBeLessThan(late!);
    await page.locator(`[data-testid=${id}] select`).selectOption('season');
    await page.waitForTimeout(50);
    await ready(page, id);
    expect(await finding(page, id)).toMatch(/every page is false/);
    expect(problems).toEqual([]);
    await page.close();
  });

  it.each([
    ['', { example: 'Use the example', why: 'Why', run: 'Run the backtest' }],
    ['zh/', { example: '使用示例', why: '为什么', run: '运行回测' }],
  ])('lets one try it, in /%s', async (language, names) => {
    const { page, problems, requests } = await open(`${language}try.html`);
    await page.getByRole('button', { name: names.example }).click();
    await ready(page, 'try-it');
    const events = page.locator('[data-testid=try-events] > li');
    expect(await events.count()).toBeGreaterThanOrEqual(5);
    expect(await events.first().innerText()).toMatch(/above the expected|below the expected/);
    await events.first().getByRole('button', { name: names.why }).click();
    await events.first().locator('svg').nth(1).waitFor();
    await page.getByRole('button', { name: names.run }).click();
    await page.locator('[data-testid=try-backtest] tbody tr').nth(2).waitFor();
    expect(await page.locator('[data-testid=try-backtest] .heed-figure svg').count()).toBe(1);
    // Nothing but the files of the site was asked for, and nothing was sent.
    for (const request of requests)
      expect(request).toMatch(new RegExp(`^GET (${origin}${base}|blob:|data:)`));
    expect(problems).toEqual([]);
    await page.close();
  });

  it('reads files of the reader: a table, a packed one, JSON; and says what is wrong with one', async () => {
    const { page, problems } = await open('try.html');
    const rows = Array.from({ length: 400 }, (_, t) => {
      const value = 50 + 10 * Math.sin((2 * Math.PI * t) / 24) + (t > 300 && t < 310 ? 60 : 0) + (t % 7) / 10;
      return { time: new Date(Date.UTC(2026, 0, 1) + t * 60_000).toISOString(), load: value };
    });
    const csv = ['time,load', ...rows.map(({ time, load }) => `${time},${load}`)].join('\n');
    const chooser = page.locator('[data-testid=try-it] input[type=file]');
    for (const [name, buffer] of [
      ['load.csv', Buffer.from(csv)],
      ['load.csv.gz', gzipSync(csv)],
      ['load.json', Buffer.from(JSON.stringify(rows))],
    ] as const) {
      await chooser.setInputFiles({ name, mimeType: 'application/octet-stream', buffer });
      await page.getByText(`${name}: 400 points`).waitFor();
      await ready(page, 'try-it');
      expect(await page.locator('[data-testid=try-events] > li').count(), name).toBeGreaterThanOrEqual(1);
    }
    const broken = Buffer.from('time,a\n2026-01-01T00:00:00Z,x\n');
    await chooser.setInputFiles({ name: 'broken.csv', mimeType: 'text/csv', buffer: broken });
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.innerText()).toMatch(/broken\.csv/);
    expect(problems).toEqual([]);
    await page.close();
  });

  it('fits a phone: no page is wider than the screen', async () => {
    const wide: string[] = [];
    const shots = process.env.HEED_SCREENSHOTS;
    if (shots) mkdirSync(shots, { recursive: true });
    const { page } = await open('', 390);
    for (const address of [
      '',
      'zh/',
      'try.html',
      'explorables/attention.html',
      'notebooks/02-attention-from-scratch.html',
      'accuracy.html',
    ]) {
      await page.goto(`${origin}${base}${address}`, { waitUntil: 'load' });
      if (address.startsWith('explorables/')) await ready(page, 'explore-attention');
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > 390) wide.push(`${address}: ${width}`);
      if (shots)
        await page.screenshot({ path: join(shots, `${address.replaceAll('/', '-') || 'index'}-390.png`) });
    }
    await page.close();
    expect(wide).toEqual([]);
  });
});
