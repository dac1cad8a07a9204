/* global document -- inside the page */
// Times the default detector in Chromium's Web Workers, and counts the main-thread tasks over 50 ms meanwhile:
//   npm run bench:browser -w grafana-plugin [-- --json --out FILE --rounds N --case NAME,...]
import { existsSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { benchSeries } from '../../core/dist/esm/cli/bench/detection.js';
import { startDemo } from '../demo/server.mjs';
import { categories, mainThreadTasks, markFirstScoring } from './tasks.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const points = 1000;
/** ms; longer tasks hold up a page so that a person notices. */
const longest = 50;
const cores = cpus().length;

/** The cases in the order of the table. */
const cases = {};
for (const count of [1, 10, 50, 100, 500]) {
  for (const workers of cores > 1 && count > 1 ? [1, cores] : [1]) {
    const name = `auto-${count}x1000${workers > 1 ? `-${workers}-workers` : ''}`;
    cases[name] = {
      summary: `${count} series of 1,000 points in ${workers === 1 ? 'one Web Worker' : `${workers} Web Workers`}`,
      run: (tools) => autoCase(tools, name, count, workers),
    };
  }
}
cases['dashboard-500'] = {
  summary:
    'the demo’s dashboard of 500 hosts, built plugin and host page included, first scoring to last drawing',
  run: dashboardCase,
};

/** Core's pool on a bare page. */
async function autoCase({ browser, bare, rounds }, name, count, workers) {
  const page = await browser.newPage();
  try {
    await page.goto(bare);
    await page.waitForFunction(() => globalThis.benchReady);
    const measure = (options) =>
      page.evaluate((o) => globalThis.benchAuto(o), { count, points, workers, ...options });
    const times = await measure({
      rounds: count > 50 ? Math.min(5, rounds) : rounds,
      warm: count > 50 ? 1 : 5,
    });
    // Tracing costs time, so tasks are counted in a round of their own.
    await browser.startTracing(page, { categories });
    await measure({ rounds: 1, warm: 1 });
    const counted = mainThreadTasks(await browser.stopTracing(), 'bench-start', 'bench-end', longest);
    return { case: name, implementation: 'heed', ...summary(times), ...tasksOf(counted) };
  } finally {
    await page.close();
  }
}

async function dashboardCase({ browser, demo, rounds }) {
  const times = [];
  const task = [];
  for (let round = 0; round < Math.min(3, rounds); round++) {
    const page = await browser.newPage({ viewport: { width: 1360, height: 900 } });
    try {
      await page.addInitScript(markFirstScoring);
      await browser.startTracing(page, { categories });
      await page.goto(new URL('/d/fleet', demo.url).href);
      await page.waitForFunction(
        () => {
          const service = globalThis[Symbol.for('heed.scoring-service/0.1.0')];
          const panel = document.querySelector('[data-testid=heed-panel]');
          if (!(service?.activity.totals.scorings >= 500) || panel?.getAttribute('data-busy') !== 'false')
            return false;
          performance.mark('bench-end');
          // Two looks apart, so that the last drawing is inside.
          return (globalThis.benchLooks = (globalThis.benchLooks ?? 0) + 1) > 4;
        },
        undefined,
        { timeout: 300_000, polling: 250 },
      );
      const counted = mainThreadTasks(await browser.stopTracing(), 'bench-start', 'bench-end', longest);
      times.push(counted.seconds * 1000);
      task.push(tasksOf(counted));
    } finally {
      await page.close();
    }
  }
  // The round with the fewest: a task that is the page's own is there in every round.
  const best = task.sort((a, b) => a.tasks_over_50_ms - b.tasks_over_50_ms)[0];
  return { case: 'dashboard-500', implementation: 'heed', ...summary(times), ...best };
}

function summary(times) {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share) => {
    const place = share * (sorted.length - 1);
    const low = Math.floor(place);
    return sorted[low] + (place - low) * (sorted[Math.ceil(place)] - sorted[low]);
  };
  return { median_ms: at(0.5), p10_ms: at(0.1), p90_ms: at(0.9), rounds: times.length };
}

