import { HeedError } from '../../../errors.js';
import type { Random } from '../../../random.js';

/** Ways to vary training windows (“Deep learning in anomaly detection” §5.1 asks for more training data, above all more anomalies). */
export type Augmentation = 'jitter' | 'scale' | 'warp' | 'inject';
const known: readonly Augmentation[] = ['jitter', 'scale', 'warp', 'inject'];

/** @throws HeedError bad-option */
export function parseAugmentations(text: string): Augmentation[] {
  if (text === 'none' || text === '') return [];
  return text.split(',').map((part) => {
    const name = part.trim() as Augmentation;
    if (!known.includes(name)) {
      throw new HeedError(
        'bad-option',
        `augment has "${name}"`,
        `Give none, or some of ${known.join(', ')}.`,
      );
    }
    return name;
  });
}

/**
 * Varies scaled windows in place: b windows of w points in d channels, labels b × w.
 * - `jitter` adds normal noise of 0.03
 * - `scale` multiplies every channel by a normal number around 1 (0.1)
 * - `warp` reads the window at a speed that varies smoothly by up to a fifth
 * - `inject` plants a labeled anomaly (spike, level shift, noise burst, flat interval or mirrored interval, strength
 *   1–4 deviations) in a quarter of the windows; only where there are labels
 */
export function augmentWindows(
  values: Float32Array,
  shape: { readonly batch: number; readonly window: number; readonly channels: number },
  kinds: readonly Augmentation[],
  random: Random,
  labels?: Float32Array,
): void {
  const { batch, window, channels } = shape;
  const size = window * channels;
  for (let b = 0; b < batch; b++) {
    const part = values.subarray(b * size, (b + 1) * size);
    const marks = labels?.subarray(b * window, (b + 1) * window);
    for (const kind of kinds) {
      if (kind === 'jitter') for (let i = 0; i < size; i++) part[i] += 0.03 * random.normal();
      else if (kind === 'scale') {
        for (let c = 0; c < channels; c++) {
          const factor = random.normal(1, 0.1);
          for (let t = 0; t < window; t++) part[t * channels + c] *= factor;
        }
      } else if (kind === 'warp') warp(part, window, channels, random, marks);
      else if (marks && random.uniform() < 0.25) inject(part, window, channels, random, marks);
    }
  }
}

function warp(
  part: Float32Array,
  window: number,
  channels: number,
  random: Random,
  marks?: Float32Array,
): void {
  const strength = random.uniform(-0.2, 0.2);
  const phase = random.uniform(0, 2 * Math.PI);
  const copy = part.slice();
  const marked = marks?.slice();
  const shift = (t: number): number => Math.sin((2 * Math.PI * t) / window + phase);
  for (let t = 0; t < window; t++) {
    const at = t + ((strength * window) / (2 * Math.PI)) * (shift(t) - shift(0));
    const from = Math.max(0, Math.min(window - 1, at));
    const left = Math.floor(from);
    const right = Math.min(window - 1, left + 1);
    for (let c = 0; c < channels; c++) {
      part[t * channels + c] =
        copy[left * channels + c]! * (1 - from + left) + copy[right * channels + c]! * (from - left);
    }
    if (marks && marked) marks[t] = Math.max(marked[left]!, marked[right]!);
  }
}

function inject(
  part: Float32Array,
  window: number,
  channels: number,
  random: Random,
  marks: Float32Array,
): void {
  const kind = random.integer(0, 4);
  const length = kind === 0 ? 1 : random.integer(2, Math.max(2, window >> 2));
  const start = random.integer(0, window - length);
  const strength = random.uniform(1, 4) * (random.chance(0.5) ? 1 : -1);
  const hit = Array.from({ length: channels }, () => random.chance(0.5));
  hit[random.integer(0, channels - 1)] = true;
  for (let c = 0; c < channels; c++) {
    if (!hit[c]) continue;
    const held = part[start * channels + c]!;
    for (let t = start; t < start + length; t++) {
      const at = t * channels + c;
      if (kind === 0 || kind === 1) part[at] += strength;
      else if (kind === 2) part[at] += strength * random.normal();
      else if (kind === 3) part[at] = held;
      else part[at] = 2 * held - part[at]!;
    }
  }
  for (let t = start; t < start + length; t++) marks[t] = 1;
}
