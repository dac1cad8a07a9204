// Node graph frames in, node graph frames with scores out.
import type { DataFrame, Field } from '@grafana/data';
import { generateGraph } from '@heed/core/datasets';
import { describe, expect, it, vi } from 'vitest';
import { GraphScoring } from '../shared/graphs.js';
import { ActivityLog } from '../shared/activity.js';
import { runJob } from '../shared/jobs.js';
import type { GraphJob, GraphResult } from '../shared/jobTypes.js';
import { heedMeta } from '../shared/heedMeta.js';
import { isNodeGraph, readNodeGraph } from './nodeGraph.js';
import { scoreGraphFrames } from './scoreGraph.js';
import type { HeedQuery } from './types.js';

const field = (name: string, values: unknown[], config: Field['config'] = {}): Field =>
  ({
    name,
    type: typeof values.find((v) => v !== null) === 'number' ? 'number' : 'string',
    values,
    config,
  }) as Field;
const frame = (name: string, fields: Field[], meta?: DataFrame['meta']): DataFrame => ({
  name,
  length: fields[0]?.values.length ?? 0,
  fields,
  ...(meta ? { meta } : {}),
});

const shop = [
  frame('nodes', [
    field('id', ['web', 'cart', 'pay', 'db']),
    field('title', ['Web', 'Cart', 'Payments', 'Database']),
    field('mainStat', [12, null, 7, 3], { unit: 'ms', displayName: 'latency' }),
    field('arc__errors', [0.1, 0, 0, 0]),
    field('arc__ok', [0.9, 1, 1, 1]),
    field('detail__cpu', [40, 50, 60, 70]),
    field('color', [1, 2, 3, 4]),
    field('nodeRadius', [40, 40, 40, 40]),
    field('subtitle', ['front', 'back', 'back', 'store']),
  ]),
  frame('edges', [
    field('id', ['1', '2', '3', '4']),
    field('source', ['web', 'cart', 'pay', 'web']),
    field('target', ['cart', 'pay', 'db', 'gone']),
    field('mainstat', [100, 0, 20, 5]),
  ]),
];
const fieldOf = (frames: readonly DataFrame[], at: number, name: string) =>
  frames[at]!.fields.find((own) => own.name === name)!;

describe('reading a node graph', () => {
  it('takes statistics, rings and details as features, never how a node looks; what is missing is ordinary', () => {
    const { graph, edgeOfRow, notes } = readNodeGraph(shop);
    expect(graph.features).toEqual(['latency', 'errors', 'ok', 'cpu']);
    expect(graph.nodes[0]).toEqual({ id: 'web', features: [12, 0.1, 0.9, 40] });
    expect(graph.nodes[1]!.features[0]).toBe(7);
    expect(graph.edges).toEqual([
      { source: 'web', target: 'cart', weight: 100 },
      { source: 'cart', target: 'pay' },
      { source: 'pay', target: 'db', weight: 20 },
    ]);
    expect(edgeOfRow).toEqual([0, 1, 2, -1]);
    expect(notes).toEqual(['1 edge names a node that the source does not list']);
  });

  it('takes nodes from edges where the source lists none, and their edges as features where it tells nothing', () => {
    const { graph, nodes } = readNodeGraph([shop[1]!]);
    expect(graph.nodes.map(({ id }) => id)).toEqual(['web', 'cart', 'pay', 'db', 'gone']);
    expect(graph.features).toEqual(['edges out', 'edges in', 'weight out', 'weight in']);
    expect(graph.nodes[0]!.features).toEqual([2, 0, 105, 0]);
    expect(nodes[0]!.length).toBe(5);
  });

  it('knows a map from series, and from events that have columns of the same names', () => {
    expect(isNodeGraph(shop)).toBe(true);
    const time: Field = { name: 'time', type: 'time' as Field['type'], values: [1, 2, 3, 4], config: {} };
    expect(isNodeGraph([frame('a', [time, field('value', [1, 2, 3, 4])])])).toBe(false);
    expect(isNodeGraph([frame('log', [time, ...shop[1]!.fields])])).toBe(false);
    expect(
      isNodeGraph([frame('log', [time, ...shop[1]!.fields], { preferredVisualisationType: 'nodeGraph' })]),
    ).toBe(true);
    expect(isNodeGraph([])).toBe(false);
  });
});

