import type { Random } from '../../../random.js';
import type { TrainingOptions } from './options.js';
import type { SeriesWindows } from './windows.js';

/** Which windows train and which validate, by the place they start. */
export interface Samples {
  readonly train: Int32Array;
  readonly validation: Int32Array;
  /** Weight of anomalous points in the loss. */
  readonly positiveWeight: number;
  readonly notes: readonly string[];
}

/**
 * Chooses at most `maxWindows` windows evenly over the series and holds the last in time out for validation
 * (“Deep learning in anomaly detection” §4.1 splits 80/20 in the order of the data). With labels every window with an anomaly stays in, up to
 * half of them all, and where one part had no anomaly the parts are drawn at random instead.
 */
export function chooseWindows(
  windows: SeriesWindows,
  options: TrainingOptions,
  random: Random,
  labels?: ArrayLike<number>,
): Samples {
  const lead = windows.length - windows.horizon;
  const first = windows.count > 2 * lead ? lead : 0;
  const available = Array.from({ length: windows.count - first }, (_, i) => first + i);
  const notes: string[] = [];
  const isAnomalous = (start: number): boolean => {
    for (let t = start; t < start + windows.horizon; t++) if (labels![t]! >= 0.5) return true;
    return false;
  };

  let chosen = thin(available, options.maxWindows);
  if (labels) {
    const anomalous = available.filter(isAnomalous);
    const normal = available.filter((start) => !isAnomalous(start));
    const kept = thin(anomalous, Math.max(1, options.maxWindows >> 1));
    chosen = [...kept, ...thin(normal, Math.max(1, options.maxWindows - kept.length))].sort((a, b) => a - b);
  }
  if (chosen.length < available.length) {
    notes.push(`trained on ${chosen.length} of ${available.length} windows (option maxWindows)`);
  }

  const held = chosen.length < 10 ? 0 : Math.round(chosen.length * options.validation);
  let train = chosen.slice(0, chosen.length - held);
  let validation = chosen.slice(chosen.length - held);
  let positiveWeight = 1;
  if (labels) {
    if (held > 0 && (!train.some(isAnomalous) || !validation.some(isAnomalous))) {
      const drawn = random.shuffle(chosen);
      train = drawn.slice(held).sort((a, b) => a - b);
      validation = drawn.slice(0, held).sort((a, b) => a - b);
    }
    let positive = 0;
    for (const start of train) for (let t = 0; t < windows.horizon; t++) positive += labels[start + t]!;
    const negative = train.length * windows.horizon - positive;
    positiveWeight = positive > 0 ? Math.max(1, Math.min(20, negative / positive)) : 1;
  }
  return { train: Int32Array.from(train), validation: Int32Array.from(validation), positiveWeight, notes };
}

/** At most `most` of the items, evenly spread. */
function thin(items: number[], most: number): number[] {
  if (items.length <= most) return items;
  return Array.from({ length: most }, (_, i) => items[Math.floor((i * items.length) / most)]!);
}
