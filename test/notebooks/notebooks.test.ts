import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSeries, seriesFromDataFrame, seriesToRecords } from '@heed/core';
import { installKernel, joinLines, readNotebook, runNotebook, type Output } from '@heed/notebooks';
import { findTool } from '../setup/tools.js';
import { runsSlow } from '../setup/slow.js';
import { compareOutputs, firstDifference } from './outputs.js';

const folder = join(import.meta.dirname, '../../notebooks');
const files = readdirSync(folder).filter((name) => name.endsWith('.ipynb'));

// What the notebooks show must not depend on whose machine holds labeled series.
delete process.env.HEED_DATA;

describe('the comparison of outputs', () => {
  test('takes equal words with nearly equal numbers for equal, and nothing else', () => {
    expect(firstDifference('AUC 0.912, 3 events', 'AUC 0.913, 3 events')).toBeUndefined();
    expect(firstDifference('AUC 0.912, 3 events', 'AUC 0.93, 3 events')).toContain('number 1');
    expect(firstDifference('AUC 0.912, 3 events', 'AUC 0.912, 4 events')).toContain('number 2');
    expect(firstDifference('3 events', '3 alarms')).toContain('alarms');
    expect(firstDifference('M0,1L2,3', 'M0,1L2,3L4,5')).toBeDefined();
  });
});

/** Run on every change, with the second below, which nbconvert runs; all of them are run every night. */
const quick = ['01', '14'];
if (!runsSlow) console.warn('only notebooks 01, 02 and 14 are run again: set HEED_SLOW=1 for all');

describe('the notebooks', () => {
  test('are all listed in the gallery, and the gallery lists no other', () => {
    const gallery = readFileSync(join(folder, 'README.md'), 'utf8');
    const listed = [...gallery.matchAll(/\]\(([\w-]+\.ipynb)\)/g)].map(([, name]) => name!);
    expect([...new Set(listed)].sort()).toEqual([...files].sort());
  });

  describe.each(files)('%s', (name) => {
    const path = join(folder, name);
    const pictures = (outputs: readonly Output[]) =>
      outputs.filter((output) => 'data' in output && 'image/svg+xml' in output.data);

    test('is committed with its outputs, has pictures and a way on, and is small', () => {
      const { cells } = readNotebook(path);
      const code = cells.filter((cell) => cell.cell_type === 'code');
      expect(code.every((cell) => cell.execution_count != null)).toBe(true);
      const outputs = code.flatMap((cell) => cell.outputs ?? []);
      expect(pictures(outputs).length).toBeGreaterThanOrEqual(3);
      expect(outputs.filter((output) => output.output_type === 'error')).toEqual([]);
      expect(joinLines(cells[0]!.source)).toMatch(/^# /);
      expect(joinLines(cells.at(-1)!.source)).toContain('What to try next');
      expect(statSync(path).size).toBeLessThan(450 * 1024);
    });

    const skipped = !runsSlow && !quick.includes(name.slice(0, 2));
    test.skipIf(skipped)('gives the committed outputs when it is run', { timeout: 300_000 }, async () => {
      const committed = readNotebook(path);
      const executed = await runNotebook(readNotebook(path), { folder });
      const hint = `If the change is meant: npx heed notebook run notebooks/${name} --in-place, and look at it.`;
      expect(compareOutputs(committed, executed), hint).toEqual([]);
    });
  });
});

describe('data frames', () => {
  test('become series and series become data frames, with the same numbers, gaps and labels', async () => {
    const { DataFrame } = await import('danfojs-node');
    const series = createSeries({
      time: [0, 60_000, 120_000],
      channels: [
        { name: 'cpu', values: [0.25, Number.NaN, 0.5] },
        { name: 'load', values: [1, 2, 3] },
      ],
      labels: [0, 1, 0],
    });
    const frame = new DataFrame(seriesToRecords(series));
    expect(frame.shape).toEqual([3, 4]);
    const back = seriesFromDataFrame(frame).series;
    expect([...back.time]).toEqual([...series.time]);
    expect(back.channels.map(({ name, values }) => [name, ...values])).toEqual([
      ['cpu', 0.25, Number.NaN, 0.5],
      ['load', 1, 2, 3],
    ]);
    expect([...back.labels!]).toEqual([0, 1, 0]);
  });

  test('that are none are refused with a remedy', () => {
    expect(() => seriesFromDataFrame({} as never)).toThrow(/not a data frame.*columns/s);
    expect(() => seriesFromDataFrame({ columns: ['a', 'b'], values: [1, 2] })).toThrow(
      /row 1 of the data frame/,
    );
  });
});

describe('with Debian’s nbconvert', () => {
  const python = findTool('nbconvert');
  let data: string;
  beforeAll(() => {
    data = mkdtempSync(join(tmpdir(), 'heed-jupyter-'));
    installKernel(data);
  });
  afterAll(() => rmSync(data, { recursive: true, force: true }));

  test.skipIf(!python).each(['02-attention-from-scratch.ipynb'])(
    '%s gives the committed outputs',
    { timeout: 300_000 },
    (name) => {
      execFileSync(
        python!,
        ['-m', 'nbconvert', '--to', 'notebook', '--execute', join(folder, name), '--output-dir', data],
        { env: { ...process.env, JUPYTER_PATH: data, HOME: data }, stdio: 'pipe', timeout: 280_000 },
      );
      const committed = readNotebook(join(folder, name));
      expect(compareOutputs(committed, readNotebook(join(data, name)))).toEqual([]);
    },
  );
});
