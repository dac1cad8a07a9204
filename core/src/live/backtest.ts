import { checkEach, checkRecord, checkSeries, checkText } from '../check-argument.js';
import { HeedError } from '../errors.js';
import type { Detection } from '../detection/types.js';
import type { Interval } from '../series/interval.js';
import type { Series } from '../series/series.js';
import { BudgetMonitors, USUAL_BUDGET } from './monitor.js';
import { parseBudget } from './threshold.js';
import type { LiveIncident, MonitorOptions, MonitorUpdate } from './types.js';

const day = 86_400_000;
/** Points that are learned from before pages count: so many, and at most a quarter of the series. */
const LEARNED = 1000;
/** Share of an event, and steps, by which a page may be early or late and still belong to it. */
const EARLY_STEPS = 16;
const LATE_STEPS = 64;

export interface BacktestOptions extends Pick<MonitorOptions, 'budget' | 'sensitivity' | 'timeZone'> {
  /** Leading points that are learned from; default 1,000, at most a quarter of the series. */
  readonly history?: number;
}

/** How the labeled events of a series fared. */
export interface BacktestTruth {
  readonly events: number;
  readonly found: number;
  /** ms from the beginning of an event to its page; absent where none was found. */
  readonly medianDelay?: number;
  readonly falsePages: number;
}

/** What alerting on a series would have been like. */
export interface Backtest {
  readonly budget: string;
  /** Epoch ms: the points that pages are counted in. */
  readonly start: number;
  readonly end: number;
  readonly days: number;
  /** Leading points that were learned from, and pages they would have brought. */
  readonly history: number;
  readonly pagesWhileLearning: number;
  readonly incidents: readonly LiveIncident[];
  readonly pagesPerWeek: number;
  readonly truth?: BacktestTruth;
  /** What was scored, as it happened, in the form that is drawn and written. */
  readonly detection: Detection;
  readonly notes: readonly string[];
}

/**
 * Gives the points of a series to a monitor as they arrived, and lists the pages it would have sent.
 * @throws HeedError too-few-points, and what `createMonitor` throws
 */
export function backtest(series: Series, given: BacktestOptions = {}): Backtest {
  checkSeries(series);
  checkRecord('options', given);
  const { budget = USUAL_BUDGET, ...options } = given;
  return backtestBudgets(series, [budget], options)[0]!;
}

/**
 * The same for several budgets in one pass: how much a point stands out does not depend on the budget.
 * @param budgets m >= 1
 * @returns m results, in their order
 * @throws HeedError too-few-points, and what `createMonitor` throws
 */
export function backtestBudgets(
  series: Series,
  budgets: readonly string[],
  options: Omit<BacktestOptions, 'budget'> = {},
): Backtest[] {
  checkSeries(series);
  checkEach('budget', budgets, checkText);
  checkRecord('options', options);
  if (budgets.length === 0)
    throw new HeedError('bad-option', 'there is no budget', 'Give at least one, such as 2/week.');
  const { time, channels, labels, indexTime } = series;
  const n = time.length;
  if (n < 16) {
    throw new HeedError(
      'too-few-points',
      `the series has ${n} points`,
      'Give at least 16; a few thousand tell more.',
    );
  }
  const { history = Math.min(LEARNED, n >> 2), ...rest } = options;
  const step = usualStep(time);
  const monitors = new BudgetMonitors(
    {
      ...rest,
      step,
      channels: channels.map(({ name, unit }) => (unit === undefined ? { name } : { name, unit })),
      ...(indexTime ? { indexTime } : {}),
    },
    budgets,
  );
  const runs = budgets.map(() => ({
    scores: blank(series),
    all: new Map<string, LiveIncident>(),
  }));
  const notes = new Set<string>();
  let at = 0;
  const take = (updates: readonly MonitorUpdate[]): void => {
    for (const note of updates[0]!.notes) notes.add(note);
    updates.forEach(({ incidents }, m) => {
      for (const { incident } of incidents) runs[m]!.all.set(incident.id, incident);
    });
    updates[0]!.points.forEach((point, i) => {
      // A row that came twice brought no point; a point that did not come has no row.
      while (at < n && time[at]! < point.time) at++;
      if (time[at] !== point.time) return;
      runs.forEach(({ scores }, m) => {
        const { score, expected, lower, upper } = updates[m]!.points[i]!;
        scores.score[at] = score;
        expected.forEach((value, c) => {
          scores.expected[c]![at] = value;
          scores.lower[c]![at] = lower[c]!;
          scores.upper[c]![at] = upper[c]!;
        });
      });
      at++;
    });
  };
  for (let t = 0; t < n; t++) {
    take(
      monitors.append(
        time[t]!,
        channels.map(({ values }) => values[t]!),
      ),
    );
  }
  take(monitors.advance(time[n - 1]! + step / 2));
  const start = time[history]!;
  // Rows without a time count as minutes, as they do for the budget.
  const days = ((time[n - 1]! - start) * (indexTime ? 60_000 : 1)) / day;
  return runs.map(({ scores, all }, m) => {
    const paged = [...all.values()].filter(({ noticed }) => noticed >= start);
    return {
      budget: budgets[m]!,
      start,
      end: time[n - 1]!,
      days,
      history,
      pagesWhileLearning: all.size - paged.length,
      incidents: paged,
      pagesPerWeek: days > 0 ? (7 * paged.length) / days : 0,
      ...(labels ? { truth: judge(paged, series, history, step) } : {}),
      detection: withEvents(scores, series, [...all.values()]),
      notes: [...notes],
    };
  });
}

