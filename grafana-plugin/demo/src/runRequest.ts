import {
  DataTopic,
  LoadingState,
  dateMath,
  toDataFrame,
  type DataFrame,
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceApi,
  type PanelData,
} from '@grafana/data';
import { toDataQueryError } from '@grafana/runtime';
import { Observable, catchError, from, map, merge, of, share, takeUntil, timer } from 'rxjs';

/**
 * The contract between queries and panels: packets of one key replace each other, frames of the annotations topic
 * are split off, errors become a state, and slow requests show as loading.
 */
export function runRequest(
  source: DataSourceApi,
  request: DataQueryRequest,
  query?: DataSourceApi['query'],
): Observable<PanelData> {
  const packets = new Map<string, DataQueryResponse>();
  const empty: PanelData = {
    state: LoadingState.Loading,
    series: [],
    annotations: [],
    request,
    timeRange: request.range,
  };
  if (request.targets.length === 0) return of({ ...empty, state: LoadingState.Done });

  const fold = (packet: DataQueryResponse): PanelData => {
    packets.set(packet.key ?? 'A', packet);
    const all = [...packets.values()];
    const frames = all.flatMap((part) => part.data ?? []).map((frame) => toDataFrame(frame) as DataFrame);
    const errors = all.flatMap((part) => part.errors ?? (part.error ? [part.error] : []));
    request.endTime = Date.now();
    const { raw } = request.range;
    const live = packet.state === LoadingState.Streaming && typeof raw.from === 'string';
    const timeRange = live
      ? {
          ...request.range,
          from: dateMath.parse(raw.from as string)!,
          to: dateMath.parse(raw.to as string, true)!,
        }
      : request.range;
    return {
      ...empty,
      state: errors.length > 0 ? LoadingState.Error : (packet.state ?? LoadingState.Done),
      series: frames.filter((frame) => frame.meta?.dataTopic !== DataTopic.Annotations),
      annotations: frames.filter((frame) => frame.meta?.dataTopic === DataTopic.Annotations),
      ...(errors.length > 0 ? { error: errors[0]!, errors } : {}),
      timeRange,
    };
  };

  const data = from(query ? query(request) : source.query(request)).pipe(
    map(fold),
    catchError((error: unknown) =>
      of({ ...empty, state: LoadingState.Error, error: toDataQueryError(error) }),
    ),
    share(),
  );
  return merge(
    timer(200).pipe(
      map(() => empty),
      takeUntil(data),
    ),
    data,
  );
}
