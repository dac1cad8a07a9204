/** Exports as tools print them in daily use: restarts, heads that come again, zones in names, tables side by side. */
import { describe, expect, it } from 'vitest';
import { readText } from './index.js';
import { chance, iso, level, levels, lines, read, start, wall } from './printed.fixture.js';

describe('tools of the command line', () => {
  const clock = (t: number): string => iso(start + 600_000 * t).slice(11, 19);
  it('sar: names that come again behind a time, and restarts', () => {
    const head = (t: number): string => `${clock(t)}        CPU     %user     %idle`;
    const rows = (from: number): string =>
      lines(20, (t) => `${clock(from + t)}     all     ${level(from + t - 1)}     70.00`);
    const text = `Linux 6.1.0 (web-1) \t2026-03-02 \t_x86_64_\t(8 CPU)\n\n${head(0)}\n${rows(1)}\n${head(20)}\n${rows(21)}\n${clock(41)}     LINUX RESTART\t(8 CPU)\n\n${head(42)}\n${lines(20, (t) => `${clock(43 + t)}     all     ${level(40 + t)}     70.00`)}`;
    const { values, notes, names } = read(text);
    expect(values).toEqual(levels(60));
    expect(names).toEqual(['%user', '%idle']);
    expect(notes).toMatch(/2 repeated header lines.*1 line of a restart was passed over \(line 47\)/);
  });

  it('sadf: restarts', () => {
    const row = (t: number): string => `web-1;60;${wall(t)} UTC;-1;${level(t)};70.00`;
    const text = `# hostname;interval;timestamp;CPU;%user;%idle\n${lines(30, row)}web-1;-1;${wall(30)} UTC;LINUX-RESTART\t(8 CPU)\n${lines(30, (t) => row(t + 31))}`;
    expect(read(text)).toMatchObject({ points: 60, names: ['%user', '%idle'] });
  });

  it('dstat: dates without a year, which the lines above tell', () => {
    const text = `"Dstat 0.7.4 CSV output"\n"Cmdline:","dstat -tc",,,,"Date:","02 Mar 2026 00:00:00 UTC"\n\n"system","total cpu usage",\n"time","usr","idl"\n${lines(40, (t) => `02-03 00:00:${String(t).padStart(2, '0')},${level(t)},70.0`)}`;
    expect(read(text)).toMatchObject({
      begin: iso(start),
      step: 1000,
      names: ['usr', 'idl'],
      values: levels(40),
    });
  });

  it('dates without a year go on from December to January, and are told', () => {
    const at = (t: number): string => iso(Date.UTC(2026, 11, 20 + t));
    const name = (t: number): string => ['Dec', 'Jan'][Number(at(t).slice(5, 7) === '01')]!;
    const text = `time,v\n${lines(25, (t) => `${name(t)} ${at(t).slice(8, 10)} 00:00:00,${level(t)}`)}`;
    const { step, points, notes } = read(text);
    expect([step, points]).toEqual([86_400_000, 25]);
    expect(readText(text).series.time.at(-1)! - readText(text).series.time[0]!).toBe(24 * 86_400_000);
    expect(notes).toContain('no year');
  });

  it('perf stat: seconds and events in turn, without names', () => {
    const text = `# started on Mon Mar  2 00:00:00 2026\n\n${lines(80, (t) => `  ${(1 + (t >> 1)).toFixed(0)}.000${100 + (t >> 1)}000,${1000 + t},,${t % 2 ? 'instructions' : 'cycles'},1000123,100.00,,`)}`;
    const { points, names } = read(text);
    expect(points).toBe(40);
    expect(names).toContain('column 2 cycles');
  });

  it('nvidia-smi: cards in turn, a millisecond apart', () => {
    const text = `timestamp, index, utilization.gpu [%]\n${lines(90, (t) => `${wall(Math.floor(t / 3)).replace(/-/g, '/')}.00${t % 3}, ${t % 3}, ${20 + t} %`)}`;
    expect(read(text)).toMatchObject({ begin: iso(start), names: ['0', '1', '2'], points: 30 });
  });

  it('influx: a table per series', () => {
    const block = (host: string): string =>
      `name: cpu\ntags: host=${host}\ntime                 mean\n----                 ----\n${lines(20, (t) => `${iso(start + 60_000 * t).slice(0, 19)}Z ${level(t)}`)}\n`;
    expect(read(block('a') + block('b'))).toMatchObject({
      points: 20,
      names: ['a', 'b'],
      values: levels(20),
    });
  });

  it('clickhouse-client: names within the frame, numbers in front of rows', () => {
    const text = `   ┌──────────────────ts─┬───cpu─┐\n${lines(20, (t) => `${String(t + 1).padStart(3)}. │ ${wall(t)} │ ${level(t)} │`)}   └─────────────────────┴───────┘\n`;
    expect(read(text)).toMatchObject({ begin: iso(start), names: ['cpu'], values: levels(20) });
  });

  it('rows that a tool did not print are asked for', () => {
    const text = `│ ts │ cpu │\n${lines(20, (t) => `│ ${wall(t)} │ ${level(t)} │`)}│ · │ · │\n${lines(20, (t) => `│ ${wall(t + 30)} │ ${level(t)} │`)}`;
    expect(() => readText(text)).toThrow(/rows are left out here: "·"/);
  });
});