/** Budgets next to the one that is asked for, tighter and wider, in order; it itself among them. */
export function neighboringBudgets(budget: string): string[] {
  const { incidents, period } = parseBudget(budget);
  const usual = ['1/month', '2/month', '1/week', '3/week', '1/day', '3/day', '1/hour'];
  const perDay = (text: string): number => {
    const parsed = parseBudget(text);
    return parsed.incidents / parsed.period;
  };
  const asked = incidents / period;
  return [budget, ...usual.filter((other) => Math.abs(perDay(other) / asked - 1) > 0.01)]
    .sort((a, b) => perDay(a) - perDay(b))
    .filter((_, i, sorted) => Math.abs(i - sorted.indexOf(budget)) <= 2);
}

interface Scores {
  readonly score: Float32Array;
  readonly expected: Float64Array[];
  readonly lower: Float64Array[];
  readonly upper: Float64Array[];
}

/** Scores of a series of which nothing has been said. */
export function blank({ time, channels }: Series): Scores {
  const curves = (): Float64Array[] => channels.map(() => new Float64Array(time.length).fill(NaN));
  return { score: new Float32Array(time.length), expected: curves(), lower: curves(), upper: curves() };
}

/** The detection that is made of what a monitor said. */
export function withEvents(scores: Scores, series: Series, incidents: readonly LiveIncident[]): Detection {
  const { time } = series;
  const indexAt = (when: number): number => {
    const found = time.findIndex((other) => other >= when);
    return found < 0 ? time.length - 1 : found;
  };
  // Before anything is known the band is where the values are.
  return {
    detector: 'monitor',
    series,
    ...scores,
    threshold: {
      method: 'learned',
      value: 1,
      points: time.length,
      sensitivity: 50,
      parameters: {},
    },
    events: incidents.map((incident) => ({
      start: incident.start,
      end: incident.end,
      peak: incident.peak,
      startIndex: indexAt(incident.start),
      endIndex: indexAt(incident.end),
      peakIndex: indexAt(incident.peak),
      score: incident.score,
      severity: incident.severity,
      ...(incident.kind ? { kind: incident.kind } : {}),
      direction: incident.direction,
      channels: incident.channels,
      attended: incident.attended.map(({ start, end, weight }) => ({
        start: indexAt(start),
        end: indexAt(end),
        startTime: start,
        endTime: end,
        weight,
      })),
      reason: incident.reason,
    })),
    notes: ['As it happened: every point was judged when it came.'],
  };
}

function judge(
  pages: readonly LiveIncident[],
  { time, labels }: Series,
  history: number,
  step: number,
): BacktestTruth {
  const events: Interval[] = [];
  for (let t = history; t < labels!.length; t++) {
    if (!labels![t]) continue;
    const begun = t;
    while (labels![t + 1]) t++;
    events.push({ start: time[begun]!, end: time[t]! });
  }
  const belongs = (page: LiveIncident, event: Interval): boolean =>
    (page.noticed <= event.end && page.end >= event.start) ||
    (page.noticed >= event.start - EARLY_STEPS * step && page.noticed <= event.end + LATE_STEPS * step);
  const delays = events
    .flatMap((event) => {
      const page = pages.find((other) => belongs(other, event));
      return page ? [Math.max(0, page.noticed - event.start)] : [];
    })
    .sort((a, b) => a - b);
  const medianDelay = delays[delays.length >> 1];
  return {
    events: events.length,
    found: delays.length,
    ...(medianDelay === undefined ? {} : { medianDelay }),
    falsePages: pages.filter((page) => !events.some((event) => belongs(page, event))).length,
  };
}

function usualStep(time: Float64Array): number {
  const steps = time.slice(1).map((at, t) => at - time[t]!);
  return steps.sort()[steps.length >> 1]!;
}
