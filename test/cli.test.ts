import { execFileSync, spawn, type SpawnOptionsWithoutStdio } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { detectionJsonSchema, type DetectionJson } from '../core/src/pipeline/json.js';
import { findChromium, launchChromium } from './browser/chromium.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const heed = join(root, 'core/bin/heed.js');

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

let folder: string;
const inFolder = (name: string) => join(folder, name);

/** Runs the built command as a user's shell would, with its output piped. */
function run(
  args: readonly string[],
  options: { input?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = start(args, options.env);
    const output = collect(child);
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    child.on('close', (status) => resolve({ status, ...output() }));
  });
}

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { FORCE_COLOR: _color, CI: _ci, ...inherited } = process.env;
  const options: SpawnOptionsWithoutStdio = { cwd: folder, env: { ...inherited, ...env } };
  return spawn(process.execPath, [heed, ...args], options);
}

function collect(child: ReturnType<typeof start>): () => { stdout: string; stderr: string } {
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  return () => ({ stdout, stderr });
}

/** One line on stderr that begins with `heed: `, nothing on stdout, no stack. */
function expectRefusal(outcome: Outcome, status: number, message: RegExp): void {
  expect(outcome.stderr).toMatch(message);
  expect(outcome.stderr).toMatch(/^heed: .+\n$/);
  expect(outcome.stderr).not.toMatch(/\n.*\n|\bat .+:\d+:\d+/);
  expect(outcome.stdout).toBe('');
  expect(outcome.status).toBe(status);
}

/** 800 minutes of a wave with noise; errors jump for twenty of them. */
function table(columns: { time?: boolean; label?: 'none' | 'true' | 'inverted' } = {}): string {
  const { time = true, label = 'true' } = columns;
  let state = 5;
  const noise = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 31 - 1;
  const lines = [
    [...(time ? ['time'] : []), 'requests', 'errors', ...(label === 'none' ? [] : ['Label'])].join(','),
  ];
  for (let t = 0; t < 800; t++) {
    const anomalous = t >= 500 && t < 520;
    const requests = 1000 + 400 * Math.sin((2 * Math.PI * t) / 100) + 20 * noise();
    const errors = 5 + noise() + (anomalous ? 60 : 0);
    const cells = [requests.toFixed(2), errors.toFixed(3)];
    if (time) cells.unshift(new Date(Date.UTC(2026, 4, 12) + t * 60_000).toISOString());
    if (label !== 'none') cells.push(anomalous === (label === 'true') ? '1' : '0');
    lines.push(cells.join(','));
  }
  return `${lines.join('\n')}\n`;
}

beforeAll(() => {
  if (!existsSync(join(root, 'core/dist/esm/cli/main.js')))
    throw new Error('core is not built: run npm run build');
  folder = mkdtempSync(join(tmpdir(), 'heed-cli-'));
  writeFileSync(inFolder('metrics.csv'), table());
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('heed detect on files it cannot use', () => {
  test.each<[string, () => string | Buffer, RegExp]>([
    ['a single row', () => 'time,a\n2026-01-01T00:00:00Z,1\n', /input\.csv: .*1 point/],
    ['an empty file', () => '', /input\.csv: there is nothing in it/],
    [
      'a binary file',
      () => Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * 89) % 256)),
      /input\.csv.*not UTF-8/,
    ],
    ['a header alone', () => 'time,a\n', /input\.csv/],
    ['text alone', () => 'name,place\nfoo,bar\nbaz,qux\n', /input\.csv/],
  ])('%s', async (_, content, message) => {
    writeFileSync(inFolder('input.csv'), content());
    expectRefusal(await run(['detect', 'input.csv']), 1, message);
  });

  test('a file whose row 500,001 is broken', async () => {
    const rows = Array.from({ length: 600_000 }, (_, i) => (i === 500_000 ? 'oops,1' : `${i % 7},${i % 5}`));
    writeFileSync(inFolder('long.csv'), `a,b\n${rows.join('\n')}\n`);
    expectRefusal(await run(['detect', 'long.csv']), 1, /long\.csv, line 500002, column "a": "oops"/);
    rmSync(inFolder('long.csv'));
  });

  test('a directory, and a file that is not there', async () => {
    mkdirSync(inFolder('directory'));
    expectRefusal(await run(['detect', 'directory']), 1, /directory: this is a directory/);
    expectRefusal(await run(['detect', 'nowhere.csv']), 1, /nowhere\.csv: there is no such file/);
  });
});

