import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram } from '../core/scripts/debian.mjs';
import { readPrometheus } from '@heed/core/node';
import { findTool } from './setup/tools.js';

const prometheus = findTool('prometheus');

const start = Date.UTC(2024, 0, 1);
const points = 25_000;

describe.skipIf(!prometheus)('readPrometheus with a real Prometheus', () => {
  let directory: string;
  let url: string;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'heed-prometheus-'));
    // 25,000 samples, 1 s apart: more than Prometheus gives in one answer.
    const lines = ['# TYPE work counter'];
    for (const job of ['a', 'b']) {
      for (let t = 0; t < points; t++)
        lines.push(`work_total{job="${job}"} ${t * (job === 'a' ? 2 : 5)} ${start / 1000 + t}`);
    }
    const input = join(directory, 'samples.txt');
    await writeFile(input, [...lines, '# EOF', ''].join('\n'));
    execFileSync(findProgram('promtool')!, [
      'tsdb',
      'create-blocks-from',
      'openmetrics',
      input,
      join(directory, 'tsdb'),
    ]);
    await writeFile(join(directory, 'prometheus.yml'), '{}');

    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    url = `http://127.0.0.1:${port}`;
    const child = spawn(
      prometheus!,
      [
        `--config.file=${join(directory, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(directory, 'tsdb')}`,
        '--storage.tsdb.retention.time=100y',
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: 'ignore' },
    );
    stop = async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      await rm(directory, { recursive: true, force: true });
    };
    for (let attempt = 0; attempt < 300; attempt++) {
      if (
        await fetch(`${url}/-/ready`).then(
          (response) => response.ok,
          () => false,
        )
      )
        return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('Prometheus did not start');
  });
  afterAll(() => stop?.());

  it('reads more points than one answer holds', async () => {
    const series = await readPrometheus({
      url,
      query: 'work_total',
      start,
      end: start + (points - 1) * 1000,
      step: '1s',
    });
    expect(series.channels.map(({ name }) => name)).toEqual(['work_total{job="a"}', 'work_total{job="b"}']);
    expect(series.time.length).toBe(points);
    expect(series.time[0]).toBe(start);
    expect(series.channels[0]!.values.every((value, t) => value === 2 * t)).toBe(true);
    expect(series.channels[1]!.values.every((value, t) => value === 5 * t)).toBe(true);
  });

  it('evaluates PromQL', async () => {
    const series = await readPrometheus({
      url,
      query: 'sum(rate(work_total[1m]))',
      start: start + 600_000,
      end: start + 1_200_000,
      step: '10s',
    });
    expect(series.time.length).toBe(61);
    for (const value of series.channels[0]!.values) expect(value).toBeCloseTo(7, 6);
  });

  it("passes on Prometheus' own message", async () => {
    await expect(readPrometheus({ url, query: 'sum(', start, end: start + 60_000 })).rejects.toMatchObject({
      code: 'source-error',
      message: expect.stringMatching(/400: bad_data: .*parse error/) as unknown,
    });
  });

  it('says so where there is no data', async () => {
    await expect(
      readPrometheus({ url, query: 'no_such_metric', start, end: start + 60_000 }),
    ).rejects.toMatchObject({
      code: 'source-empty',
    });
  });
});
