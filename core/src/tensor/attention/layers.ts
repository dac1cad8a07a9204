import * as tf from '@tensorflow/tfjs-core';
import { initializers, layers } from '@tensorflow/tfjs-layers';
import {
  additiveScores,
  attend,
  convolutionalScores,
  dotAttention,
  featureAttention,
  generalScores,
  graphAttention,
  linearAttention,
  linearWeights,
  multiHeadAttention,
  scaledDotAttention,
  windowedAttention,
  type Attended,
} from './mechanisms.js';

/** Sizes of a tensor's axes; null is any. */
export type Shape = (number | null)[];
type LayerConfig = NonNullable<ConstructorParameters<typeof layers.Layer>[0]>;

/** Options of every attention layer. */
export interface AttentionLayerConfig {
  readonly name?: string;
  readonly trainable?: boolean;
  /** Returns [context, weights] in place of the context alone. */
  readonly returnWeights?: boolean;
  /** Seed of the initial weights. */
  readonly seed?: number;
}

/**
 * An attention mechanism as a TensorFlow.js layer: applied to [query, value] or [query, value, key] (the key is
 * the value where it is left out) or to one tensor that is all three. Serializable like every layer.
 */
abstract class AttentionLayer extends layers.Layer {
  protected readonly returnWeights: boolean;
  protected readonly seed: number;
  private drawn = 0;

  constructor(config: AttentionLayerConfig) {
    super(config as LayerConfig);
    this.returnWeights = config.returnWeights ?? false;
    this.seed = config.seed ?? 0;
  }

