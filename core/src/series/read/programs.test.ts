/** Exports as programs write them: columns that tell times and zones, events, encodings, answers in JSON, other texts. */
import { describe, expect, it } from 'vitest';
import { readText } from './index.js';
import { chance, iso, level, levels, lines, read, start, wall } from './printed.fixture.js';

describe('columns of times, zones, events and encodings', () => {
  it.each([
    ['midnights beside times of day', 'Date,Time,v', (t: number) => `2026-03-02 00:00:00,${wall(t).slice(11)},${level(t)}`],
    ['names between brackets', '<DATE>,<TIME>,<CLOSE>', (t: number) => `20260302,${wall(t).slice(11).replace(/:/g, '')},${level(t)}`],
    ['percentiles among the names', 'Timestamp,Requests/s,Failures,50%,95%', (t: number) => `${start / 1000 + 60 * t},${level(t)},0,12,${14 + t}`],
    ['a zone above the table', 'latitude,timezone\n52.5,Europe/Berlin\n\ntime,v', (t: number) => `${wall(t + 60).slice(0, 16)},${level(t)}`],
    ['offsets in a column', 'time,utc_offset,v', (t: number) => `${wall(t + 60)},+01:00,${level(t)}`],
    ['zones in a column', 'time,tz,v', (t: number) => `${wall(t + 60)},Europe/Berlin,${level(t)}`],
  ])('%s', (_, head, row) => {
    expect(read(`${head}\n${lines(30, row)}`)).toMatchObject({ begin: iso(start), step: 60_000, values: levels(30) });
  }); // prettier-ignore

  it.each([
    ['t', (t: number) => String(60 * t), 60_000],
    ['second', (t: number) => (-5e-3 + 1e-3 * t).toExponential(7).replace(/^(?=\d)/, '+'), 1],
    ['X_Value', (t: number) => (0.01 * t).toFixed(6), 10],
  ])('times since a start below "%s"', (name, write, step) => {
    const found = read(`${name},v\n${lines(30, (t) => `${write(t)},${level(t)}`)}`);
    expect(found.names).toEqual(['v']);
    expect(found.step).toBeCloseTo(step, 6);
    expect(found.notes).toContain('since a start');
  });

  it('LabVIEW: a name of comments that no row has', () => {
    expect(
      read(`X_Value\tV\tI\tComment\n${lines(30, (t) => `${t}\t${level(t)}\t5`)}`).names.slice(-2),
    ).toEqual(['V', 'I']);
  });

  it.each([
    ['%d%m%Y', (day: string) => `${day.slice(8)}${day.slice(5, 7)}${day.slice(0, 4)}`],
    ['%m%d%Y', (day: string) => `${day.slice(5, 7)}${day.slice(8)}${day.slice(0, 4)}`],
    [
      '%Y%j',
      (day: string) =>
        `2026${String((Date.parse(day) - Date.UTC(2026, 0, 0)) / 86_400_000).padStart(3, '0')}`,
    ],
  ])('dates of digits as %s, where all rows are dates so', (_, write) => {
    const text = (days: number): string =>
      `date,v\n${lines(days, (t) => `${write(iso(start + 86_400_000 * t).slice(0, 10))},${level(t)}`)}`;
    expect(read(text(40))).toMatchObject({ begin: iso(start), step: 86_400_000 });
  });

  it('refuses such dates where two orders are dates', () => {
    expect(() => readText(`date,v\n${lines(8, (t) => `0${t + 1}022026,${level(t)}`)}`)).toThrow(
      /no row tells how its digits/,
    );
  });

  it('requests and orders are events, whatever columns tell them apart', () => {
    let at = start;
    const rows = Array.from({ length: 300 }, (_, t) => ({
      at: (at += Math.floor(-Math.log(chance(t)) * 4)),
      t,
    }));
    const requests = rows.map(
      (row) =>
        `${row.at},${level(row.t)},200,${['Login', 'Home'][row.t % 2]},Thread Group 1-${Math.floor(5 * chance(row.t + 7))}`,
    );
    expect(() =>
      readText(`timeStamp,elapsed,responseCode,label,threadName\n${requests.join('\n')}\n`),
    ).toThrow(/list of events/);
    const orders = rows.map((row) => `${1000 + row.t},${iso(row.at)},C${row.t % 7},${level(row.t)}`);
    expect(() => readText(`order_id,created_at,customer,total\n${orders.join('\n')}\n`)).toThrow(
      /list of events/,
    );
  });

  it('devices at moments of their own are series', () => {
    let at = start;
    const rows = Array.from(
      { length: 300 },
      (_, t) =>
        `${iso((at += Math.ceil(-Math.log(chance(t)) * 10_000)))},${'abc'[Math.floor(3 * chance(t + 5))]!},${level(t)}`,
    );
    expect(read(`time,device,temp\n${rows.join('\n')}\n`).names.sort()).toEqual(['a', 'b', 'c']);
  });

  it('refuses m beside k, which is a million or a thousandth', () => {
    expect(() =>
      readText(`time,v\n${lines(20, (t) => `${wall(t)},${['1.2k', '999', '1.10m'][t % 3]}`)}`),
    ).toThrow(/millions or in thousandths/);
  });

  it('records below records, and their zones', () => {
    const meters = ['in', 'out'].map((type) => ({
      type,
      values: levels(30).map((value, t) => ({ date: wall(t), value })),
    }));
    expect(read(JSON.stringify({ details: { unit: 'Wh', meters } }))).toMatchObject({
      begin: iso(start),
      names: ['in', 'out'],
      values: levels(30),
    });
    const hourly = {
      time: levels(30).map((_, t) =>
        wall(t + 60)
          .slice(0, 16)
          .replace(' ', 'T'),
      ),
      v: levels(30),
    };
    expect(read(JSON.stringify({ timezone: 'Europe/Berlin', hourly })).begin).toBe(iso(start));
  });

  it.each([
    ['Windows-1251', [0xc7, 0xed, 0xe0, 0xf7, 0xe5, 0xed, 0xe8, 0xe5], 'Значение'],
    ['Shift_JIS', [0x93, 0x64, 0x97, 0xcd, 0x83, 0x6f], '電力バ'],
    ['Windows-1252', [0xd6, 0x6c, 0x20, 0x47, 0x72, 0xf6, 0xdf, 0x65], 'Öl Größe'],
  ])('%s', (encoding, bytes, name) => {
    const text = new TextEncoder();
    const table = lines(20, (t) => `${wall(t)},${level(t)}`);
    const found = read(Uint8Array.of(...text.encode('time,'), ...bytes, ...text.encode(`\n${table}`)));
    expect(found.names).toEqual([name]);
    expect(found.notes).toContain(encoding);
  });
});

