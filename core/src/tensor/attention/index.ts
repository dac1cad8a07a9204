export type * from './layers.js';
