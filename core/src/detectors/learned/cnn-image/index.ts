import { resolveOptions } from '../../base/options.js';
import type { ImageDetector, ImageDetectorDefinition } from '../../base/types.js';
import { options, type ImageDetectorOptions } from './options.js';

/** Convolution, pooling, convolution, pooling, dense, output (“Deep learning in anomaly detection” §4.2). */
export const cnnImage: ImageDetectorDefinition<typeof options, 'cnn-image'> = {
  id: 'cnn-image',
  summary: 'a convolutional network classifies grey images as normal or anomalous',
  source: '“Deep learning in anomaly detection” §4.2',
  input: 'image',
  tags: {
    needsTraining: true,
    supervised: true,
    multivariate: false,
    streaming: false,
    minPoints: 2,
    explains: false,
  },
  quick: { firstFilters: 8, secondFilters: 16, hidden: 16, epochs: 6 },
  options,
  create: createImageDetector,
};

/**
 * The convolutional network of “Deep learning in anomaly detection” §4.2 on 28 × 28 × 1 images: convolution 3 × 3 (32), pooling, convolution
 * (64), pooling, dense (64), output.
 * @throws HeedError bad-option, backend-unavailable
 */
export async function createImageDetector(given: Partial<ImageDetectorOptions> = {}): Promise<ImageDetector> {
  const { ImageNetwork } = await import('./network.js');
  return new ImageNetwork(resolveOptions(cnnImage, given));
}
