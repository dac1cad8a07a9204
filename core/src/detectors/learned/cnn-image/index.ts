import type { DetectorState, FitReport, RunOptions } from '../../base/types.js';
import { quickTraining, withDefaults } from '../training/options.js';

/** Options of the image network. */
export type ImageDetectorOptions = {
  /** Rows and columns of an image; 28 in the document. */
  readonly size: number;
  readonly firstFilters: number;
  readonly secondFilters: number;
  readonly hidden: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly patience: number;
  /** Share of the images held out, the last ones. */
  readonly validation: number;
};

const defaults: ImageDetectorOptions = {
  size: 28,
  firstFilters: 32,
  secondFilters: 64,
  hidden: 64,
  epochs: 12,
  batchSize: 16,
  learningRate: 0.002,
  patience: 4,
  validation: 0.2,
};

/** Classifies grey images as normal or anomalous. */
export interface ImageDetector {
  /**
   * @param images size × size values 0…1 each, row by row
   * @param labels one per image, 1 = anomalous
   * @throws HeedError length-mismatch, labels-missing, cancelled
   */
  fit(images: readonly Float32Array[], labels: ArrayLike<number>, options?: RunOptions): Promise<FitReport>;
  /** Probability of an anomaly per image. @throws HeedError not-fitted, length-mismatch, cancelled */
  score(images: readonly Float32Array[], options?: RunOptions): Promise<Float64Array>;
  getState(): Promise<DetectorState>;
  /** @throws HeedError model-corrupt */
  setState(state: DetectorState): Promise<void>;
  dispose(): void;
}

/**
 * The convolutional network of “Deep learning in anomaly detection” §4.2 on 28 × 28 × 1 images: convolution 3 × 3 (32), pooling, convolution
 * (64), pooling, dense (64), output.
 * @throws HeedError bad-option, backend-unavailable
 */
export async function createImageDetector(
  options: Partial<ImageDetectorOptions> = {},
): Promise<ImageDetector> {
  const { ImageNetwork } = await import('./network.js');
  return new ImageNetwork(withDefaults('cnn (images)', defaults, options));
}

/** Cheap settings for tests and first looks. */
export const quickImageDetector: Partial<ImageDetectorOptions> = {
  firstFilters: 8,
  secondFilters: 16,
  hidden: 16,
  epochs: quickTraining.epochs! + 3,
};
