import { describe, expect, it } from 'vitest';
import { createSeries, readCsv, readJson, seriesToCsv, seriesToJson } from './index.js';

/** Names that mean something to readers, to JavaScript or to spreadsheets. */
const names = [
  'time', 'Time', 'timestamp', 'date', 'year', 'elapsed (s)', 'label', 'Label', 'is_anomaly', 'class', 'anomaly_score',
  'id', 'port', 'row', 'index', 'n', 'host', 'series', 'value', 'channel', 'label (channel)', 'time (channel)', 'a (channel)',
  '__proto__', 'constructor', 'toString', 'hasOwnProperty', '=1+1', '+1', '-1', '@x', 'a,b', 'a;b', 'a"b', "a'b", '12', 'NaN',
  '2026-01-01', '<b>a</b>', 'a{b="c"}', '😀',
]; // prettier-ignore

describe.each([
  { time: true, labels: false },
  { time: true, labels: true },
  { time: false, labels: false },
  { time: false, labels: true },
])('a series with time: $time, labels: $labels', ({ time, labels }) => {
  it.each(names)('comes back from CSV and JSON with a channel called %s', (name) => {
    for (const both of [[name], [name, 'b'], ['b', name]]) {
      const series = createSeries({
        ...(time ? { time: [1e12, 1e12 + 6e4, 1e12 + 12e4, 1e12 + 18e4] } : {}),
        // Numbers that an index, an id and a time would have.
        channels: both.map((own) => ({ name: own, values: own === 'b' ? [1.5, 2, 3, 4.25] : [7, 8, 9, 10] })),
        ...(labels ? { labels: [0, 0, 1, 0] } : {}),
      });
      for (const back of [readCsv(seriesToCsv(series)), readJson(seriesToJson(series))]) {
        expect(back.series.channels.map((channel) => [channel.name, ...channel.values])).toEqual(
          series.channels.map((channel) => [channel.name, ...channel.values]),
        );
        expect(back.series.time).toEqual(series.time);
        expect(back.series.labels).toEqual(series.labels);
      }
    }
  });
});

it('leaves names alone that mean nothing else', () => {
  const series = createSeries({ time: [0, 1000], channels: [{ name: 'cpu load', values: [1, 2] }] });
  expect(seriesToCsv(series)).toMatch(/^time,cpu load\n/);
  expect(readCsv('time,a (channel)\n2026-01-01,1\n2026-01-02,2\n').series.channels[0]!.name).toBe(
    'a (channel)',
  );
});
