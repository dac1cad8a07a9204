import { configureBackend } from '@heed/core/attention';
import { startEngine, type EngineScope } from './engine.js';

/** Bound by the build: the worker's global scope, or a channel where the engine runs on the page itself. */
declare const heedScope: EngineScope & { readonly heedFolder?: string };

// A worker made of text has no address of its own, and TensorFlow.js would look for its WebAssembly nowhere.
if (heedScope.heedFolder) configureBackend({ wasmPath: heedScope.heedFolder });
startEngine(heedScope);
