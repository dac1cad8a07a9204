import { quickTraining, withDefaults } from '../training/options.js';
import type { ImageDetector, ImageDetectorOptions } from './network.js';

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
