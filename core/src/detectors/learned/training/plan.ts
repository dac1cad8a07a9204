import type { WindowedPlan } from './network.js';
import type { SupervisedOption, TrainingOptions } from './options.js';

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
