/** Alert rules for the metrics of `heed serve` and `heed exporter`: what a choice made with `heed backtest` comes to. */

/** Severity from which a page is worth waking someone. */
const CRITICAL = 50;

/**
 * The rule file for Prometheus, or the provisioning file for Grafana's alerting.
 * @param budget what the service is to be started with
 */
export function alertRules(budget: string, grafana: boolean): string {
  return grafana ? grafanaRules(budget) : prometheusRules(budget);
}

function prometheusRules(budget: string): string {
  return `# For the metrics of: heed exporter --budget ${budget} …
# The service keeps to the budget; the rule waits for nothing and resolves when the incident is closed.
groups:
  - name: heed
    rules:
      - alert: HeedIncident
        expr: heed_incident == 1
        labels:
          severity: warning
        annotations:
          summary: '{{ $labels.query }} is anomalous'
      - alert: HeedSevereIncident
        expr: heed_incident == 1 and heed_severity > ${CRITICAL}
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

function grafanaRules(budget: string): string {
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
              expr: heed_incident == 1
        labels:
          severity: warning
        annotations:
          summary: '{{ $labels.query }} is anomalous'
`;
}