  override build(inputShape: Shape | Shape[]): void {
    const shapes = (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as number[][];
    const value = shapes[1] ?? shapes[0]!;
    this.buildWeights(shapes[0]!.at(-1)!, (shapes[2] ?? value).at(-1)!, value.at(-1)!);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor | tf.Tensor[] {
    return tf.tidy(() => {
      const list = (Array.isArray(inputs) ? inputs : [inputs]) as tf.Tensor3D[];
      const query = list[0]!;
      const value = list[1] ?? query;
      const attended = this.attend(query, list[2] ?? value, value);
      return this.returnWeights ? [attended.context, attended.weights] : attended.context;
    });
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    const shapes = (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as Shape[];
    const value = shapes[1] ?? shapes[0]!;
    const context = this.contextShape(shapes[0]!, value);
    return this.returnWeights ? [context, this.weightsShape(shapes[0]!, value)] : context;
  }

  override getConfig(): ReturnType<layers.Layer['getConfig']> {
    return { ...super.getConfig(), ...this.config(), returnWeights: this.returnWeights, seed: this.seed };
  }

  /** A weight drawn from Glorot's uniform distribution, each from its own seed. */
  protected weight(name: string, shape: [number, number]): () => tf.Tensor2D {
    const initializer = initializers.glorotUniform({ seed: this.seed * 97 + ++this.drawn });
    const variable = this.addWeight(name, shape, 'float32', initializer);
    return () => variable.read() as tf.Tensor2D;
  }

  protected buildWeights(_query: number, _key: number, _value: number): void {}
  protected config(): Record<string, number | boolean> {
    return {};
  }
  protected contextShape(query: Shape, value: Shape): Shape {
    return [query[0]!, query[1]!, value.at(-1)!];
  }
  protected weightsShape(query: Shape, value: Shape): Shape {
    return [query[0]!, query[1]!, value[1]!];
  }
  protected abstract attend(query: tf.Tensor3D, key: tf.Tensor3D, value: tf.Tensor3D): Attended;
}

/** e_ij = q_i · k_j. */
export class DotAttention extends AttentionLayer {
  static readonly className = 'HeedDotAttention';
  protected attend(query: tf.Tensor3D, key: tf.Tensor3D, value: tf.Tensor3D): Attended {
    return dotAttention(query, key, value);
  }
}

/** e_ij = q_i · k_j / √k. */
export class ScaledDotAttention extends AttentionLayer {
  static readonly className = 'HeedScaledDotAttention';
  protected attend(query: tf.Tensor3D, key: tf.Tensor3D, value: tf.Tensor3D): Attended {
    return scaledDotAttention(query, key, value);
  }
}

/** e_ij = q_iᵀ W k_j. */
export class GeneralAttention extends AttentionLayer {
  static readonly className = 'HeedGeneralAttention';
  private matrix!: () => tf.Tensor2D;
  protected override buildWeights(query: number, key: number): void {
    this.matrix = this.weight('matrix', [query, key]);
  }
  protected attend(query: tf.Tensor3D, key: tf.Tensor3D, value: tf.Tensor3D): Attended {
    return attend(generalScores(query, key, this.matrix()), value);
  }
}

/** Options of additive attention. */
export interface AdditiveAttentionConfig extends AttentionLayerConfig {
  /** Width h of the hidden layer that compares query and key. */
  readonly units: number;
}

/** e_ij = vᵀ tanh(W q_i + U k_j). */
export class AdditiveAttention extends AttentionLayer {
  static readonly className = 'HeedAdditiveAttention';
  private readonly units: number;
  private query!: () => tf.Tensor2D;
  private key!: () => tf.Tensor2D;
  private value!: () => tf.Tensor2D;
  constructor(config: AdditiveAttentionConfig) {
    super(config);
    this.units = config.units;
  }
  protected override buildWeights(query: number, key: number): void {
    this.query = this.weight('query', [query, this.units]);
    this.key = this.weight('key', [key, this.units]);
    this.value = this.weight('value', [this.units, 1]);
  }
  protected override config(): Record<string, number> {
    return { units: this.units };
  }
  protected attend(query: tf.Tensor3D, key: tf.Tensor3D, value: tf.Tensor3D): Attended {
    const weights = { query: this.query(), key: this.key(), value: this.value() };
    return attend(additiveScores(query, key, weights), value);
  }
}

/** Options of convolutional attention. */
export interface ConvolutionalAttentionConfig extends AdditiveAttentionConfig {
  /** Keys around a position that make its score; odd. Default 3. */
  readonly width?: number;
}

/** e_ij = vᵀ tanh(W q_i + Σ_r U_r k_{j+r}). */
export class ConvolutionalAttention extends AttentionLayer {
  static readonly className = 'HeedConvolutionalAttention';
  private readonly units: number;
  private readonly width: number;
  private query!: () => tf.Tensor2D;
  private key!: () => tf.Tensor2D;
  private value!: () => tf.Tensor2D;
  constructor(config: ConvolutionalAttentionConfig) {
    super(config);
    this.units = config.units;
    this.width = config.width ?? 3;
  }
  protected override buildWeights(query: number, key: number): void {
    this.query = this.weight('query', [query, this.units]);
    this.key = this.weight('key', [this.width * key, this.units]);
    this.value = this.weight('value', [this.units, 1]);
  }
  protected override config(): Record<string, number> {
    return { units: this.units, width: this.width };
  }
  protected attend(query: tf.Tensor3D, key: tf.Tensor3D, value: tf.Tensor3D): Attended {
    const weights = { query: this.query(), key: this.key(), value: this.value() };
    return attend(convolutionalScores(query, key, weights, this.width), value);
  }
}

/** Options of multi-head attention. */
export interface MultiHeadAttentionConfig extends AttentionLayerConfig {
  /** d_model: width of the projections and of the result; a multiple of `heads`. */
  readonly units: number;
  readonly heads: number;
}

/** head_h = attention(Q W_h^Q, K W_h^K, V W_h^V); the weights come as [b·heads, m, n]. */
export class MultiHeadAttention extends AttentionLayer {
  static readonly className = 'HeedMultiHeadAttention';
  private readonly units: number;
  private readonly heads: number;
  private query!: () => tf.Tensor2D;
  private key!: () => tf.Tensor2D;
  private value!: () => tf.Tensor2D;
  private output_!: () => tf.Tensor2D;
  constructor(config: MultiHeadAttentionConfig) {
    super(config);
    this.units = config.units;
    this.heads = config.heads;
  }
  protected override buildWeights(query: number, key: number, value: number): void {
    this.query = this.weight('query', [query, this.units]);
    this.key = this.weight('key', [key, this.units]);
    this.value = this.weight('value', [value, this.units]);
    this.output_ = this.weight('output', [this.units, this.units]);
  }
  protected override config(): Record<string, number> {
    return { units: this.units, heads: this.heads };
  }
  protected override contextShape(query: Shape): Shape {
    return [query[0]!, query[1]!, this.units];
  }
  protected override weightsShape(query: Shape, value: Shape): Shape {
    return [query[0] === null ? null : query[0]! * this.heads, query[1]!, value[1]!];
  }
  protected attend(query: tf.Tensor3D, key: tf.Tensor3D, value: tf.Tensor3D): Attended {
    const weights = { query: this.query(), key: this.key(), value: this.value(), output: this.output_() };
    return multiHeadAttention(query, key, value, weights, this.heads);
  }
}

/** Options of feature attention. */
export interface FeatureAttentionConfig extends AttentionLayerConfig {
  /** Independent weightings m. Default 1, as in the document. */
  readonly weightings?: number;
}

/** a = softmax(W x), z = Σ_i a_i x_i; takes one tensor [b, n, d], gives z [b, m, d]. */
export class FeatureAttention extends AttentionLayer {
  static readonly className = 'HeedFeatureAttention';
  private readonly weightings: number;
  private matrix!: () => tf.Tensor2D;
  constructor(config: FeatureAttentionConfig = {}) {
    super(config);
    this.weightings = config.weightings ?? 1;
  }
  protected override buildWeights(width: number): void {
    this.matrix = this.weight('matrix', [width, this.weightings]);
  }
  protected override config(): Record<string, number> {
    return { weightings: this.weightings };
  }
  protected override contextShape(x: Shape): Shape {
    return [x[0]!, this.weightings, x[2]!];
  }
  protected override weightsShape(x: Shape): Shape {
    return [x[0]!, this.weightings, x[1]!];
  }
  protected attend(x: tf.Tensor3D): Attended {
    return featureAttention(x, this.matrix());
  }
}

/** Options of graph attention. */
export interface GraphAttentionConfig extends AttentionLayerConfig {
  /** Width h of one head. */
  readonly units: number;
  readonly heads: number;
  /** Slope of LeakyReLU below 0. Default 0.2. */
  readonly slope?: number;
}

/** α_ij = softmax_j LeakyReLU(aᵀ[W h_i ‖ W h_j]); takes [nodes [b, n, f], mask [b or 1, n, n]]. */
export class GraphAttention extends AttentionLayer {
  static readonly className = 'HeedGraphAttention';
  private readonly units: number;
  private readonly heads: number;
  private readonly slope: number;
  private project!: () => tf.Tensor2D;
  private target!: () => tf.Tensor2D;
  private source!: () => tf.Tensor2D;
  constructor(config: GraphAttentionConfig) {
    super(config);
    this.units = config.units;
    this.heads = config.heads;
    this.slope = config.slope ?? 0.2;
  }
  protected override buildWeights(features: number): void {
    this.project = this.weight('project', [features, this.heads * this.units]);
    this.target = this.weight('target', [this.heads, this.units]);
    this.source = this.weight('source', [this.heads, this.units]);
  }
  protected override config(): Record<string, number> {
    return { units: this.units, heads: this.heads, slope: this.slope };
  }
  protected override contextShape(nodes: Shape): Shape {
    return [nodes[0]!, nodes[1]!, this.heads * this.units];
  }
  protected override weightsShape(nodes: Shape): Shape {
    return [nodes[0] === null ? null : nodes[0]! * this.heads, nodes[1]!, nodes[1]!];
  }
  protected attend(nodes: tf.Tensor3D, _key: tf.Tensor3D, mask: tf.Tensor3D): Attended {
    const weights = { project: this.project(), target: this.target(), source: this.source() };
    return graphAttention(nodes, weights, this.heads, mask, this.slope);
  }
}

/** Options of windowed attention. */
export interface WindowedAttentionConfig extends AttentionLayerConfig {
  /** Query i attends to keys j with |i − j| <= radius. */
  readonly radius: number;
}

/** Scaled dot attention within a radius, in time and memory n · radius; weights [b, n, 3·radius]. */
export class WindowedAttention extends AttentionLayer {
  static readonly className = 'HeedWindowedAttention';
  private readonly radius: number;
  constructor(config: WindowedAttentionConfig) {
    super(config);
    this.radius = config.radius;
  }
  protected override config(): Record<string, number> {
    return { radius: this.radius };
  }
  protected override weightsShape(query: Shape): Shape {
    return [query[0]!, query[1]!, 3 * this.radius];
  }
  protected attend(query: tf.Tensor3D, key: tf.Tensor3D, value: tf.Tensor3D): Attended {
    return windowedAttention(query, key, value, this.radius);
  }
}

/** Attention by positive features in time n; the n × n weights are formed only where they are asked for. */
export class LinearAttention extends AttentionLayer {
  static readonly className = 'HeedLinearAttention';
  protected attend(query: tf.Tensor3D, key: tf.Tensor3D, value: tf.Tensor3D): Attended {
    return {
      context: linearAttention(query, key, value),
      get weights() {
        return linearWeights(query, key);
      },
    };
  }
}

/** All attention layers, registered so that saved TensorFlow.js models with them load. */
export const attentionLayers = [
  DotAttention,
  ScaledDotAttention,
  GeneralAttention,
  AdditiveAttention,
  ConvolutionalAttention,
  MultiHeadAttention,
  FeatureAttention,
  GraphAttention,
  WindowedAttention,
  LinearAttention,
] as const;

for (const layer of attentionLayers) {
  tf.serialization.registerClass(
    layer as unknown as tf.serialization.SerializableConstructor<tf.serialization.Serializable>,
  );
}
