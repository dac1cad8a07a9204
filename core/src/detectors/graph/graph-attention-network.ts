import * as tf from '@tensorflow/tfjs-core';
import { chooseBackend } from '../../tensor/index.js';
import { dense, gatherRows, segmentSoftmax, segmentSum } from '../../tensor/operations/index.js';
import { HeedError } from '../../errors.js';
import { createScaler, fitScaler, median, type Scaler, type ScalerState } from '../../preprocess/index.js';
import { createRandom, type Random } from '../../random.js';
import type { Graph } from '../../series/graph.js';
import type {
  AttendedNode,
  DetectorState,
  FitReport,
  RawGraphDetector,
  RawGraphScores,
  RunOptions,
} from '../base/types.js';
import { denseLayer } from '../learned/training/layers.js';
import { optimize } from '../learned/training/optimize.js';
import { Parameters } from '../learned/training/parameters.js';
import type { GraphAttentionOptions } from './graph-attention-options.js';

/** Sampled pairs without an edge per edge, for the structure's loss. */
const NEGATIVES = 2;

/** A graph as arrays: features scaled, edges by index. */
interface GraphArrays {
  readonly nodes: number;
  readonly features: tf.Tensor2D;
  readonly source: Int32Array;
  readonly target: Int32Array;
}

interface Network {
  readonly parameters: Parameters;
  readonly scalers: readonly Scaler[];
  /** What the neighbors let expect [n, f], and the weight of every edge per head [e, heads]. */
  attributes(graph: GraphArrays): { expected: tf.Tensor2D; weights: tf.Tensor2D };
  /** Embedding of every node [n, h]. */
  embed(graph: GraphArrays): tf.Tensor2D;
  attributeScale: number;
  structureScale: number;
}

/**
 * Attention on an attributed graph (“Attention mechanisms in anomaly detection” §2 names graph anomalies as a use of attention and gives neither
 * formula nor code): multi-head graph attention, e_ij = LeakyReLU(aᵀ[W x_i ‖ W x_j]), α_ij = softmax over the
 * in-neighbors j of i, computed over the list of edges, so that work grows with the edges. Two questions per
 * node, as in the autoencoders for attributed graphs (Ding et al., SDM 2019; Fan et al., ICASSP 2020):
 * - attributes: can x_i be told from its neighbors alone? Error of x̂_i = D(Σ_j α_ij W x_j). A node is kept out of
 *   its own neighborhood, or it would rebuild itself, anomaly or not.
 * - structure: are its links likely? p_ij = σ(z_i · z_j / √h + b), learned against pairs without a link, from
 *   embeddings of the attributes alone: one that knew the links would find every link likely. What the links of a
 *   node surprise beyond a usual link, Σ_j max(0, −log p_ij − median), so that many unlikely links count more than
 *   one and a hub's many likely ones do not count.
 * An edge's score is −log p_ij.
 *
 * It is fitted to the graph that it judges, anomalies and all, and would learn them by heart. So every step goes without
 * some of the edges (DropEdge, Rong et al., ICLR 2020) and features (dropout, as graph attention networks have it): no
 * node meets the same neighborhood twice, and what holds for few nodes is not worth a weight.
 */
export class GraphAttentionNetwork implements RawGraphDetector<Graph, RawGraphScores> {
  private network: Network | undefined;

  constructor(private readonly options: GraphAttentionOptions) {}

