import { chooseBackend } from './backend.js';

/** The attention mechanisms as functions of tensors and as TensorFlow.js layers. */
export type AttentionModule = typeof import('./attention/mechanisms.js') &
  typeof import('./attention/layers.js');

/**
 * Loads TensorFlow.js with the best engine here and, on it, the attention mechanisms: functions
 * (`multiHeadAttention(q, k, v, weights, heads)`) and layers (`new MultiHeadAttention({ units, heads })`). They come
 * by a call so that importing Heed does not load TensorFlow.js.
 * @throws HeedError backend-unavailable
 */
export async function loadAttention(): Promise<AttentionModule> {
  await chooseBackend();
  const [mechanisms, layers] = await Promise.all([
    import('./attention/mechanisms.js'),
    import('./attention/layers.js'),
  ]);
  return { ...mechanisms, ...layers };
}
