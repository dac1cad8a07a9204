import type { DataQueryRequest, DateTime } from '@grafana/data';
import type { Grid } from '../shared/grid.js';
import type { HeedQuery } from './types.js';

/** The inner source's own request: history included, the step pinned, ids that collide with nothing. */
export function innerRequest(
  request: DataQueryRequest<HeedQuery>,
  query: HeedQuery,
  grid: Grid,
  ref: { type?: string; uid?: string },
  dateTime: (ms: number) => DateTime,
): DataQueryRequest {
  const range = {
    from: dateTime(grid.historyFrom),
    to: request.range.to,
    raw: { from: dateTime(grid.historyFrom), to: request.range.raw?.to ?? request.range.to },
  };
  const interval = `${grid.step / 1000}s`;
  // Annotation requests carry no panel id and sometimes no request id.
  const id =
    request.requestId ??
    `${request.app ?? 'heed'}-${request.panelId ?? 'annotation'}-${request.startTime ?? 0}`;
  return {
    ...request,
    requestId: `${id}-heed-${query.refId}`,
    range,
    rangeRaw: range.raw,
    interval,
    intervalMs: grid.step,
    maxDataPoints: grid.maxDataPoints,
    scopedVars: {
      ...request.scopedVars,
      __interval: { text: interval, value: interval },
      __interval_ms: { text: String(grid.step), value: grid.step },
    },
    targets: [{ ...query.inner, refId: query.refId, datasource: ref }],
  } as DataQueryRequest;
}
