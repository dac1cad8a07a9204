import * as tf from '@tensorflow/tfjs-core';
import { layers as tfLayers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { chooseBackend } from '../index.js';
import { createRandom } from '../../random.js';
import { loadAttention, type AttentionModule } from '../load.js';
import {
  additiveScoreNaive,
  attendNaive,
  dotNaive,
  graphScoreNaive,
  linearWeightsNaive,
  neighborhoodNaive,
  projectNaive,
  type Matrix,
} from './mechanisms.naive.js';

const random = createRandom(1);
const matrix = (rows: number, columns: number): Matrix =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.normal()));
const close = (actual: unknown, expected: unknown): void => {
  const a = (actual as number[][][]).flat(3) as unknown as number[];
  const b = (expected as number[][][]).flat(3) as unknown as number[];
  expect(a.length).toBe(b.length);
  a.forEach((value, i) => expect(Math.abs(value - b[i]!)).toBeLessThan(2e-5 * (1 + Math.abs(b[i]!))));
};

// two independent sequences, 3 queries, 5 keys
const q = [matrix(3, 4), matrix(3, 4)];
const k = [matrix(5, 4), matrix(5, 4)];
const v = [matrix(5, 2), matrix(5, 2)];
const t3 = (x: Matrix[]): tf.Tensor3D => tf.tensor3d(x);

let attention: AttentionModule;
beforeAll(async () => {
  attention = await loadAttention();
  expect((await chooseBackend()).backend).toBe('wasm');
});

function check(
  attended: { context: tf.Tensor3D; weights: tf.Tensor3D },
  score: (s: number, i: number, j: number) => number,
) {
  const naive = [0, 1].map((s) => attendNaive(3, v[s]!, (i, j) => score(s, i, j)));
  close(
    attended.weights.arraySync(),
    naive.map((n) => n.weights),
  );
  close(
    attended.context.arraySync(),
    naive.map((n) => n.context),
  );
}

describe('attention mechanisms equal their formulas', () => {
  it('dot and scaled dot', () => {
    check(attention.attend(attention.dotScores(t3(q), t3(k)), t3(v)), (s, i, j) =>
      dotNaive(q[s]![i]!, k[s]![j]!),
    );
    check(
      attention.attend(attention.scaledDotScores(t3(q), t3(k)), t3(v)),
      (s, i, j) => dotNaive(q[s]![i]!, k[s]![j]!) / 2,
    );
  });

  it('general', () => {
    const w = matrix(4, 4);
    check(attention.attend(attention.generalScores(t3(q), t3(k), tf.tensor2d(w)), t3(v)), (s, i, j) =>
      dotNaive(projectNaive(q[s]![i]!, w), k[s]![j]!),
    );
  });

  it('additive and convolutional', () => {
    const query = matrix(4, 6);
    const key = matrix(4, 6);
    const value = matrix(6, 1);
    const weights = { query: tf.tensor2d(query), key: tf.tensor2d(key), value: tf.tensor2d(value) };
    check(attention.attend(attention.additiveScores(t3(q), t3(k), weights), t3(v)), (s, i, j) =>
      additiveScoreNaive(q[s]![i]!, k[s]![j]!, query, key, value),
    );
    const wide = matrix(12, 6);
    const scores = attention.convolutionalScores(t3(q), t3(k), { ...weights, key: tf.tensor2d(wide) }, 3);
    check(attention.attend(scores, t3(v)), (s, i, j) =>
      additiveScoreNaive(q[s]![i]!, neighborhoodNaive(k[s]!, j, 3), query, wide, value),
    );
  });

  it('multi-head', () => {
    const w = { query: matrix(4, 4), key: matrix(4, 4), value: matrix(2, 4), output: matrix(4, 4) };
    const result = attention.multiHeadAttention(
      t3(q),
      t3(k),
      t3(v),
      {
        query: tf.tensor2d(w.query),
        key: tf.tensor2d(w.key),
        value: tf.tensor2d(w.value),
        output: tf.tensor2d(w.output),
      },
      2,
    );
    const expected = [0, 1].map((s) => {
      const heads = [0, 1].map((h) => {
        const cut = (rows: Matrix, by: Matrix) =>
          rows.map((row) => projectNaive(row, by).slice(2 * h, 2 * h + 2));
        const [qh, kh, vh] = [cut(q[s]!, w.query), cut(k[s]!, w.key), cut(v[s]!, w.value)];
        return attendNaive(3, vh!, (i, j) => dotNaive(qh![i]!, kh![j]!) / Math.SQRT2);
      });
      return {
        weights: heads.map((h) => h.weights),
        context: [0, 1, 2].map((i) =>
          projectNaive([...heads[0]!.context[i]!, ...heads[1]!.context[i]!], w.output),
        ),
      };
    });
    close(
      result.context.arraySync(),
      expected.map((e) => e.context),
    );
    close(
      result.weights.arraySync(),
      expected.flatMap((e) => e.weights),
    );
  });

  it('feature attention: a = softmax(Wx), z = Σ a_i x_i', () => {
    const w = matrix(4, 2);
    const result = attention.featureAttention(t3(k), tf.tensor2d(w));
    const expected = k.map((x) => attendNaive(2, x, (m, i) => projectNaive(x[i]!, w)[m]!));
    close(
      result.weights.arraySync(),
      expected.map((e) => e.weights),
    );
    close(
      result.context.arraySync(),
      expected.map((e) => e.context),
    );
  });

  it('graph attention, with a node that has no neighbor', () => {
    const mask = [
      [0, 1, 1, 0, 0],
      [1, 0, 0, 1, 0],
      [1, 0, 0, 1, 0],
      [0, 1, 1, 0, 0],
      [0, 0, 0, 0, 0],
    ];
    const [project, target, source] = [matrix(4, 6), matrix(2, 3), matrix(2, 3)];
    const result = attention.graphAttention(
      t3(k),
      { project: tf.tensor2d(project), target: tf.tensor2d(target), source: tf.tensor2d(source) },
      2,
      tf.tensor2d(mask),
    );
    const expected = k.map((nodes) => {
      const heads = [0, 1].map((h) => {
        const cut = nodes.map((row) => projectNaive(row, project).slice(3 * h, 3 * h + 3));
        const neighbors = attendNaive(
          4,
          cut,
          (i, j) => graphScoreNaive(cut[i]!, cut[j]!, target[h]!, source[h]!, 0.2),
          (i, j) => mask[i]![j] === 1,
        );
        return {
          weights: [...neighbors.weights, [0, 0, 0, 0, 0]],
          context: [...neighbors.context, [0, 0, 0]],
        };
      });
      return {
        weights: heads.map((h) => h.weights),
        context: [0, 1, 2, 3, 4].map((i) => [...heads[0]!.context[i]!, ...heads[1]!.context[i]!]),
      };
    });
    close(
      result.context.arraySync(),
      expected.map((e) => e.context),
    );
    close(
      result.weights.arraySync(),
      expected.flatMap((e) => e.weights),
    );
  });

  it('windowed attention equals full attention under its mask', () => {
    const x = [matrix(7, 4), matrix(7, 4)];
    const y = [matrix(7, 2), matrix(7, 2)];
    const result = attention.windowedAttention(t3(x), t3(x), t3(y), 2);
    const expected = [0, 1].map((s) =>
      attendNaive(
        7,
        y[s]!,
        (i, j) => dotNaive(x[s]![i]!, x[s]![j]!) / 2,
        (i, j) => Math.abs(i - j) <= 2,
      ),
    );
    close(
      result.context.arraySync(),
      expected.map((e) => e.context),
    );
    const band = result.weights.arraySync();
    for (let i = 0; i < 7; i++) {
      for (let c = 0; c < 6; c++) {
        const j = Math.floor(i / 2) * 2 - 2 + c;
        expect(band[1]![i]![c]!).toBeCloseTo(expected[1]!.weights[i]![j] ?? 0, 5);
      }
    }
  });

  it('linear attention and the weights it implies', () => {
    const expected = [0, 1].map((s) => linearWeightsNaive(q[s]!, k[s]!));
    close(attention.linearWeights(t3(q), t3(k)).arraySync(), expected);
    const context = expected.map((weights, s) =>
      weights.map((row) => [0, 1].map((c) => row.reduce((sum, a, j) => sum + a * v[s]![j]![c]!, 0))),
    );
    close(attention.linearAttention(t3(q), t3(k), t3(v)).arraySync(), context);
  });
});

