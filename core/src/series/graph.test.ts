import { describe, expect, it } from 'vitest';
import { createGraph, createGraphSequence } from './graph.js';
import {
  graphTextKind,
  readGraphCsv,
  readGraphJson,
  readGraphSequenceCsv,
  readGraphSequenceJson,
} from './graph-read.js';

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

  it('keep names of features and labels, which are no features', () => {
    const graph = readGraphCsv(
      'source,target,label\na,"b, the second",1\n',
      'id,cpu,Label,mem\na,1,0,2\n"b, the second",3,1,4\n',
    );
    expect(graph.features).toEqual(['cpu', 'mem']);
    expect(graph.nodes.map(({ id, features, label }) => [id, ...features, label])).toEqual([
      ['a', 1, 2, 0],
      ['b, the second', 3, 4, 1],
    ]);
    expect(graph.edges[0]).toEqual({ source: 'a', target: 'b, the second', weight: 1, label: 1 });
    const text = '{"features":["x"],"nodes":[{"id":"a","features":[1],"label":1}],"edges":[]}';
    expect(readGraphJson(text)).toEqual({
      features: ['x'],
      nodes: [{ id: 'a', features: Float64Array.of(1), label: 1 }],
      edges: [],
    });
  });

  it('over time are read from an edge list with times, with nodes beside it or from the edges', () => {
    const edges =
      'time,source,target,weight\n2026-01-01T00:01:00Z,a,b,4\n2026-01-01T00:00:00Z,a,b,2\n2026-01-01T00:01:00Z,b,c,1\n';
    const { time, graphs } = readGraphSequenceCsv(edges);
    expect([...time]).toEqual([Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 1, 0, 1)]);
    expect(graphs.map(({ edges: list }) => list.length)).toEqual([1, 2]);
    // Every graph has all nodes; out, weight out, in, weight in.
    expect(graphs[0]!.nodes.map(({ id, features }) => [id, ...features])).toEqual([
      ['a', 1, 2, 0, 0],
      ['b', 0, 0, 1, 2],
      ['c', 0, 0, 0, 0],
    ]);
    const nodes = 'ts,id,load,label\n10,b,2,0\n10,a,1,0\n20,a,3,1\n20,b,4,0\n';
    const attributed = readGraphSequenceCsv('ts,source,target\n10,a,b\n20,b,a\n', nodes);
    expect([...attributed.time]).toEqual([10_000, 20_000]);
    expect(
      attributed.graphs.map((graph) =>
        graph.nodes.map(({ id, features, label }) => [id, ...features, label]),
      ),
    ).toEqual([
      [
        ['b', 2, 0],
        ['a', 1, 0],
      ],
      [
        ['b', 4, 0],
        ['a', 3, 1],
      ],
    ]);
  });

  it('over time are read from JSON', () => {
    const graph = { nodes: [{ id: 'a', features: [1] }], edges: [] };
    const text = JSON.stringify({
      features: ['load'],
      graphs: [
        { time: '2026-01-01', ...graph },
        { time: 1_800_000_000, ...graph },
      ],
    });
    const { time, graphs } = readGraphSequenceJson(text);
    expect([...time]).toEqual([Date.UTC(2026, 0, 1), 1.8e12]);
    expect(graphs[1]!.features).toEqual(['load']);
  });

  it.each([
    ['source,target\na,b\n', 'graph'],
    ['"Source";x\n', undefined],
    ['weight,Target,SOURCE\n', 'graph'],
    ['time,source,target\n', 'graph-sequence'],
    ['time,value\n1,2\n', undefined],
    ['{ "nodes": [], "edges": [] }', 'graph'],
    ['{"features":["a"],"nodes":[', 'graph'],
    ['{"graphs": [{"time":1,"nodes":[', 'graph-sequence'],
    ['{"features":["a"],"graphs":[', 'graph-sequence'],
    ['{"time":[1,2],"cpu":[3,4]}', undefined],
    ['', undefined],
  ] as const)('are told from other texts: %j', (text, kind) => {
    expect(graphTextKind(text)).toBe(kind);
  });

  it.each([
    [() => readGraphSequenceCsv('source,target\na,b\n'), 'unknown-column'],
    [() => readGraphSequenceCsv('time,source,target\nnoon,a,b\n'), 'bad-time'],
    [
      () => readGraphSequenceCsv('ts,source,target\n1,a,b\n2,a,b\n', 'ts,id,x\n1,a,1\n1,b,1\n2,a,1\n'),
      'bad-graph',
    ],
    [() => readGraphSequenceJson('{"graphs":[{"time":"noon","nodes":[],"edges":[]}]}'), 'bad-time'],
    [() => readGraphSequenceJson('{"nodes":[]}'), 'bad-graph'],
    [() => readGraphJson('{"nodes":[{"id":"a","label":2}],"edges":[]}'), 'bad-label'],
    [
      () => readGraphJson('{"features":["x","y"],"nodes":[{"id":"a","features":[1]}],"edges":[]}'),
      'bad-graph',
    ],
    [() => readGraphJson('null'), 'bad-graph'],
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
