/** Times whose parts stand in columns, and tables that spread a day or a year over columns. */
import { describe, expect, it } from 'vitest';
import { readText, type ReadOptions } from './index.js';

const hourMs = 3_600_000;
const pad = (value: number): string => String(value).padStart(2, '0');
const value = (t: number): number => 50 + ((t * 7919) % 97) / 10;
const isoDay = (t: number): string => new Date(t).toISOString().slice(0, 10);
const table = (head: string, points: number, row: (t: number) => string): string =>
  `${[head, ...Array.from({ length: points }, (_, t) => row(t))].join('\n')}\n`;
const read = (text: string, options?: ReadOptions) => {
  const { series, notes } = readText(text, options);
  return { ...series, told: notes.join(' ') };
};
const names = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']; // prettier-ignore

describe('a date and a part of the day in two columns', () => {
  const start = Date.UTC(2026, 2, 10);
  const hours = Array.from({ length: 120 }, (_, t) => start + t * hourMs);

  it.each<[string, string, (t: number) => string]>([
    ['hours from 0', 'date,hour,load', (t) => `${isoDay(hours[t]!)},${t % 24},${value(t)}`],
    ['hours from 1', 'Date;Stunde;Last', (t) => `${isoDay(hours[t]!)};${(t % 24) + 1};${value(t)}`],
    ['hours that end', 'OPR_DT,HE,MW', (t) => `${isoDay(hours[t]!)},${(t % 24) + 1},${value(t)}`],
    ['midnights beside hours', 'dteday,hr,cnt', (t) => `${isoDay(hours[t]!)} 00:00:00,${t % 24},${value(t)}`],
    ['American dates', 'Date,Hour,Load', (t) => `3/${10 + Math.floor(t / 24)}/2026,${t % 24},${value(t)}`],
    ['digits', 'date,hour,load', (t) => `${isoDay(hours[t]!).replaceAll('-', '')},${t % 24},${value(t)}`],
    ['periods of an hour', 'date,period,load', (t) => `${isoDay(hours[t]!)},${(t % 24) + 1},${value(t)}`],
  ])('%s', (_, head, row) => {
    const { time, channels } = read(table(head, 120, row));
    expect([...time]).toEqual(hours);
    expect(channels.map(({ values }) => [...values])).toEqual([hours.map((_ms, t) => value(t))]);
  });

  it('half hours of a market, and minutes', () => {
    const half = read(table('settlementDate,settlementPeriod,demand', 144, (t) => `${isoDay(start + Math.floor(t / 48) * 24 * hourMs)},${(t % 48) + 1},${value(t)}`)); // prettier-ignore
    expect([...half.time]).toEqual(Array.from({ length: 144 }, (_, t) => start + (t * hourMs) / 2));
    expect(half.told).toContain('numbers from 1 of 48 periods of the day');
    const minutes = read(table('date,hour,minute,v', 100, (t) => `2026-03-10,${Math.floor(t / 60)},${t % 60},${value(t)}`)); // prettier-ignore
    expect([...minutes.time]).toEqual(Array.from({ length: 100 }, (_, t) => start + t * 60_000));
  });

  it('of several series at one time', () => {
    const { time, channels } = read(table('date,hour,zone,mw', 96, (t) => `${isoDay(start + Math.floor(t / 48) * 24 * hourMs)},${(t >> 1) % 24},${t % 2 ? 'B' : 'A'},${value(t)}`)); // prettier-ignore
    expect([...time]).toEqual(hours.slice(0, 48));
    expect(channels.map(({ name }) => name)).toEqual(['A', 'B']);
  });

  it('are left alone where dates do not come again', () => {
    const { time, channels } = read(table('date,hour,load', 40, (t) => `${isoDay(start + t * 24 * hourMs)},${8 + (t % 3)},${value(t)}`)); // prettier-ignore
    expect(time[1]! - time[0]!).toBe(24 * hourMs);
    expect(channels.map(({ name }) => name)).toEqual(['hour', 'load']);
  });
});

