import * as tf from '@tensorflow/tfjs-core';
import { addProduct, addProductGradient, CellSteps, gateCount, type RecurrentCell } from './cell.js';

/** What a recurrent decoder with additive attention is made of; b sequences, n encoded and T decoded steps. */
export interface AttentionDecoderInputs {
  /** E(x), the encoder's states [b, n, h]; the last one is the decoder's first state. */
  readonly states: tf.Tensor3D;
  /** U E(x)_j: [b, n, h]. */
  readonly keys: tf.Tensor3D;
  /** What the decoder is fed with, projected: W x_t + b, [b, T, g·h], all gates side by side. */
  readonly inputs: tf.Tensor3D;
  /** Projects the attended states into the gates: [h, g·h]. */
  readonly context: tf.Tensor2D;
  /** W of the attention's query: [h, h]. */
  readonly query: tf.Tensor2D;
  /** v of the attention: [h, 1]. */
  readonly value: tf.Tensor2D;
  /** R of the cell: [h, g·h]. */
  readonly recurrent: tf.Tensor2D;
}

/** Results of a decoder. */
export interface AttentionDecoded {
  /** [b, T, 2h]: the state after every step beside the attended states of the step. */
  readonly features: tf.Tensor3D;
  /** w: [b, T, n]. To look at: no gradient flows through them. */
  readonly weights: tf.Tensor3D;
}

/**
 * Runs a recurrent decoder that attends to encoded states: in every step e_j = vᵀ tanh(W S + U E(x)_j), w = softmax(e),
 * context = Σ_j w_j E(x)_j, and the cell takes its input beside the context from state S to S'. One operation with
 * a gradient of its own, for the reason `recurrent` is.
 */
export function attentionDecoder(cell: RecurrentCell, given: AttentionDecoderInputs): AttentionDecoded {
  const [batch, encoded, hidden] = given.states.shape;
  const steps = given.inputs.shape[1];
  const operation = tf.customGrad((...list: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const tensors = list.slice(0, 7) as tf.Tensor[];
    const arrays = tensors.map((tensor) => tensor.dataSync<'float32'>());
    const run = new DecoderRun(cell, { batch, encoded, steps, hidden }, arrays);
    const shapes = tensors.map(({ shape }) => shape);
    return {
      value: tf.tensor3d(run.forward(), [batch, steps, 2 * hidden + encoded]),
      gradFunc: (gradient: tf.Tensor) =>
        run.backward(gradient.dataSync<'float32'>()).map((values, i) => tf.tensor(values, shapes[i]!)),
    };
  });
  const { states, keys, inputs, context, query, value, recurrent } = given;
  const all = operation(states, keys, inputs, context, query, value, recurrent) as tf.Tensor3D;
  return {
    features: tf.slice(all, [0, 0, 0], [batch, steps, 2 * hidden]),
    weights: tf.slice(all, [0, 0, 2 * hidden], [batch, steps, encoded]),
  };
}

interface DecoderShape {
  readonly batch: number;
  readonly encoded: number;
  readonly steps: number;
  readonly hidden: number;
}

/** One pass over a batch; slot 0 of a sequence is the state it starts from. */
class DecoderRun {
  private readonly width: number;
  private readonly cell: CellSteps;
  /** tanh(W S + U E(x)_j): [b, T, n, h]. */
  private readonly compared: Float32Array;
  /** w and the contexts, as they come out: [b, T, n] and [b, T, h]. */
  private readonly weights: Float32Array;
  private readonly contexts: Float32Array;

  constructor(
    cell: RecurrentCell,
    private readonly shape: DecoderShape,
    private readonly arrays: readonly Float32Array[],
  ) {
    const { batch, encoded, steps, hidden } = shape;
    this.width = gateCount[cell] * hidden;
    this.cell = new CellSteps(cell, hidden, batch * (steps + 1));
    this.compared = new Float32Array(batch * steps * encoded * hidden);
    this.weights = new Float32Array(batch * steps * encoded);
    this.contexts = new Float32Array(batch * steps * hidden);
  }

  forward(): Float32Array {
    const { width, weights, contexts } = this;
    const { batch, encoded, steps, hidden } = this.shape;
    const [encodedStates, , inputs, contextWeight, queryWeight, , recurrentWeight] = this.arrays;
    const { states } = this.cell;
    const out = new Float32Array(batch * steps * (2 * hidden + encoded));
    const query = new Float32Array(hidden);
    const gates = new Float32Array(width);
    const product = new Float32Array(width);
    for (let b = 0; b < batch; b++) {
      const first = b * (steps + 1);
      const last = (b * encoded + encoded - 1) * hidden;
      states.set(encodedStates!.subarray(last, last + hidden), first * hidden);
      for (let t = 0; t < steps; t++) {
        const at = b * steps + t;
        const before = (first + t) * hidden;
        query.fill(0);
        addProduct(query, states, before, queryWeight!, hidden);
        this.attend(b, at, query);
        gates.set(inputs!.subarray(at * width, (at + 1) * width));
        addProduct(gates, contexts, at * hidden, contextWeight!, hidden);
        product.fill(0);
        addProduct(product, states, before, recurrentWeight!, hidden);
        this.cell.forward(first + t + 1, first + t, gates, 0, product);
        const to = at * (2 * hidden + encoded);
        out.set(states.subarray(before + hidden, before + 2 * hidden), to);
        out.set(contexts.subarray(at * hidden, (at + 1) * hidden), to + hidden);
        out.set(weights.subarray(at * encoded, (at + 1) * encoded), to + 2 * hidden);
      }
    }
    return out;
  }

