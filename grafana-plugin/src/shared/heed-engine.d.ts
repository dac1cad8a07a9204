declare module 'heed-engine' {
  import type { EngineScope } from './engine.js';
  /** The whole engine; refers to nothing outside itself, so that its text is a worker's source. */
  export const engine: (scope: EngineScope) => void;
  export const engineSource: string;
}
