import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSeriesFile } from './files.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'heed-files-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

describe('readSeriesFile', () => {
  it('reads CSV, JSON and a stream', async () => {
    const csv = await readSeriesFile(write('a.csv', 'time,v\n2024-01-01,1\n2024-01-02,2\n'));
    expect(csv.series).toMatchObject({ name: 'a.csv', time: Float64Array.of(1704067200000, 1704153600000) });
    expect((await readSeriesFile(write('a.json', '[{"v":1}]'))).series.channels[0]!.name).toBe('v');
    const piped = await readSeriesFile('-', {
      stdin: Readable.from([Buffer.from('v\n1\n'), Buffer.from('2\n')]),
    });
    expect(piped.series.time).toHaveLength(2);
  });

  it('names the file in every rejection', async () => {
    const reject = (path: string, code: string): Promise<void> =>
      expect(readSeriesFile(path)).rejects.toMatchObject({ code, place: { file: path } });
    await reject(join(folder, 'none.csv'), 'file-unreadable');
    await reject(folder, 'not-a-file');
    await reject(write('empty.csv', ''), 'empty-input');
    await reject(write('binary.csv', new Uint8Array(1000)), 'not-text');
    await reject(write('broken.csv', 'v\n1\nx\n'), 'bad-value');
    await expect(readSeriesFile('-')).rejects.toMatchObject({ code: 'file-unreadable' });
  });

  const data = process.env.HEED_DATA ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
  const there = existsSync(data);
  if (!there)
    console.warn('SKIPPED: reading the public series, because HEED_DATA names no folder that exists.');
  it.skipIf(!there)('reads the public series unchanged', { timeout: 60_000 }, async () => {
    let files = 0;
    for (const part of ['U', 'M', ...readdirSync(join(data, 'ops')).map((name) => join('ops', name))]) {
      if (part.includes('.')) continue;
      const names = readdirSync(join(data, part)).filter((file) => file.endsWith('.csv'));
      // Every fifth: they are alike within a folder, and many.
      for (const name of names.filter((_, i) => i % 5 === 0)) {
        const { series } = await readSeriesFile(join(data, part, name));
        expect(series.labels).toHaveLength(series.time.length);
        expect(series.indexTime).toBe(true);
        files++;
      }
    }
    expect(files).toBeGreaterThan(30);
  });
});
