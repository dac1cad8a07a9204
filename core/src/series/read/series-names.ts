/** Labels of a series, as Prometheus and its like have them; `__name__` is the metric. */
export type SeriesLabels = Readonly<Record<string, string>>;

/**
 * Names of series by their metric and the labels in which they differ: `up{instance="a"}`, `up{instance="b"}`.
 * @param fallback stands for the metric where a series has none
 */
export function nameSeries(series: readonly SeriesLabels[], fallback = ''): string[] {
  const keys = [...new Set(series.flatMap((labels) => Object.keys(labels)))]
    .filter((key) => key !== '__name__')
    .sort();
  const varying = keys.filter((key) => new Set(series.map((labels) => labels[key])).size > 1);
  return series.map((labels) => {
    const shown = varying
      .filter((key) => labels[key] !== undefined)
      .map((key) => `${key}=${JSON.stringify(labels[key])}`);
    const selector = shown.length > 0 ? `{${shown.join(',')}}` : '';
    const metric = labels['__name__'];
    return `${metric ?? (selector === '' ? fallback : '')}${selector}`;
  });
}
