import * as tf from '@tensorflow/tfjs-core';
import { chooseBackend } from '../../../tensor/index.js';
import { convolution2d, maxPool2d } from '../../../tensor/operations/index.js';
import { CooperativeScheduler } from '../../../yield.js';
import { HeedError } from '../../../errors.js';
import { createRandom } from '../../../random.js';
import type { DetectorState, FitReport, ImageDetector, RunOptions } from '../../base/types.js';
import { denseLayer } from '../training/layers.js';
import { crossEntropy } from '../training/losses.js';
import { optimize } from '../training/optimize.js';
import { Parameters } from '../training/parameters.js';
import type { ImageDetectorOptions } from './options.js';

const SIZE = 3;

/**
 * The document's network of 28 × 28 × 1 images (“Deep learning in anomaly detection” §4.2): Conv2D(32, 3 × 3, ReLU), MaxPooling(2 × 2),
 * Conv2D(64, 3 × 3, ReLU), MaxPooling(2 × 2), Flatten, Dense(64, ReLU), output; 80/20 split in the order of the data.
 * Corrected: one log odds in place of ten classes, and the loss takes it as such (the code's softmax is followed by a
 * loss with `from_logits=True`).
 */
export class ImageNetwork implements ImageDetector {
  private network: { parameters: Parameters; logits: (x: tf.Tensor4D) => tf.Tensor2D } | undefined;

  constructor(private readonly options: ImageDetectorOptions) {}

  async fit(
    images: readonly Float32Array[],
    labels: ArrayLike<number>,
    run: RunOptions = {},
  ): Promise<FitReport> {
    const started = performance.now();
    this.check(images);
    if (labels.length !== images.length) {
      throw new HeedError(
        'length-mismatch',
        `${labels.length} labels for ${images.length} images`,
        'Give one label per image.',
      );
    }
    if (!Array.from(labels).includes(1) || !Array.from(labels).includes(0)) {
      throw new HeedError('labels-missing', 'the images are all normal or all anomalous', 'Give both kinds.');
    }
    const { parameters, logits } = await this.build(run.seed ?? 0);
    const held = Math.round(images.length * this.options.validation);
    const indices = Int32Array.from(images.keys());
    const train = indices.slice(0, images.length - held);
    const positives = train.reduce((sum, i) => sum + labels[i]!, 0);
    const weight = positives > 0 ? Math.max(1, Math.min(20, (train.length - positives) / positives)) : 1;
    const loss = (samples: Int32Array): tf.Scalar => {
      const marks = tf.tensor2d(
        Array.from(samples, (i) => labels[i]!),
        [samples.length, 1],
      );
      return crossEntropy(logits(this.stack(images, samples)), marks, weight);
    };
    const { epochs, batchSize, learningRate, patience } = this.options;
    const curve = await optimize(
      {
        phase: 'fit',
        parameters,
        trainSamples: train,
        validationSamples: indices.slice(images.length - held),
        epochs,
        batchSize,
        learningRate,
        patience,
        random: createRandom((run.seed ?? 0) + 1),
        objectives: (samples) => [{ trains: () => true, loss: () => loss(samples) }],
      },
      run,
    );
    return {
      detector: 'cnn',
      points: images.length,
      seconds: (performance.now() - started) / 1000,
      parameters: parameters.count,
      loss: curve.loss,
      validationLoss: curve.validationLoss,
      bestEpoch: curve.bestEpoch,
    };
  }

  async score(images: readonly Float32Array[], run: RunOptions = {}): Promise<Float64Array> {
    if (!this.network)
      throw new HeedError('not-fitted', 'the image network has not been fitted', 'Fit it on labeled images.');
    const { logits } = this.network;
    this.check(images);
    const scheduler = new CooperativeScheduler(run.signal, 10);
    const scores = new Float64Array(images.length);
    for (let from = 0; from < images.length; from += 16) {
      const part = Array.from({ length: Math.min(16, images.length - from) }, (_, i) => from + i);
      scores.set(
        tf.tidy(() => tf.sigmoid(logits(this.stack(images, part))).dataSync()),
        from,
      );
      await scheduler.yieldIfDue();
    }
    return scores;
  }

  async getState(): Promise<DetectorState> {
    if (!this.network)
      throw new HeedError('not-fitted', 'the image network has not been fitted', 'Fit it on labeled images.');
    return {
      json: { detector: 'cnn-image', size: this.options.size },
      tensors: this.network.parameters.toTensors(),
    };
  }

  async setState({ json, tensors }: DetectorState): Promise<void> {
    if (json['detector'] !== 'cnn-image' || json['size'] !== this.options.size) {
      throw new HeedError(
        'model-corrupt',
        'the state is not of images of this size',
        'Fit the detector again.',
      );
    }
    const { parameters } = await this.build(0);
    try {
      parameters.fromTensors(tensors);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  dispose(): void {
    this.network?.parameters.dispose();
    this.network = undefined;
  }

  private async build(seed: number): Promise<NonNullable<ImageNetwork['network']>> {
    await chooseBackend();
    this.dispose();
    const { size, firstFilters, secondFilters, hidden } = this.options;
    const parameters = new Parameters(createRandom(seed));
    const filter = (name: string, inputs: number, outputs: number) => {
      const weight = parameters.create(`${name}.filter`, [SIZE * SIZE * inputs, outputs], 'glorot');
      const bias = parameters.create(`${name}.bias`, [outputs], 'zeros');
      return (x: tf.Tensor4D) =>
        convolution2d(x, weight as tf.Tensor2D, bias as unknown as tf.Tensor1D, SIZE);
    };
    const first = filter('first', 1, firstFilters);
    const second = filter('second', firstFilters, secondFilters);
    const pooled = (((size - SIZE + 1) >> 1) - SIZE + 1) >> 1;
    const widen = denseLayer(parameters, 'hidden', pooled * pooled * secondFilters, hidden);
    const output = denseLayer(parameters, 'output', hidden, 1);
    const logits = (x: tf.Tensor4D): tf.Tensor2D => {
      const features = maxPool2d(tf.relu(second(maxPool2d(tf.relu(first(x))))));
      return output(
        tf.relu(widen(tf.reshape(features, [x.shape[0], pooled * pooled * secondFilters]) as tf.Tensor2D)),
      );
    };
    this.network = { parameters, logits };
    return this.network;
  }

  private check(images: readonly Float32Array[]): void {
    const { size } = this.options;
    const bad = images.findIndex((image) => image.length !== size * size || !image.every(Number.isFinite));
    if (images.length === 0) throw new HeedError('empty-input', 'there is no image', 'Give at least one.');
    if (bad >= 0) {
      throw new HeedError(
        'length-mismatch',
        `image ${bad} is not ${size} × ${size} finite values`,
        'Scale the images to that size, values 0…1.',
      );
    }
  }

  private stack(images: readonly Float32Array[], samples: ArrayLike<number>): tf.Tensor4D {
    const { size } = this.options;
    const values = new Float32Array(samples.length * size * size);
    for (let i = 0; i < samples.length; i++) values.set(images[samples[i]!]!, i * size * size);
    // Centered around 0, where the network starts.
    return tf.sub(tf.tensor4d(values, [samples.length, size, size, 1]), 0.5) as tf.Tensor4D;
  }
}
