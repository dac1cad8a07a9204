import { startEngine } from './engine.js';
import type { EngineScope } from './protocol.js';

/** Bound by the build: the worker's global scope, or a channel where the engine runs on the page itself. */
declare const heedScope: EngineScope;

startEngine(heedScope);
