import type { PanelProps } from '@grafana/data';
import { findExpr, type AlertSubject } from '../alert/texts.js';
import type { HeedQuery } from '../datasource/types.js';
import type { HeedPanelOptions } from './types.js';

/** What an alert on a panel is about: its first query, whether a Heed query holds it or not. */
export function alertSubject({
  data,
  options,
  title,
}: Pick<PanelProps<HeedPanelOptions>, 'data' | 'options' | 'title'>): AlertSubject {
  const query = data.request?.targets[0] as Partial<HeedQuery> | undefined;
  const expr = findExpr(query?.inner) || findExpr(query as Record<string, unknown> | undefined);
  const interval = data.series[0]?.fields[0]?.config.interval ?? data.request?.intervalMs ?? 60_000;
  return {
    name: title || expr || 'query',
    expr,
    budget: query?.budget || options.budget,
    // Whole seconds, which is what a scraper knows.
    step: Math.max(1000, Math.round(interval / 1000) * 1000),
    together: (query?.mode ?? options.mode) === 'joint',
  };
}
