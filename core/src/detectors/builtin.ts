import type { DetectorDefinition } from './contract.js';

/** The detectors that come with Heed, in the order in which surfaces list them. Add a detector by adding it here. */
export const builtinDetectors: readonly DetectorDefinition[] = [];
