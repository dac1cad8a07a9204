import { defaultOptions, type HeedPanelOptions, type PanelFeedback } from './types.js';

/** The last moment that a date can tell, in epoch ms. */
const LAST_TIME = 8.64e15;
/** Characters of a name: what is longer was not typed, and would be drawn and sent. */
const LONGEST = 1000;

const flags = ['showBand', 'showExpected', 'showStrip', 'showMarkers', 'showEvents'] as const;

/**
 * Options of any earlier version as those of this one. Runs on every load until the dashboard is saved: pure, and
 * twice is once. The JSON of a dashboard may hold anything: what an option cannot be is its default.
 */
export function migrateOptions(options: Partial<HeedPanelOptions> | undefined): Partial<HeedPanelOptions> {
  const old = isRecord(options) ? options : {};
  const feedback = Array.isArray(old.feedback) ? old.feedback.filter(isFeedback) : [];
  const { legend, tooltip, ...rest } = old;
  const shown = flags.map((name) => [
    name,
    typeof old[name] === 'boolean' ? old[name] : defaultOptions[name],
  ]);
  return {
    ...defaultOptions,
    ...rest,
    ...(isRecord(legend) ? { legend } : {}),
    ...(isRecord(tooltip) ? { tooltip } : {}),
    ...(Object.fromEntries(shown) as Pick<HeedPanelOptions, (typeof flags)[number]>),
    detector: isText(old.detector) ? old.detector : defaultOptions.detector,
    mode: pick(old.mode, ['each', 'joint', 'peers'], defaultOptions.mode),
    direction: pick(old.direction, ['both', 'above', 'below'], defaultOptions.direction),
    view: pick(old.view, ['hindsight', 'live'], 'hindsight'),
    budget: isText(old.budget) ? old.budget : defaultOptions.budget,
    sensitivity: clamp(old.sensitivity, 0, 100, defaultOptions.sensitivity),
    regionOpacity: clamp(old.regionOpacity, 0, 100, defaultOptions.regionOpacity),
    maxSeries: clamp(old.maxSeries, 1, 200, defaultOptions.maxSeries),
    feedback,
  };
}

function isRecord<T>(value: T | null | undefined): value is T {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.trim() !== '' && value.length <= LONGEST;

const pick = <const T extends string>(value: unknown, values: readonly T[], otherwise: T): T =>
  values.find((one) => one === value) ?? otherwise;

const isTime = (value: unknown): value is number => typeof value === 'number' && Math.abs(value) <= LAST_TIME;

function isFeedback(item: unknown): item is PanelFeedback {
  const f = item as Partial<PanelFeedback> | null;
  return (
    typeof f?.series === 'string' &&
    isTime(f.start) &&
    isTime(f.end) &&
    f.start <= f.end &&
    (f.kind === 'anomaly' || f.kind === 'normal')
  );
}

const clamp = (value: unknown, low: number, high: number, otherwise: number) =>
  typeof value === 'number' && Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : otherwise;
