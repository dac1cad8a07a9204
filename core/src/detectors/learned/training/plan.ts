import type { WindowedPlan } from './network.js';
import type { TrainingOptions } from './options.js';

/** Options of detectors that can also learn from labels. */
export type SupervisedOption = {
  /** Learns from labels (binary cross-entropy) in place of the series' own structure. */
  readonly supervised: boolean;
};

export const supervisedSpec = {
  supervised: { type: 'boolean', summary: 'learns from labels in place of the series’ own structure' },
} as const;

/** What most plans have in common. */
export function createPlan(
  id: string,
  options: TrainingOptions & Partial<SupervisedOption>,
  plan: Pick<WindowedPlan, 'build'> & Partial<WindowedPlan>,
): WindowedPlan {
  const horizon = plan.horizon ?? options.window;
  return {
    id,
    window: options.window,
    horizon,
    // Windows that are scored whole overlap by three quarters, so that a point is seen in several places.
    stride: horizon === options.window ? Math.max(1, options.window >> 2) : horizon,
    scaler: 'z-score',
    supervised: options.supervised ?? false,
    training: options,
    isAttention: (name) => name.startsWith('attention'),
    ...plan,
  };
}
