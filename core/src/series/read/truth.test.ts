/** Ground truth that stands alone or has no name, and files that are no tables: told or refused in their own words. */
import { describe, expect, it } from 'vitest';
import { readText, type ReadOptions } from './index.js';

const rows = (row: (t: number) => string, points = 60): string =>
  `${Array.from({ length: points }, (_, t) => row(t)).join('\n')}\n`;
const value = (t: number): string => (20 + ((t * 7919) % 97) / 97).toFixed(4);
const bit = (t: number): number => (t > 40 && t < 46 ? 1 : 0);
const names = (text: string, options?: ReadOptions): string[] =>
  readText(text, options).series.channels.map(({ name }) => name);

describe('a file of nothing but ground truth', () => {
  it.each([
    ['labels beside times', `timestamp,label\n${rows((t) => `${1_772_409_600 + 60 * t},${bit(t)}`)}`],
    ['labels alone', `is_anomaly\n${rows((t) => String(bit(t)))}`],
    ['words', `time,label\n${rows((t) => `${1_772_409_600 + 60 * t},${bit(t) ? 'anomaly' : 'normal'}`)}`],
    ['scores', `timestamp,anomaly_score\n${rows((t) => `${1_772_409_600 + 60 * t},${(t % 7) / 10}`)}`],
    ['records', JSON.stringify([0, 1, 2].map((t) => ({ ts: 1_772_409_600 + 60 * t, is_anomaly: t === 1 })))],
    ['lists', JSON.stringify({ time: [1, 2, 3].map((t) => 1_772_409_600 + t), labels: [0, 1, 0] })],
  ])('%s', (_, text) => {
    expect(() => readText(text, { name: 'x' })).toThrow(
      /^x: there is ground truth and nothing else: .*--label none or --columns/,
    );
  });

  it('is read where the user says so', () => {
    const text = `timestamp,label\n${rows((t) => `${1_772_409_600 + 60 * t},${bit(t)}`)}`;
    expect(names(text, { columns: ['label'] })).toEqual(['label']);
    expect(names(text, { label: null })).toEqual(['label']);
  });

  it('is told where nothing names it', () => {
    const { series, notes } = readText(rows((t) => String(bit(t))));
    expect(series.channels).toHaveLength(1);
    expect(notes.join(' ')).toContain('Every value is 0 or 1');
  });
});

describe('labels without a name', () => {
  it.each([
    ['0 and 1', (t: number) => `${value(t)},${bit(t)}`],
    ['0.0 and 1.0', (t: number) => `${value(t)},${bit(t)}.0`],
    ['between blanks', (t: number) => `${value(t)} ${bit(t)}`],
  ])('%s are the last column of a file without names', (_, row) => {
    const { series, notes } = readText(rows(row));
    expect(series.channels.map(({ name }) => name)).toEqual(['column 1']);
    expect([...series.labels!]).toEqual(Array.from({ length: 60 }, (__, t) => bit(t)));
    expect(notes.join(' ')).toContain('--label none');
    expect(names(rows(row), { label: null })).toEqual(['column 1', 'column 2']);
  });

  it('are none where other columns are of 0 and 1, or most of it is 1', () => {
    expect(names(rows((t) => `${value(t)},${t % 2},${bit(t)}`))).toHaveLength(3);
    expect(names(rows((t) => `${value(t)},${1 - bit(t)}`))).toHaveLength(2);
  });
});

describe('one line of numbers', () => {
  it('is one series', () => {
    const numbers = Array.from({ length: 20_000 }, (_, t) => value(t));
    for (const between of ['  ', ',']) {
      const { series, notes } = readText(`${numbers.join(between)}\n`);
      expect([...series.channels[0]!.values]).toEqual(numbers.map(Number));
      expect(notes.join(' ')).toContain('The one line of 20000 numbers was read as one series');
    }
  });
});

describe('points that are decimal marks, or group thousands', () => {
  const column = (cells: (t: number) => string): number[] => [
    ...readText(`time;v\n${rows((t) => `${1_772_409_600 + 60 * t};${cells(t)}`)}`).series.channels[0]!.values,
  ];
  it('by what lies beside integers', () => {
    const three = (t: number): string => (20 + ((t * 7919) % 97) / 100).toFixed(2) + '7';
    expect(column((t) => (t % 20 === 7 ? '21' : three(t)))[8]).toBe(Number(three(8)));
    expect(column((t) => (t % 4 ? `1.${100 + t}` : String(950 + (t % 40)))).slice(0, 3)).toEqual([
      950, 1101, 1102,
    ]);
    const tail = (t: number): number => Math.round(Math.exp(4 + ((t * 7919) % 97) / 16));
    expect(column((t) => tail(t).toLocaleString('de-DE'))).toEqual(
      Array.from({ length: 60 }, (_, t) => tail(t)),
    );
  });
});

