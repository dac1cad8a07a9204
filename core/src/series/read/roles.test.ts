/** What becomes of columns by their names and cells: truth, ids, codes, and parts of times. */
import { describe, expect, it } from 'vitest';
import { readText } from './text.js';

const start = Date.UTC(2026, 2, 9);
const rows = Array.from({ length: 48 }, (_, t) => ({
  iso: new Date(start + t * 60_000).toISOString(),
  ms: start + t * 60_000,
  value: 40 + ((t * 7919) % 97) / 10,
  late: t > 40,
  t,
}));
type Row = (typeof rows)[number];
const table = (head: string, cell: (row: Row) => string): string => [head, ...rows.map(cell)].join('\n');
const names = (text: string): string[] => readText(text).series.channels.map(({ name }) => name);

describe('ground truth by the parts of its name', () => {
  it.each([
    ['is.real.anomaly', '0', '1'],
    ['anomaly_flag', '0', '1'],
    ['Anomaly Flag', 'FALSE', 'TRUE'],
    ['faultLabel', '0.0', '1.0'],
    ['true_label', '0', '1'],
    ['y_true', '0', '1'],
    ['is_hacker', 'No', 'Yes'],
    ['attack_label', 'normal', 'DoS'],
  ])('takes %s for labels', (name, no, yes) => {
    const { series } = readText(
      table(`time,v,${name}`, ({ iso, value, late }) => `${iso},${value},${late ? yes : no}`),
    );
    expect(series.channels.map((channel) => channel.name)).toEqual(['v']);
    expect(Array.from(series.labels!)).toEqual(rows.map(({ late }) => Number(late)));
  });

  it.each(['predicted_anomaly', 'anomaly_detected', 'outlier.prob', 'attackScore'])(
    'leaves out what a detector said in %s',
    (name) => {
      const { series, notes } = readText(
        table(`time,v,${name}`, ({ iso, value, late }) => `${iso},${value},${late ? 0.75 : 0.25}`),
      );
      expect(series.channels).toHaveLength(1);
      expect(notes.join(' ')).toContain(`"${name}" was left out`);
    },
  );

  it.each(['is_up', 'fault_count', 'attack_rate', 'label_count', 'attacks_detected', 'real_incidents'])(
    'reads measurements in %s',
    (name) => {
      expect(
        names(
          table(
            `time,v,${name}`,
            ({ iso, value, t }) => `${iso},${value},${name === 'is_up' ? t % 2 : t % 7}`,
          ),
        ),
      ).toEqual(['v', name]);
    },
  );
});

describe('numbers that are no measurements', () => {
  it('leaves out ids that rise, though rows are missing', () => {
    const kept = rows.filter(({ t }) => t % 5 !== 2);
    const lines = kept.map(({ iso, value, t }) => `${iso},${4711 + t},${value}`);
    expect(names(['created_at,entry_id,field1', ...lines].join('\n'))).toEqual(['field1']);
    const framed = kept.map(({ iso, value, t }) => `${t},${iso},${value}`);
    expect(names([',time,v', ...framed].join('\n'))).toEqual(['v']);
  });

  it('refuses rows of ids or codes beside texts as a list of events', () => {
    expect(() =>
      readText(
        table(
          'time,ip,http_status,path',
          ({ iso, t }) => `${iso},10.0.0.${t % 9},${[200, 404, 500][t % 3]},/p/${t % 13}`,
        ),
      ),
    ).toThrow(/list of events.*"http_status"/s);
    expect(() =>
      readText(
        table('time,event_id,message', ({ iso, t }) => `${iso},${[7036, 134, 4672][t % 3]},text ${t}`),
      ),
    ).toThrow(/list of events.*"event_id"/s);
  });

  it('reads the codes of a probe', () => {
    expect(
      names(table('Time,probe_http_status_code', ({ iso, late }) => `${iso},${late ? 503 : 200}`)),
    ).toEqual(['probe_http_status_code']);
  });

  it('refuses many series of few rows each as a list of events, though some have many', () => {
    const tweets = Array.from({ length: 600 }, (_, t) => {
      const town = t % 3 === 0 ? `town ${t}` : 'Mumbai';
      // Some times come twice, so that something must tell rows apart.
      return `${new Date(start + Math.floor(t / 1.2) * 97_000).toISOString()},${town},client ${t % 2 ? 1 : t},${t % 50}`;
    });
    expect(() => readText(['time,location,source,likes', ...tweets].join('\n'))).toThrow(/list of events/);
  });
});

