export type * from './layers.js';
export type { Attended } from './mechanisms.js';
/** What `loadAttention` gives: the mechanisms as functions of tensors. */
export type * as attentionMechanisms from './mechanisms.js';
/** What `loadAttention` gives: the mechanisms as layers. */
export type * as attentionLayerModule from './layers.js';