/** A generated map as frames, with the labels of its odd nodes. */
function generated(seed: number) {
  const { graph, nodeLabels } = generateGraph({ nodes: 80, seed, contextual: 3, cliques: 0 });
  const { nodes, edges } = graph;
  return {
    odd: nodes.filter((_, i) => nodeLabels[i] === 1).map(({ id }) => id),
    frames: [
      frame('nodes', [
        field(
          'id',
          nodes.map(({ id }) => id),
        ),
        ...Array.from(nodes[0]!.features, (_, f) =>
          field(
            `detail__m${f}`,
            nodes.map((n) => n.features[f]!),
          ),
        ),
      ]),
      frame('edges', [
        field(
          'id',
          edges.map((_, e) => `e${e}`),
        ),
        field(
          'source',
          edges.map(({ source }) => source),
        ),
        field(
          'target',
          edges.map(({ target }) => target),
        ),
        field(
          'color',
          edges.map(() => 'blue'),
        ),
      ]),
    ],
  };
}

const engine = {
  score: async (map: Omit<GraphJob, 'kind'>): Promise<GraphResult> =>
    (await runJob({ kind: 'graph', ...map }, {})) as GraphResult,
};
const query = { refId: 'A', mode: 'each', output: 'overlay', sensitivity: 50 } as HeedQuery;
const context = { refId: 'A', from: 1000, to: 9000, step: 1000 };
const run = (
  frames: DataFrame[],
  q: Partial<HeedQuery> = {},
  annotation = false,
  scoring: typeof engine = engine,
) =>
  scoreGraphFrames({
    frames,
    query: { ...query, ...q },
    context,
    scoring,
    surface: 'query',
    annotation,
    signal: new AbortController().signal,
  });

