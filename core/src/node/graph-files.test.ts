import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { graphFileKind, readGraphFile } from './graph-files.js';

const folder = mkdtempSync(join(tmpdir(), 'heed-graphs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, content: string | Buffer): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

const edges = 'source,target,weight\na,b,1\nb,c,2\n';
const nodes = 'id,load\na,1\nb,2\nc,3\n';

test('an edge list and its nodes are read from gzip as they are read from text', async () => {
  const plain = await readGraphFile(file('edges.csv', edges), { nodes: file('nodes.csv', nodes) });
  const packed = file('edges.csv.gz', gzipSync(edges));
  expect(await graphFileKind(packed)).toBe('graph');
  expect(await readGraphFile(packed, { nodes: file('nodes.csv.gz', gzipSync(nodes)) })).toEqual(plain);
});

test('a packed graph that is cut off is refused by its name', async () => {
  const packed = gzipSync(edges.repeat(1000));
  const cut = file('cut.csv.gz', packed.subarray(0, packed.length >> 1));
  await expect(readGraphFile(cut, {})).rejects.toThrow(/cut\.csv\.gz: the gzip data are damaged or cut off/);
});

test('what is no graph has no kind', async () => {
  expect(await graphFileKind(file('series.csv', 'time,value\n1,2\n'))).toBeUndefined();
  expect(await graphFileKind(folder)).toBeUndefined();
});
