import { Alert } from '@grafana/ui';
import { t } from '../shared/i18n.js';

export function ConfigEditor() {
  return (
    <Alert severity="info" title={t('source.nothing', 'There is nothing to configure')}>
      {t(
        'source.note',
        'Detectors run in the browser of whoever looks at a dashboard. Choose the data to watch in each query: this data source wraps a query of any other one. People see only data of sources that they may query themselves, and nothing leaves the browser.',
      )}
    </Alert>
  );
}