describe('times', () => {
  it('reads years below the name of a date, and days of the year', () => {
    const years = Array.from({ length: 15 }, (_, y) => `${1990 + y},${y % 4}`);
    const yearly = readText(['Date,revenue', ...years].join('\n')).series;
    expect(yearly.time[0]).toBe(Date.UTC(1990, 0, 1));
    expect(yearly.time[14]).toBe(Date.UTC(2004, 0, 1));
    const days = ['2025,365,1', '2026,1,2', '2026,2,3', '2026,3,5'];
    expect(Array.from(readText(['Year,DOY,v', ...days].join('\n')).series.time)).toEqual(
      [0, 1, 2, 3].map((d) => Date.UTC(2025, 11, 31 + d)),
    );
  });

  it('reads the dates of Performance Monitor month first, and its zone', () => {
    const text = table(
      String.raw`"(PDH-CSV 4.0) (W. Europe Standard Time)(-60)","\\WEB1\Processor(_Total)\% Processor Time"`,
      ({ iso, value }) => `"03/09/2026 ${iso.slice(11, 23)}","${value}"`,
    );
    expect(readText(text).series.time[0]).toBe(start - 3_600_000);
  });

  it('tells series apart in the hour that comes twice', () => {
    const first = Date.UTC(2026, 9, 24, 22);
    const lines = Array.from({ length: 24 }, (_, t) => first + t * 900_000).flatMap((ms) => {
      const wall = new Date(ms + (ms < Date.UTC(2026, 9, 25, 1) ? 2 : 1) * 3_600_000)
        .toISOString()
        .slice(0, 16);
      return [`${wall},a,1`, `${wall},b,2`];
    });
    const { series } = readText(['time,host,v', ...lines].join('\n'), { timeZone: 'Europe/Berlin' });
    expect(series.channels.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(Array.from(series.time)).toEqual(Array.from({ length: 24 }, (_, t) => first + t * 900_000));
  });
});

it('refuses lines of numbers of other widths instead of leaving them out', () => {
  const lines = [
    '15849-16368:1,9,10,12,13',
    '16963-17517:1,2,3,4,6,7',
    '24679-24682:9,13,14',
    '26114-26116:9,13,14',
  ];
  expect(() => readText([...lines, '27554-27556:9,13,14'].join('\n'))).toThrow(/line 1: the row has 5 cells/);
});

it('reads what promtool prints and what Dynatrace answers', () => {
  const range = [
    'up{instance="a"} =>',
    '1 @[1772409600]',
    '0 @[1772409660]',
    'up{instance="b"} =>',
    '1 @[1772409600]',
  ];
  const { series } = readText(range.join('\n'));
  expect(series.channels.map(({ name }) => name)).toEqual(['up{instance="a"}', 'up{instance="b"}']);
  expect(Array.from(series.channels[1]!.values)).toEqual([1, NaN]);
  const moments = ['up => 1 @[1772409600.5]', 'up => 0 @[1772409660.5]'];
  expect(Array.from(readText(moments.join('\n')).series.time)).toEqual([1772409600500, 1772409660500]);
  const answer = (times: unknown): string =>
    JSON.stringify({
      result: [
        {
          metricId: 'cpu',
          data: ['a', 'b'].map((host) => ({ dimensions: [host], timestamps: times, values: [1, 2] })),
        },
      ],
    });
  expect(readText(answer([1772409600000, 1772409660000])).series.channels).toHaveLength(2);
  expect(() => readText(answer([1772409600000, 'x']))).toThrow(/result\[0\]\.data\[0\]\.timestamps\[1\]/);
});
