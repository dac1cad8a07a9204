import type { QueryConfig } from './config.js';
import type { Source, SourceSeries } from './source.js';

/** Series whose history is read in one round; more at a time start without. */
export const MOST_NEWCOMERS = 100;

/**
 * PromQL that gives those of the expression's series that have these labels, so that the history of one new series is no
 * answer of ten thousand: `(expr) and on (job) label_replace(vector(1), "job", "app", "", "")`.
 * @returns the expression itself where a name of a label cannot be written in every version of Prometheus
 */
export function selectSeries(expr: string, series: readonly SourceSeries[]): string {
  const names = [...new Set(series.flatMap(({ labels }) => Object.keys(labels)))].filter(
    (name) => name !== '__name__',
  );
  if (!names.every((name) => /^[a-zA-Z_]\w*$/.test(name))) return expr;
  const wanted = new Set(
    series.map(({ labels }) =>
      names.reduce(
        (inner, name) =>
          labels[name] === undefined
            ? inner
            : `label_replace(${inner}, "${name}", ${JSON.stringify(labels[name].replace(/\$/g, '$$$$'))}, "", "")`,
        'vector(1)',
      ),
    ),
  );
  return `(${expr}) and on (${names.join(', ')}) (${[...wanted].join(' or ')})`;
}

/**
 * Reads what the source has of some series before they were first seen, piece by piece.
 * @param start epoch ms of its first point
 * @param count points, a step apart
 * @param perPiece points of a piece
 */
export async function* readHistory(
  source: Source,
  { expr, step, together }: QueryConfig,
  series: readonly SourceSeries[],
  {
    start,
    count,
    perPiece,
    signal,
  }: { start: number; count: number; perPiece: number; signal: AbortSignal | undefined },
): AsyncGenerator<{ readonly times: Float64Array; readonly series: SourceSeries[] }, void, undefined> {
  const asked = together ? expr : selectSeries(expr, series);
  for (let done = 0; done < count; done += perPiece) {
    const times = Float64Array.from(
      { length: Math.min(perPiece, count - done) },
      (_, t) => start + (done + t) * step,
    );
    const answer = await source.read({ expr: asked, times, step, ...(signal ? { signal } : {}) });
    const found = new Map(answer.series.map(({ labels, values }) => [JSON.stringify(labels), values]));
    yield {
      times,
      series: series.map((one) => ({
        ...one,
        values: found.get(JSON.stringify(one.labels)) ?? new Float64Array(times.length).fill(NaN),
      })),
    };
  }
}
