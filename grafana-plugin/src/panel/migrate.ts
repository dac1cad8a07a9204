import { defaultOptions, type HeedPanelOptions, type PanelFeedback } from './types.js';

/**
 * Options of any earlier version as those of this one. Runs on every load until the dashboard is saved: pure, and
 * twice is once.
 */
export function migrateOptions(options: Partial<HeedPanelOptions> | undefined): Partial<HeedPanelOptions> {
  const old = options ?? {};
  const feedback = Array.isArray(old.feedback) ? old.feedback.filter(isFeedback) : [];
  return {
    ...defaultOptions,
    ...old,
    view: old.view === 'live' ? 'live' : 'hindsight',
    budget: typeof old.budget === 'string' && old.budget.trim() ? old.budget : defaultOptions.budget,
    sensitivity: clamp(old.sensitivity, 0, 100, defaultOptions.sensitivity),
    regionOpacity: clamp(old.regionOpacity, 0, 100, defaultOptions.regionOpacity),
    maxSeries: clamp(old.maxSeries, 1, 200, defaultOptions.maxSeries),
    feedback,
  };
}

function isFeedback(item: unknown): item is PanelFeedback {
  const f = item as Partial<PanelFeedback> | null;
  return (
    typeof f?.series === 'string' &&
    Number.isFinite(f.start) &&
    Number.isFinite(f.end) &&
    (f.kind === 'anomaly' || f.kind === 'normal')
  );
}

const clamp = (value: unknown, low: number, high: number, otherwise: number) =>
  typeof value === 'number' && Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : otherwise;