  /** @throws HeedError bad-graph, cancelled, not-finite, backend-unavailable */
  async fit(train: Graph, run: RunOptions): Promise<FitReport> {
    const started = performance.now();
    await chooseBackend();
    const width = checkFeatures(train);
    if (train.nodes.length < 3 || train.edges.length === 0) {
      throw new HeedError(
        'bad-graph',
        `the graph has ${train.nodes.length} nodes and ${train.edges.length} edges`,
        'Give at least 3 nodes and an edge.',
      );
    }
    this.dispose();
    const scalers = Array.from({ length: width }, (_, f) =>
      fitScaler(
        Float64Array.from(train.nodes, ({ features }) => features[f]!),
        'z-score',
      ),
    );
    const random = createRandom(run.seed ?? 0);
    const network = (this.network = buildNetwork(this.options, scalers, random.fork()));
    const graph = toArrays(train, scalers);
    try {
      const curve = await optimize(
        {
          phase: 'fit',
          parameters: network.parameters,
          trainSamples: Int32Array.of(0),
          validationSamples: new Int32Array(0),
          epochs: this.options.epochs,
          batchSize: 1,
          learningRate: this.options.learningRate,
          patience: this.options.epochs,
          random,
          objectives: () => {
            const negative = drawPairs(graph, random);
            const seen = withDropout(graph, this.options, random);
            return [{ trains: () => true, loss: () => computeLoss(network, graph, seen, negative) }];
          },
        },
        run,
      );
      const errors = withinTidy(() => measure(network, graph));
      network.attributeScale = Math.max(average(errors.attribute), 1e-6);
      network.structureScale = Math.max(average(errors.structure), 1e-6);
      return {
        detector: 'graph-attention',
        points: train.nodes.length,
        seconds: (performance.now() - started) / 1000,
        parameters: network.parameters.count,
        loss: curve.loss,
        bestEpoch: curve.bestEpoch,
      };
    } finally {
      graph.features.dispose();
    }
  }

  /** @throws HeedError not-fitted, channel-mismatch, cancelled */
  async score(graph: Graph, run: RunOptions): Promise<RawGraphScores> {
    const network = this.requireNetwork();
    const width = checkFeatures(graph);
    if (width !== network.scalers.length) {
      throw new HeedError(
        'channel-mismatch',
        `the nodes have ${width} features where graph-attention was fitted on ${network.scalers.length}`,
        'Give the features the detector was fitted on.',
      );
    }
    if (run.signal?.aborted) throw new HeedError('cancelled', 'the work was cancelled', 'Start it again.');
    const arrays = toArrays(graph, network.scalers);
    const { attribute, structure, perFeature, expected, edges, weights } = withinTidy(() =>
      measure(network, arrays),
    );
    arrays.features.dispose();
    const n = arrays.nodes;
    const { structure: share } = this.options;
    const nodes = new Float64Array(n);
    const contributions = Array.from({ length: width }, () => new Float64Array(n));
    for (let i = 0; i < n; i++) {
      nodes[i] =
        ((1 - share) * attribute[i]!) / network.attributeScale +
        (share * structure[i]!) / network.structureScale;
      for (let f = 0; f < width; f++) {
        contributions[f]![i] = ((1 - share) * perFeature[i * width + f]!) / width / network.attributeScale;
      }
    }
    const columns = contributions.map((_, f) =>
      network.scalers[f]!.invert(Float64Array.from({ length: n }, (__, i) => expected[i * width + f]!)),
    );
    const incoming: number[][] = graph.nodes.map(() => []);
    arrays.target.forEach((target, e) => incoming[target]!.push(e));
    const attend = (node: number): AttendedNode[] =>
      incoming[node]!.map((e) => ({ node: graph.nodes[arrays.source[e]!]!.id, weight: weights[e]! })).sort(
        (a, b) => b.weight - a.weight,
      );
    return { nodes, edges: Float64Array.from(edges), contributions, expected: columns, attend };
  }

  async getState(): Promise<DetectorState> {
    const { scalers, attributeScale, structureScale, parameters } = this.requireNetwork();
    return {
      json: {
        detector: 'graph-attention',
        scalers: scalers.map((scaler) => scaler.toJSON()),
        attributeScale,
        structureScale,
      },
      tensors: parameters.toTensors(),
    };
  }

  /** @throws HeedError model-corrupt */
  async setState({ json, tensors }: DetectorState): Promise<void> {
    const { detector, scalers, attributeScale, structureScale } = json;
    const numbers = [attributeScale, structureScale].every((value) => typeof value === 'number' && value > 0);
    if (detector !== 'graph-attention' || !Array.isArray(scalers) || scalers.length === 0 || !numbers) {
      throw new HeedError('model-corrupt', 'the state is not of graph-attention', 'Fit the detector again.');
    }
    await chooseBackend();
    const network = buildNetwork(
      this.options,
      (scalers as ScalerState[]).map((scaler) => createScaler(scaler)),
      createRandom(0),
    );
    try {
      network.parameters.fromTensors(tensors);
    } catch (error) {
      network.parameters.dispose();
      throw error;
    }
    network.attributeScale = attributeScale as number;
    network.structureScale = structureScale as number;
    this.dispose();
    this.network = network;
  }