describe('ways to write times, heads, remarks, answers and refusals', () => {
  it.each([
    ['an epoch below the name of a time beside local text', 'time;humantime;v', (t: number) => `${start / 1000 + 60 * t};${wall(t + 120)};${level(t)}`],
    ['fourteen digits without a name', null, (t: number) => `${wall(t).replace(/\D/g, '')},10.0.0.1,${level(t)}`],
    ['formulas for Excel', 'Time,Value', (t: number) => `="${wall(t)}",="${level(t)}"`],
    ['letters of zones in a column', '"Time Stamp","Time Zone","Load"', (t: number) => `"${wall(t - 240)}","EDT",${level(t)}`],
    ['a and p', 'Date,Time,Temp', (t: number) => `3/${t < 0 ? 1 : 2}/26,12:${String(t).padStart(2, '0')}a,${level(t)}`],
    ['a colon behind the day', 'time,P', (t: number) => `20260302:00${String(t).padStart(2, '0')},${level(t)}`],
    ['the half of the day in Chinese', '时间,值', (t: number) => `2026/3/2 上午 12:${String(t).padStart(2, '0')}:00,${level(t)}`],
    ['the half of the day in Greek', 'Ώρα,Τιμή', (t: number) => `2026/03/02 12:${String(t).padStart(2, '0')} π.μ.,${level(t)}`],
    ['kdb+', 'time,price', (t: number) => `2026.03.02D00:${String(t).padStart(2, '0')}:00.000000000,${level(t)}`],
    ['hours with h', 'time,v', (t: number) => `2026-03-02 00 h ${String(t).padStart(2, '0')},${level(t)}`],
  ])('%s', (_, head, row) => {
    const found = read(`${head === null ? '' : `${head}\n`}${lines(30, row)}`, head?.startsWith('Date') ? { timeFormat: 'month-first' } : {});
    expect(found).toMatchObject({ begin: iso(start), step: 60_000, values: levels(30) });
  });

  it('hours without minutes, backwards', () => {
    const rows = Array.from({ length: 30 }, (_, t) => ({ period: iso(start + 3_600_000 * t).slice(0, 13), v: Number(level(t)) }));
    expect(read(JSON.stringify({ response: { data: rows.reverse() } }))).toMatchObject({ begin: iso(start), step: 3_600_000, values: levels(30) });
  });

  it('the end of an interval is no channel, a duration is one', () => {
    const at = (t: number): string => wall(15 * t).slice(11);
    expect(read(`Datum;Zeit von;Zeit bis;kWh\n${lines(30, (t) => `02.03.2026;${at(t)};${at(t + 1)};${level(t)}`)}`).names).toEqual(['kWh']);
    expect(read(`time,end\n${lines(30, (t) => `${wall(t)},00:0${t % 7}:1${t % 3}`)}`).names).toEqual(['end']);
  });

  it('ids that change from row to row of one even series tell none apart', () => {
    expect(read(`Server ID,Timestamp,Ping\n${lines(60, (t) => `${1000 + (t % 7)},${wall(60 * t)},${level(t)}`)}`)).toMatchObject({ names: ['Ping'], points: 60 });
  });

  it('pairs of times and values at other times are refused', () => {
    expect(() => readText(`Datum1;Wert1;Datum2;Wert2\n${lines(20, (t) => `${wall(t)};${level(t)};${wall(t + 7)};${level(t)}`)}`)).toThrow(/"Datum1" and "Datum2" tell different times/);
  });

  it('the unit below the name of a time since a start', () => {
    expect(read(`Time,A\n(ms),(V)\n\n${lines(30, (t) => `${(0.5 * t).toFixed(8)},${level(t)}00`)}`)).toMatchObject({ step: 0.5, values: levels(30) });
  });

  it('vmstat: both lines of names come again', () => {
    const head = 'procs -----memory----- -cpu-\n r  b   swpd   free us id';
    const text = Array.from({ length: 5 }, (_, k) => `${head}\n${lines(20, (t) => ` 1  0  ${100 + t}   ${2000 + 20 * k + t} 5 ${90 + (t % 5)}`)}`).join('');
    expect(read(text)).toMatchObject({ points: 100, names: ['r', 'b', 'swpd', 'free', 'us', 'id'] });
  });

  it('a remark between the rows is passed over', () => {
    const text = `Time,kWh,Comment\n${lines(20, (t) => `${wall(t)},${level(t)},`)},,meter read\n${lines(20, (t) => `${wall(t + 20)},${level(t + 20)},`)}`;
    expect(read(text)).toMatchObject({ points: 40, values: levels(40) });
  });

  const rows = levels(30).map((v, t) => [iso(start + 60_000 * t), v]);
  const epochs = levels(30).map((v, t) => [start + 60_000 * t, v]);
  it.each([
    ['QuestDB', { columns: [{ name: 'ts' }, { name: 'v' }], dataset: rows }],
    ['CrateDB', { cols: ['ts', 'v'], col_types: [11, 6], rows: epochs }],
    ['TDengine', { code: 0, column_meta: [['ts', 'TIMESTAMP', 8], ['v', 'FLOAT', 4]], data: rows }],
    ['Pinot', { resultTable: { dataSchema: { columnNames: ['ts', 'v'], columnDataTypes: ['LONG', 'DOUBLE'] }, rows: epochs } }],
    ['Kusto', [{ FrameType: 'DataSetHeader' }, { FrameType: 'DataTable', TableKind: 'PrimaryResult', Columns: [{ ColumnName: 't' }, { ColumnName: 'v' }], Rows: rows }]],
    ['AppDynamics', [{ metricName: 'a', metricValues: epochs.map(([startTimeInMillis, value]) => ({ startTimeInMillis, value })) }]],
    ['Wavefront', { query: 'ts(v)', timeseries: [{ label: 'v', data: epochs }] }],
    ['Kraken', { error: [], result: { XXBTZUSD: epochs, last: 5 } }],
    ['NASA', { properties: { parameter: { T2M: Object.fromEntries(epochs) } } }],
    ['GraphQL', { data: { homes: [{ consumption: { nodes: rows.map(([from, v]) => ({ from, v })) } }] } }],
  ])('%s', (_, value) => {
    expect(read(JSON.stringify(value))).toMatchObject({ begin: iso(start), step: 60_000, values: levels(30) });
  });

  it.each([
    ['a pointer of Git LFS', 'version https://git-lfs.github.com/spec/v1\noid sha256:0a\nsize 12345\n', /git lfs pull/],
    ['YAML', 'MetricDataResults:\n- Id: m1\n  Label: CPU\n  Values:\n  - 1.5\n', /this is YAML/],
    ['JSONP', 'callback([[1,2],[3,4]]);', /JSONP/],
    ['headers of HTTP', 'HTTP/1.1 200 OK\nContent-Type: application/json\n\n[1,2]', /without -i/],
    ['a query without rows', ' minute | cpu \n--------+-----\n(0 rows)\n', /without any row/],
    ['an error of psql', 'ERROR:  relation "m" does not exist\nLINE 1: select * from m\n', /error of the database/],
    ['a notebook', '{"nbformat":4,"cells":[{"execution_count":1,"source":["x"]}]}', /Jupyter notebook/],
    ['words', 'No resources found.\n', /no rows \("No", "resources", "found\."\)/],
  ])('is refused in its own words: %s', (_, text, message) => {
    expect(() => readText(text)).toThrow(message);
  });
}); // prettier-ignore

describe('names below labels', () => {
  it('are what differs between the columns', () => {
    const text = `TimeSeries ID,a,b\nproject_id,demo,demo\nzone,west,east\n${lines(20, (t) => `${iso(start + 60_000 * t)},${level(t)},${level(t)}`)}`;
    expect(read(text).names).toEqual(['a west', 'b east']);
  });
});
