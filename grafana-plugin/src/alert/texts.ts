import { alertRules, serveConfig } from '@heed/core/live';

export type AlertKind = 'serve' | 'prometheus' | 'grafana';

/** What an alert is about. */
export interface AlertSubject {
  readonly name: string;
  /** PromQL; empty where the data come from something else. */
  readonly expr: string;
  readonly budget: string;
  /** ms between points. */
  readonly step: number;
  readonly together: boolean;
}

/** The texts that make an alert, and the names of their files. */
export function alertTexts(subject: AlertSubject): Record<AlertKind, { text: string; file: string }> {
  const { name, budget } = subject;
  return {
    serve: { text: serveConfig(subject), file: 'heed.yaml' },
    prometheus: { text: alertRules(budget, false, name), file: 'heed-rules.yml' },
    grafana: { text: alertRules(budget, true, name), file: 'heed-alerting.yaml' },
  };
}

/** The PromQL of an inner query, where it has some. */
export function findExpr(inner: Readonly<Record<string, unknown>> | undefined): string {
  return typeof inner?.expr === 'string' ? inner.expr : '';
}
