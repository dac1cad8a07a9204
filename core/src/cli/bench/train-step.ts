import { listDefaults } from '../../detectors/base/options.js';
import type * as tfjs from '@tensorflow/tfjs-core';
import { createRandom } from '../../random.js';
import { selfAttention } from '../../detectors/learned/self-attention/index.js';
import type { Absent, Contestant } from './harness.js';
import { pytorchTimes } from './python.js';
import { nativeContestant, tensorContestants, type Build } from './tensors.js';

/** The network of `self-attention` and a batch of windows for it. */
const trainStepShape = { batch: 64, window: 64, channels: 8, hidden: 64, layers: 2 } as const;

const options = {
  ...listDefaults(selfAttention.options),
  window: trainStepShape.window,
  hidden: trainStepShape.hidden,
  layers: trainStepShape.layers,
  batchSize: trainStepShape.batch,
};

/** One training step of `self-attention`: loss, gradients and Adam. */
export async function trainStepContestants(
  tensors: Parameters<typeof tensorContestants>[0],
): Promise<(Contestant | Absent)[]> {
  return [
    ...(await tensorContestants(tensors, await loadTrainStep(), true)),
    await pytorchTimes('train-step', trainStepShape),
    await nativeContestant(),
  ];
}

/** The step by the detector's own modules, and the same network written in plain TensorFlow.js. */
async function loadTrainStep(): Promise<Build> {
  const [{ selfAttentionPlan }, { listObjectives }, { trainStep }, { Parameters }, { Adam }, layers] =
    await Promise.all([
      import('../../detectors/learned/self-attention/network.js'),
      import('../../detectors/learned/training/losses.js'),
      import('../../detectors/learned/training/optimize.js'),
      import('../../detectors/learned/training/parameters.js'),
      import('../../tensor/adam.js'),
      import('../../detectors/learned/training/layers.js'),
    ]);
  const { batch, window, channels, hidden } = trainStepShape;
  const plan = selfAttentionPlan(options);
  const random = createRandom(1);
  const values = Float32Array.from({ length: batch * window * channels }, () => random.normal());

  const detector: Build = ({ tf }) => {
    const parameters = new Parameters(createRandom(2));
    const network = plan.build(parameters, channels);
    const adam = new Adam(options.learningRate);
    const objectives = () => {
      const inputs = tf.tensor3d(values, [batch, window, channels]);
      return listObjectives(network, {
        inputs,
        targets: inputs,
        positiveWeight: 1,
        epoch: 1,
        random,
        training: true,
      });
    };
    return {
      run: () => trainStep(parameters, adam, objectives),
      dispose: () => {
        adam.dispose();
        parameters.dispose();
      },
    };
  };

  const plain: Build = ({ tf }) => {
    // The detector's first values, so that both compute the same.
    const drawn = new Parameters(createRandom(2));
    plan.build(drawn, channels);
    const weights = new Map(
      [...drawn.select(() => true)].map(([name, value]) => [name, tf.tidy(() => tf.variable(value.clone()))]),
    );
    drawn.dispose();
    const affine = (x: tfjs.Tensor, name: string) => {
      const weight = weights.get(`${name}.weight`)! as unknown as tfjs.Tensor2D;
      const rows = tf.reshape(x, [-1, weight.shape[0]]) as tfjs.Tensor2D;
      const product = tf.add(tf.matMul(rows, weight), weights.get(`${name}.bias`)!);
      return tf.reshape(product, [batch, window, weight.shape[1]]);
    };
    const position = tf.tidy(() => tf.tile(layers.positionalEncoding(window, hidden), [batch, 1, 1]));
    const bias = tf.tidy(() => tf.mul(tf.sub(1, layers.exclusionMask(window, options.exclusion)), -1e9));
    const loss = () => {
      const x = tf.tensor3d(values, [batch, window, channels]);
      const s = tf.add(affine(x, 'embedding'), position) as tfjs.Tensor3D;
      let query = position as tfjs.Tensor3D;
      for (let layer = 0; layer < options.layers; layer++) {
        const scores = tf.mul(tf.matMul(query, s, false, true), 1 / Math.sqrt(hidden));
        const context = tf.matMul(tf.softmax(tf.add(scores, bias)), s);
        query = tf.add(query, tf.tanh(affine(context, `attention.${layer}`)));
      }
      const features = tf.relu(affine(tf.concat([query, position], 2), 'output.hidden'));
      return tf.mean(tf.squaredDifference(affine(features, 'output'), x)) as tfjs.Scalar;
    };
    const optimizer = tf.train.adam(options.learningRate);
    const variables = [...weights.values()];
    return {
      // The loss is read, as every training reads it.
      run: () => tf.tidy(() => optimizer.minimize(loss, true, variables)!.dataSync()[0]!),
      dispose: () => {
        optimizer.dispose();
        tf.dispose([position, bias, ...variables]);
      },
    };
  };
  return (tensors, heed) => (heed ? detector : plain)(tensors, heed);
}