describe('attention layers', () => {
  it('return weights on request whose rows sum to 1, and survive serialization', async () => {
    const x = t3(k);
    const mask = tf.ones([1, 5, 5]);
    const makers: Record<string, () => tfLayers.Layer> = {
      dot: () => new attention.DotAttention({ returnWeights: true }),
      scaled: () => new attention.ScaledDotAttention({ returnWeights: true }),
      general: () => new attention.GeneralAttention({ returnWeights: true, seed: 3 }),
      additive: () => new attention.AdditiveAttention({ units: 6, returnWeights: true, seed: 3 }),
      convolutional: () => new attention.ConvolutionalAttention({ units: 6, width: 3, returnWeights: true }),
      multiHead: () => new attention.MultiHeadAttention({ units: 4, heads: 2, returnWeights: true }),
      feature: () => new attention.FeatureAttention({ weightings: 2, returnWeights: true }),
      graph: () => new attention.GraphAttention({ units: 3, heads: 2, returnWeights: true }),
      windowed: () => new attention.WindowedAttention({ radius: 2, returnWeights: true }),
      linear: () => new attention.LinearAttention({ returnWeights: true }),
    };
    expect(Object.keys(makers).length).toBe(attention.attentionLayers.length);
    for (const [name, make] of Object.entries(makers)) {
      const layer = make();
      const input = name === 'graph' ? [x, mask] : x;
      const [context, weights] = layer.apply(input) as tf.Tensor[];
      expect(layer.computeOutputShape(name === 'graph' ? [x.shape, mask.shape] : x.shape)).toEqual([
        context!.shape,
        weights!.shape,
      ]);
      const sums = tf.sum(weights!, -1).dataSync();
      for (const sum of sums) expect(sum).toBeCloseTo(1, 5);

      const constructor = layer.constructor as unknown as { new (config: object): tfLayers.Layer };
      const copy = new constructor(layer.getConfig() as object);
      copy.apply(input);
      copy.setWeights(layer.getWeights());
      close((copy.apply(input) as tf.Tensor3D[])[0]!.arraySync(), (context as tf.Tensor3D).arraySync());
    }
  });

  it('draw the same weights from the same seed and others from another', () => {
    const draw = (seed: number): Float32Array => {
      const layer = new attention.GeneralAttention({ seed });
      layer.apply(t3(k));
      return layer.getWeights()[0]!.dataSync<'float32'>();
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it('train inside a TensorFlow.js model', async () => {
    const model = sequential();
    model.add(tfLayers.dense({ units: 4, inputShape: [5, 4] }));
    model.add(new attention.MultiHeadAttention({ units: 4, heads: 2, seed: 1 }) as unknown as tfLayers.Layer);
    model.add(tfLayers.dense({ units: 4 }));
    model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
    const history = await model.fit(t3(k), t3(k), { epochs: 30, verbose: 0 });
    const loss = history.history['loss'] as number[];
    expect(loss.at(-1)!).toBeLessThan(0.7 * loss[0]!);
  });
});
