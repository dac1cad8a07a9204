import type * as tf from '@tensorflow/tfjs-core';
import type { ScalerKind } from '../../../preprocess/index.js';
import type { Random } from '../../../random.js';
import type { TrainingOptions } from './options.js';
import type { Objective } from './optimize.js';
import type { Parameters } from './parameters.js';

/** Training windows: b windows of w points in d channels, h of which are scored. */
export interface Batch {
  /** [b, w, d], scaled. */
  readonly inputs: tf.Tensor3D;
  /** [b, h, d]: targets of the scored points: these points themselves, but in distillation the teacher's. */
  readonly targets: tf.Tensor3D;
  /** [b, h], 0…1, where the fit is supervised. */
  readonly labels?: tf.Tensor2D;
  /** Weight of an anomalous point in the loss, so that rare anomalies count. */
  readonly positiveWeight: number;
  /** Counts from 1. */
  readonly epoch: number;
  readonly random: Random;
  readonly training: boolean;
}

/** The outputs of a network for windows. */
export interface Inference {
  /** [b, h, d], scaled. */
  readonly expected?: tf.Tensor3D;
  /** [b, h, d], >= 0; absent: the squared difference between expected and inputs. */
  readonly error?: tf.Tensor3D;
  /** [b, h], >= 0: a score the network computes itself; absent: the mean over the channels of error / usual error. */
  readonly score?: tf.Tensor2D;
  /** [b, h]: log odds of an anomaly, from supervised models. */
  readonly logits?: tf.Tensor2D;
  /**
   * Computes [b, h or 1, w], the attention of scored points over the window's points. Called only where the weights
   * are asked for: training and scoring need none. Absent where the network has no attention.
   */
  readonly weights?: () => tf.Tensor3D;
}

/** A network over windows. All tensors are made and freed inside the caller's tidy. */
export interface WindowedNetwork {
  infer(inputs: tf.Tensor3D): Inference;
  /** Absent: mean squared error of `expected`, or weighted binary cross-entropy of `logits` with labels. */
  objectives?(batch: Batch): readonly Objective[];
  /** [b, w, d] from windows with points masked out; what masked-reconstruction pretraining optimizes. */
  reconstruct?(inputs: tf.Tensor3D): tf.Tensor3D;
}

/** A windowed detector's plan: shapes, training and how its network is built. */
export interface WindowedPlan {
  readonly id: string;
  readonly window: number;
  /** Scored points h at the end of a window: the window itself for reconstruction, the horizon for prediction. */
  readonly horizon: number;
  /** Distance of scored windows. */
  readonly stride: number;
  readonly scaler: ScalerKind;
  readonly supervised: boolean;
  readonly training: TrainingOptions;
  /** True for the parameters of the attention, which transfer may freeze. */
  readonly isAttention: (name: string) => boolean;
  /** Learns a threshold T: this quantile of the scores r of held-out normal windows. */
  readonly thresholdQuantile?: number;
  /**
   * With a learned T the score is f(log r − log T): r / (r + T) for the sigmoid, log(1 + r / T) for softplus. A softmax
   * over the window is computed by the network, and its score is compared with T as it is.
   */
  readonly nonlinearity?: 'sigmoid' | 'softplus' | 'softmax';
  build(parameters: Parameters, channels: number): WindowedNetwork;
}
