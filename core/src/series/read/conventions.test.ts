import { describe, expect, it } from 'vitest';
import { isHeedError } from '../../errors.js';
import { readText, type ReadOptions, type ReadResult } from './index.js';

const level = (i: number): number => Number((20 + 5 * Math.sin(i / 3)).toFixed(2));
const table = (head: string, rows: number, row: (i: number) => string): string =>
  `${head}\n${Array.from({ length: rows }, (_, i) => row(i)).join('\n')}\n`;
const two = (value: number): string => String(value).padStart(2, '0');
const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 16);

function shape({ series }: ReadResult): [points: number, first: string, last: string, channels: string] {
  const { time, channels } = series;
  return [time.length, iso(time[0]!), iso(time.at(-1)!), channels.map(({ name }) => name).join()];
}

function refusal(text: string, options: ReadOptions = {}): string {
  try {
    readText(text, { name: 'f.csv', ...options });
  } catch (error) {
    if (isHeedError(error)) return error.message;
    throw error;
  }
  throw new Error('it was read');
}

describe('times in parts', () => {
  it.each(['AM', 'PM'])('sar in the %s, with its averages at the end', (half) => {
    const rows = table(`01:00:01 ${half} CPU %user`, 24, (i) => `01:${two(i)}:01 ${half} all ${level(i)}`);
    const hour = half === 'AM' ? '01' : '13';
    const expected = [24, `1970-01-01T${hour}:00`, `1970-01-01T${hour}:23`, '%user'];
    expect(shape(readText(rows))).toEqual(expected);
    expect(shape(readText(`${rows}Average: all 20.00\n`))).toEqual(expected);
  });
  it.each([
    ['date,HH,T', 0],
    ['date,HH,T', 1],
    ['STN,YYYYMMDD,HH,T', 1],
    ['YYYYMMDD,HH24,T', 1],
    ['YYMMDD,HH,T', 0],
    ['date,SP,T', 1],
  ])('%s from %i: 24 rows a day are hours', (head, from) => {
    const short = head.startsWith('YYMMDD') ? '' : '20';
    const station = head.startsWith('STN') ? '260,' : '';
    const text = table(
      head,
      72,
      (i) => `${station}${short}26030${2 + Math.floor(i / 24)},${(i % 24) + from},${level(i)}`,
    );
    expect(shape(readText(text))).toEqual([72, '2026-03-02T00:00', '2026-03-04T23:00', 'T']);
  });
  it('half hours, by the name and 48 rows a day', () => {
    const text = table(
      'date,HH,T',
      96,
      (i) => `2026030${2 + Math.floor(i / 48)},${(i % 48) + 1},${level(i)}`,
    );
    expect(shape(readText(text))).toEqual([96, '2026-03-02T00:00', '2026-03-03T23:30', 'T']);
  });
  it('date and hour by --time', () => {
    const text = table('YYYYMMDD,HH,T', 48, (i) => `2026030${2 + Math.floor(i / 24)},${i % 24},${level(i)}`);
    const expected = [48, '2026-03-02T00:00', '2026-03-03T23:00', 'T'];
    expect(shape(readText(text, { time: 'YYYYMMDD,HH' }))).toEqual(expected);
  });
  it.each(['YYYYMMDD', 'dag', 'column_7'])('days of eight digits below %s are times', (name) => {
    const text = table(`${name},T`, 40, (i) => {
      const day = new Date(Date.UTC(2026, 2, 2 + i)).toISOString().slice(0, 10);
      return `${day.replaceAll('-', '')},${level(i)}`;
    });
    expect(shape(readText(text))).toEqual([40, '2026-03-02T00:00', '2026-04-10T00:00', 'T']);
  });
  it('days of eight digits beside a time are no channel', () => {
    const text = table('time,d,T', 30, (i) => `2026-03-${two(i + 1)}T12:00,202604${two(i + 1)},${level(i)}`);
    expect(shape(readText(text))[3]).toBe('T');
  });
  it.each<[string, (hour: number) => string]>([
    ['time', (hour) => `${two(hour)}00`],
    ['time', (hour) => String(100 * hour)],
    ['HHMM', (hour) => String(100 * hour)],
    ['hour', (hour) => `${two(hour)}00`],
    ['time', (hour) => `${two(hour)}0000`],
  ])('hours and minutes without a colon below %s', (name, cell) => {
    const expected = [48, '2026-03-02T00:00', '2026-03-03T23:00', 'a'];
    const dated = (date: (day: number) => string): string =>
      table(`date,${name},a`, 48, (i) => `${date(2 + Math.floor(i / 24))},${cell(i % 24)},${level(i)}`);
    expect(shape(readText(dated((day) => `2026-03-0${day}`)))).toEqual(expected);
    expect(shape(readText(dated((day) => `2026030${day}`)))).toEqual(expected);
    expect(shape(readText(dated((day) => `0${day}-MAR-26`)))).toEqual(expected);
  });
  it('names the column that is no time of day', () => {
    const text = table('date,hour,a', 20, (i) => `2026-03-02,${i % 2 === 0 ? 77 : 99},${level(i)}`);
    expect(refusal(text)).toContain('column "hour" was not understood as a part of the time');
  });
  it('a date of two digits a part, and "Uhr" behind the time of day', () => {
    const text = table('datum;zeit;a', 24, (i) => `02.03.26;00:${two(i)} Uhr;${level(i)}`);
    expect(shape(readText(text))).toEqual([24, '2026-03-02T00:00', '2026-03-02T00:23', 'a']);
  });
});

