import type { WindowedPlan } from './network.js';
import type { SupervisedOption, TrainingOptions } from './options.js';

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