  /** Weights and context of one step. */
  private attend(b: number, at: number, query: Float32Array): void {
    const { compared, weights, contexts } = this;
    const { encoded, hidden } = this.shape;
    const [states, keys, , , , value] = this.arrays;
    let highest = -Infinity;
    for (let j = 0; j < encoded; j++) {
      const key = (b * encoded + j) * hidden;
      const u = (at * encoded + j) * hidden;
      let score = 0;
      for (let k = 0; k < hidden; k++) {
        const squashed = Math.tanh(query[k]! + keys![key + k]!);
        compared[u + k] = squashed;
        score += value![k]! * squashed;
      }
      weights[at * encoded + j] = score;
      highest = Math.max(highest, score);
    }
    let sum = 0;
    for (let j = 0; j < encoded; j++) {
      const w = Math.exp(weights[at * encoded + j]! - highest);
      weights[at * encoded + j] = w;
      sum += w;
    }
    for (let j = 0; j < encoded; j++) {
      const w = (weights[at * encoded + j] = weights[at * encoded + j]! / sum);
      const state = (b * encoded + j) * hidden;
      for (let k = 0; k < hidden; k++) contexts[at * hidden + k] += w * states![state + k]!;
    }
  }

  /** Gradients of all inputs in their order. */
  backward(gradient: Float32Array): Float32Array[] {
    const { width, contexts } = this;
    const { batch, encoded, steps, hidden } = this.shape;
    const [, , , contextWeight, queryWeight, , recurrentWeight] = this.arrays;
    const gradients = this.arrays.map((values) => new Float32Array(values.length));
    const [dStates, , dInputs, dContextWeight, dQueryWeight, , dRecurrent] = gradients;
    const { states } = this.cell;
    const dProduct = new Float32Array(width);
    const dState = new Float32Array(hidden);
    const dMemory = new Float32Array(hidden);
    const dContext = new Float32Array(hidden);
    const dQuery = new Float32Array(hidden);
    for (let b = 0; b < batch; b++) {
      const first = b * (steps + 1);
      dState.fill(0);
      dMemory.fill(0);
      for (let t = steps - 1; t >= 0; t--) {
        const at = b * steps + t;
        const from = at * (2 * hidden + encoded);
        const before = (first + t) * hidden;
        for (let k = 0; k < hidden; k++) {
          dState[k] += gradient[from + k]!;
          dContext[k] = gradient[from + hidden + k]!;
        }
        const slot = first + t + 1;
        this.cell.backward(slot, slot - 1, dState, dMemory, dInputs!, at * width, dProduct);
        addProductGradient(
          dInputs!.subarray(at * width, (at + 1) * width),
          contexts,
          at * hidden,
          contextWeight!,
          hidden,
          dContext,
          dContextWeight!,
        );
        addProductGradient(dProduct, states, before, recurrentWeight!, hidden, dState, dRecurrent!);
        dQuery.fill(0);
        this.attendBackward(b, at, dContext, dQuery, gradients);
        addProductGradient(dQuery, states, before, queryWeight!, hidden, dState, dQueryWeight!);
      }
      const last = (b * encoded + encoded - 1) * hidden;
      for (let k = 0; k < hidden; k++) dStates![last + k] += dState[k]!;
    }
    return gradients;
  }

  private attendBackward(
    b: number,
    at: number,
    dContext: Float32Array,
    dQuery: Float32Array,
    [dStates, dKeys, , , , dValue]: readonly Float32Array[],
  ): void {
    const { compared, weights } = this;
    const { encoded, hidden } = this.shape;
    const [states, , , , , value] = this.arrays;
    const dWeights = new Float32Array(encoded);
    let mean = 0;
    for (let j = 0; j < encoded; j++) {
      const w = weights[at * encoded + j]!;
      const state = (b * encoded + j) * hidden;
      let d = 0;
      for (let k = 0; k < hidden; k++) {
        d += dContext[k]! * states![state + k]!;
        dStates![state + k] += w * dContext[k]!;
      }
      dWeights[j] = d;
      mean += w * d;
    }
    for (let j = 0; j < encoded; j++) {
      const dScore = weights[at * encoded + j]! * (dWeights[j]! - mean);
      const key = (b * encoded + j) * hidden;
      const u = (at * encoded + j) * hidden;
      for (let k = 0; k < hidden; k++) {
        const squashed = compared[u + k]!;
        dValue![k] += dScore * squashed;
        const d = dScore * value![k]! * (1 - squashed * squashed);
        dQuery[k] += d;
        dKeys![key + k] += d;
      }
    }
  }
}
