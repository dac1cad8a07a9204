import type { ReactNode } from 'react';
import { css } from '@emotion/css';
import {
  CoreApp,
  type DataQuery,
  type DataSourceApi,
  type GrafanaTheme2,
  type QueryEditorProps,
} from '@grafana/data';
import { DataSourcePicker } from '@grafana/runtime';
import { Alert, InlineField, useStyles2 } from '@grafana/ui';
import { AlertButton } from '../alert/AlertButton.js';
import { findExpr } from '../alert/texts.js';
import { Backtest } from '../backtest/Backtest.js';
import { seriesIn } from '../backtest/seriesIn.js';
import { leastInterval, planMonitoredGrid } from '../shared/grid.js';
import { DetectorFields } from './DetectorFields.js';
import { dataSourceId, usualBudget, type HeedDataSourceOptions, type HeedQuery } from './types.js';
import { useSource } from '../shared/useSource.js';
import { t } from '../shared/i18n.js';

type Props = QueryEditorProps<
  DataSourceApi<HeedQuery, HeedDataSourceOptions>,
  HeedQuery,
  HeedDataSourceOptions
>;

/** The inner source's own editor, and below it how to look for anomalies in what it returns. */
export function QueryEditor(props: Props & { annotation?: boolean; children?: ReactNode }) {
  const { query, onChange, onRunQuery } = props;
  const styles = useStyles2(getStyles);
  const { source, error } = useSource(query.source);
  const Inner = source?.components?.QueryEditor;
  return (
    <div data-testid="heed-query-editor" className={styles.editor}>
      <InlineField
        label={t('query.source', 'Data source')}
        labelWidth={20}
        tooltip={t('query.source-tip', 'Where the data come from; its own query editor appears below')}
      >
        <DataSourcePicker
          inputId={`heed-${query.refId}-source`}
          current={query.source ?? null}
          metrics
          noDefault
          placeholder={t('query.source-choose', 'Choose where the data come from')}
          filter={(settings) => settings.type !== dataSourceId && settings.uid !== '-- Mixed --'}
          onChange={(settings) => {
            const same = settings.type === query.source?.type;
            onChange({
              ...query,
              source: { type: settings.type, uid: settings.uid },
              inner: { ...(same ? query.inner : {}), refId: query.refId } as HeedQuery['inner'] & object,
            });
          }}
        />
      </InlineField>
      {error && (
        <Alert severity="error" title={t('query.source-failed', 'This data source could not be loaded')}>
          {error}
        </Alert>
      )}
      {source && !Inner && (
        <Alert
          severity="warning"
          title={t('query.no-editor', '{{name}} has no query editor', { name: source.name })}
        />
      )}
      {source && Inner && (
        <div className={styles.inner} data-testid="heed-inner-editor">
          <Inner
            datasource={source}
            query={{
              ...(source.getDefaultQuery?.(props.app ?? CoreApp.Unknown) ?? {}),
              ...query.inner,
              refId: query.refId,
              datasource: { type: source.type, uid: source.uid },
            }}
            onChange={(inner: DataQuery) =>
              onChange({ ...query, inner: inner as HeedQuery['inner'] & object })
            }
            onRunQuery={onRunQuery}
            {...(props.data ? { data: props.data } : {})}
            {...(props.range ? { range: props.range } : {})}
            {...(props.history ? { history: props.history } : {})}
            {...(props.app ? { app: props.app } : {})}
          />
        </div>
      )}
      <DetectorFields
        query={query}
        onChange={onChange}
        onRunQuery={onRunQuery}
        annotation={props.annotation ?? false}
      />
      {source && query.inner && (
        <AlertButton
          subject={() => ({
            name: findExpr(query.inner) || query.refId,
            expr: findExpr(query.inner),
            budget: query.budget || usualBudget,
            step: chooseStep(query, leastInterval(source.interval)),
            together: query.mode === 'joint',
          })}
        />
      )}
      {source && props.data && query.view === 'live' && (
        <Backtest
          series={() => seriesIn(props.data!.series)}
          budget={query.budget || usualBudget}
          timeZone="browser"
          onBudget={(budget) => {
            onChange({ ...query, budget });
            onRunQuery();
          }}
        />
      )}
      {props.children}
    </div>
  );
}

/** Distance of the points that an alert watches, ms, however wide the range on the screen is. */
function chooseStep(query: HeedQuery, minStep: number | undefined): number {
  try {
    return planMonitoredGrid({ from: 0, to: 3600e3, step: query.step, minStep }).step;
  } catch {
    return planMonitoredGrid({ from: 0, to: 3600e3, minStep }).step;
  }
}

const getStyles = (theme: GrafanaTheme2) => ({
  // Rows that are wider than a phone are moved sideways, not the page.
  editor: css({ maxWidth: '100%', overflowX: 'auto' }),
  inner: css({
    borderLeft: `2px solid ${theme.colors.border.medium}`,
    paddingLeft: theme.spacing(1),
    margin: theme.spacing(0.5, 0, 1),
  }),
});
