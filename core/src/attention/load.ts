import { chooseBackend } from '../backend/index.js';

/** The attention mechanisms as functions of tensors and as TensorFlow.js layers. */
export type AttentionModule = typeof import('./mechanisms.js') & typeof import('./layers.js');

/**
 * Loads TensorFlow.js with the best engine here and, on it, the attention mechanisms: functions
 * (`multiHeadAttention(q, k, v, weights, heads)`) and layers (`new MultiHeadAttention({ units, heads })`). They come
 * by a call so that importing Heed does not load TensorFlow.js.
 * @throws HeedError backend-unavailable
 */
export async function loadAttention(): Promise<AttentionModule> {
  await chooseBackend();
  const [mechanisms, layers] = await Promise.all([import('./mechanisms.js'), import('./layers.js')]);
  return { ...mechanisms, ...layers };
}
