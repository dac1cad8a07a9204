import { useState } from 'react';
import { css } from '@emotion/css';
import type { DataSourceInstanceSettings, GrafanaTheme2 } from '@grafana/data';
import { DataSourcePicker, getBackendSrv, getDataSourceSrv, locationService } from '@grafana/runtime';
import { Alert, Button, useStyles2 } from '@grafana/ui';
import { dataSourceId } from '../datasource/types.js';
import { exampleDashboard } from './exampleDashboard.js';
import { Trans, t } from '../shared/i18n.js';

export function StartPage() {
  const styles = useStyles2(getStyles);
  const heed = getDataSourceSrv().getList({ type: dataSourceId })[0];
  const [source, setSource] = useState<DataSourceInstanceSettings>();
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);

  const create = async () => {
    setBusy(true);
    setProblem('');
    try {
      const answer = await getBackendSrv().post<{ url: string }>('/api/dashboards/db', {
        dashboard: exampleDashboard(heed!, source!),
        overwrite: false,
        message: t('start.created-by', 'Created by Heed'),
      });
      locationService.push(answer.url);
    } catch (error) {
      const { data, message } = error as { data?: { message?: string }; message?: string };
      setProblem(data?.message ?? message ?? String(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <div data-testid="heed-start">
      <h3>{t('start.title', 'Anomalies on any dashboard, with the reason one click away')}</h3>
      <p className={styles.lead}>
        {t(
          'start.lead',
          'Heed compares what happens now with the intervals of your own history that it resembles most. It needs no training and no server: the work is done in your browser, and nothing leaves it.',
        )}
      </p>
      <div className={styles.step}>
        <h4>{t('start.step-1', '1. A data source that wraps the others')}</h4>
        {heed ? (
          <p>
            <Trans i18nKey="start.ready" values={{ name: heed.name }}>
              Ready: the data source <b>{'{{name}}'}</b>.
            </Trans>
          </p>
        ) : (
          <>
            <p>{t('start.add', 'Add the data source “Heed anomaly detection” once. It has no settings.')}</p>
            <Button onClick={() => locationService.push(`/connections/datasources/${dataSourceId}`)}>
              {t('start.add-button', 'Add the data source')}
            </Button>
          </>
        )}
      </div>
      <div className={styles.step}>
        <h4>{t('start.step-2', '2. An example dashboard on your own data')}</h4>
        <div className={styles.row}>
          <DataSourcePicker
            inputId="heed-start-source"
            current={source?.uid ?? null}
            metrics
            noDefault
            placeholder={t('start.where', 'Where are your data?')}
            filter={(settings) => settings.type !== dataSourceId && !settings.uid.startsWith('-- ')}
            onChange={setSource}
          />
          <Button disabled={!heed || !source || busy} onClick={() => void create()} icon="apps">
            {t('start.create', 'Create the example dashboard')}
          </Button>
        </div>
        {problem && (
          <Alert
            severity="error"
            title={t('start.not-created', 'The dashboard could not be created')}
            className={styles.problem}
          >
            {problem}
          </Alert>
        )}
      </div>
      <div className={styles.step}>
        <h4>{t('start.step-3', '3. On the dashboards you have')}</h4>
        <ul className={styles.list}>
          <li>
            <Trans i18nKey="start.any-panel">
              <b>Any panel:</b> Settings, Annotations, new query, data source Heed. Events then appear on
              every panel of the dashboard as shaded ranges with their reason.
            </Trans>
          </li>
          <li>
            <Trans i18nKey="start.one-panel">
              <b>One panel:</b> change its data source to Heed and choose the old one inside. Line, expected
              band and events come from that one query.
            </Trans>
          </li>
          <li>
            <Trans i18nKey="start.with-reasons">
              <b>With reasons:</b> switch the visualization to “Heed anomalies”, click a shaded interval, and
              see what it was compared with. Say “this is normal” where it is.
            </Trans>
          </li>
        </ul>
      </div>
      <p className={styles.faint}>
        <Trans i18nKey="start.alerts">
          Alert rules run on Grafana’s server and cannot use detectors in a browser. For alerts, press the
          bell of a panel: it writes the configuration of <code>heed serve</code>, which watches the same
          query with the same monitor, and the rule for Prometheus or Grafana.
        </Trans>
      </p>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  lead: css({ color: theme.colors.text.secondary, maxWidth: 760 }),
  step: css({
    padding: 16,
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: 4,
    marginBottom: 12,
  }),
  row: css({ display: 'flex', gap: 8, alignItems: 'center', flexWrap: 'wrap' }),
  problem: css({ marginTop: 12 }),
  list: css({ paddingLeft: 20 }),
  faint: css({ color: theme.colors.text.secondary }),
});