describe('damaged rows', () => {
  const rows = table('time,a', 20, (i) => `2026-03-02T00:${i + 10}:00,${level(i)}`);
  it.each(['2026-02-30T00:00:00,20', '2026-03-02T0O:30:00,99', '2026-03-02T00:61:00,1'])(
    'a broken time in the last row: %s',
    (row) => {
      expect(refusal(`${rows}${row}\n`)).toMatch(/line 22, column "time".*is not a time/);
    },
  );
  it('what closes a table is still left out', () => {
    const { series, notes } = readText(`${rows}Mean,20\n2026-03-03 exported by hand,\n`);
    expect(series.time).toHaveLength(20);
    expect(notes.join(' ')).toContain('Line 22');
  });
  it.each([
    [`<<<<<<< HEAD\n${rows}=======\n>>>>>>> x\n`, 1],
    [`${rows}<<<<<<< HEAD\n2026-03-02T01:00:00,1\n=======\n2026-03-02T01:00:00,2\n>>>>>>> x\n`, 22],
    [`${table('time,a', 5000, (i) => `${1772409600 + i},${level(i)}`)}<<<<<<< HEAD\n`, 5002],
  ])('marks of a conflict', (text, line) => {
    expect(refusal(text)).toContain(`line ${line}: a conflict of two versions`);
  });
  it('times that a spreadsheet rounded', () => {
    const text = table('ts,v', 20, (i) => `1.77241E+12,${level(i)}`);
    expect(refusal(text)).toContain('has lost its last digits');
  });
  it('letters of a zone that mean several', () => {
    const text = table('time,v', 20, (i) => `2026-03-02 00:${i + 10} IST,${level(i)}`);
    expect(refusal(text)).toContain('the time zone "IST" means several');
  });
  it('an hour that clocks skip in spring', () => {
    const text = table('time,v', 10, (i) => `2026-03-29 ${two(i)}:00,${level(i)}`);
    const message = refusal(text, { timeZone: 'Europe/Berlin' });
    expect(message).toMatch(/line 4.*2026-03-29 02:00 does not exist in Europe\/Berlin/);
    expect(message).toContain('--time-zone-in UTC, or --time-zone-in Etc/GMT-1');
  });
});

describe('numbers', () => {
  it('points before three digits everywhere, with semicolons between cells, are left to the reader', () => {
    const text = table('time;umsatz', 24, (i) => `2026-03-02 00:${two(i)};${20 + i}.${100 + 3 * i}`);
    expect(refusal(text)).toMatch(/"21\.103" is 21\.103 or 21103.*--decimal , or --decimal \./);
    expect(readText(text, { decimal: '.' }).series.channels[0]!.values[1]).toBe(21.103);
    expect(readText(text, { decimal: ',' }).series.channels[0]!.values[1]).toBe(21103);
  });
  it('points are decimal points where a program wrote the zones of the times', () => {
    const text = table('time;v', 24, (i) => `2026-03-02T00:${two(i)}:00+00:00;${20 + i}.${100 + 3 * i}`);
    expect(readText(text).series.channels[0]!.values[1]).toBe(21.103);
  });
  it.each([
    ['req/s', '1.1K req/s', 1100],
    ['ops/s', '1.1 K ops/s', 1100],
    ['msg/s', '2 Mil msg/s', 2e6],
    ['widgets/s', '1.5M widgets/s', 1.5e6],
    ['req/s', '1.1kreq/s', 1100],
  ])('900 %s beside %s', (unit, cell, value) => {
    const text = table('time,a', 12, (i) => `2026-03-02 00:${two(i)},${i % 2 === 0 ? `900 ${unit}` : cell}`);
    const { values, unit: read } = readText(text).series.channels[0]!;
    expect([values[0], values[1], read]).toEqual([900, value, unit]);
  });
  it.each(['1.#INF', '-1.#IND', '1.#QNAN', '-1.#INF00'])('%s is a missing value', (cell) => {
    const text = table('time,a', 8, (i) => `2026-03-02 00:${two(i)},${i % 2 === 0 ? level(i) : cell}`);
    expect(readText(text).series.channels[0]!.values[1]).toBeNaN();
  });
});

describe('columns', () => {
  it.each(['rownames', 'rowid', 'row_names', '_id', 'X', 'X1'])('%s counts rows', (name) => {
    const { series, notes } = readText(
      table(`${name},a,b`, 20, (i) => `${i + 1},${level(i)},${level(2 * i)}`),
    );
    expect(series.channels.map((channel) => channel.name)).toEqual(['a', 'b']);
    expect(notes.join(' ')).toContain(`Column "${name}" was left out: it counts the rows`);
  });
  it('quotes what is no number', () => {
    const text = table('time,a,b', 5, (i) => `2026-03-02 00:0${i},word ${i},x`);
    expect(refusal(text)).toContain(
      'no column holds numbers: "a" has "word 0" in line 2, "b" has "x" in line 2',
    );
  });
  it('says how true and false are written', () => {
    const text = table('time,up', 5, (i) => `2026-03-02 00:0${i},${i % 2 === 0}`);
    expect(refusal(text)).toMatch(/"up" holds "true" and "false".*Write 1 and 0/);
  });
});
