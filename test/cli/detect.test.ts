import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { detectionJsonSchema, type DetectionJson } from '../../core/src/detection/json.js';
import { commandIn, heed, table } from './command.js';

const { folder, inFolder, run } = commandIn();
writeFileSync(inFolder('metrics.csv'), table());

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
    // What was read says that there are labels; nothing else may change with them.
    const withoutLabels = (detection: typeof truth) => ({
      ...detection,
      input: { ...detection.input, labels: null },
    });
    expect(truth.input).toMatchObject({ labels: { column: 'Label' } });
    expect(await detectJson(['-'], table({ label: without }))).toEqual(withoutLabels(truth));
    const other = await detectJson(['-'], table({ label: inverted }));
    expect(withoutLabels(other)).toEqual(withoutLabels(truth));
  });

  test('prints a table without color into a pipe, and with color where it is forced', async () => {
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
      // Seven digits are written.
      expect(Math.abs(Number(value) - score[t]!)).toBeLessThanOrEqual(1e-6 * Math.max(1, score[t]!));
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
    for (const [option, place] of [
      ['--out', 'taken'],
      ['--out', 'missing/out.json'],
      ['--report', 'taken'],
      ['--report', 'missing/report.html'],
    ] as const) {
      // It is told before the input is looked at.
      const { status, stderr, stdout } = await run(['detect', 'nowhere.csv', option, place]);
      expect(status).toBe(1);
      expect(stdout).toBe('');
      expect(stderr).toMatch(new RegExp(`^heed: ${place}: the output cannot be written: .+\n$`));
    }
  });

  test('says all times in the zone that is asked for, those of the reasons too', async () => {
    const timesIn = async (zone: string) => {
      const { stdout } = await run(['detect', 'metrics.csv', '--time-zone', zone]);
      return stdout.replace(/\s+/g, ' ');
    };
    const similarPeriod = (text: string) => {
      const [, hour, minute] = /most similar normal period is [^(]*?(\d\d):(\d\d)/.exec(text)!;
      return 60 * Number(hour) + Number(minute);
    };
    const utc = await timesIn('UTC');
    expect(utc).toMatch(/1 2026-05-12 08:\d\d:00 .*most similar normal period is [^(]* UTC \(/);
    const elsewhere = await timesIn('Asia/Kolkata');
    expect(elsewhere).toMatch(/1 2026-05-12 1[34]:\d\d:00 /);
    expect((similarPeriod(elsewhere) - similarPeriod(utc) + 1440) % 1440).toBe(330);
    expect(elsewhere).not.toContain('UTC');
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

describe('heed detect --prometheus', () => {
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
