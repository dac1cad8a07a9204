import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { format } from 'prettier';
import { afterAll, describe, expect, it } from 'vitest';
import { findProgram } from '../../core/scripts/debian.mjs';
import { commandIn, expectRefusal, table } from './command.js';

const { inFolder, run } = commandIn();
const promtool = findProgram('promtool');
if (!promtool)
  console.warn('promtool is not installed (Debian: prometheus); alert rules are checked as YAML only');

interface BacktestJson {
  readonly budget: string;
  readonly series: readonly {
    readonly name: string;
    readonly days: number;
    readonly pages: number;
    readonly truth?: { readonly events: number; readonly found: number; readonly falsePages: number };
    readonly incidents: readonly { readonly id: string; readonly start: number; readonly noticed: number }[];
    readonly budgets: readonly { readonly budget: string; readonly pages: number }[];
  }[];
}

const json = async (...args: string[]): Promise<BacktestJson> => {
  const { status, stdout, stderr } = await run(['backtest', ...args, '--format', 'json', '--quiet']);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return JSON.parse(stdout) as BacktestJson;
};

describe('heed backtest', () => {
  it('replays every file of a folder, channel by channel, and counts against labels', async () => {
    mkdirSync(inFolder('recordings'), { recursive: true });
    for (const name of ['a.csv', 'b.csv']) writeFileSync(inFolder(`recordings/${name}`), table());
    writeFileSync(inFolder('recordings/notes.txt'), 'not a recording');
    const { series, budget } = await json('recordings');
    expect(budget).toBe('1/week');
    expect(series.map(({ name }) => name)).toEqual(
      ['a', 'b'].flatMap((file) => [`${file}.csv: requests`, `${file}.csv: errors`]),
    );
    const errors = series[1]!;
    expect(errors.truth).toEqual({ events: 1, found: 1, medianDelay: 0, falsePages: 0 });
    expect(errors.incidents.map(({ start }) => start)).toEqual([Date.UTC(2026, 4, 12, 0, 500)]);
    // The same points in another file are the same incident.
    expect(series[3]!.incidents[0]!.id).toBe(errors.incidents[0]!.id);
    expect(errors.budgets.map((other) => other.budget)).toContain('1/week');
    expect(series[0]!.incidents).toEqual([]);

    const { stdout } = await run(['backtest', 'recordings', '--quiet']);
    expect(stdout).toMatch(/a\.csv: errors\n {2}This would have paged once in 9 h 59 min/);
    expect(stdout).toMatch(/1 of 1 labeled events/);
    expect(stdout).toMatch(/By budget/);
    expectRefusal(await run(['backtest', 'recordings', '--budget', 'rarely']), 2, /alert budget is "rarely"/);
  });

  it('reads a range from Prometheus', async () => {
    const now = Math.floor(Date.now() / 60_000) * 60;
    const broken = now - 3600;
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const form = new URLSearchParams(request.method === 'POST' ? body : request.url!.split('?')[1]);
        const [start, end, step] = ['start', 'end', 'step'].map((name) => Number(form.get(name)));
        const times = Array.from(
          { length: Math.floor((end! - start!) / step!) + 1 },
          (_, i) => start! + i * step!,
        );
        const value = (t: number): number =>
          50 + 2 * Math.sin(t * t) + (t >= broken && t < broken + 600 ? 40 : 0);
        const result = [{ metric: { job: 'shop' }, values: times.map((t) => [t, String(value(t))]) }];
        response
          .writeHead(200, { 'Content-Type': 'application/json' })
          .end(JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    afterAll(() => server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { series } = await json(
      '--prometheus',
      url,
      '--query',
      'rate(x[1m])',
      '--range',
      '1d',
      '--step',
      '1m',
    );
    expect(series).toHaveLength(1);
    expect(series[0]!.incidents).toHaveLength(1);
    expect(Math.abs(series[0]!.incidents[0]!.start - broken * 1000)).toBeLessThanOrEqual(60_000);
    expect(series[0]!.incidents[0]!.noticed - broken * 1000).toBeLessThanOrEqual(120_000);
  });

  it('draws a timeline', async () => {
    writeFileSync(inFolder('one.csv'), table());
    const { status } = await run([
      'backtest',
      'one.csv',
      '--columns',
      'errors',
      '--out',
      'one.svg',
      '--quiet',
    ]);
    expect(status).toBe(0);
    expect(readFileSync(inFolder('one.svg'), 'utf8')).toContain(
      'one.csv, as it happened: 1 anomalous events',
    );
  });

  it.each(['rules', 'grafana-rules'])('prints %s that can be loaded', async (kind) => {
    writeFileSync(inFolder('one.csv'), table());
    const { stdout, status } = await run([
      'backtest',
      'one.csv',
      '--columns',
      'errors',
      '--format',
      kind,
      '--budget',
      '1/month',
      '--quiet',
    ]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/--budget 1\/month/);
    await expect(format(stdout, { parser: 'yaml' })).resolves.toMatch(/^groups:/m);
    if (kind !== 'rules' || !promtool) return;
    writeFileSync(inFolder('rules.yml'), stdout);
    expect(execFileSync(promtool, ['check', 'rules', inFolder('rules.yml')], { encoding: 'utf8' })).toMatch(
      /SUCCESS: 3 rules found/,
    );
  });
});