describe('zones that a file tells', () => {
  it.each([
    ['Time [UTC]', '2026-03-02T00:00:00.000Z'],
    ['timestamp_utc', '2026-03-02T00:00:00.000Z'],
    ['Time (Europe/Berlin)', '2026-03-01T23:00:00.000Z'],
    ['MTU (CET/CEST)', '2026-03-01T23:00:00.000Z'],
    ['Zeit (MEZ)', '2026-03-01T23:00:00.000Z'],
    ['time_EST', '2026-03-02T05:00:00.000Z'],
  ])('in the name of the column: %s', (name, begin) => {
    const found = read(`${name},v\n${lines(20, (t) => `${wall(t)},${level(t)}`)}`);
    expect(found.begin).toBe(begin);
    expect(found.notes).toContain('which the name of their column says');
  });

  it('in a column of their letters', () => {
    const text = `# USGS\nagency_cd\tsite_no\tdatetime\ttz_cd\t00060\n5s\t15s\t20d\t6s\t14n\n${lines(20, (t) => `USGS\t01646500\t${wall(t).slice(0, 16)}\tEST\t${level(t)}`)}`;
    expect(read(text)).toMatchObject({ begin: '2026-03-02T05:00:00.000Z', names: ['00060'] });
  });

  it('in a column of offsets over a change of the clock, which names no series', () => {
    const rows = lines(20, (t) => {
      const utc = Date.UTC(2026, 9, 24, 20) + 1_800_000 * t;
      const ahead = utc < Date.UTC(2026, 9, 25, 1) ? 2 : 1;
      return `${new Date(utc + 3_600_000 * ahead).toISOString().slice(0, 19)},+0${ahead}:00,${level(t)}`;
    });
    const found = read(`time,utc_offset,v\n${rows}`);
    expect(found).toMatchObject({ begin: '2026-10-24T20:00:00.000Z', names: ['v'], points: 20 });
    expect(found.notes).not.toContain('left out');
  });

  it('in the name of the column rather than in one of offsets', () => {
    const rows = lines(20, (t) => `${wall(t)},+05:00,${level(t)}`);
    const found = read(`Time (Europe/Berlin),utc_offset,v\n${rows}`);
    expect(found).toMatchObject({ begin: '2026-03-01T23:00:00.000Z', names: ['v'], points: 20 });
    expect(found.notes).toContain('which the name of their column says');
  });

  it('in the type of a column of ClickHouse', () => {
    const text = JSON.stringify({
      meta: [{ name: 'ts', type: "DateTime('Europe/Berlin')" }, { name: 'cpu', type: 'Float64' }],
      data: Array.from({ length: 20 }, (_, t) => ({ ts: wall(t), cpu: Number(level(t)) })),
    }); // prettier-ignore
    expect(read(text).begin).toBe('2026-03-01T23:00:00.000Z');
  });
});