/** By processor time: on a machine that does other work a task also waits, and the page cannot help that. */
function tasksOf({ total, tasks, longestCpu, longestWall }) {
  const long = tasks.filter(({ cpu }) => cpu > longest);
  return {
    tasks: total,
    tasks_over_50_ms: long.length,
    tasks_over_50_ms_by_the_clock: tasks.length,
    longest_task_ms: longestCpu,
    longest_task_ms_by_the_clock: longestWall,
    long_tasks: long.map(({ at, wall, cpu, heed, blame }) => ({
      at,
      wall,
      cpu,
      heed,
      blame: blame.slice(0, 3),
    })),
  };
}

function findChromium() {
  const places = [
    process.env.CHROMIUM_PATH,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    chromium.executablePath(),
  ];
  const found = places.find((place) => place && existsSync(place));
  if (!found)
    throw new Error(
      'no Chromium was found. Install it (Debian: apt-get install chromium) or set CHROMIUM_PATH.',
    );
  return found;
}

/** A bare page with core, and the series that the command line's benchmark uses. */
async function serveBare() {
  const { outputFiles } = await build({
    entryPoints: [join(here, 'page.js'), join(here, 'worker.js')],
    bundle: true,
    splitting: true,
    format: 'esm',
    write: false,
    outdir: '/',
    target: 'es2022',
    minify: true,
    define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
    logLevel: 'error',
  });
  const files = new Map(outputFiles.map(({ path, contents }) => [path.replace(/^.*[\\/]/, '/'), contents]));
  const server = http.createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://bench');
    if (pathname === '/series') {
      const count = Number(searchParams.get('count'));
      const length = Number(searchParams.get('points'));
      const all = new Float64Array(count * length);
      for (let i = 0; i < count; i++) all.set(benchSeries(length, i).channels[0].values, i * length);
      return response.end(Buffer.from(all.buffer));
    }
    const file = files.get(pathname);
    response.setHeader('content-type', file ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(
      file ?? '<!doctype html><title>heed bench</title><script type="module" src="/page.js"></script>',
    );
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

function table(results) {
  const ms = (value) => (value >= 1000 ? `${(value / 1000).toPrecision(3)} s` : `${value.toPrecision(3)} ms`);
  const head = ['case', 'median', '10–90 %', 'rounds', 'tasks > 50 ms', 'longest', 'by the clock'];
  const rows = results.map((r) => [
    r.case,
    ms(r.median_ms),
    `${ms(r.p10_ms)}–${ms(r.p90_ms)}`,
    String(r.rounds),
    `${r.tasks_over_50_ms} of ${r.tasks}`,
    ms(r.longest_task_ms),
    `${r.tasks_over_50_ms_by_the_clock}, ${ms(r.longest_task_ms_by_the_clock)}`,
  ]);
  const widths = head.map((name, c) => Math.max(name.length, ...rows.map((row) => row[c].length)));
  const line = (row) =>
    row.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join('  ');
  const blamed = results.flatMap((r) =>
    r.long_tasks.map(
      (t) =>
        `${r.case}: ${t.cpu.toFixed(0)} ms at ${(t.at / 1000).toFixed(1)} s, ${t.heed.toFixed(0)} ms of it in Heed’s scripts; most in ${t.blame[0]?.what ?? 'the browser itself'}`,
    ),
  );
  return [line(head), ...rows.map(line), ...blamed].join('\n');
}

async function main() {
  const { values } = parseArgs({
    options: {
      case: { type: 'string' },
      rounds: { type: 'string', default: '11' },
      json: { type: 'boolean', default: false },
      out: { type: 'string' },
    },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number from 1.');
  const names = values.case?.split(',') ?? Object.keys(cases);
  const unknown = names.find((name) => !(name in cases));
  if (unknown) throw new Error(`there is no case "${unknown}". Cases: ${Object.keys(cases).join(', ')}.`);
  const executablePath = findChromium();
  const [bare, demo] = await Promise.all([serveBare(), startDemo({ port: 0, quiet: true })]);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  const results = [];
  try {
    for (const name of names) {
      process.stderr.write(`${name}: ${cases[name].summary} …\n`);
      results.push(await cases[name].run({ browser, demo, bare: bare.url, rounds }));
    }
  } finally {
    await browser.close();
    await demo.close();
    bare.close();
  }
  const machine = `${cores} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}, Chromium ${browser.version()}`;
  const json = `${JSON.stringify({ machine, results }, null, 2)}\n`;
  if (values.out) writeFileSync(values.out, json);
  process.stdout.write(values.json ? json : `${machine}\n${table(results)}\n`);
}

main().catch((error) => {
  console.error(`bench: ${error.message}`);
  process.exit(1);
});
