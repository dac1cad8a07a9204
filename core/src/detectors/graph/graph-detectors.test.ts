import { describe, expect, it } from 'vitest';
import { generateGraph, generateGraphSequence } from '../../datasets/graphs.js';
import { averagePrecision, rankingCurve } from '../../evaluate/curves.js';
import { createGraph } from '../../series/graph.js';
import { createGraphAttention } from './graph-attention.js';
import { createGraphSequenceAttention } from './graph-sequence-attention.js';

const ap = (labels: ArrayLike<number>, scores: ArrayLike<number>): number =>
  averagePrecision(rankingCurve(labels, scores));
/** Largest deviation over the columns in standard deviations of their first `train` values. */
function zScores(columns: number[][], train: number): Float64Array {
  const worst = new Float64Array(columns[0]!.length);
  for (const column of columns) {
    const known = column.slice(0, train);
    const mean = known.reduce((a, b) => a + b, 0) / train;
    const std = Math.sqrt(known.reduce((sum, x) => sum + (x - mean) ** 2, 0) / train) || 1;
    column.forEach((x, i) => (worst[i] = Math.max(worst[i]!, Math.abs(x - mean) / std)));
  }
  return worst;
}

describe('graph-attention', { timeout: 180_000 }, () => {
  it('beats the z-score of attributes and degree on nodes, chance on edges, and survives saving', async () => {
    const { graph, nodeLabels, edgeLabels } = generateGraph({ nodes: 120, seed: 3 });
    const detector = await createGraphAttention({ epochs: 100 });
    const report = await detector.fit(graph, { seed: 1 });
    expect(report.loss!.at(-1)!).toBeLessThan(report.loss![0]!);
    const scores = await detector.score(graph, {});
    const index = new Map(graph.nodes.map(({ id }, i) => [id, i]));
    const degree = graph.nodes.map(() => 0);
    for (const { source } of graph.edges) degree[index.get(source)!]++;
    const attributes = Array.from({ length: 8 }, (_, f) => graph.nodes.map(({ features }) => features[f]!));
    expect(ap(nodeLabels, scores.nodes)).toBeGreaterThan(
      ap(nodeLabels, zScores([...attributes, degree], 120)) + 0.1,
    );
    const rate = edgeLabels.reduce((sum, label) => sum + label, 0) / edgeLabels.length;
    expect(ap(edgeLabels, scores.edges)).toBeGreaterThan(2 * rate);
    for (const values of [scores.nodes, scores.edges])
      expect(values.every((x) => Number.isFinite(x) && x >= 0)).toBe(true);

    const attended = scores.attend(5);
    expect(attended.length).toBe(graph.edges.filter(({ target }) => target === graph.nodes[5]!.id).length);
    expect(attended.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 5);

    const copy = await createGraphAttention({ epochs: 100 });
    await copy.setState(await detector.getState());
    expect((await copy.score(graph, {})).nodes).toEqual(scores.nodes);
    detector.dispose();
  });

  it('does not learn a small graph by heart, however long it trains', async () => {
    const quality = async (seed: number, options: Parameters<typeof createGraphAttention>[0]) => {
      const { graph, nodeLabels } = generateGraph({ nodes: 48, seed, contextual: 3, cliques: 0 });
      const detector = await createGraphAttention({ epochs: 200, ...options });
      await detector.fit(graph, { seed });
      const { nodes } = await detector.score(graph, {});
      detector.dispose();
      return ap(nodeLabels, nodes);
    };
    for (const seed of [1, 2]) {
      const withDropout = await quality(seed, {});
      expect(withDropout).toBeGreaterThan(0.9);
      expect(await quality(seed, { edgeDropout: 0, featureDropout: 0 })).toBeLessThan(withDropout - 0.2);
    }
  });

  it('takes a graph of one edge, which no step may go without', async () => {
    const detector = await createGraphAttention({ epochs: 20, edgeDropout: 0.95 });
    const nodes = ['a', 'b', 'c'].map((id, i) => ({ id, features: [i] }));
    const graph = createGraph({ nodes, edges: [{ source: 'a', target: 'b' }] });
    await detector.fit(graph, { seed: 1 });
    expect((await detector.score(graph, {})).nodes.every(Number.isFinite)).toBe(true);
    detector.dispose();
  });

  it('says what is wrong', async () => {
    const detector = await createGraphAttention({ epochs: 2 });
    const { graph } = generateGraph({ nodes: 60 });
    await expect(detector.score(graph, {})).rejects.toMatchObject({ code: 'not-fitted' });
    const bare = createGraph({
      nodes: [{ id: 'a' }, { id: 'b' }, { id: 'c' }],
      edges: [{ source: 'a', target: 'b' }],
    });
    await expect(detector.fit(bare, {})).rejects.toMatchObject({ code: 'bad-graph' });
    await detector.fit(graph, {});
    const narrow = createGraph({ nodes: [{ id: 'a', features: [1] }], edges: [] });
    await expect(detector.score(narrow, {})).rejects.toMatchObject({ code: 'channel-mismatch' });
    await expect(detector.fit(graph, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
    await expect(detector.setState({ json: {}, tensors: {} })).rejects.toMatchObject({
      code: 'model-corrupt',
    });
    await expect(createGraphAttention({ nonsense: 1 } as never)).rejects.toMatchObject({
      code: 'bad-option',
    });
  });
});

describe('graph-sequence-attention', { timeout: 180_000 }, () => {
  it('says which node, when, better than z-score, and survives saving', async () => {
    const { sequence, nodeLabels } = generateGraphSequence({ seed: 1 });
    const train = { time: sequence.time.subarray(0, 300), graphs: sequence.graphs.slice(0, 300) };
    const options = { window: 8, epochs: 15, learningRate: 0.01 };
    const detector = await createGraphSequenceAttention(options);
    await detector.fit(train, { seed: 1 });
    const scores = await detector.score(sequence, {});
    const flat = <T extends ArrayLike<number>>(rows: readonly T[]): number[] =>
      rows.flatMap((row) => Array.from(row));
    const columns = sequence.graphs[0]!.nodes.map((_, i) => {
      const of = (f: number): number[] => sequence.graphs.map(({ nodes }) => nodes[i]!.features[f]!);
      return zScores([of(0), of(1)], 300);
    });
    const z = sequence.graphs.flatMap((_, t) => columns.map((column) => column[t]!));
    expect(ap(flat(nodeLabels), flat(scores.nodes))).toBeGreaterThan(ap(flat(nodeLabels), z) + 0.1);

    const attended = scores.attend(350, 2);
    expect(attended.length).toBeGreaterThan(0);
    expect(attended.every(({ node }) => node !== 's2')).toBe(true);
    expect(attended.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 4);
    expect(scores.attendSteps(350, 355).length).toBeGreaterThan(0);

    const copy = await createGraphSequenceAttention(options);
    await copy.setState(await detector.getState());
    expect((await copy.score(sequence, {})).steps).toEqual(scores.steps);
    const other = generateGraphSequence({ nodes: 5, steps: 100, anomalies: 2 }).sequence;
    await expect(copy.score(other, {})).rejects.toMatchObject({ code: 'channel-mismatch' });
  });
});
