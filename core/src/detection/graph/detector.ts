import { checkRecord } from '../../check-argument.js';
import { yieldToEventLoop } from '../../yield.js';
import type {
  DetectorDefinition,
  DetectorOptions,
  DetectorTags,
  FitReport,
  RawGraphDetector,
  RawGraphScores,
  RawGraphSequenceScores,
  RunOptions,
} from '../../detectors/base/types.js';
import { resolveOptions } from '../../detectors/base/options.js';
import type { DetectorReference, OptionsFor } from '../../detectors/known.js';
import { quantizeState } from '../../detectors/base/quantize.js';
import { findDefinition, listDetectors } from '../../detectors/registry.js';
import { HeedError, throwIfAborted } from '../../errors.js';
import { decodeModel, encodeModel, type ModelContent } from '../model-file.js';
import type { GraphThresholdOptions, GraphDetection, GraphSequenceDetection } from './types.js';
import type { Graph, GraphSequence } from '../../series/graph.js';
import { checkRunOptions } from '../checks.js';
import { buildGraphDetection, buildGraphSequenceDetection, nodeByNode } from './detection.js';
import type { SaveOptions } from '../detector-types.js';

/** Most raw scores of a training graph or sequence that a fitted detector keeps. */
const mostTrainingScores = 10_000;

export interface GraphScoreOptions extends RunOptions, GraphThresholdOptions {}

/** What detectors of graphs and of sequences of graphs have in common. */
export interface GraphDetectorOf<Input extends string, G, D> {
  readonly id: string;
  readonly tags: DetectorTags;
  readonly options: DetectorOptions;
  /** What it takes. */
  readonly input: Input;
  /** @throws HeedError bad-graph, too-few-points, cancelled, not-finite, backend-unavailable */
  fit(train: G, options?: RunOptions): Promise<FitReport>;
  /** @throws HeedError not-fitted, channel-mismatch (other features or nodes), too-few-points, cancelled */
  score(graph: G, options?: GraphScoreOptions): Promise<D>;
  /** The fitted detector as one self-describing JSON text, versioned and checksummed; `loadGraphDetector` reads it. */
  save(options?: SaveOptions): Promise<string>;
  dispose(): void;
}

/** A fitted or fittable detector of graphs, or of sequences of graphs: `input` tells them apart. */
export type GraphDetector =
  | GraphDetectorOf<'graph', Graph, GraphDetection>
  | GraphDetectorOf<'graph-sequence', GraphSequence, GraphSequenceDetection>;

/** Ids of the built-in detectors of graphs by what they take. */
export interface GraphDetectorIds {
  'graph-attention': Extract<GraphDetector, { input: 'graph' }>;
  'graph-sequence-attention': Extract<GraphDetector, { input: 'graph-sequence' }>;
}

/** What `createGraphDetector` makes of an id or a definition. */
export type GraphDetectorFor<D> = D extends keyof GraphDetectorIds ? GraphDetectorIds[D] : GraphDetector;

/**
 * Makes a detector of graphs ready to fit or score: raw detector, threshold, anomalies and reasons in one.
 * @param detector the id of a registered detector that takes graphs, or a definition
 * @param options laid over the definition's defaults
 * @throws HeedError unknown-detector, bad-option, not-supported (detectors of series alone), backend-unavailable
 */
export async function createGraphDetector<const D extends DetectorReference>(
  detector: D,
  options?: OptionsFor<D>,
): Promise<GraphDetectorFor<D>> {
  return asDetector(await createWhole(detector, options)) as GraphDetectorFor<D>;
}

/**
 * The fitted detector that `GraphDetector.save` wrote.
 * @param definition for a detector that is not registered
 * @throws HeedError model-corrupt, model-version, unknown-detector, bad-option, not-supported (models of series)
 */
export async function loadGraphDetector(
  text: string,
  definition?: DetectorDefinition,
): Promise<GraphDetector> {
  const content = decodeModel(text);
  if (!content.input) {
    throw new HeedError(
      'not-supported',
      `the model file is of the detector "${content.detector}" fitted to a series`,
      'Load it with loadDetector.',
    );
  }
  const whole = await createWhole(definition ?? content.detector, content.options);
  try {
    await whole.restore(content);
    return asDetector(whole);
  } catch (error) {
    whole.dispose();
    throw error;
  }
}

async function createWhole(
  detector: DetectorReference,
  options: DetectorOptions = {},
): Promise<WholeGraphDetector> {
  const definition = findDefinition(detector);
  const input = toGraphInput(definition);
  if (input) {
    const resolved = resolveOptions(definition, options);
    return new WholeGraphDetector(definition, input, resolved, await createRaw(definition, resolved));
  }
  const known = listDetectors().flatMap((each) => (toGraphInput(each) ? [each.id] : []));
  throw new HeedError(
    'not-supported',
    `the detector "${definition.id}" scores ${definition.input === 'image' ? 'an image' : 'a series'}, not a graph`,
    `Detectors of graphs: ${known.join(', ')}.`,
  );
}

