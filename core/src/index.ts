/** @packageDocumentation Heed's core: everything that runs in a browser, a worker and Node alike. */
export * from './errors.js';
export * from './random.js';
export * from './series/index.js';
export * from './preprocess/index.js';
export * from './backend/index.js';
export * from './attention/index.js';
export * from './detectors/index.js';
export * from './score/index.js';
export * from './explain/index.js';
export * from './pipeline/index.js';
export * from './evaluate/index.js';
export * from './datasets/index.js';
export * from './model/index.js';
export * from './stream/index.js';
export * from './pool/index.js';
export * from './contract/index.js';
export * from './plot/index.js';
