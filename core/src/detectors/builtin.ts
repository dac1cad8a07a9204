import { auto } from './auto.js';
import type { DetectorDefinition } from './contract.js';
import { memoryAttention } from './memory-attention.js';
import { pca } from './pca.js';
import { zScore } from './z-score.js';

/** The detectors that come with Heed, in the order in which surfaces list them. Add a detector by adding it here. */
export const builtinDetectors: readonly DetectorDefinition[] = [auto, memoryAttention, zScore, pca];