describe('wrong usage', () => {
  test.each<[string[], RegExp]>([
    [['detect', 'metrics.csv', '--detector', 'nope'], /no detector "nope".*auto/],
    [['detect', 'metrics.csv', '--nope'], /unknown option '--nope'/],
    [['detect', 'metrics.csv', '--sensitivity', '101'], /from 0 to 100/],
    [['detect', 'metrics.csv', '--format', 'xml'], /json/],
    [['detect', 'metrics.csv', '--option', 'nonsense=1'], /no option "nonsense"/],
    [['detect', 'metrics.csv', '--option', 'nonsense'], /NAME=VALUE/],
    [['detect', 'metrics.csv', '--train', '5000'], /5000.*800/],
    [['detect', 'metrics.csv', '--exclude', 'sometimes'], /ISO 8601/],
    [['detect', 'metrics.csv', '--time-zone', 'Mars'], /Europe\/Berlin/],
    [['detect', 'metrics.csv', '--query', 'up'], /--prometheus/],
    [['detect', 'metrics.csv', '--model', 'm', '--detector', 'auto'], /--model/],
    [['detect'], /no input/],
    [['frobnicate'], /unknown command/],
    [['fit', 'metrics.csv'], /--out/],
    [['fit', 'metrics.csv', '--out', 'model.heed'], /--detector ID/],
  ])('%j exits 2', async (args, message) => {
    expectRefusal(await run(args), 2, message);
  });

  test('heed alone prints its help and exits 2', async () => {
    const { status, stderr } = await run([]);
    expect(status).toBe(2);
    expect(stderr).toContain('heed detect metrics.csv');
  });
});