describe('names of series of which some are numbers', () => {
  it('are names all the same', () => {
    const text = `time,CPU,usr\n${Array.from({ length: 20 }, (_, t) => ['all', 0, 1].map((cpu) => `${1_772_409_600 + 60 * t},${cpu},${t}`).join('\n')).join('\n')}\n`;
    expect(names(text)).toEqual(['all', '0', '1']);
  });
});

describe('what is no table', () => {
  it.each([
    ['a web page', '<!DOCTYPE html>\n<html><body>Log in</body></html>', /web page/],
    ['XML', '<?xml version="1.0"?>\n<rows><row t="1">2</row></rows>', /this is XML/],
    ['YAML', '- time: 2026-03-02\n  value: 1\n- time: 2026-03-03\n  value: 2\n', /this is YAML/],
    ['examples to classify', '#x\n@problemName X\n@data\n1,2,3:1\n', /classification/],
    ['an error of a database', '{"error":"database not found"}', /an error instead of series: database not found/],
    ['an error of Zabbix', '{"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params.","data":"Session"},"id":1}', /Invalid params\. Session/],
    ['nothing of InfluxDB', '{"results":[{"statement_id":0}]}', /InfluxDB without any series/],
    ['lines of logs of Loki', '{"status":"success","data":{"resultType":"streams","result":[{"stream":{"app":"a"},"values":[["1772409600000000000","level=info"]]}]}}', /count_over_time/],
    ['histograms of Prometheus', '{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__name__":"h"},"histograms":[[1772409600,{"count":"5"}]]}]}}', /histogram_quantile/],
        [
      'requests of a web server',
      rows((t) => `127.0.0.1 - - [02/Mar/2026:10:${10 + (t % 50)}:00 +0100] "GET / HTTP/1.1" 200 ${t}`),
      /a row per request/,
    ],
    ['messages of syslog', rows((t) => `Mar  2 10:${10 + (t % 50)}:00 web-1 app[7]: took ${t} ms`), /log of messages/],
    [
      'lists in lists of records',
      JSON.stringify({
        rows: [1, 2].map((k) => ({ step: k, inner: [{ points: [{ a: 1 }, { a: 2 }] }] })),
      }),
      /hold lists of records of their own/,
    ],
    ['rows of kinds', `METRICDATARESULTS\tm1\tCPU\n${rows((t) => `TIMESTAMPS\t2026-03-02T10:${10 + t}:00+00:00`, 40)}${rows((t) => `VALUES\t${value(t)}`, 40)}`, /stands where the names of the columns do/],
    ['a second table', `Nth day,Users\n${rows((t) => `${t},${value(t)}`)}\nNth day,Sessions\n${rows((t) => `${t},${value(t)}`)}`, /line 63: a second table begins here, with "Sessions"/],
  ])('%s', (_, text, message) => {
    expect(() => readText(text, { name: 'x' })).toThrow(message);
  }); // prettier-ignore

  it('tells of warnings, and of histograms among numbers', () => {
    const { notes } = readText(
      JSON.stringify({
        status: 'success',
        warnings: ['store unavailable: 10.0.0.1'],
        data: {
          resultType: 'matrix',
          result: [
            { metric: { __name__: 'h' }, histograms: [[1_772_409_600, { count: '5' }]] },
            { metric: { __name__: 'g' }, values: [[1_772_409_600, '2']] },
          ],
        },
      }),
    );
    expect(notes.slice(-2)).toEqual([
      '1 series of native histograms was left out.',
      'The server warns: store unavailable: 10.0.0.1.',
    ]);
  });

  it('a first row that is written as the others is one of them', () => {
    const { series } = readText(rows((t) => `progress: ${t + 1}.0 s, ${value(t)} tps, lat 2${t} ms`));
    expect(series.time).toHaveLength(60);
    expect(series.channels[0]!.unit).toBe('tps');
  });
});
