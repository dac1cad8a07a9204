import {
  DataSourceApi,
  FieldType,
  createDataFrame,
  type DataQuery,
  type DataQueryRequest,
  type DataQueryResponse,
} from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';

export interface PromQuery extends DataQuery {
  expr?: string;
}

interface Matrix {
  readonly data?: {
    readonly result: ReadonlyArray<{ metric: Record<string, string>; values: Array<[number, string]> }>;
  };
  readonly error?: string;
  readonly message?: string;
}

/** Queries to begin with, by the metric that they need; the last works on any Prometheus. */
const beginnings: ReadonlyArray<readonly [string, string]> = [
  ['node_cpu_seconds_total', '1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[30s]))'],
  ['container_cpu_usage_seconds_total', 'sum by (namespace) (rate(container_cpu_usage_seconds_total[2m]))'],
  ['process_cpu_seconds_total', 'rate(process_cpu_seconds_total[1m])'],
  ['', 'scrape_duration_seconds'],
];

/**
 * A query for what this Prometheus has.
 * @throws Error in words for the page where it does not answer
 */
export async function firstQuery(): Promise<string> {
  const response = await fetch('/api/prometheus/api/v1/label/__name__/values');
  const answer = (await response.json()) as { data?: readonly string[]; error?: string; message?: string };
  if (!response.ok || !answer.data) {
    throw new Error(
      `${answer.message ?? answer.error ?? response.statusText}. Start it, or start the demo with another --prometheus, and reload this page.`,
    );
  }
  const names = new Set(answer.data);
  return beginnings.find(([metric]) => metric === '' || names.has(metric))![1];
}

/** Range queries against the Prometheus that the demo was started with. */
export class PrometheusDataSource extends DataSourceApi<PromQuery> {
  override async query(request: DataQueryRequest<PromQuery>): Promise<DataQueryResponse> {
    const frames = await Promise.all(
      request.targets
        .filter((target) => target.expr && !target.hide)
        .map(async ({ expr, refId }) => {
          const step = Math.max(1, (request.intervalMs || 15_000) / 1000);
          const query = new URLSearchParams({
            query: getTemplateSrv().replace(expr!, request.scopedVars),
            start: String(Math.ceil(request.range.from.valueOf() / 1000 / step) * step),
            end: String(Math.floor(request.range.to.valueOf() / 1000 / step) * step),
            step: String(step),
          });
          const response = await fetch(`/api/prometheus/api/v1/query_range?${query}`);
          const answer = (await response.json()) as Matrix;
          if (!response.ok || !answer.data)
            throw new Error(answer.error ?? answer.message ?? response.statusText);
          return answer.data.result.map(({ metric, values }) => {
            const { __name__: name = 'value', ...labels } = metric;
            return createDataFrame({
              refId,
              name,
              fields: [
                { name: 'Time', type: FieldType.time, values: values.map(([t]) => t * 1000), config: {} },
                {
                  name,
                  type: FieldType.number,
                  values: values.map(([, v]) => Number(v)),
                  labels,
                  config: {},
                },
              ],
            });
          });
        }),
    );
    return { data: frames.flat() };
  }

  async testDatasource() {
    return { status: 'success', message: 'ok' };
  }
}