describe('heed detect', () => {
  const detectJson = async (args: readonly string[], input?: string) => {
    const outcome = await run(['detect', ...args, '--format', 'json'], { input });
    expect(outcome.stderr).toBe('');
    expect(outcome.status).toBe(0);
    return JSON.parse(outcome.stdout) as DetectionJson;
  };

  test('prints JSON that its schema describes, and finds the anomaly', async () => {
    const detection = await detectJson(['metrics.csv']);
    const validate = new Ajv({ allowUnionTypes: true }).compile(detectionJsonSchema);
    expect(validate(detection), JSON.stringify(validate.errors)).toBe(true);
    expect(detection.score).toHaveLength(800);
    expect(detection.detector).toBe('auto');
    expect(detection.events.some((event) => event.startIndex < 520 && event.endIndex >= 500)).toBe(true);
    for (const event of detection.events) {
      expect(event.start).toBe(Date.UTC(2026, 4, 12) + event.startIndex * 60_000);
      expect(event.startIndex <= event.peakIndex && event.peakIndex <= event.endIndex).toBe(true);
    }
  });

  test('the schema refuses what is no detection', () => {
    const validate = new Ajv({ allowUnionTypes: true }).compile(detectionJsonSchema);
    expect(validate({ detector: 'auto', points: 1, period: null, events: [], score: [0] })).toBe(false);
  });

  test('reads standard input as it reads a file', async () => {
    expect(await detectJson(['-'], table())).toEqual(await detectJson(['metrics.csv']));
  });

  test('never uses the labels', async () => {
    const [without, inverted] = ['none', 'inverted'] as const;
    const truth = await detectJson(['metrics.csv']);
    expect(await detectJson(['-'], table({ label: without }))).toEqual(truth);
    expect(await detectJson(['-'], table({ label: inverted }))).toEqual(truth);
  });

  test('prints a table without colour into a pipe, and with colour where it is forced', async () => {
    const plain = await run(['detect', 'metrics.csv'], { env: { COLUMNS: '110' } });
    expect(plain.status).toBe(0);
    expect(plain.stdout).not.toContain('\u001b');
    expect(plain.stdout).toMatch(/ 1 {2}2026-05-12 08:\d\d:00/);
    expect(plain.stdout).toMatch(/errors \d+%/);
    for (const line of plain.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(110);
    const forced = await run(['detect', 'metrics.csv'], { env: { FORCE_COLOR: '1' } });
    expect(forced.stdout).toContain('\u001b[1m');
    const refused = await run(['detect', 'metrics.csv'], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } });
    expect(refused.stdout).not.toContain('\u001b');
    const narrow = await run(['detect', 'metrics.csv'], { env: { COLUMNS: '60' } });
    for (const line of narrow.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
  });

  test('names from the data cannot drive the terminal', async () => {
    const input = table({ label: 'none' }).replace('errors', '\u001b[31mred\u0007');
    const { stdout, stderr, status } = await run(['detect', '-'], { input });
    expect(status).toBe(0);
    // eslint-disable-next-line no-control-regex
    expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(stdout).toContain('[31mred');
  });

  test('counts rows where there is no time', async () => {
    const { stdout } = await run(['detect', '-'], { input: table({ time: false }) });
    expect(stdout).toMatch(/ row \d+ +\d+ points?/);
  });

  test('writes CSV with one row per input row, saying what the JSON says', async () => {
    const { stdout } = await run(['detect', 'metrics.csv', '--format', 'csv']);
    const [header, ...rows] = stdout.trimEnd().split('\n');
    expect(header).toMatch(/^time,score,anomaly,event,requests,/);
    expect(rows).toHaveLength(800);
    const { events, score } = await detectJson(['metrics.csv']);
    rows.forEach((row, t) => {
      const [time, value, anomaly, event] = row.split(',');
      expect(Date.parse(time!)).toBe(Date.UTC(2026, 4, 12) + t * 60_000);
      expect(Number(value)).toBeCloseTo(score[t]!, 5);
      const at = events.findIndex(({ startIndex, endIndex }) => startIndex <= t && t <= endIndex);
      expect([anomaly, event]).toEqual(at < 0 ? ['0', ''] : ['1', String(at + 1)]);
    });
  });

  test('chooses the format by the name of the output and leaves no other file', async () => {
    const before = readdirSync(folder).length;
    for (const [name, begin] of [
      ['out.json', '{"detector"'],
      ['out.svg', '<svg '],
      ['out.html', '<!doctype html>'],
      ['out.csv', 'time,'],
    ] as const) {
      const outcome = await run(['detect', 'metrics.csv', '--out', name]);
      expect(outcome).toEqual({ status: 0, stdout: '', stderr: `Written: ${name}\n` });
      expect(readFileSync(inFolder(name), 'utf8').startsWith(begin)).toBe(true);
      rmSync(inFolder(name));
    }
    expect(readdirSync(folder)).toHaveLength(before);
  });

  test('writes the report beside the table and says where', async () => {
    const outcome = await run(['detect', 'metrics.csv', '--report', 'report.html']);
    expect(outcome.status).toBe(0);
    expect(outcome.stdout).toMatch(/\nReport: report\.html\n$/);
    expect(readFileSync(inFolder('report.html'), 'utf8')).toContain('id="event-1"');
  });

  test('says which output it cannot write, and changes nothing', async () => {
    mkdirSync(inFolder('taken'), { recursive: true });
    for (const place of ['taken', 'missing/out.json']) {
      const { status, stderr, stdout } = await run(['detect', 'metrics.csv', '--out', place]);
      expect(status).toBe(1);
      expect(stdout).toBe('');
      expect(stderr).toMatch(new RegExp(`^heed: ${place}: the output cannot be written: .+\n$`));
    }
  });

  test('excluded times and a direction raise no event', async () => {
    const excluded = await detectJson(['metrics.csv', '--exclude', '2026-05-12T08:00Z/2026-05-12T09:30Z']);
    expect(excluded.events.filter((event) => event.startIndex <= 519 && event.endIndex >= 500)).toEqual([]);
    const recurring = await detectJson(['metrics.csv', '--exclude', 'mon-fri 10:00-11:30 Europe/Berlin']);
    expect(recurring.events).toEqual(excluded.events);
    const below = await detectJson(['metrics.csv', '--direction', 'below', '--columns', 'errors']);
    expect(below.events.some((event) => event.startIndex <= 510 && event.endIndex >= 510)).toBe(false);
  });

  test('a reader that closes the pipe is no error', () => {
    const script = `${JSON.stringify(process.execPath)} ${JSON.stringify(heed)} detect metrics.csv --format csv | head -c 20; echo "status \${PIPESTATUS[0]}"`;
    const output = execFileSync('bash', ['-c', script], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(output).toMatch(/status 0\n$/);
  });

  test('HEED_DEBUG=1 shows where an error came from', async () => {
    const { stderr, status } = await run(['detect', 'nowhere.csv'], { env: { HEED_DEBUG: '1' } });
    expect(status).toBe(1);
    expect(stderr).toMatch(/\n {4}at /);
  });
});

describe('Ctrl+C', () => {
  test('while reading leaves nothing and exits 130', async () => {
    const child = start(['detect', '-', '--out', 'interrupted.json', '--report', 'interrupted.html']);
    const output = collect(child);
    const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
    // More than pipes hold: once all of it has been taken, the command is reading.
    const rows = Array.from({ length: 100_000 }, (_, i) => `${i % 13},${i % 7}`).join('\n');
    await new Promise((resolve) => child.stdin.write(`a,b\n${rows}\n`, resolve));
    child.kill('SIGINT');
    expect(await closed).toBe(130);
    child.stdin.destroy();
    expect(output().stderr).toMatch(/^heed: interrupted/);
    expect(readdirSync(folder).filter((name) => name.includes('interrupted'))).toEqual([]);
  });

  test('while training leaves nothing and exits 130', async () => {
    const child = start([
      'fit',
      'metrics.csv',
      '--detector',
      'attention-autoencoder',
      '--option',
      'epochs=1000',
      '--out',
      'interrupted.heed',
    ]);
    const output = collect(child);
    const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
    await new Promise<void>((resolve) => {
      child.stderr.on('data', () => output().stderr.includes('Training: ') && resolve());
      child.on('close', () => resolve());
    });
    child.kill('SIGINT');
    expect(await closed).toBe(130);
    expect(output().stderr).toContain('heed: interrupted');
    expect(readdirSync(folder).filter((name) => name.includes('interrupted'))).toEqual([]);
  });
});

describe('heed fit and heed detect --model', () => {
  test('a saved detector scores the same as before saving', async () => {
    const fitted = await run([
      'fit',
      'metrics.csv',
      '--detector',
      'attention-autoencoder',
      '--option',
      'epochs=2',
      '--out',
      'model.heed',
    ]);
    expect(fitted.stderr).toMatch(
      /Trained attention-autoencoder on 800 points.*\n(.*\n)*Written: model\.heed\n$/,
    );
    expect(fitted.status).toBe(0);
    const score = async () =>
      (await run(['detect', 'metrics.csv', '--model', 'model.heed', '--format', 'json'])).stdout;
    const first = await score();
    expect((JSON.parse(first) as DetectionJson).detector).toBe('attention-autoencoder');
    expect(await score()).toBe(first);
  });

  test('feedback silences a dismissed event, by itself and in a model file', async () => {
    const events = async (...flags: string[]) =>
      (
        JSON.parse(
          (await run(['detect', 'metrics.csv', '--format', 'json', ...flags])).stdout,
        ) as DetectionJson
      ).events;
    const [worst] = await events();
    const { start, end } = worst!;
    writeFileSync(inFolder('judged.json'), JSON.stringify([{ start, end, kind: 'normal' }]));
    const judged = await events('--feedback', 'judged.json');
    expect(judged.some((event) => event.start <= end && event.end >= start)).toBe(false);
    const fit = [
      'fit',
      'metrics.csv',
      '--detector',
      'auto',
      '--feedback',
      'judged.json',
      '--out',
      'judged.heed',
    ];
    expect((await run(fit)).status).toBe(0);
    expect(await events('--model', 'judged.heed')).toEqual(judged);
    expectRefusal(
      await run(['detect', 'metrics.csv', '--feedback', 'metrics.csv']),
      1,
      /metrics\.csv: .*not JSON/,
    );
    expectRefusal(await run(['detect', 'metrics.csv', '--feedback', 'no.json']), 1, /no such feedback/);
  });

  test('refuses what is no model', async () => {
    expectRefusal(await run(['detect', 'metrics.csv', '--model', 'metrics.csv']), 1, /model/);
    expectRefusal(
      await run(['detect', 'metrics.csv', '--model', 'no.heed']),
      1,
      /no\.heed: there is no such model/,
    );
  });
});

describe('heed detectors', () => {
  test('lists every detector as JSON', async () => {
    const { stdout, status } = await run(['detectors', '--format', 'json']);
    expect(status).toBe(0);
    const list = JSON.parse(stdout) as Record<string, unknown>[];
    expect(list.map(({ id }) => id)).toEqual(expect.arrayContaining(['auto', 'memory-attention']));
    for (const entry of list) {
      expect(Object.keys(entry)).toEqual(['id', 'tags', 'document', 'summary', 'defaults', 'parameters']);
    }
    expect(list.length).toBeGreaterThanOrEqual(25);
    const size = Object.fromEntries(list.map(({ id, parameters }) => [id, parameters]));
    expect(size).toMatchObject({ 'z-score': null, 'attention-autoencoder': 1633 });
  });

  test('describes one with its options', async () => {
    const { stdout } = await run(['detectors', 'memory-attention']);
    expect(stdout).toMatch(/^memory-attention\n/);
    expect(stdout).toContain('Options (--option NAME=VALUE):');
  });
});

describe('Prometheus', () => {
  test('reads a query range over HTTP', async () => {
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      // Long queries go out in the body, short ones may stand in the address.
      const sent = new URLSearchParams(body || new URL(request.url!, 'http://localhost').search);
      const [start, end, step] = ['start', 'end', 'step'].map((name) => Number(sent.get(name)));
      if (!(step! > 0)) return response.writeHead(400).end('{"status":"error","error":"no step"}');
      const values: [number, string][] = [];
      for (let t = start!; t <= end!; t += step!) values.push([t, String(10 + Math.sin(t / 600))]);
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          status: 'success',
          data: { resultType: 'matrix', result: [{ metric: { __name__: 'up' }, values }] },
        }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    try {
      const source = [
        '--prometheus',
        `http://127.0.0.1:${port}`,
        '--query',
        'up',
        '--range',
        '1h',
        '--step',
        '15s',
      ];
      const { stdout, stderr, status } = await run(['detect', ...source, '--format', 'json']);
      expect(stderr).toBe('');
      expect(status).toBe(0);
      expect((JSON.parse(stdout) as DetectionJson).points).toBeGreaterThanOrEqual(240);
    } finally {
      server.close();
    }
  });
});