describe('second times', () => {
  const at = (t: number): number => start + 300_000 * t;
  it.each([
    ['day numbers of Excel', (t: number) => (at(t) / 86_400_000 + 25_569).toFixed(10)],
    ['epoch', (t: number) => String(at(t) / 1000)],
    ['FILETIME', (t: number) => String(BigInt(at(t) + 11_644_473_600_000) * 10_000n)],
    ['digits', (t: number) => iso(at(t)).replace(/\D/g, '').slice(0, 14)],
  ])('are no channels: %s', (_, write) => {
    const text = `Date Time,RAW,v\n${lines(40, (t) => `${iso(at(t))},${write(t)},${level(t)}`)}`;
    expect(read(text)).toMatchObject({ names: ['v'] });
  });

  it('are not seen in measurements of such a size', () => {
    const day = Math.round(start / 86_400_000 + 25_569);
    const text = `time,flow,v\n${lines(40, (t) => `${iso(at(t))},${day + chance(t)},${level(t)}`)}`;
    expect(read(text).names).toEqual(['flow', 'v']);
  });

  it('of tables side by side repeat the first, or are refused', () => {
    const beside = (ahead: number): string =>
      `time,cpu,,time,mem\n${lines(20, (t) => `${iso(at(t))},${level(t)},,${iso(at(t) + ahead)},${level(t)}`)}`;
    expect(read(beside(0))).toMatchObject({ names: ['cpu', 'mem'] });
    expect(() => readText(beside(7_200_000))).toThrow(/tables stand side by side/);
  });
});

describe('times as programs write them', () => {
  it.each([
    ['ticks of .NET', (ms: number) => String(BigInt(ms + 62_135_596_800_000) * 10_000n)],
    ['FILETIME', (ms: number) => String(BigInt(ms + 11_644_473_600_000) * 10_000n)],
    ['days of the year', (ms: number) => `2026-061T${iso(ms).slice(11, 19)}`],
    ['dots behind the day', (ms: number) => `2026.03.02. ${iso(ms).slice(11, 19)}`],
    ['ASP.NET', (ms: number) => `/Date(${ms})/`],
  ])('%s', (_, write) => {
    const text = `time,v\n${lines(20, (t) => `${write(start + 60_000 * t)},${level(t)}`)}`;
    expect(read(text)).toMatchObject({ begin: iso(start), step: 60_000, values: levels(20) });
  });

  it('weeks with their letters', () => {
    const text = `KW;v\n${lines(20, (t) => `KW ${String(t + 10).padStart(2, '0')}/2026;${level(t)}`)}`;
    expect(read(text)).toMatchObject({ begin: iso(start), step: 7 * 86_400_000 });
  });

  it.each([
    ['hidden by Excel', () => '########', /"########" is what Excel shows/],
    [
      'cut by Excel',
      (t: number) => `${String(t).padStart(2, '0')}:00.0`,
      /minutes and seconds, without the hour/,
    ],
    [
      'without AM and PM',
      (t: number) => `2026-03-02 ${String(((t + 11) % 12) + 1).padStart(2, '0')}:00`,
      /without AM and PM/,
    ],
  ])('refused in their own words: %s', (_, write, message) => {
    expect(() => readText(`time,v\n${lines(30, (t) => `${write(t)},${level(t)}`)}`)).toThrow(message);
  });
});

describe('answers in JSON', () => {
  const values = levels(30);
  const seconds = values.map((_, t) => start / 1000 + 60 * t);
  it.each([
    ['rrdtool xport', { meta: { start: start / 1000, step: 60, legend: ['in'] }, data: values.map((v) => [v]) }],
    ['values at even steps', [{ target: 'in', start: start / 1000, step: 60, values }]],
    ['Netatmo', { body: [{ beg_time: start / 1000, step_time: 60, value: values.map((v) => [v]) }] }],
    ['Strava', { time: { data: seconds }, in: { data: values } }],
    ['Yahoo', { chart: { result: [{ meta: {}, timestamp: seconds, indicators: { quote: [{ in: values }] } }] } }],
    ['Timestream', { Rows: values.map((v, t) => ({ Data: [{ ScalarValue: `${wall(t)}.000000000` }, { ScalarValue: String(v) }] })), ColumnInfo: [{ Name: 'time' }, { Name: 'in' }] }],
    ['Athena', { ResultSet: { Rows: [['t', 'in'], ...values.map((v, t) => [wall(t), String(v)])].map((row) => ({ Data: row.map((VarCharValue) => ({ VarCharValue })) })) } }],
  ])('%s', (_, value) => {
    expect(read(JSON.stringify(value))).toMatchObject({ begin: iso(start), step: 60_000, values });
  }); // prettier-ignore

  it('lists under times that they share are one table', () => {
    const result = [
      { timestamp: seconds, indicators: { quote: [{ open: values }], adjclose: [{ adjclose: values }] } },
    ];
    expect(read(JSON.stringify({ chart: { result } })).names.sort()).toEqual(['adjclose', 'open']);
  });
});