describe('a year and a part of it in two columns', () => {
  const months = Array.from({ length: 36 }, (_, t) => Date.UTC(2020, t, 1));
  it.each<[string, string, (t: number) => string]>([
    ['numbers of months', 'Jahr;Monat;Wert', (t) => `${2020 + Math.floor(t / 12)};${(t % 12) + 1};${value(t)}`],
    ['names of months', 'Year,Month,Passengers', (t) => `${2020 + Math.floor(t / 12)},${names[t % 12]},${value(t)}`],
    ['codes of months', 'Series ID,Year,Period,Value', (t) => `LNS1,${2020 + Math.floor(t / 12)},M${pad((t % 12) + 1)},${value(t)}`],
  ])('%s', (_, head, row) => {
    const { time, channels } = read(table(head, 36, row));
    expect([...time]).toEqual(months);
    expect(channels.map(({ values }) => [...values])).toEqual([months.map((_ms, t) => value(t))]);
  }); // prettier-ignore

  it('quarters', () => {
    for (const write of [(q: number) => String(q), (q: number) => `Q${q}`]) {
      const { time, channels } = read(table('year,quarter,gdp', 24, (t) => `${2010 + (t >> 2)},${write((t % 4) + 1)},${value(t)}`)); // prettier-ignore
      expect([...time]).toEqual(Array.from({ length: 24 }, (_, t) => Date.UTC(2010, 3 * t, 1)));
      expect(channels).toHaveLength(1);
    }
    const one = read(table('Quarter,Rev', 12, (t) => `${(t % 4) + 1}Q${20 + (t >> 2)},${value(t)}`));
    expect([...one.time]).toEqual(Array.from({ length: 12 }, (_, t) => Date.UTC(2020, 3 * t, 1)));
  });

  it('weeks of ISO 8601', () => {
    // Week 1 of 2025 begins on Monday, 30 December 2024; 2025 has 52.
    const { time, channels } = read(table('KW,Jahr,Menge', 60, (t) => `${(t % 52) + 1},${t < 52 ? 2025 : 2026},${value(t)}`)); // prettier-ignore
    expect([...time]).toEqual(
      Array.from({ length: 60 }, (_, t) => Date.UTC(2024, 11, 30) + t * 7 * 24 * hourMs),
    );
    expect(channels.map(({ name }) => name)).toEqual(['Menge']);
  });

  it('a month by its name and a day', () => {
    const { time } = read(table('Year,Month,Day,Temp', 40, (t) => {
      const date = new Date(Date.UTC(2026, 2, 1 + t));
      return `2026,${names[date.getUTCMonth()]!.slice(0, 3)},${date.getUTCDate()},${value(t)}`;
    })); // prettier-ignore
    expect([...time]).toEqual(Array.from({ length: 40 }, (_, t) => Date.UTC(2026, 2, 1 + t)));
  });
});