describe('scoring a node graph', () => {
  const { frames, odd } = generated(3);

  it('finds the odd nodes of a generated map, and says why and compared with whom', async () => {
    const { frames: out, errors } = await run(frames);
    expect(errors).toEqual([]);
    expect(out.map((own) => [heedMeta(own)!.role, own.meta!.preferredVisualisationType])).toEqual([
      ['graph', 'nodeGraph'],
      ['graph', 'nodeGraph'],
    ]);
    const ids = fieldOf(out, 0, 'id').values as string[];
    const score = fieldOf(out, 0, 'score').values as number[];
    const ranked = ids.map((id, i) => ({ id, score: score[i]! })).sort((a, b) => b.score - a.score);
    expect(
      ranked
        .slice(0, 3)
        .map(({ id }) => id)
        .sort(),
    ).toEqual([...odd].sort());
    const severity = fieldOf(out, 0, 'severity').values as Array<number | null>;
    const anomaly = fieldOf(out, 0, 'anomaly').values as number[];
    score.forEach((value, i) => {
      expect(anomaly[i]).toBe(value > 1 ? 1 : 0);
      expect(severity[i] === null).toBe(value <= 1);
    });
    const at = ids.indexOf(ranked[0]!.id);
    expect(fieldOf(out, 0, 'detail__why').values[at]).toMatch(/^n\d+: m\d is .* where .* was expected/);
    expect(fieldOf(out, 0, 'detail__attended').values[at]).toMatch(/^n\d+ \d+%/);
    const arcs = ['arc__anomalous', 'arc__ordinary'].map(
      (name) => fieldOf(out, 0, name).values[at] as number,
    );
    expect(arcs[0]).toBeGreaterThan(0);
    expect(arcs[0]! + arcs[1]!).toBeCloseTo(1, 9);
    // What the source says of an ordinary edge stays.
    expect(fieldOf(out, 1, 'color').values).toContain('blue');
    expect(fieldOf(out, 1, 'score').values).toHaveLength(out[1]!.length);
  }, 60_000);

  it('gives the same scores again, and fewer anomalies where less sensitivity is asked for', async () => {
    const map = { ...readNodeGraph(frames).graph };
    const [once, twice, less] = await Promise.all(
      [50, 50, 10].map((sensitivity) => engine.score({ ...map, sensitivity })),
    );
    expect(twice!.nodes).toEqual(once!.nodes);
    expect(less!.anomalies.length).toBeLessThan(once!.anomalies.length);
  }, 60_000);

  it('gives rows, and annotations over the range that the map is of', async () => {
    const result: GraphResult = {
      nodes: Float32Array.of(0.5, 0.5, 3, 0.5),
      edges: Float32Array.of(0.1, 0.1, 2),
      anomalies: [
        {
          index: 2,
          score: 3,
          severity: 50,
          attended: [{ node: 'db', weight: 1 }],
          reason: '<b>pay</b>: odd.',
        },
      ],
      edgeAnomalies: [{ index: 2, score: 2, severity: 40, reason: 'pay → db: odd.' }],
    };
    const scoring = { score: async () => result };
    const { frames: rows } = await run(shop, { output: 'events' }, false, scoring);
    expect(fieldOf(rows, 0, 'node').values).toEqual(['Payments']);
    expect(fieldOf(rows, 0, 'compared with').values).toEqual(['db 100%']);
    const { frames: layer } = await run(shop, {}, true, scoring);
    expect(fieldOf(layer, 0, 'time').values).toEqual([1000]);
    expect(fieldOf(layer, 0, 'timeEnd').values).toEqual([9000]);
    expect(fieldOf(layer, 0, 'text').values[0]).not.toMatch(/[<>]/);
    const { frames: map } = await run(shop, {}, false, scoring);
    expect(fieldOf(map, 1, 'score').values[3]).toBeNull();
    expect(fieldOf(map, 1, 'detail__why').values).toEqual(['', '', 'pay → db: odd.', '']);
    expect(map[0]!.fields.filter(({ name }) => name.startsWith('arc__')).map(({ name }) => name)).toEqual([
      'arc__anomalous',
      'arc__ordinary',
    ]);
  });

  it('shows the map as it is where it cannot be scored, and says why', async () => {
    const bare = [
      frame('nodes', [field('id', ['a', 'b'])]),
      frame('edges', [field('source', ['a']), field('target', ['b'])]),
    ];
    const { frames: out, errors } = await run(bare);
    expect(out).toEqual(bare);
    expect(errors[0]!.message).toContain('at least 3 nodes');
  });
});

describe('GraphScoring', () => {
  const map = { ...readNodeGraph(shop).graph, sensitivity: 50 };
  const origin = { surface: 'query' as const, title: 'map' };
  const empty: GraphResult = {
    nodes: new Float32Array(4),
    edges: new Float32Array(3),
    anomalies: [],
    edgeAnomalies: [],
  };

  it('scores equal maps once, whoever asks, and stops when nobody wants it any more', async () => {
    const signals: AbortSignal[] = [];
    let finish = (_: unknown) => {};
    const runPool = vi.fn((_job: unknown, { signal }: { signal: AbortSignal }) => {
      signals.push(signal);
      return new Promise((resolve) => (finish = resolve));
    });
    const scoring = new GraphScoring({ runOn: runPool as never, activity: new ActivityLog() });
    const [first, second] = [new AbortController(), new AbortController()];
    const a = scoring.score(map, origin, first.signal);
    const b = scoring.score(map, origin, second.signal);
    expect(runPool).toHaveBeenCalledTimes(1);
    first.abort();
    await expect(a).rejects.toMatchObject({ code: 'cancelled' });
    expect(signals[0]!.aborted).toBe(false);
    finish({ result: empty, milliseconds: 1, where: 'worker' });
    expect(await b).toBe(empty);
    expect(await scoring.score(map, origin, new AbortController().signal)).toBe(empty);
    expect(runPool).toHaveBeenCalledTimes(1);

    const third = new AbortController();
    const c = scoring.score({ ...map, sensitivity: 60 }, origin, third.signal);
    third.abort();
    await expect(c).rejects.toMatchObject({ code: 'cancelled' });
    expect(signals[1]!.aborted).toBe(true);
  });
});
