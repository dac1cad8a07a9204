import { checkRecord } from '../check-argument.js';
import { checkNumber } from '../check-number.js';
import { HeedError } from '../errors.js';
import { createRandom, type Random } from '../random.js';
import { epoch, minute } from './build.js';
import { createGraph, createGraphSequence, type Graph, type GraphSequence } from '../series/graph.js';

/** A graph with ground truth. */
export interface LabeledGraph {
  readonly graph: Graph;
  /** One per node, 1 = anomalous. */
  readonly nodeLabels: Uint8Array;
  /** One per edge, 1 = part of an injected clique. */
  readonly edgeLabels: Uint8Array;
}

/** Graphs over time with ground truth. */
export interface LabeledGraphSequence {
  readonly sequence: GraphSequence;
  /** T × N, 1 = the node is anomalous at that time; `nodeLabels[t][i]`. */
  readonly nodeLabels: readonly Uint8Array[];
}

/** Options of `generateGraph`. */
export interface GraphGeneratorOptions {
  /** Default 200, at least 40. */
  readonly nodes?: number;
  /** Whole number, default 0. */
  readonly seed?: number;
  /** Nodes with attributes of another community. Default nodes / 40. */
  readonly contextual?: number;
  /** Injected cliques of `cliqueSize` nodes. Default 2. */
  readonly cliques?: number;
  /** Default 6. */
  readonly cliqueSize?: number;
}

const COMMUNITIES = 4;
const FEATURES = 8;

/**
 * A graph of four communities whose members share attributes and link to each other, with the two anomalies the
 * field injects (Ding et al., SDM 2019): `contextual`, a node whose attributes are those of the node most unlike it
 * out of 50, and `structural`, a clique among nodes that had no reason to link. About six links per node, each as
 * two directed edges.
 * @throws HeedError bad-option
 */
export function generateGraph(options: GraphGeneratorOptions = {}): LabeledGraph {
  checkRecord('options', options);
  const n = options.nodes ?? 200;
  checkNumber('the number of nodes', n, { min: 40, max: 1_000_000, whole: true });
  const contextual = options.contextual ?? Math.round(n / 40);
  const cliques = options.cliques ?? 2;
  const cliqueSize = options.cliqueSize ?? 6;
  for (const [what, count] of Object.entries({ contextual, cliques, cliqueSize }))
    checkNumber(what, count, { min: 0, max: n, whole: true });
  if (cliques * cliqueSize + contextual > n / 2) {
    throw new HeedError(
      'bad-option',
      `${n} nodes cannot hold ${cliques} cliques of ${cliqueSize} and ${contextual} contextual anomalies`,
      'Give at least 40 nodes and let at most half of them be anomalous.',
    );
  }
  const random = createRandom(options.seed ?? 0);
  const centers = Array.from({ length: COMMUNITIES }, () =>
    Array.from({ length: FEATURES }, () => random.normal(0, 1.5)),
  );
  const community = Array.from({ length: n }, (_, i) => i % COMMUNITIES);
  const features = community.map((c) => centers[c]!.map((center) => center + random.normal(0, 0.5)));
  const links = new Set<string>();
  const link = (a: number, b: number): string => (a < b ? `${a}-${b}` : `${b}-${a}`);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < 3; k++) {
      let j = random.integer(0, n - 1);
      if (random.chance(0.95)) while (community[j] !== community[i] || j === i) j = random.integer(0, n - 1);
      if (j !== i) links.add(link(i, j));
    }
  }
  const nodeLabels = new Uint8Array(n);
  const chosen = random.shuffle(Array.from({ length: n }, (_, i) => i));
  const injected = new Set<string>();
  for (let c = 0; c < cliques; c++) {
    const members = chosen.splice(0, cliqueSize);
    for (const a of members) {
      nodeLabels[a] = 1;
      for (const b of members) if (a < b && !links.has(link(a, b))) injected.add(link(a, b));
    }
  }
  const original = features.map((row) => [...row]);
  for (const i of chosen.splice(0, contextual)) {
    nodeLabels[i] = 1;
    const distance = (j: number): number =>
      original[j]!.reduce((sum, x, f) => sum + (x - original[i]![f]!) ** 2, 0);
    const others = Array.from({ length: 50 }, () => random.integer(0, n - 1));
    features[i] = [...original[others.reduce((far, j) => (distance(j) > distance(far) ? j : far))]!];
  }
  const edges: { source: string; target: string; label: number }[] = [];
  const edgeLabels: number[] = [];
  for (const [list, label] of [
    [links, 0],
    [injected, 1],
  ] as const) {
    for (const key of list) {
      const [a, b] = key.split('-') as [string, string];
      const [source, target] = [`n${a}`, `n${b}`];
      edges.push({ source, target, label }, { source: target, target: source, label });
      edgeLabels.push(label, label);
    }
  }
  return {
    graph: createGraph({
      nodes: features.map((row, i) => ({ id: `n${i}`, features: row, label: nodeLabels[i]! })),
      edges,
    }),
    nodeLabels,
    edgeLabels: Uint8Array.from(edgeLabels),
  };
}