  dispose(): void {
    this.network?.parameters.dispose();
    this.network = undefined;
  }

  private requireNetwork(): Network {
    if (this.network) return this.network;
    throw new HeedError(
      'not-fitted',
      'graph-attention has not been fitted',
      'Fit it on a graph or load a fitted model.',
    );
  }
}

function checkFeatures(graph: Graph): number {
  const width = graph.nodes[0]?.features.length ?? 0;
  if (width === 0) {
    throw new HeedError(
      'bad-graph',
      'the nodes have no features',
      'Give every node at least one, such as its degree.',
    );
  }
  return width;
}

function toArrays(graph: Graph, scalers: readonly Scaler[]): GraphArrays {
  const index = new Map(graph.nodes.map(({ id }, i) => [id, i]));
  const n = graph.nodes.length;
  const values = new Float32Array(n * scalers.length);
  scalers.forEach((scaler, f) => {
    const column = scaler.apply(Float64Array.from(graph.nodes, ({ features }) => features[f]!));
    column.forEach((value, i) => (values[i * scalers.length + f] = Math.max(-25, Math.min(25, value))));
  });
  return {
    nodes: n,
    features: tf.tensor2d(values, [n, scalers.length]),
    source: Int32Array.from(graph.edges, ({ source }) => index.get(source)!),
    target: Int32Array.from(graph.edges, ({ target }) => index.get(target)!),
  };
}

function buildNetwork(
  { hidden, heads }: GraphAttentionOptions,
  scalers: readonly Scaler[],
  random: Random,
): Network {
  const parameters = new Parameters(random);
  const width = scalers.length;
  const all = hidden * heads;
  const matrix = (name: string, rows: number, columns: number): tf.Tensor2D =>
    parameters.create(name, [rows, columns], 'glorot') as tf.Variable<tf.Rank.R2>;
  const project = matrix('attention.project', width, all);
  const target = matrix('attention.target', width, heads);
  const source = matrix('attention.source', width, heads);
  const attend = ({ nodes, features, source: from, target: to }: GraphArrays) => {
    // aᵀ[W x_i ‖ W x_j] is linear in x_i and x_j; its two halves are learned as one matrix each.
    const scores = tf.leakyRelu(
      tf.add(gatherRows(dense(features, target), to), gatherRows(dense(features, source), from)),
      0.2,
    ) as tf.Tensor2D;
    const weights = segmentSoftmax(scores, to, nodes);
    const values = tf.reshape(gatherRows(dense(features, project), from), [from.length, heads, hidden]);
    const weighted = tf.mul(values, tf.expandDims(weights, 2));
    return { weights, context: segmentSum(tf.reshape(weighted, [from.length, all]), to, nodes) };
  };
  const widen = denseLayer(parameters, 'decoder.hidden', all, 2 * all);
  const decode = denseLayer(parameters, 'decoder.output', 2 * all, width);
  const first = denseLayer(parameters, 'structure.hidden', width, all);
  const second = denseLayer(parameters, 'structure.output', all, hidden);
  const bias = parameters.create('structure.bias', [1], 'zeros');
  return {
    parameters,
    scalers,
    attributes(graph) {
      const { context, weights } = attend(graph);
      return { expected: decode(tf.relu(widen(context))), weights };
    },
    embed(graph) {
      const z = second(tf.tanh(first(graph.features)));
      // The bias rides along as a column, so that it takes part in every product of two embeddings.
      return tf.concat(
        [tf.mul(z, hidden ** -0.25), tf.tile(tf.reshape(bias, [1, 1]), [graph.nodes, 1])],
        1,
      ) as tf.Tensor2D;
    },
    attributeScale: 1,
    structureScale: 1,
  };
}

