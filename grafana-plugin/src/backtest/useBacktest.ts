import { useEffect, useRef, useState } from 'react';
import type { AnomalyEvent, Series } from '@heed/core';
import { parseBudget } from '@heed/core/live';
import { scoringService } from '../shared/services.js';

/** A series by the name that people know it by. */
export interface TestedSeries {
  readonly name: string;
  readonly series: Series;
}

export interface Page {
  readonly tested: TestedSeries;
  readonly event: AnomalyEvent;
}

/** What one budget would have brought over all series. */
export interface BudgetRow {
  readonly budget: string;
  readonly pagesPerWeek: number;
  /** Newest first. */
  readonly pages: readonly Page[];
  /** Of the longest series. */
  readonly days: number;
}

export interface BacktestState {
  readonly rows?: readonly BudgetRow[];
  readonly problem?: string;
  readonly busy: boolean;
}

/** More series than this take minutes. */
export const seriesAtMost = 20;

const usual = ['1/month', '1/week', '3/week', '1/day', '3/day', '1/hour'];

/** Budgets that one chooses from, `budget` among them, the tightest first. */
function budgetsAround(budget: string): string[] {
  const perDay = (text: string) => {
    const { incidents, period } = parseBudget(text);
    return incidents / period;
  };
  return [...new Set([...usual, budget])].sort((a, b) => perDay(a) - perDay(b));
}

/** Runs a backtest when asked to: over the series as they are then. */
export function useBacktest(): BacktestState & { run(all: readonly TestedSeries[], budget: string): void } {
  const [state, setState] = useState<BacktestState>({ busy: false });
  const abort = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => abort.current?.abort(), []);
  const run = (all: readonly TestedSeries[], budget: string) => {
    abort.current?.abort();
    const controller = new AbortController();
    abort.current = controller;
    setState({ busy: true });
    test(all.slice(0, seriesAtMost), budget, controller.signal).then(
      (rows) => !controller.signal.aborted && setState({ busy: false, rows }),
      (error: Error) => !controller.signal.aborted && setState({ busy: false, problem: error.message }),
    );
  };
  return { ...state, run };
}

async function test(
  all: readonly TestedSeries[],
  budget: string,
  signal: AbortSignal,
): Promise<readonly BudgetRow[]> {
  const budgets = budgetsAround(budget);
  const results = await Promise.all(
    all.map(({ series }) => scoringService().run({ kind: 'backtest', series, budgets }, { signal })),
  );
  return budgets.map((tested, b) => ({
    budget: tested,
    pagesPerWeek: results.reduce((sum, rows) => sum + rows[b]!.pagesPerWeek, 0),
    days: Math.max(...results.map((rows) => rows[b]!.days)),
    pages: results
      .flatMap((rows, s) => rows[b]!.pages.map((event) => ({ tested: all[s]!, event })))
      .sort((x, y) => y.event.start - x.event.start),
  }));
}
