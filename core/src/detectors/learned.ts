import { attentionAutoencoder } from './attention-autoencoder.js';
import type { DetectorDefinition } from './contract.js';

/** The detectors that learn a network; each loads TensorFlow.js when it is created, not before. */
export const learnedDetectors = [attentionAutoencoder] as unknown as readonly DetectorDefinition[];