describe('a column per time of day', () => {
  const start = Date.UTC(2026, 2, 1);
  const spread = (columns: readonly string[], points: number, head = 'Date', first: (d: number) => string = (d) => isoDay(start + d * 24 * hourMs)): string =>
    table([head, ...columns].join(','), points, (d) => [first(d), ...columns.map((_, k) => value(d * columns.length + k))].join(',')); // prettier-ignore

  it.each<[string, string[], number]>([
    ['hours', Array.from({ length: 24 }, (_, k) => `${pad(k)}:00`), 0],
    ['hours that end', Array.from({ length: 24 }, (_, k) => `${pad(k + 1)}:00`), 1],
    ['ranges', Array.from({ length: 24 }, (_, k) => `${pad(k)}:00-${pad(k + 1)}:00`), 0],
    ['counted hours', Array.from({ length: 24 }, (_, k) => `H${k + 1}`), 0],
    ['counted half hours', Array.from({ length: 48 }, (_, k) => `hh_${k}`), 0],
  ])('%s', (_, columns, shift) => {
    const { time, channels, told } = read(spread(columns, 14));
    const step = (24 * hourMs) / columns.length;
    const n = 14 * columns.length;
    expect([...time]).toEqual(Array.from({ length: n }, (__, t) => start + (t + shift) * step));
    expect(channels.map(({ values }) => [...values])).toEqual([
      Array.from({ length: n }, (__, t) => value(t)),
    ]);
    expect(told).toContain('a row per day and a column per time of day');
  });

  it('of several meters, with a total that is left out', () => {
    const columns = Array.from({ length: 48 }, (_, k) => `${pad(k >> 1)}:${k % 2 ? '30' : '00'}`);
    const rows = ['M1', 'M2'].flatMap((meter, m) =>
      Array.from({ length: 5 }, (_, d) =>
        [meter, isoDay(start + d * 24 * hourMs), ...columns.map((__, k) => value(d * 48 + k) + m), d].join(
          ',',
        ),
      ),
    );
    const { time, channels, told } = read(`meter,day,${columns.join(',')},total\n${rows.join('\n')}\n`);
    expect(time).toHaveLength(5 * 48);
    expect(channels.map(({ name, values }) => [name, values[47]])).toEqual([
      ['M1', value(47)],
      ['M2', value(47) + 1],
    ]);
    expect(told).toContain('Left out: "total"');
  });

  it('a row per year and a column per month', () => {
    const { time, channels } = read(spread(names.map((name) => name.slice(0, 3)), 6, 'Year', (d) => String(2015 + d))); // prettier-ignore
    expect([...time]).toEqual(Array.from({ length: 72 }, (_, t) => Date.UTC(2015, t, 1)));
    expect([...channels[0]!.values]).toEqual(Array.from({ length: 72 }, (_, t) => value(t)));
  });

  it('tells of a day that comes twice', () => {
    const columns = Array.from({ length: 24 }, (_, k) => `${pad(k)}:00`);
    const twice = spread(columns, 3, 'Date', () => '2026-03-01');
    expect(() => readText(twice)).toThrow(/occurs twice/);
  });
});

it('takes AM and PM from a column of their own, across noon and midnight', () => {
  const start = Date.UTC(2026, 2, 2, 9, 5);
  const clock = (t: number): string => {
    const date = new Date(start + t * 600_000);
    return `${pad(date.getUTCHours() % 12 || 12)}:${pad(date.getUTCMinutes())}:00 ${date.getUTCHours() < 12 ? 'AM' : 'PM'}`;
  };
  const sar = `Linux 6.1.0 (web-1) \t03/02/2026 \t_x86_64_\t(4 CPU)\n\n09:05:00 AM     CPU     %user\n${Array.from({ length: 120 }, (_, t) => `${clock(t)}     all      ${value(t)}`).join('\n')}\n`;
  const { time } = read(sar);
  expect([...time].map((ms) => ms - time[0]!)).toEqual(Array.from({ length: 120 }, (_, t) => t * 600_000));
  expect(new Date(time[0]!).getUTCHours()).toBe(9);
  const dated = read(table('Date Time Half v', 120, (t) => `${isoDay(start + t * 600_000)} ${clock(t)} ${value(t)}`)); // prettier-ignore
  expect([...dated.time]).toEqual(Array.from({ length: 120 }, (_, t) => start + t * 600_000));
});

it.each([
  ['datenum', 719_529],
  ['JD', 2_440_587.5],
  ['MJD', 40_587],
])('reads day numbers below %s', (name, epoch) => {
  const start = Date.UTC(2026, 2, 2, 6);
  const { time, told } = read(table(`${name},flux`, 40, (t) => `${(start / 86_400_000 + epoch + t / 4).toFixed(2)},${value(t)}`)); // prettier-ignore
  expect([...time]).toEqual(Array.from({ length: 40 }, (_, t) => start + 6 * t * hourMs));
  expect(told).toContain('holds day numbers');
});

