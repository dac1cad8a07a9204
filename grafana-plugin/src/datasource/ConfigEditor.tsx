import { Alert } from '@grafana/ui';

export function ConfigEditor() {
  return (
    <Alert severity="info" title="There is nothing to configure">
      Detectors run in the browser of whoever looks at a dashboard. Choose the data to watch in each query:
      this data source wraps a query of any other one. Give all three plugins of Heed the same permissions you
      would give the data source you wrap; nothing leaves the browser.
    </Alert>
  );
}
