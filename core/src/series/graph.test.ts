import { describe, expect, it } from 'vitest';
import { createGraph, createGraphSequence } from './graph.js';
import { readGraphCsv, readGraphJson } from './graph-read.js';

describe('graphs', () => {
  it('are read from an edge list, with node features beside it or from the edges', () => {
    const graph = readGraphCsv('source,target,weight\na,b,2\nb,c,\n');
    expect(graph.edges).toEqual([
      { source: 'a', target: 'b', weight: 2 },
      { source: 'b', target: 'c', weight: 1 },
    ]);
    // out, weight out, in, weight in
    expect(graph.nodes.map(({ id, features }) => [id, ...features])).toEqual([
      ['a', 1, 2, 0, 0],
      ['b', 1, 1, 1, 2],
      ['c', 0, 0, 1, 1],
    ]);
    const attributed = readGraphCsv('source,target\na,b\n', 'id,cpu,mem\na,1,2\nb,3,4\n');
    expect(attributed.nodes[1]!.features).toEqual(Float64Array.of(3, 4));
  });

  it('are read from JSON', () => {
    const text =
      '{"nodes":[{"id":"a","features":[1]},{"id":"b","features":[2]}],"edges":[{"source":"a","target":"b"}]}';
    expect(readGraphJson(text).nodes[1]!.features[0]).toBe(2);
  });

  it.each([
    [() => readGraphCsv(''), 'empty-input'],
    [() => readGraphCsv('from,to\na,b\n'), 'unknown-column'],
    [() => readGraphCsv('source,target\na\n'), 'bad-csv'],
    [() => readGraphCsv('source,target,weight\na,b,x\n'), 'bad-value'],
    [() => readGraphCsv('source,target\na,b\n', 'id,cpu\na,1\n'), 'bad-graph'],
    [() => readGraphCsv('source,target\na,b\n', 'id,cpu\na,1\nb,\n'), 'bad-value'],
    [() => readGraphJson('{'), 'bad-json'],
    [() => readGraphJson('{"nodes":[{}],"edges":[]}'), 'bad-graph'],
    [() => createGraph({ nodes: [], edges: [] }), 'empty-input'],
    [() => createGraph({ nodes: [{ id: 'a' }, { id: 'a' }], edges: [] }), 'bad-graph'],
    [() => createGraph({ nodes: [{ id: 'a', features: [1] }, { id: 'b' }], edges: [] }), 'bad-graph'],
    [() => createGraph({ nodes: [{ id: 'a', features: [NaN] }], edges: [] }), 'not-finite'],
    [
      () => createGraph({ nodes: [{ id: 'a' }], edges: [{ source: 'a', target: 'a', weight: Infinity }] }),
      'not-finite',
    ],
    [() => createGraphSequence([], []), 'empty-input'],
    [() => createGraphSequence([0], [graph('a'), graph('a')]), 'length-mismatch'],
    [() => createGraphSequence([1, 1], [graph('a'), graph('a')]), 'bad-time'],
    [() => createGraphSequence([1, 2], [graph('a'), graph('b')]), 'bad-graph'],
  ])('are rejected with their own code (%#)', (make, code) => {
    expect(make).toThrowError(expect.objectContaining({ code }));
  });
});

function graph(id: string) {
  return createGraph({ nodes: [{ id }], edges: [] });
}
