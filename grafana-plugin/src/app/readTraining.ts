import {
  dateTime,
  getFieldDisplayName,
  LoadingState,
  type DataFrame,
  type DataQuery,
  type DataSourceInstanceSettings,
} from '@grafana/data';
import { getDataSourceSrv } from '@grafana/runtime';
import { joinSeries, type Series } from '@heed/core';
import { seriesOfFrames } from '@heed/core/series';
import { filter, firstValueFrom, from } from 'rxjs';
import { planGrid } from '../shared/grid.js';
import { t } from '../shared/i18n.js';

/** Runs one query over the chosen range, all its series as channels of one. */
export async function readTraining(
  settings: DataSourceInstanceSettings,
  query: DataQuery,
  start: number,
  end: number,
): Promise<Series> {
  if (!(end > start))
    throw new Error(t('train.empty-range', 'The range is empty: its end must lie after its start.'));
  const source = await getDataSourceSrv().get({ uid: settings.uid });
  const grid = planGrid({ from: start, to: end, lookback: '0' });
  const time = { from: dateTime(start), to: dateTime(end) };
  const range = { ...time, raw: time };
  const response = await firstValueFrom(
    from(
      source.query({
        requestId: `heed-train-${Date.now()}`,
        app: 'heed',
        range,
        rangeRaw: range.raw,
        interval: `${grid.step / 1000}s`,
        intervalMs: grid.step,
        maxDataPoints: grid.maxDataPoints,
        scopedVars: {},
        startTime: Date.now(),
        timezone: 'browser',
        targets: [{ ...query, refId: 'A', datasource: { type: settings.type, uid: settings.uid } }],
      } as never) as never,
    ).pipe(filter((packet: { state?: LoadingState }) => packet.state !== LoadingState.Loading)) as never,
  );
  const { data, errors, error } = response as {
    data: DataFrame[];
    errors?: Array<{ message?: string }>;
    error?: { message?: string };
  };
  const problem = errors?.[0] ?? error;
  if (problem) throw new Error(problem.message ?? t('train.failed', 'the query failed'));
  const parts = seriesOfFrames(data, (field, frame) => getFieldDisplayName(field, frame, data)).filter(
    (part) => part.series.time.length > 0,
  );
  if (parts.length === 0)
    throw new Error(t('train.no-series', 'The query returned no series with times and numbers.'));
  return joinSeries(
    'training',
    parts.map((part) => part.series),
  );
}
