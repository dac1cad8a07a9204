import type { GraphSequenceOptions } from './graph-sequence-options.js';
import * as tf from '@tensorflow/tfjs-core';
import { HeedError } from '../../errors.js';
import type { GraphSequence } from '../../series/graph.js';
import { createSeries, type Series } from '../../series/series.js';
import type {
  AttendedNode,
  DetectorState,
  FitReport,
  RawGraphDetector,
  RawGraphSequenceScores,
  RunOptions,
} from '../base/types.js';
import {
  graphSequencePlan,
  type GraphSequenceNetwork,
  type NodeLayout,
} from './graph-sequence-attention-network.js';
import { WindowedDetector } from '../learned/training/windowed-detector.js';

/** Sums of the weights of a node's edges in and out, beside its own features. */
const DEGREES = ['weight in', 'weight out'];

/** `graph-sequence-attention` on graphs: a channel per node and feature, and what the edges weigh per node. */
export class GraphSequenceDetector implements RawGraphDetector<GraphSequence, RawGraphSequenceScores> {
  private detector: WindowedDetector | undefined;
  private layout: NodeLayout | undefined;
  private names: readonly string[] = [];

  constructor(private readonly options: GraphSequenceOptions) {}

  /** @throws HeedError bad-graph, too-few-points, cancelled, not-finite */
  async fit(train: GraphSequence, run: RunOptions): Promise<FitReport> {
    const layout = readLayout(train);
    const detector = new WindowedDetector(graphSequencePlan(this.options, layout));
    const report = await detector.fit(toSeries(train), run);
    this.dispose();
    this.detector = detector;
    this.layout = layout;
    this.names = train.graphs[0]!.nodes.map(({ id }) => id);
    return report;
  }

  /** @throws HeedError not-fitted, channel-mismatch, too-few-points, cancelled */
  async score(sequence: GraphSequence, run: RunOptions): Promise<RawGraphSequenceScores> {
    const { detector, layout, names } = this;
    if (!detector || !layout) throw notFitted();
    const given = sequence.graphs[0]!.nodes.map(({ id }) => id);
    if (given.join('\n') !== names.join('\n')) {
      throw new HeedError(
        'channel-mismatch',
        `the graphs have the nodes ${given.slice(0, 5).join(', ')}… where ${names.slice(0, 5).join(', ')}… were fitted`,
        'Give the nodes the detector was fitted on, in the same order.',
      );
    }
    const series = toSeries(sequence);
    const { contributions, expected, raw, attend } = await detector.score(series, run);
    const nodes = sequence.graphs.map((_, t) =>
      Float64Array.from(names, (__, i) => {
        let sum = 0;
        for (let f = 0; f < layout.features; f++) sum += contributions![i * layout.features + f]![t]!;
        return sum * names.length;
      }),
    );
    return {
      nodes,
      features: featureNames(sequence),
      explain: (step, node) =>
        Array.from({ length: layout.features }, (_, f) => {
          const channel = node * layout.features + f;
          return {
            value: series.channels[channel]!.values[step]!,
            expected: expected![channel]![step]!,
            contribution: contributions![channel]![step]! * names.length,
          };
        }),
      steps: raw,
      attend: (step, node) => this.neighbors(series, step, node),
      attendSteps: (start, end) => attend!(start, end),
    };
  }

  async getState(): Promise<DetectorState> {
    if (!this.detector || !this.layout) throw notFitted();
    const { json, tensors } = await this.detector.getState();
    const { nodes, features, mask } = this.layout;
    return {
      json: { ...json, nodes: [...this.names], features },
      // Integers, which saving in 8 bits leaves alone: who attends to whom is no weight.
      tensors: { ...tensors, mask: { shape: [nodes, nodes], values: Int32Array.from(mask) } },
    };
  }

  /** @throws HeedError model-corrupt */
  async setState(state: DetectorState): Promise<void> {
    const { nodes, features } = state.json as { nodes?: unknown; features?: unknown };
    const mask = state.tensors['mask']?.values;
    if (!Array.isArray(nodes) || typeof features !== 'number' || mask?.length !== nodes.length ** 2) {
      throw new HeedError('model-corrupt', 'the state is not of graphs', 'Fit the detector again.');
    }
    const layout = { nodes: nodes.length, features, mask: Float32Array.from(mask) };
    const detector = new WindowedDetector(graphSequencePlan(this.options, layout));
    await detector.setState(state);
    this.dispose();
    Object.assign(this, { detector, layout, names: nodes });
  }

  dispose(): void {
    this.detector?.dispose();
    this.detector = undefined;
  }

  /** Graph attention of a node in one step. */
  private neighbors(series: Series, step: number, node: number): AttendedNode[] {
    const { detector, names } = this;
    if (!detector) return [];
    const weights = tf.tidy(() => {
      const { network, windows } = detector.open(series);
      const all = (network as GraphSequenceNetwork).nodeWeights(
        windows.gather([Math.min(step, windows.count - 1)]),
      );
      return all.dataSync<'float32'>().slice(node * names.length, (node + 1) * names.length);
    });
    return names
      .map((name, i) => ({ node: name, weight: weights[i]! }))
      .filter(({ weight }) => weight > 1e-6)
      .sort((a, b) => b.weight - a.weight);
  }
}

function notFitted(): HeedError {
  return new HeedError(
    'not-fitted',
    'graph-sequence-attention has not been fitted',
    'Fit it or load a fitted model.',
  );
}

function readLayout({ graphs }: GraphSequence): NodeLayout {
  const first = graphs[0]!;
  const nodes = first.nodes.length;
  const index = new Map(first.nodes.map(({ id }, i) => [id, i]));
  const mask = new Float32Array(nodes * nodes);
  for (const { edges } of graphs) {
    for (const { source, target } of edges) {
      // Callers explain the called and the other way round.
      mask[index.get(target)! * nodes + index.get(source)!] = 1;
      mask[index.get(source)! * nodes + index.get(target)!] = 1;
    }
  }
  return { nodes, features: first.nodes[0]!.features.length + DEGREES.length, mask };
}

/** Names of the features, and of what the edges add to them. */
function featureNames({ graphs }: GraphSequence): string[] {
  const { features, nodes } = graphs[0]!;
  return [...(features ?? Array.from(nodes[0]!.features, (_, f) => `feature ${f}`)), ...DEGREES];
}

/** A channel per node and feature: N · (F + 2) channels. */
function toSeries({ time, graphs }: GraphSequence): Series {
  const nodes = graphs[0]!.nodes;
  const width = nodes[0]!.features.length;
  const index = new Map(nodes.map(({ id }, i) => [id, i]));
  const features = featureNames({ time, graphs });
  const channels = nodes.flatMap(({ id }) =>
    features.map((name) => ({ name: `${id}/${name}`, values: new Float64Array(time.length) })),
  );
  const perNode = width + DEGREES.length;
  graphs.forEach((graph, t) => {
    graph.nodes.forEach(({ id, features }, i) => {
      if (features.length !== width) {
        throw new HeedError(
          'bad-graph',
          `node "${id}" changes its number of features`,
          'Give the same features always.',
        );
      }
      for (let f = 0; f < width; f++) channels[i * perNode + f]!.values[t] = features[f]!;
    });
    for (const { source, target, weight = 1 } of graph.edges) {
      channels[index.get(target)! * perNode + width]!.values[t] += weight;
      channels[index.get(source)! * perNode + width + 1]!.values[t] += weight;
    }
  });
  return createSeries({ time, channels });
}
