import * as tf from '@tensorflow/tfjs-core';
import type { Random } from '../../../random.js';
import type { RunOptions } from '../../base/types.js';
import type { WindowedNetwork } from './network.js';
import { optimize, type TrainingCurve } from './optimize.js';
import type { TrainingOptions } from './options.js';
import type { Parameters } from './parameters.js';
import type { Samples } from './samples.js';
import type { SeriesWindows } from './windows.js';

/** Share of the points that are hidden, and the length of a hidden interval. */
const HIDDEN = 0.25;
const MASKED_POINTS = 4;

/**
 * Self-supervised pretraining by masked reconstruction (“Deep learning in anomaly detection” §5.4): intervals of a window are set to 0 (the
 * channels' mean) in all channels and the network learns to restore them; only hidden points count. Needs no
 * labels, so that a supervised network starts from an encoder that knows the series.
 */
export async function pretrain(
  network: WindowedNetwork,
  parameters: Parameters,
  windows: SeriesWindows,
  samples: Samples,
  options: TrainingOptions,
  random: Random,
  run: RunOptions,
): Promise<TrainingCurve> {
  const hide = random.fork();
  const loss = (starts: Int32Array): tf.Scalar => {
    const { length, channels } = windows;
    const visible = new Float32Array(starts.length * length).fill(1);
    for (let b = 0; b < starts.length; b++) {
      const intervals = Math.max(1, Math.round((HIDDEN * length) / MASKED_POINTS));
      for (let s = 0; s < intervals; s++) {
        const from = b * length + hide.integer(0, Math.max(0, length - MASKED_POINTS));
        visible.fill(0, from, Math.min((b + 1) * length, from + MASKED_POINTS));
      }
    }
    const inputs = windows.gather(starts);
    const mask = tf.tensor3d(visible, [starts.length, length, 1]);
    const restored = network.reconstruct!(tf.mul(inputs, mask));
    const hidden = tf.sub(1, mask);
    const error = tf.sum(tf.mul(tf.squaredDifference(restored, inputs), hidden));
    return tf.div(error, tf.mul(tf.sum(hidden), channels)) as tf.Scalar;
  };
  return optimize(
    {
      phase: 'pretrain',
      parameters,
      trainSamples: samples.train,
      // The masks differ from epoch to epoch, which would make the validation loss a lottery.
      validationSamples: new Int32Array(0),
      epochs: options.pretrainEpochs,
      batchSize: options.batchSize,
      learningRate: options.learningRate,
      patience: options.pretrainEpochs,
      random,
      objectives: (starts) => [{ trains: () => true, loss: () => loss(starts) }],
    },
    run,
  );
}
