/** Tables and texts of other shapes than a column per series: what is found out, told and refused. */
import { describe, expect, it } from 'vitest';
import { readText, type ReadOptions } from './index.js';
import { makeSample } from './sample.fixture.js';

const start = Date.UTC(2026, 2, 2);
const sample = makeSample(60);
const iso = (t: number): string => new Date(start + t * 60_000).toISOString();
const table = (head: string, row: (t: number) => string, points = 60): string =>
  `${[head, ...Array.from({ length: points }, (_, t) => row(t))].join('\n')}\n`;
const names = (text: string, options?: ReadOptions): string[] =>
  readText(text, options).series.channels.map(({ name }) => name);
const told = (text: string, options?: ReadOptions): string => readText(text, options).notes.join(' ');

describe('times that no name announces', () => {
  it('are found by what they count, evenly', () => {
    const { series, notes } = readText(table('t,load', (t) => `${1_772_409_600.25 + 60 * t},${sample.a[t]}`));
    expect(series.time[0]).toBe(start + 250);
    expect(notes.join(' ')).toContain('"t" holds times');
  });

  it('are no counters of bytes', () => {
    const text = table('rx_bytes', (t) => String(1_200_000_000 + 5000 * t + ((t * t * 7919) % 997)));
    expect(readText(text).series.indexTime).toBe(true);
    expect(names(text)).toEqual(['rx_bytes']);
  });

  it('may repeat in a second column, which is left out', () => {
    const text = table(
      'beginSeconds,endSeconds,v',
      (t) => `${1_772_409_600 + 60 * t},${1_772_409_660 + 60 * t},${t}`,
    );
    expect(names(text)).toEqual(['v']);
    expect(told(text)).toContain('"endSeconds" was left out: it repeats the time');
  });

  it('have their parts beside them', () => {
    const text = table(
      'date,year,month,sales',
      (t) =>
        `2026-${t < 31 ? '01' : '02'}-${String((t % 31) + 1).padStart(2, '0')},2026,${t < 31 ? 1 : 2},${sample.a[t]}`,
      59,
    );
    expect(names(text)).toEqual(['sales']);
    expect(told(text)).toContain('"month" was left out: it is a part of the time');
  });

  it('may be years of several countries', () => {
    const rows = ['FR', 'DE'].flatMap((code) =>
      Array.from({ length: 11 }, (_, k) => `${code},${1955 + 5 * k},${k}`),
    );
    const { series } = readText(`Country,Year,Value\n${rows.join('\n')}\n`);
    expect(series.channels.map(({ name }) => name)).toEqual(['FR', 'DE']);
    expect(new Date(series.time[1]!).toISOString()).toMatch(/^1960-01-01/);
  });

  it('of two digits lie behind us', () => {
    const { series } = readText('Month,v\nNov-49,1\nDec-49,2\nJan-50,3\n');
    expect(new Date(series.time[0]!).getUTCFullYear()).toBe(1949);
  });
});

describe('names that are numbers', () => {
  const rows = (row: (t: number) => string) => Array.from({ length: 20 }, (_, t) => row(t)).join('\n');

  it.each([
    ['behind an index without a name', ',0,1,2', (t: number) => `${t},${t}.5,2,${t}`, ['0', '1', '2']],
    ['behind a column of words', 'word,0,1,2', (t: number) => `w${t},${t}.5,2,${t}`, ['0', '1', '2']],
    ['alone above fractions', '0', (t: number) => `${t}.5`, ['0']],
  ])('%s', (_, head, row, expected) => {
    expect(names(`${head}\n${rows(row)}\n`)).toEqual(expected);
    expect(readText(`${head}\n${rows(row)}\n`).series.time).toHaveLength(20);
  });

  it('are data above whole numbers', () => {
    const { series } = readText(`0\n${rows((t) => String(t % 7 === 3 ? 1 : 0))}\n`);
    expect(series.time).toHaveLength(21);
  });
});

