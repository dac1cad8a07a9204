import { findHistoryStart } from '@heed/core/live';
import { parseDuration } from '@heed/core/series';

/** Steps that divide the clock, ms: detection points lie on multiples of one of them. */
const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400].map(
  (seconds) => seconds * 1000,
);

/** Points in the visible range that `auto` aims at; enough for shapes, few enough for hundreds of series. */
const pointsAimed = 720;
/** More points than this in one query and the step is made coarser. */
const pointsAtMost = 50_000;

export interface Grid {
  /** ms between detection points. */
  readonly step: number;
  /** Epoch ms, multiples of `step`: first and last visible point. */
  readonly from: number;
  readonly to: number;
  /** Epoch ms: where the history that the detector learns from begins. */
  readonly historyFrom: number;
  readonly maxDataPoints: number;
  /** Set where a wish could not be kept. */
  readonly note?: string;
}

/**
 * Pins the points that are scored. A panel asks for as many points as it has pixels and an annotation query for as
 * many as the window has; a detector would then see two different series. The grid depends on the time range and
 * the query's own wishes only, so that every surface scores the same points.
 * @throws RangeError naming a wish that is no duration
 */
export function planGrid(input: {
  from: number;
  to: number;
  step?: string | undefined;
  lookback?: string | undefined;
  /** Least step the inner source has data for, ms. */
  minStep?: number | undefined;
}): Grid {
  const span = Math.max(1000, input.to - input.from);
  const wishedStep = duration('step', input.step);
  const wishedLookback = duration('history', input.lookback);

  let step = wishedStep ?? atLeast(Math.max(span / pointsAimed, input.minStep ?? 0));
  const lookback = wishedLookback ?? autoLookback(span);
  let note: string | undefined;
  const needed = (span + lookback) / step;
  if (needed > pointsAtMost) {
    const coarser = atLeast((span + lookback) / pointsAtMost);
    note = `${Math.round(needed)} points at the wished step are more than ${pointsAtMost}; the step is ${coarser / 1000} s instead`;
    step = coarser;
  }
  // The history starts on a coarse lattice: a refresh then adds points at the end and keeps the beginning.
  const lattice = Math.max(step, Math.ceil(lookback / 8 / step) * step);
  const from = Math.ceil(input.from / step) * step;
  const to = Math.floor(input.to / step) * step;
  const historyFrom = lookback === 0 ? from : Math.floor((input.from - lookback) / lattice) * lattice;
  return {
    step,
    from,
    to: Math.max(from, to),
    historyFrom,
    maxDataPoints: Math.ceil((input.to - historyFrom) / step) + 1,
    ...(note === undefined ? {} : { note }),
  };
}

/** Points in the visible range beyond which a monitor's step becomes coarser. */
const monitoredAtMost = 5000;
/** A monitor's step where nothing says how often there are data. */
const usualStep = 15_000;

/**
 * Pins the points that a monitor sees. Its step does not follow the range as long as the range has not too many points,
 * and its history begins at fixed moments: what was said of a moment stays the same when one zooms.
 * @throws RangeError naming a wish that is no duration
 */
export function planMonitoredGrid(input: {
  from: number;
  to: number;
  step?: string | undefined;
  minStep?: number | undefined;
}): Grid {
  const span = Math.max(1000, input.to - input.from);
  const wished = duration('step', input.step) ?? atLeast(input.minStep ?? usualStep);
  const step = Math.max(wished, atLeast(span / monitoredAtMost));
  const from = Math.ceil(input.from / step) * step;
  const historyFrom = findHistoryStart(input.from, step);
  return {
    step,
    from,
    to: Math.max(from, Math.floor(input.to / step) * step),
    historyFrom,
    maxDataPoints: Math.ceil((input.to - historyFrom) / step) + 1,
    ...(step > wished
      ? {
          note: `As it happened: over this range a point every ${step / 1000} s is watched, not every ${wished / 1000} s.`,
        }
      : {}),
  };
}

function duration(what: string, wish: string | undefined): number | undefined {
  const text = wish?.trim() ?? '';
  if (text === '' || text === 'auto') return undefined;
  if (what === 'history' && /^0(s|m|h|d)?$/.test(text)) return 0;
  try {
    return parseDuration(text);
  } catch {
    throw new RangeError(`the ${what} "${text}" is not a duration; write for example 30s, 5m or 2d, or auto`);
  }
}

/** A data source's least interval as it is written in its settings (`15s`, `>1m`), ms; undefined where it has none. */
export function leastInterval(text: string | undefined): number | undefined {
  try {
    return text ? parseDuration(text.replace(/^\s*>/, '')) : undefined;
  } catch {
    return undefined;
  }
}

const atLeast = (wanted: number) =>
  steps.find((step) => step >= wanted) ?? Math.ceil(wanted / 86400e3) * 86400e3;

/** Twice the visible range, so that a pattern seen once on the screen was seen before; a week at most. */
const autoLookback = (span: number) => Math.min(2 * span, Math.max(span, 7 * 86400e3));
