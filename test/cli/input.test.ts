import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { describe, test } from 'vitest';
import { commandIn, expectRefusal } from './command.js';

const { inFolder, run } = commandIn();

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
    const rows = Array.from({ length: 600_000 }, (_, i) => (i === 500_000 ? '1O,1' : `${i % 7},${i % 5}`));
    writeFileSync(inFolder('long.csv'), `a,b\n${rows.join('\n')}\n`);
    expectRefusal(await run(['detect', 'long.csv']), 1, /long\.csv, line 500002, column "a": "1O"/);
    rmSync(inFolder('long.csv'));
  });

  test('a column that is asked for twice, and a graph without features', async () => {
    writeFileSync(inFolder('input.csv'), 'time,a\n1,2\n2,3\n');
    const twice = await run(['detect', 'input.csv', '--columns', 'a,a']);
    expectRefusal(twice, 1, /input\.csv, line 1: the column "a" is asked for twice/);
    const nodes = ['a', 'b', 'c'].map((id) => ({ id }));
    const edges = [{ source: 'a', target: 'b' }];
    writeFileSync(inFolder('graph.json'), JSON.stringify({ nodes, edges }));
    expectRefusal(
      await run(['detect', 'graph.json', '--quiet']),
      1,
      /graph\.json: the nodes have no features/,
    );
  });

  test('a directory, and a file that is not there', async () => {
    mkdirSync(inFolder('directory'));
    expectRefusal(await run(['detect', 'directory']), 1, /directory: this is a directory/);
    expectRefusal(await run(['detect', 'nowhere.csv']), 1, /nowhere\.csv: there is no such file/);
  });
});