describe('parts without names that say so', () => {
  it('months that go on, and days and hours that rise, in a table without names', () => {
    const months = read(Array.from({ length: 36 }, (_, t) => `${1958 + Math.floor(t / 12)}   ${pad((t % 12) + 1)}    ${(1958 + t / 12).toFixed(4)}   ${value(t)}`).join('\n')); // prettier-ignore
    expect([...months.time]).toEqual(Array.from({ length: 36 }, (_, t) => Date.UTC(1958, t, 1)));
    const hours = read(Array.from({ length: 72 }, (_, t) => `2026,3,${2 + Math.floor(t / 24)},${t % 24},${value(t)}`).join('\n')); // prettier-ignore
    expect([...hours.time]).toEqual(Array.from({ length: 72 }, (_, t) => Date.UTC(2026, 2, 2, t)));
    expect(hours.channels).toHaveLength(1);
    // Two columns of counts are none.
    expect(read(table('', 40, (t) => `${1800 + (t % 7)},${1 + (t % 5)},${value(t)}`).trim()).channels).toHaveLength(3); // prettier-ignore
  });

  it('letters of a buoy above its units', () => {
    const text = `#YY  MM DD hh mm WDIR WSPD\n#yr  mo dy hr mn degT m/s\n${Array.from({ length: 50 }, (_, t) => `2026 03 02 10 ${pad(t)} ${200 + (t % 9)}  ${value(t)}`).join('\n')}\n`;
    const { time, channels } = read(text);
    expect([...time]).toEqual(Array.from({ length: 50 }, (_, t) => Date.UTC(2026, 2, 2, 10, t)));
    expect(channels.map(({ unit }) => unit)).toContain('m/s');
  });

  it('hours that end, as times of day up to 24:00', () => {
    const text = table('"DeliveryDate","HourEnding","LMP"', 72, (t) => `"03/${12 + Math.floor(t / 24)}/2026","${pad((t % 24) + 1)}:00",${value(t)}`); // prettier-ignore
    expect([...read(text).time]).toEqual(Array.from({ length: 72 }, (_, t) => Date.UTC(2026, 2, 12, t + 1)));
  });

  it('a zone in the name of the column', () => {
    const text = table('"#","Date Time, GMT+01:00","Temp, °C"', 20, (t) => `${t + 1},2026-03-02 10:${pad(t)}:00,${value(t)}`); // prettier-ignore
    const { time, told } = read(text);
    expect(time[0]).toBe(Date.UTC(2026, 2, 2, 9));
    expect(told).toContain('as those of GMT+01:00');
  });
});

it('reads a table below the settings of a device in as many columns', () => {
  const scope = `Model,TBS1052B\nHorizontal Units,S\nSample Interval,4e-06\nRecord Length,40\nTIME,CH1\n${Array.from({ length: 40 }, (_, t) => `${(t * 4e-6).toExponential(6)},${value(t)}`).join('\n')}\n`;
  const { channels, time } = read(scope);
  expect(time).toHaveLength(40);
  expect(channels.map(({ name }) => name)).toEqual(['CH1']);
});

it('reads weekdays and shifts that take turns as no series', () => {
  const days = table('date,weekday,orders', 70, (t) => {
    const date = new Date(Date.UTC(2026, 2, 2 + t));
    return `${isoDay(date.getTime())},${date.toLocaleString('en-US', { weekday: 'short', timeZone: 'UTC' })},${value(t)}`;
  });
  expect(read(days).channels.map(({ name }) => name)).toEqual(['orders']);
  // Bursts of probes, a moment after each other, are.
  const bursts = table('time,probe,v', 90, (t) => `${new Date(Math.floor(t / 3) * 60_000 + (t % 3) * 7000 + 1.7e12).toISOString()},${'abc'[t % 3]},${value(t)}`); // prettier-ignore
  expect(read(bursts).channels.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
});
