import { faultAt, type JsonPath } from './json-place.js';
import { isObject, unitNamed, type Json, type JsonLayout } from './json-shapes.js';
import { joinPoints, type PointSeries } from './points.js';
import { nameSeries, type SeriesLabels } from './series-names.js';

/** Kinds of metrics that have points. */
const kinds = ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'] as const;
/** What is read of a point, by the order of its names; of a distribution sum and count. */
const parts = ['asDouble', 'asInt', 'sum', 'count'] as const;

interface Found {
  readonly labels: SeriesLabels;
  readonly unit: unknown;
  readonly times: unknown[];
  readonly values: unknown[];
  readonly paths: JsonPath[];
}

const readList = (value: unknown): readonly Json[] =>
  Array.isArray(value) ? (value as unknown[]).filter(isObject) : [];

/** `[{ key: 'host', value: { stringValue: 'a' } }]`. */
function readAttributes(value: unknown): SeriesLabels {
  return Object.fromEntries(
    readList(value).map(({ key, value: one }) => [
      String(key),
      isObject(one) ? String(Object.values(one)[0]) : String(one),
    ]),
  );
}

/** OpenTelemetry: metrics in the JSON of OTLP, one document or, as the collector's file exporter has them, one a line. */
export const otlp: JsonLayout = (value, options) => {
  const lines = Array.isArray(value) ? (value as unknown[]) : [value];
  if (lines.length === 0 || !lines.every((one) => isObject(one) && Array.isArray(one.resourceMetrics)))
    return null;
  const found = new Map<string, Found>();
  for (const [line, document] of (lines as Json[]).entries()) {
    const root: JsonPath = Array.isArray(value) ? [line] : [];
    for (const [r, resource] of readList(document.resourceMetrics).entries()) {
      const shared = readAttributes(isObject(resource.resource) ? resource.resource.attributes : undefined);
      for (const [s, scope] of readList(resource.scopeMetrics).entries()) {
        for (const [m, metric] of readList(scope.metrics).entries()) {
          const kind = kinds.find((one) => isObject(metric[one]));
          const points = kind && (metric[kind] as Json).dataPoints;
          if (!Array.isArray(points)) continue;
          for (const [p, point] of (points as unknown[]).entries()) {
            const path = [...root, 'resourceMetrics', r, 'scopeMetrics', s, 'metrics', m, kind!, 'dataPoints', p]; // prettier-ignore
            const nanoseconds = isObject(point) ? Number(point.timeUnixNano) : NaN;
            if (!isObject(point) || !(nanoseconds > 0)) {
              throw faultAt(options, path, {
                code: 'bad-time',
                what: 'this point has no timeUnixNano',
                remedy: 'Export it again, or take the point out.',
              });
            }
            for (const part of parts) {
              if (!(part in point)) continue;
              const labels = {
                __name__: `${String(metric.name)}${part.startsWith('as') ? '' : ` ${part}`}`,
                ...shared,
                ...readAttributes(point.attributes),
              };
              const key = JSON.stringify(labels);
              let own = found.get(key);
              if (!own)
                found.set(key, (own = { labels, unit: part === 'count' ? undefined : metric.unit, times: [], values: [], paths: [] })); // prettier-ignore
              own.times.push(nanoseconds / 1e6);
              own.values.push(point[part]);
              own.paths.push([...path, part]);
            }
          }
        }
      }
    }
  }
  const all = [...found.values()];
  const names = nameSeries(
    all.map(({ labels }) => labels),
    'value',
  );
  return joinPoints(
    all.map(({ unit, times, values, paths }, i): PointSeries => ({
      name: names[i]!,
      ...unitNamed(unit === '1' ? undefined : unit),
      times,
      values,
      path: (t) => paths[t]!,
    })),
    'metrics of OpenTelemetry',
    options,
  );
};