describe('the HTML report', () => {
  const executable = findChromium();
  test.skipIf(!executable)(
    'fits desktop and phone, asks for nothing, and its links lead to the events',
    async () => {
      await run(['detect', 'metrics.csv', '--out', 'page.html']);
      const browser = await launchChromium();
      try {
        for (const width of [1280, 390]) {
          const page = await browser.newPage({ viewport: { width, height: 900 } });
          const faults: string[] = [];
          page.on('request', (request) => request.url().startsWith('file:') || faults.push(request.url()));
          page.on('console', (message) => faults.push(message.text()));
          await page.goto(`file://${inFolder('page.html')}`);
          const excess = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          expect(excess).toBeLessThanOrEqual(0);
          const plots = await page.evaluate(
            () =>
              [...document.querySelectorAll('svg')].filter((svg) => svg.getBoundingClientRect().width > 0)
                .length,
          );
          expect(plots).toBeGreaterThanOrEqual(2);
          await page.click('a[href="#event-1"]');
          expect(await page.evaluate(() => document.querySelector('#event-1:target') !== null)).toBe(true);
          expect(faults).toEqual([]);
          await page.close();
        }
      } finally {
        await browser.close();
      }
    },
  );
});

describe('benchmark files', () => {
  const data = process.env.HEED_DATA ?? join(root, '../shared/data');
  const present = existsSync(join(data, 'manifest.csv'));
  if (!present) console.error(`SKIPPED benchmark files: none at ${data} (set HEED_DATA)`);
  const files = present
    ? ['U', 'M'].flatMap((split) => readdirSync(join(data, split)).map((name) => join(data, split, name)))
    : [];

  test.skipIf(!present)('every one is read, with its label apart', async () => {
    const { readSeriesFile } = await import('../core/src/node-files.js');
    for (const file of files) {
      const { series } = await readSeriesFile(file);
      expect(series.labels !== undefined, file).toBe(true);
      expect(
        series.channels.some(({ name }) => /label/i.test(name)),
        file,
      ).toBe(false);
    }
  });

  // One of every family through the command, the shortest, so that the suite stays short.
  const families = new Map<string, { file: string; size: number }>();
  for (const file of files) {
    const family = file.split('/').at(-1)!.split('_')[1]!;
    const size = readFileSync(file).length;
    if (size < (families.get(family)?.size ?? Infinity)) families.set(family, { file, size });
  }
  test.skipIf(!present).each([...families].map(([family, { file }]) => [family, file]))(
    'a file of %s runs through heed detect unchanged',
    async (_, file) => {
      const { status, stdout, stderr } = await run(['detect', file!, '--format', 'json', '--quiet']);
      expect(stderr).toBe('');
      expect(status).toBe(0);
      const detection = JSON.parse(stdout) as DetectionJson;
      expect(detection.score).toHaveLength(detection.points);
    },
  );
});
