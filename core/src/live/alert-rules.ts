/** Alert rules for the metrics of `heed serve` and `heed exporter`: what a choice made with `heed backtest` comes to. */
import { checkRecord, checkText } from '../check-argument.js';

/** Severity from which a page is worth waking someone. */
const CRITICAL = 50;

/**
 * The rule file for Prometheus, or the provisioning file for Grafana's alerting.
 * @param budget what the service is to be started with
 * @param query its name there, for an alert on it alone
 */
export function alertRules(budget: string, grafana: boolean, query?: string): string {
  checkText('budget', budget);
  if (query !== undefined) checkText('query', query);
  return grafana ? grafanaRules(budget, query) : prometheusRules(budget, query);
}

/**
 * The configuration of `heed serve` that watches a query.
 * @param query `name` is the label `query` of its metrics, `expr` PromQL, `step` ms
 */
export function serveConfig(query: {
  readonly name: string;
  readonly expr: string;
  readonly budget: string;
  readonly step: number;
  /** All series as one system. */
  readonly together?: boolean;
}): string {
  checkRecord('query', query);
  return `# heed serve --config heed.yaml
sources:
  prometheus:
    url: http://localhost:9090 # your Prometheus
queries:
  - name: ${quoted(query.name)}
    expr: ${quoted(query.expr)}
    step: ${query.step / 1000}s
    budget: ${quoted(query.budget)}
${query.together ? '    together: true\n' : ''}`;
}

/** Text as a YAML scalar of one line, whatever it holds. */
const quoted = (text: string): string => JSON.stringify(text);

/** PromQL on a metric, of one query or of all. */
const of = (metric: string, query: string | undefined, rest: string): string =>
  query === undefined ? `${metric} ${rest}` : `${metric}{query=${JSON.stringify(query)}} ${rest}`;

/** PromQL as a YAML scalar. */
const scalar = (expr: string): string => (/[{"']/.test(expr) ? `'${expr.replace(/'/g, "''")}'` : expr);

function prometheusRules(budget: string, query: string | undefined): string {
  return `# For the metrics of: heed exporter --budget ${budget} …
# The service keeps to the budget; the rule waits for nothing and resolves when the incident is closed.
groups:
  - name: heed
    rules:
      - alert: HeedIncident
        expr: ${scalar(of('heed_incident', query, '== 1'))}
        labels:
          severity: warning
        annotations:
          summary: '{{ $labels.query }} is anomalous'
      - alert: HeedSevereIncident
        expr: ${scalar(`${of('heed_incident', query, '== 1')} and ${of('heed_severity', query, `> ${CRITICAL}`)}`)}
        labels:
          severity: critical
        annotations:
          summary: '{{ $labels.query }} is anomalous, severity {{ $value }}'
      - alert: HeedDown
        expr: heed_up == 0 or absent(heed_up)
        for: 5m
        labels:
          severity: warning
        annotations:
          summary: 'Heed does not score'
`;
}

function grafanaRules(budget: string, query: string | undefined): string {
  return `# Grafana alerting, provisioning/alerting/heed.yaml, for the metrics of: heed exporter --budget ${budget} …
apiVersion: 1
groups:
  - orgId: 1
    name: heed
    folder: Heed
    interval: 1m
    rules:
      - uid: heed-incident
        title: Heed incident
        condition: A
        for: 0s
        noDataState: OK
        execErrState: Error
        data:
          - refId: A
            datasourceUid: prometheus # the uid of your data source
            relativeTimeRange: { from: 300, to: 0 }
            model:
              refId: A
              instant: true
              expr: ${scalar(of('heed_incident', query, '== 1'))}
        labels:
          severity: warning
        annotations:
          summary: '{{ $labels.query }} is anomalous'
`;
}
