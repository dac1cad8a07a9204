import type { DataSourceInstanceSettings } from '@grafana/data';
import { dataSourceId, defaultQuery, type HeedQuery } from '../datasource/types.js';
import { t } from '../shared/i18n.js';

type Source = Pick<DataSourceInstanceSettings, 'type' | 'uid' | 'name'>;

/** A first inner query that returns something where we know the source; else its own default, to be edited. */
function firstQuery(source: Source): Record<string, unknown> {
  if (source.type === 'prometheus')
    return { expr: 'sum by (instance) (rate(process_cpu_seconds_total[1m]))', range: true };
  if (source.type === 'loki') return { expr: 'sum(rate({job=~".+"}[1m]))', queryType: 'range' };
  if (source.type.endsWith('testdata-datasource')) return { scenarioId: 'random_walk' };
  return {};
}

/** The JSON model of a dashboard with our panel, the built-in one, and an annotation layer, over one data source. */
export function exampleDashboard(heed: Source, source: Source): Record<string, unknown> {
  const ref = { type: dataSourceId, uid: heed.uid };
  const inner = firstQuery(source);
  const query = (refId: string, extra: Partial<HeedQuery> = {}): HeedQuery => ({
    ...defaultQuery,
    refId,
    datasource: ref,
    source: { type: source.type, uid: source.uid },
    inner: { refId, ...inner },
    ...extra,
  });
  return {
    title: t('example.dashboard', 'Anomalies in {{name}}', { name: source.name }),
    tags: ['heed'],
    timezone: 'browser',
    schemaVersion: 41,
    time: { from: 'now-6h', to: 'now' },
    refresh: '1m',
    annotations: {
      list: [
        {
          name: t('example.layer', 'Anomalies'),
          enable: true,
          iconColor: 'orange',
          datasource: ref,
          target: query('Anno'),
        },
      ],
    },
    panels: [
      {
        id: 1,
        type: 'heed-anomaly-panel',
        title: t('example.panel', 'What is unusual, and why'),
        description: t(
          'example.panel-help',
          'Click a shaded interval for the reason. Edit the panel to change what is queried.',
        ),
        gridPos: { x: 0, y: 0, w: 24, h: 12 },
        datasource: ref,
        targets: [query('A')],
        options: {
          legend: { showLegend: true, displayMode: 'list', placement: 'bottom', calcs: [] },
          tooltip: { mode: 'multi', sort: 'none' },
        },
        fieldConfig: { defaults: {}, overrides: [] },
      },
      {
        id: 2,
        type: 'timeseries',
        title: t('example.built-in', 'The built-in panel: line, band and events from one query'),
        gridPos: { x: 0, y: 12, w: 12, h: 9 },
        datasource: ref,
        targets: [query('A')],
      },
      {
        id: 3,
        type: 'timeseries',
        title: t('example.plain', 'Without Heed in the query: events come from the annotation layer'),
        gridPos: { x: 12, y: 12, w: 12, h: 9 },
        datasource: { type: source.type, uid: source.uid },
        targets: [{ refId: 'A', datasource: { type: source.type, uid: source.uid }, ...inner }],
      },
      {
        id: 4,
        type: 'table',
        title: t('example.events', 'Events'),
        gridPos: { x: 0, y: 21, w: 24, h: 7 },
        datasource: ref,
        targets: [query('A', { output: 'events' })],
      },
    ],
  };
}
