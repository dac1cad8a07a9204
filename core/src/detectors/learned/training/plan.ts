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
export function planOf(
  id: string,
  options: TrainingOptions & Partial<SupervisedOption>,
  plan: Pick<WindowedPlan, 'build'> & Partial<WindowedPlan>,
): WindowedPlan {
  const judged = plan.judged ?? options.window;
  return {
    id,
    window: options.window,
    judged,
    // Windows that are judged whole overlap by three quarters, so that a point is seen in several places.
    stride: judged === options.window ? Math.max(1, options.window >> 2) : judged,
    scaler: 'z-score',
    supervised: options.supervised ?? false,
    training: options,
    isAttention: (name) => name.startsWith('attention'),
    ...plan,
  };
}