it('takes no words for damaged times', () => {
  const text = table('bill,time,tip', (t) => `${t}.5,${t % 3 ? 'Dinner' : 'Lunch'},${t % 5}`);
  expect(names(text)).toEqual(['bill', 'tip']);
  expect(told(text)).toContain('"time" was left out: it holds text such as "Lunch"');
});

it('takes names of rows without a heading before epoch times', () => {
  const { series } = readText(`time v\n${Array.from({ length: 9 }, (_, t) => `"${t + 1}" ${start / 1000 + 60 * t} ${t}`).join('\n')}\n`); // prettier-ignore
  expect(series.time[1]).toBe(start + 60_000);
});

it('names the flag for a word that stands for missing values', () => {
  const text = table('v', (t) => (t % 4 ? `${t}` : '?'));
  expect(() => readText(text)).toThrow(
    /"\?" is not a number \(15 of 60 cells are not\)\. .*--na-values '\?'/,
  );
  expect(names(text, { naValues: ['?'] })).toEqual(['v']);
});

it('takes two numbers in an object for no series', () => {
  expect(() => readText('{"type":"Topology","transform":{"scale":[1,2],"translate":[3,4]}}')).toThrow(/no values|numbers/); // prettier-ignore
});

it('tells equal times of JSON in one line by their paths', () => {
  const records = ['a', 'b'].flatMap((host) => [0, 1, 1, 2, 3].map((t) => ({ time: iso(t), host, v: t })));
  expect(() => readText(JSON.stringify(records), { series: ['host'] })).toThrow(
    /for series "a" \(\[1\] and \[2\]\)/,
  );
});

describe('an hour that comes twice', () => {
  it('is refused with the flag that tells the halves apart', () => {
    const clocks = ['02:00', '02:30', '02:00', '02:30', '03:00'].map((clock) => `26.10.2025 ${clock};1,5`);
    expect(() => readText(`Zeit;Wert\n${clocks.join('\n')}\n`)).toThrow(/--time-zone-in/);
    const { series } = readText(`Zeit;Wert\n${clocks.join('\n')}\n`, { timeZone: 'Europe/Berlin' });
    expect([...series.time].map((ms, t) => (t === 0 ? 0 : (ms - series.time[t - 1]!) / 60_000))).toEqual([
      0, 30, 30, 30, 30,
    ]);
  });
});

describe('codes for missing values', () => {
  const text = table('time,no2', (t) => `${iso(t)},${t % 20 === 7 ? -200 : 10 + (t % 9)}`);

  it('are missing where no other value is near, and told', () => {
    const { series, notes } = readText(text);
    expect([...series.channels[0]!.values].filter(Number.isNaN)).toHaveLength(3);
    expect(notes.join(' ')).toContain('3 values of -200 were read as missing');
  });

  it('are values where the user says so, or where others are near', () => {
    expect(readText(text, { naValues: null }).series.channels[0]!.values[7]).toBe(-200);
    const near = table('time,delta', (t) => `${iso(t)},${t % 20 === 7 ? -200 : -150 + 5 * t}`);
    expect(readText(near).series.channels[0]!.values[7]).toBe(-200);
    const once = table('time,v', (t) => `${iso(t)},${t === 7 ? -999 : t}`);
    expect(readText(once).series.channels[0]!.values[7]).toBe(-999);
  });

  it('may be named, as numbers and as text', () => {
    const own = table('time,v', (t) => `${iso(t)},${t === 3 ? 'defekt' : t === 4 ? 77 : t % 3 ? 'aus' : t}`);
    const { series } = readText(own, { naValues: [77, 'defekt', 'aus'] });
    expect([...series.channels[0]!.values.subarray(0, 7)]).toEqual([0, NaN, NaN, NaN, NaN, NaN, 6]);
  });
});

