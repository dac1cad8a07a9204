import Papa from 'papaparse';
import type { Detection } from '../score/types.js';
import type { Series } from '../series/series.js';

/**
 * One row per input row: its time, score, whether it is anomalous, the number of its event (from 1), and per channel
 * the value with what was expected.
 */
export function detectionCsv(series: Series, detection: Detection): string {
  const n = series.time.length;
  const eventOf = new Uint32Array(n);
  detection.events.forEach((event, i) => eventOf.fill(i + 1, event.startIndex, event.endIndex + 1));
  const header = [
    series.indexTime ? 'row' : 'time',
    'score',
    'anomaly',
    'event',
    ...series.channels.flatMap(({ name }, c) => [
      name,
      ...(detection.expected?.[c] ? [`${name} expected`] : []),
      ...(detection.lower?.[c] ? [`${name} lower`] : []),
      ...(detection.upper?.[c] ? [`${name} upper`] : []),
    ]),
  ];
  const curves = series.channels.flatMap(({ values }, c) =>
    [values, detection.expected?.[c], detection.lower?.[c], detection.upper?.[c]].filter(
      (curve): curve is Float64Array => curve !== undefined,
    ),
  );
  const rows: (string | number)[][] = [];
  for (let t = 0; t < n; t++) {
    rows.push([
      series.indexTime ? t : new Date(series.time[t]!).toISOString(),
      Number(detection.score[t]!.toPrecision(7)),
      eventOf[t]! > 0 ? 1 : 0,
      eventOf[t]! > 0 ? eventOf[t]! : '',
      ...curves.map((curve) => (Number.isNaN(curve[t]!) ? '' : curve[t]!)),
    ]);
  }
  return `${Papa.unparse([header, ...rows], { newline: '\n' })}\n`;
}