/** Log odds of links: z_i · z_j + b, the last column of an embedding being b. */
function linkLogits(z: tf.Tensor2D, from: Int32Array, to: Int32Array): tf.Tensor1D {
  const width = z.shape[1] - 1;
  const [a, b] = [gatherRows(z, from), gatherRows(z, to)];
  const products = tf.mul(tf.slice(a, [0, 0], [-1, width]), tf.slice(b, [0, 0], [-1, width]));
  return tf.add(tf.sum(products, 1), tf.squeeze(tf.slice(a, [0, width], [-1, 1]), [1])) as tf.Tensor1D;
}

/** What one step of the training sees of a graph. */
interface SeenGraph {
  /** For the attributes: fewer edges, some features of the neighbors hidden. */
  readonly neighbors: GraphArrays;
  /** For the structure: all edges, some features hidden. */
  readonly ends: GraphArrays;
}

function withDropout(
  graph: GraphArrays,
  { edgeDropout, featureDropout }: GraphAttentionOptions,
  random: Random,
): SeenGraph {
  const hidden = (share: number): tf.Tensor2D =>
    // A seed of 0 would be none.
    tf.dropout(graph.features, share, undefined, random.integer(1, 2 ** 31 - 1)) as tf.Tensor2D;
  const kept = graph.source.reduce<number[]>((list, _, e) => {
    if (!random.chance(edgeDropout)) list.push(e);
    return list;
  }, []);
  const edges =
    kept.length > 0
      ? {
          source: Int32Array.from(kept, (e) => graph.source[e]!),
          target: Int32Array.from(kept, (e) => graph.target[e]!),
        }
      : {};
  return {
    neighbors: { ...graph, ...edges, features: hidden(featureDropout) },
    // Half as many: a neighborhood makes up for what one node hides, the two ends of a link do not.
    ends: { ...graph, features: hidden(featureDropout / 2) },
  };
}

function computeLoss(
  network: Network,
  graph: GraphArrays,
  seen: SeenGraph,
  negative: { from: Int32Array; to: Int32Array },
): tf.Scalar {
  const { expected } = network.attributes(seen.neighbors);
  const z = network.embed(seen.ends);
  const links = tf.mean(tf.softplus(tf.neg(linkLogits(z, graph.source, graph.target))));
  const others = tf.mean(tf.softplus(linkLogits(z, negative.from, negative.to)));
  return tf.add(tf.mean(tf.squaredDifference(expected, graph.features)), tf.add(links, others)) as tf.Scalar;
}

function drawPairs(graph: GraphArrays, random: Random): { from: Int32Array; to: Int32Array } {
  const count = graph.source.length * NEGATIVES;
  const from = new Int32Array(count);
  const to = new Int32Array(count);
  for (let k = 0; k < count; k++) {
    from[k] = graph.source[k % graph.source.length]!;
    to[k] = random.integer(0, graph.nodes - 1);
  }
  return { from, to };
}

interface Measured {
  readonly attribute: Float64Array;
  readonly perFeature: Float32Array;
  readonly expected: Float32Array;
  readonly weights: Float32Array;
  readonly edges: Float32Array;
  readonly structure: Float64Array;
}

function measure(network: Network, graph: GraphArrays): Measured {
  const { expected, weights } = network.attributes(graph);
  const squares = tf.squaredDifference(expected, graph.features);
  const unlikely = tf.softplus(tf.neg(linkLogits(network.embed(graph), graph.source, graph.target)));
  const edges = unlikely.dataSync<'float32'>();
  const structure = new Float64Array(graph.nodes);
  const usual = median(edges);
  edges.forEach((surprise, e) => {
    const value = Math.max(0, surprise - usual);
    structure[graph.source[e]!] += value / 2;
    structure[graph.target[e]!] += value / 2;
  });
  return {
    attribute: Float64Array.from(tf.mean(squares, 1).dataSync()),
    perFeature: squares.dataSync<'float32'>().slice(),
    expected: expected.dataSync<'float32'>().slice(),
    weights: tf.mean(weights, 1).dataSync<'float32'>().slice(),
    edges: edges.slice(),
    structure,
  };
}

function average(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** tf.tidy for results that hold no tensors. */
function withinTidy<T>(work: () => T): T {
  let result!: T;
  tf.tidy(() => {
    result = work();
  });
  return result;
}
