import {
  DataSourceApi,
  LoadingState,
  dateTime,
  getFieldDisplayName,
  type AnnotationQuery,
  type AnnotationSupport,
  type DataFrame,
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceInstanceSettings,
  type Field,
  type QueryResultMetaNotice,
  type ScopedVars,
  type TestDataSourceResponse,
} from '@grafana/data';
import { getDataSourceSrv, getTemplateSrv } from '@grafana/runtime';
import { Observable, catchError, defer, from, merge, mergeMap, of, switchMap } from 'rxjs';
import { findModel, type StoredModel } from '../shared/models.js';
import { graphScoring, scoringService, setDataSourceModule } from '../shared/services.js';
import { AnnotationEditor } from './AnnotationEditor.js';
import { heedMeta } from '../shared/heedMeta.js';
import { leastInterval, planGrid, planMonitoredGrid, type Grid } from '../shared/grid.js';
import { stableJson } from '../shared/hash.js';
import { workOnLatest } from './latest.js';
import { isNodeGraph } from './nodeGraph.js';
import { innerRequest } from './request.js';
import { readMonitorConfig, readScoreConfig, scoreFrames } from './score.js';
import { scoreGraphFrames } from './scoreGraph.js';
import {
  dataSourceId,
  defaultQuery,
  isWatchable,
  newQuery,
  type HeedDataSourceOptions,
  type HeedQuery,
} from './types.js';
import { t } from '../shared/i18n.js';

/** Marks queries that the annotation runner sent, whatever output they name. */
type RunQuery = HeedQuery & { annotation?: boolean };

export class HeedDataSource extends DataSourceApi<HeedQuery, HeedDataSourceOptions> {
  override annotations: AnnotationSupport<HeedQuery> = {
    QueryEditor: AnnotationEditor,
    getDefaultQuery: () => ({ ...newQuery, minSeverity: 0 }),
    prepareQuery: (annotation: AnnotationQuery<HeedQuery>) =>
      annotation.target
        ? ({
            ...defaultQuery,
            ...annotation.target,
            refId: annotation.target.refId || 'Anno',
            annotation: true,
          } as HeedQuery)
        : undefined,
  };

  constructor(settings: DataSourceInstanceSettings<HeedDataSourceOptions>) {
    super(settings);
    setDataSourceModule(settings.meta?.module);
  }

  override getDefaultQuery(): Partial<HeedQuery> {
    return newQuery;
  }

  override filterQuery(query: HeedQuery): boolean {
    return Boolean(query.source && query.inner) && !query.hide;
  }

  override getQueryDisplayText(query: HeedQuery): string {
    return t('query.display', '{{detector}} over {{source}}', {
      detector: query.model ?? query.detector ?? 'auto',
      source: query.source?.type ?? t('query.no-source', 'no data source'),
    });
  }

  override interpolateVariablesInQueries(queries: HeedQuery[], scopedVars: ScopedVars): HeedQuery[] {
    return queries.map((query) => interpolate(query, scopedVars));
  }

  override query(request: DataQueryRequest<HeedQuery>): Observable<DataQueryResponse> {
    const targets = request.targets.filter((target) => this.filterQuery(target));
    if (targets.length === 0) return of({ data: [], state: LoadingState.Done });
    return merge(...targets.map((target) => this.runTarget({ ...defaultQuery, ...target }, request)));
  }

