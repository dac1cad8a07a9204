import { calmKinds, generateCalm, generateFault, type CalmKind, type FaultKind } from '@heed/core/datasets';
import { backtest, type Backtest } from '@heed/core/live';
import { formatNumber, humanDuration, plotBars, plotDetection } from '@heed/core/plot';
import { serve } from '../common/serve.js';
import { budgets } from './budgets.js';

export interface BudgetTask {
  readonly kind: string;
  readonly seed: number;
  readonly budget: string;
  readonly width: number;
  readonly words: { readonly pages: string };
}

export interface BudgetAnswer {
  readonly picture: string;
  readonly bars: string;
  readonly days: string;
  readonly perWeek: string;
  readonly pages: readonly { readonly reason: string; readonly severity: number }[];
  readonly truth?: {
    readonly events: number;
    readonly found: number;
    readonly delay?: string;
    readonly falsePages: number;
  };
}

const points = 2880;
let last: {
  readonly key: string;
  readonly series: ReturnType<typeof generateCalm>;
  readonly tests: Map<string, Backtest>;
};

serve<BudgetTask, BudgetAnswer>(({ kind, seed, budget, width, words }) => {
  const key = `${kind} ${seed}`;
  if (last?.key !== key) {
    const series = (calmKinds as readonly string[]).includes(kind)
      ? generateCalm(kind as CalmKind, { seed, points })
      : generateFault(kind as FaultKind, { seed, points });
    last = { key, series, tests: new Map() };
  }
  const { series, tests } = last;
  if (!tests.has(budget)) tests.set(budget, backtest(series, { budget }));
  const { detection, incidents, days, pagesPerWeek, truth } = tests.get(budget)!;
  return {
    picture: plotDetection(series, detection, { width, title: '' }),
    bars: plotBars(
      budgets
        .filter((one) => tests.has(one))
        .map((one) => ({ label: one, value: tests.get(one)!.incidents.length })),
      { width: Math.max(240, Math.min(width, 560)), title: '', valueTitle: words.pages },
    ),
    days: humanDuration(days * 86_400_000),
    perWeek: formatNumber(pagesPerWeek, 2),
    pages: incidents.map(({ reason, severity }) => ({ reason, severity: Math.round(severity) })),
    ...(truth
      ? {
          truth: {
            events: truth.events,
            found: truth.found,
            falsePages: truth.falsePages,
            ...(truth.medianDelay === undefined ? {} : { delay: humanDuration(truth.medianDelay) }),
          },
        }
      : {}),
  };
});