/** Services times steps. */
const MOST_CELLS = 20_000_000;

/** Options of `generateGraphSequence`. */
export interface GraphSequenceGeneratorOptions {
  /** Services; default 8, at least 4. */
  readonly nodes?: number;
  /** Points in time; default 600, at least 100. */
  readonly steps?: number;
  readonly seed?: number;
  /** Default 6. */
  readonly anomalies?: number;
}

/**
 * A service map over time: load enters at the first service and flows along weighted calls to later ones; each
 * service has the features load and latency, which follow what its callers send. One step is a minute. Anomalies, after the first half, none of which leaves
 * the range of normal values by much: `own` (a service is slow although nobody calls it more), `lost` (two calls in
 * five to a service vanish), `surge` (a service gets load that no caller sent). Ten steps each; the labels name the
 * service where it starts.
 * @throws HeedError bad-option
 */
export function generateGraphSequence(options: GraphSequenceGeneratorOptions = {}): LabeledGraphSequence {
  checkRecord('options', options);
  const n = options.nodes ?? 8;
  const steps = options.steps ?? 600;
  const anomalies = options.anomalies ?? 6;
  checkNumber('the number of services', n, { min: 4, max: 10_000, whole: true });
  checkNumber('the number of steps', steps, { min: 100, max: 1_000_000, whole: true });
  checkNumber('the number of anomalies', anomalies, { min: 0, max: 10_000, whole: true });
  if (n * steps > MOST_CELLS || anomalies * 24 > steps / 2) {
    throw new HeedError(
      'bad-option',
      `${n} services over ${steps} steps cannot hold ${anomalies} anomalies`,
      `Give 48 steps per anomaly, and at most ${MOST_CELLS} services times steps.`,
    );
  }
  const random = createRandom(options.seed ?? 0);
  const calls = Array.from({ length: n - 1 }, (_, i) => ({
    source: random.integer(0, i),
    target: i + 1,
    share: random.uniform(0.5, 1),
  }));
  const capacity = Array.from({ length: n }, () => random.uniform(0.5, 1.5));
  const nodeLabels = Array.from({ length: steps }, () => new Uint8Array(n));
  const faults = Array.from({ length: anomalies }, (_, k) => {
    const slot = Math.floor(steps / 2 / anomalies);
    const start = Math.floor(steps / 2) + k * slot + random.integer(2, slot - 14);
    const fault = { kind: k % 3, start, end: start + 9, node: random.integer(1, n - 1) };
    for (let t = fault.start; t <= fault.end; t++) nodeLabels[t]![fault.node] = 1;
    return fault;
  });
  const graphs: Graph[] = [];
  for (let t = 0; t < steps; t++) {
    const active = (kind: number, node: number): boolean =>
      faults.some(
        (fault) => fault.kind === kind && fault.node === node && t >= fault.start && t <= fault.end,
      );
    graphs.push(serviceMap(nodeLabels[t]!, t, calls, capacity, active, random));
  }
  const time = Float64Array.from({ length: steps }, (_, t) => epoch + t * minute);
  return { sequence: createGraphSequence(time, graphs), nodeLabels };
}

function serviceMap(
  labels: Uint8Array,
  t: number,
  calls: readonly { source: number; target: number; share: number }[],
  capacity: readonly number[],
  active: (kind: number, node: number) => boolean,
  random: Random,
): Graph {
  const load = new Float64Array(labels.length);
  load[0] = 10 + 6 * Math.sin((2 * Math.PI * t) / 60) + random.normal(0, 0.3);
  const edges = calls.map(({ source, target, share }) => {
    const weight = Math.max(
      0.01,
      load[source]! * share * (1 + random.normal(0, 0.03)) * (active(1, target) ? 0.6 : 1),
    );
    load[target] += weight;
    if (active(2, target)) load[target] += 2.5;
    return { source: `s${source}`, target: `s${target}`, weight };
  });
  const nodes = Array.from(load, (value, i) => ({
    id: `s${i}`,
    label: labels[i]!,
    features: [value, 1 + value / 10 / capacity[i]! + random.normal(0, 0.03) + (active(0, i) ? 0.5 : 0)],
  }));
  return createGraph({ features: ['load', 'latency'], nodes, edges });
}
