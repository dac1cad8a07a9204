import { generateGraph, generateGraphSequence } from '../datasets/graphs.js';
import type { DetectorDefinition, DetectorOptions, FitReport, RunOptions } from '../detectors/base/types.js';
import {
  createGraphDetector,
  toGraphInput,
  loadGraphDetector,
  type GraphDetector,
} from '../detection/graph/detector.js';
import type { GraphDetection, GraphSequenceDetection } from '../detection/graph/types.js';
import { createGraph, createGraphSequence, type Graph, type GraphSequence } from '../series/graph.js';
import type { ContractOptions } from './subject.js';

export type AnyGraph = Graph | GraphSequence;

/** A detector of graphs as the checks see it: they hold whatever it takes. */
export interface CheckedGraphDetector {
  readonly id: string;
  fit(train: AnyGraph, options?: RunOptions): Promise<FitReport>;
  score(graph: AnyGraph, options?: RunOptions): Promise<GraphDetection | GraphSequenceDetection>;
  save: GraphDetector['save'];
  dispose(): void;
}

/** The graph side of a detector under test, with what the checks share. */
export class GraphSubject {
  private shared: Promise<CheckedGraphDetector> | undefined;

  constructor(
    readonly definition: DetectorDefinition,
    readonly options: ContractOptions,
  ) {}

  get takesSequences(): boolean {
    return toGraphInput(this.definition) === 'graph-sequence';
  }

  get run(): RunOptions {
    const { seed, signal } = this.options;
    return { ...(seed === undefined ? {} : { seed }), ...(signal ? { signal } : {}) };
  }

  async create(options: DetectorOptions = {}): Promise<CheckedGraphDetector> {
    const made = await createGraphDetector(this.definition, { ...this.definition.quick, ...options });
    return made as unknown as CheckedGraphDetector;
  }

  async load(text: string): Promise<CheckedGraphDetector> {
    return (await loadGraphDetector(text, this.definition)) as unknown as CheckedGraphDetector;
  }

  /** A generated graph, or sequence of graphs, with anomalies. */
  sample(size = 1): AnyGraph {
    return this.takesSequences
      ? generateGraphSequence({ nodes: 6, steps: 160 * size, anomalies: 3, seed: 1 }).sequence
      : generateGraph({ nodes: 60 * size, cliques: 1, cliqueSize: 5, seed: 1 }).graph;
  }

  /** The sample with every graph changed in the same way. */
  changed(change: (graph: Graph) => Parameters<typeof createGraph>[0]): AnyGraph {
    const sample = this.sample();
    if (!('graphs' in sample)) return createGraph(change(sample));
    return createGraphSequence(
      sample.time,
      sample.graphs.map((graph) => createGraph(change(graph))),
    );
  }

  async createFitted(): Promise<CheckedGraphDetector> {
    const detector = await this.create();
    await detector.fit(this.sample(), this.run);
    return detector;
  }

  /** One fitted detector for all checks that do not change it. */
  fitted(): Promise<CheckedGraphDetector> {
    return (this.shared ??= this.createFitted());
  }

  async dispose(): Promise<void> {
    (await this.shared?.catch(() => undefined))?.dispose();
  }
}