  private runTarget(target: RunQuery, request: DataQueryRequest<HeedQuery>): Observable<DataQueryResponse> {
    const key = target.refId;
    const fail = (message: string): DataQueryResponse => ({
      data: [],
      key,
      state: LoadingState.Error,
      errors: [{ message, refId: key }],
      error: { message, refId: key },
    });
    return defer(() => {
      const query = interpolate(target, request.scopedVars);
      return from(
        Promise.all([getDataSourceSrv().get(query.source, request.scopedVars), findModel(query.model)]),
      ).pipe(
        mergeMap(([source, model]) => {
          if (source.type === dataSourceId || source.meta?.id === dataSourceId) {
            return of(
              fail(
                t(
                  'query.wraps-heed',
                  'An anomaly query cannot wrap another anomaly query: choose the source that holds the data.',
                ),
              ),
            );
          }
          const shared = source.uid === '-- Dashboard --' && (query.inner as { panelId?: number }).panelId;
          if (shared && shared === request.panelId) {
            return of(
              fail(t('query.wraps-itself', 'This query would wrap its own panel: choose another panel.')),
            );
          }
          const wish = {
            from: request.range.from.valueOf(),
            to: request.range.to.valueOf(),
            step: query.step,
            minStep: leastInterval(source.interval),
          };
          const isLive = query.view === 'live' && isWatchable(query);
          const grid = isLive ? planMonitoredGrid(wish) : planGrid({ ...wish, lookback: query.lookback });
          const ref = source.getRef?.() ?? { type: source.type, uid: source.uid };
          return this.ask(source, request, query, grid, ref).pipe(
            workOnLatest<DataQueryResponse, DataQueryResponse>((response, signal, emit) =>
              this.score(query, response, grid, isLive, request, model, signal, emit),
            ),
          );
        }),
      );
    }).pipe(catchError((error: unknown) => of(fail(toMessage(error)))));
  }

  /** Queries that gave a map of nodes: from then on they ask for the visible range alone. */
  private readonly maps = new Set<string>();

  /**
   * The inner source's answers, history included. A map is of a range, not of points in it: with the history it would
   * be another map, so it is asked for again without.
   */
  private ask(
    source: DataSourceApi,
    request: DataQueryRequest<HeedQuery>,
    query: RunQuery,
    grid: Grid,
    ref: { type?: string; uid?: string },
  ): Observable<DataQueryResponse> {
    const since = (historyFrom: number) =>
      from(
        source.query(
          innerRequest(request, query, { ...grid, historyFrom }, ref, dateTime),
        ) as Observable<DataQueryResponse>,
      );
    const key = JSON.stringify([ref.uid, query.inner]);
    if (this.maps.has(key)) return since(grid.from);
    return since(grid.historyFrom).pipe(
      switchMap((response) => {
        if (!isNodeGraph(response.data as DataFrame[])) return of(response);
        this.maps.add(key);
        return grid.historyFrom === grid.from ? of(response) : since(grid.from);
      }),
    );
  }

  private async score(
    query: RunQuery,
    response: DataQueryResponse,
    grid: Grid,
    isLive: boolean,
    request: DataQueryRequest<HeedQuery>,
    model: StoredModel | undefined,
    signal: AbortSignal,
    emit: (partial: DataQueryResponse) => void,
  ): Promise<DataQueryResponse> {
    const key = query.refId;
    const frames = response.data as DataFrame[];
    // Errors of the inner source are its own to word; what came in spite of them is scored.
    if (frames.length === 0 || response.state === LoadingState.Loading) return { ...response, key };
    const common = {
      frames,
      query,
      context: {
        refId: key,
        from: request.range.from.valueOf(),
        to: request.range.to.valueOf(),
        step: grid.step,
        until: Math.min(grid.to, Math.floor(Date.now() / grid.step) * grid.step),
        ...(query.minSeverity === undefined ? {} : { minSeverity: query.minSeverity }),
      },
      surface: query.annotation ? ('annotation' as const) : ('query' as const),
      annotation: Boolean(query.annotation),
      signal,
    };
    const outcome = isNodeGraph(frames)
      ? await scoreGraphFrames({ ...common, scoring: graphScoring() })
      : await scoreFrames({
          ...common,
          scoreConfig: isLive ? readMonitorConfig(query, grid.step) : readScoreConfig(query, model?.text),
          ...(model ? { model: model.name } : {}),
          service: scoringService(),
          name: (field: Field, frame: DataFrame) => getFieldDisplayName(field, frame, frames),
          ...liveName(isLive, query, response, request),
          onPartial: (partial) => emit({ data: partial.frames, key, state: LoadingState.Streaming }),
        });
    const unwatchable =
      query.view === 'live' && !isLive
        ? [
            t(
              'query.unwatchable',
              'In hindsight: as it happened only the detector auto can watch, without a model, options or peers.',
            ),
          ]
        : [];
    const notices = listNotices(frames, [...unwatchable, ...outcome.notes], grid.note, outcome.errors);
    const allFailed =
      outcome.errors.length > 0 && outcome.frames.every((frame) => heedMeta(frame)?.role !== 'scored');
    const data = outcome.frames.map((frame, i) =>
      i === 0 && notices.length > 0 ? { ...frame, meta: { ...frame.meta, notices } } : frame,
    );
    const errors = [
      ...(response.errors ?? (response.error ? [response.error] : [])),
      ...(allFailed ? [{ message: outcome.errors[0]!.message, refId: key }] : []),
    ];
    return {
      data,
      key,
      state: errors.length > 0 ? LoadingState.Error : (response.state ?? LoadingState.Done),
      ...(errors.length > 0 ? { errors, error: errors[0]! } : {}),
    };
  }