describe('tables that run from left to right', () => {
  it('are turned: years, dates, and records of such', () => {
    const years = Array.from({ length: 12 }, (_, k) => 2005 + k);
    const csv = `"Country Name","Country Code",${years.join(',')}\n"France",FRA,${years.map((year) => year * 2).join(',')}\n"Italy",ITA,${years.map((year) => year * 3).join(',')}\n`;
    const { series, notes } = readText(csv);
    expect(series.channels.map(({ name, values }) => [name, values[1]])).toEqual([
      ['France FRA', 4012],
      ['Italy ITA', 6018],
    ]);
    expect(new Date(series.time[1]!).toISOString()).toMatch(/^2006-01-01/);
    expect(notes.join(' ')).toContain('a series per row and a time per column');
    const records = ['a', 'b'].map((host) => ({
      host,
      ...Object.fromEntries(Array.from({ length: 6 }, (_, t) => [iso(t), t])),
    }));
    expect(names(JSON.stringify(records))).toEqual(['a', 'b']);
  });

  it('are read as they stand where the user names columns', () => {
    const csv = 'host,2019,2020,2021,2022,2023\na,1,2,3,4,5\nb,2,3,4,5,6\n';
    expect(names(csv, { columns: ['2020'] })).toEqual(['2020']);
  });
});

describe('lists of events', () => {
  it('are refused as such, not spread over channels', () => {
    const rows = Array.from(
      { length: 120 },
      (_, t) => `2026-03-0${1 + (t % 7)},actor ${t % 59} of ${t % 2},street ${(t * 7) % 61},${20 + (t % 50)}`,
    );
    expect(() => readText(`date,name,street,age\n${rows.join('\n')}\n`)).toThrow(/list of events/);
  });
});

describe('instant vectors', () => {
  it('come one after the other, a line each', () => {
    const text = Array.from({ length: 12 }, (_, t) =>
      JSON.stringify({ metric: { __name__: 'up', job: 'a' }, value: [start / 1000 + 60 * t, String(t)] }),
    ).join('\n');
    const { series } = readText(text);
    expect(series.channels.map(({ name, values }) => [name, values[11]])).toEqual([['up', 11]]);
    expect(() => readText(text.replace('"7"]', '"1O.5"]'))).toThrow(/line 8, value\[1\]: "1O.5"/);
  });

  it('are one point per series, whatever their times', () => {
    const result = ['a', 'b'].map((instance, k) => ({
      metric: { __name__: 'up', instance },
      value: [1_772_409_600.781, String(k)],
    }));
    const { series, notes } = readText(
      JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }),
    );
    expect(series.time).toEqual(Float64Array.of(start + 781));
    expect(series.channels.map(({ name, values }) => [name, ...values])).toEqual([
      ['up{instance="a"}', 0],
      ['up{instance="b"}', 1],
    ]);
    expect(notes).toEqual([
      'This is an answer of Prometheus.',
      'It is an instant query with one value per series; /api/v1/query_range gives their history.',
    ]);
    const scalar = { status: 'success', data: { resultType: 'scalar', result: [1_772_409_600, '5'] } };
    expect(readText(JSON.stringify(scalar)).series.channels[0]!.values[0]).toBe(5);
  });

  it('of native histograms, and text without times, are refused in their words', () => {
    expect(() => readText('# HELP up x\n# TYPE up gauge\nup{instance="a"} 1\nup{instance="b"} 1\n')).toThrow(
      /one moment/,
    );
  });
});

describe('lines of measurements that are damaged', () => {
  it.each([
    ['text of Prometheus', 'up{a="1"} 1 1772409600000\nup{a="1"} 1 1772409660000\nup{a="1" 1\n'],
    [
      'line protocol',
      'cpu,host=a v=1 1772409600000000000\ncpu,host=a v=2 1772409660000000000\ncpu,host=a v=\n',
    ],
    ['raw text of Graphite', 'a,1772409600,1772409720,60|1,2\nb,1772409600,1772409720,60|1,2\nc,1,2\n'],
  ])('%s names the line', (layout, text) => {
    expect(() => readText(text, { name: 'x.txt' })).toThrow(new RegExp(`x\\.txt, line 3: .*${layout}`));
  });
});

it('a column of times alone that ends in none is refused in words', () => {
  expect(() => readText('{"time":[1772409600,null]}', { name: 'x.json' })).toThrow(/^x\.json/);
});