/** Which kind of graphs a detector takes; undefined for one that takes none. */
export function toGraphInput(definition: DetectorDefinition): GraphInputKind | undefined {
  checkRecord('detector definition', definition);
  if (definition.input === 'series') return definition.createForGraphs ? 'graph-sequence' : undefined;
  return definition.input === 'image' ? undefined : definition.input;
}

async function createRaw(definition: DetectorDefinition, options: DetectorOptions): Promise<AnyRaw> {
  if (definition.input === 'series') return (await definition.createForGraphs!(options)) as AnyRaw;
  return (await definition.create(options)) as AnyRaw;
}

export type GraphInputKind = 'graph' | 'graph-sequence';
type AnyGraph = Graph | GraphSequence;
type AnyScores = RawGraphScores | RawGraphSequenceScores;
type AnyRaw = RawGraphDetector<AnyGraph, AnyScores>;

// `input` and the types of fit and score belong together; the class serves both kinds by one code.
function asDetector(whole: WholeGraphDetector): GraphDetector {
  return whole as unknown as GraphDetector;
}

class WholeGraphDetector {
  readonly id: string;
  readonly tags: DetectorTags;
  readonly input: GraphInputKind;
  private fitted: { readonly names: readonly string[]; readonly training: Float64Array } | undefined;

  constructor(
    definition: DetectorDefinition,
    input: GraphInputKind,
    readonly options: DetectorOptions,
    private readonly raw: AnyRaw,
  ) {
    this.id = definition.id;
    this.tags = definition.tags;
    this.input = input;
  }

  async fit(train: AnyGraph, options: RunOptions = {}): Promise<FitReport> {
    throwIfAborted(options.signal);
    this.check(train, options);
    const report = await this.raw.fit(train, options);
    const scores = await this.raw.score(train, { ...options, onProgress: undefined });
    throwIfAborted(options.signal);
    const nodes = 'edges' in scores ? scores.nodes : nodeByNode(scores.nodes);
    const { features, nodes: list } = firstGraph(train);
    this.fitted = {
      names:
        this.input === 'graph'
          ? (features ?? Array.from(list[0]!.features, (_, f) => `feature ${f}`))
          : list.map(({ id }) => id),
      training: nodes.slice(0, mostTrainingScores),
    };
    return report;
  }

  async score(
    graph: AnyGraph,
    options: GraphScoreOptions = {},
  ): Promise<GraphDetection | GraphSequenceDetection> {
    throwIfAborted(options.signal);
    this.check(graph, options);
    const fitted = this.requireFitted();
    const raw = await this.raw.score(graph, options);
    await yieldToEventLoop();
    throwIfAborted(options.signal);
    return 'edges' in raw
      ? buildGraphDetection(this.id, graph as Graph, raw, options, fitted.training)
      : buildGraphSequenceDetection(this.id, graph as GraphSequence, raw, options, fitted.training);
  }

  async save({ weights = 'float32' }: SaveOptions = {}): Promise<string> {
    const { names, training } = this.requireFitted();
    const state = await this.raw.getState();
    return encodeModel({
      detector: this.id,
      input: this.input,
      options: this.options,
      channels: names,
      state: weights === 'int8' ? quantizeState(state) : state,
      training: weights === 'int8' ? Float32Array.from(training) : training,
    });
  }

  async restore(content: ModelContent): Promise<void> {
    if (content.input !== this.input) {
      throw new HeedError(
        'model-corrupt',
        `the model file is of a ${content.input}, the detector "${this.id}" takes a ${this.input}`,
        'Fit the detector anew.',
      );
    }
    await this.raw.setState(content.state);
    this.fitted = { names: content.channels, training: Float64Array.from(content.training ?? []) };
  }

  dispose(): void {
    this.raw.dispose();
  }

  /** The other kind of graph is a mistake that types do not catch in JavaScript and notebooks. */
  private check(graph: AnyGraph, options: RunOptions): void {
    const given = 'graphs' in graph ? 'graph-sequence' : 'nodes' in graph ? 'graph' : 'series';
    if (given !== this.input) {
      throw new HeedError(
        'bad-graph',
        `the detector "${this.id}" takes a ${this.input} and was given a ${given}`,
        this.input === 'graph' ? 'Give createGraph(…).' : 'Give createGraphSequence(…).',
      );
    }
    checkRunOptions({ time: new Float64Array(0), channels: [] }, options);
  }

  private requireFitted(): { readonly names: readonly string[]; readonly training: Float64Array } {
    if (this.fitted) return this.fitted;
    throw new HeedError(
      'not-fitted',
      `the detector "${this.id}" has not been fitted`,
      'Call fit with a graph first, or load a fitted model.',
    );
  }
}

function firstGraph(graph: AnyGraph): Graph {
  return 'graphs' in graph ? graph.graphs[0]! : graph;
}