  override async testDatasource(): Promise<TestDataSourceResponse> {
    const service = scoringService();
    const detectors = await service.list();

    return {
      status: 'success',
      message:
        service.where === 'worker'
          ? t(
              'source.ready',
              'Ready: {{detectors}} detectors, scoring in Web Workers. Now choose this data source in a panel or an annotation.',
              { detectors: detectors.length },
            )
          : t(
              'source.ready-on-page',
              'Ready: {{detectors}} detectors, scoring on the page (this site refuses Web Workers). Now choose this data source in a panel or an annotation.',
              { detectors: detectors.length },
            ),
    };
  }
}

/**
 * Names what is scored, so that new points alone are: for a monitor by what is asked for, so that panels and layers that ask
 * for the same share it; for a stream by who asks.
 */
function liveName(
  isLive: boolean,
  query: RunQuery,
  response: DataQueryResponse,
  request: DataQueryRequest<HeedQuery>,
): { live?: string } {
  if (isLive)
    return {
      live: stableJson([query.source?.uid, { ...query.inner, refId: '', datasource: '' }, query.mode]),
    };
  return response.state === LoadingState.Streaming ? { live: `${request.requestId} ${query.refId}` } : {};
}

function interpolate<Q extends HeedQuery>(query: Q, scopedVars: ScopedVars): Q {
  const srv = getTemplateSrv();
  const text = (value: string | undefined) =>
    value === undefined ? undefined : srv.replace(value, scopedVars);
  const out: Q = { ...query };
  for (const key of ['detector', 'model', 'lookback', 'step', 'budget'] as const) {
    if (query[key] !== undefined) out[key] = text(query[key])!;
  }
  return out;
}

function listNotices(
  frames: readonly DataFrame[],
  notes: readonly string[],
  gridNote: string | undefined,
  errors: readonly { series: string; message: string }[],
): QueryResultMetaNotice[] {
  const inner = frames.flatMap((frame) => frame.meta?.notices ?? []);
  const own = [...(gridNote ? [gridNote] : []), ...notes].map((text) => ({
    severity: 'info' as const,
    text,
  }));
  const failed = errors.slice(0, 5).map(({ series, message }) => ({
    severity: 'warning' as const,
    text: `${series}: ${message}`,
  }));
  const more =
    errors.length > 5
      ? [
          {
            severity: 'warning' as const,
            text: t('query.more-failed', '{{more}} more series could not be scored', {
              more: errors.length - 5,
            }),
          },
        ]
      : [];
  return [...inner, ...failed, ...more, ...own];
}

function toMessage(error: unknown): string {
  const { message, data } = error as { message?: string; data?: { message?: string } };
  return data?.message ?? message ?? String(error);
}
