/** What is told of how files were read: labels, times without a rhythm, days above a table, marks among values. */
import { describe, expect, it } from 'vitest';
import { detectionJsonSchema } from '../../detection/json.js';
import { readText, seriesToJson, summarizeInput, type ReadOptions, type ReadResult } from './index.js';

const start = Date.UTC(2026, 2, 2);
/** Reproducible numbers between 0 and 1. */
const chance = (t: number): number => (((t + 1) * 7919 * 104_729) % 65_537) / 65_537;
const level = (t: number): string => (20 + 5 * chance(t)).toFixed(2);
const lines = (count: number, row: (t: number) => string): string =>
  `${Array.from({ length: count }, (_, t) => row(t)).join('\n')}\n`;
const summary = ({ series, notes, labelColumn }: ReadResult) => summarizeInput(series, notes, labelColumn);
const iso = (ms: number): string => new Date(ms).toISOString();
const minute = (t: number): string => iso(start + 60_000 * t);

describe('labels', () => {
  it.each([
    ['0 and 1', (on: boolean) => (on ? '1' : '0')],
    ['words', (on: boolean) => (on ? 'anomaly' : 'normal')],
    ['true and false', (on: boolean) => String(on)],
  ])('of %s are told with their column and count', (_, code) => {
    const read = readText(
      `time,v,is_anomaly\n${lines(40, (t) => `${minute(t)},${level(t)},${code(t > 30 && t < 36)}`)}`,
    );
    expect(summary(read).labels).toEqual({ column: 'is_anomaly', anomalous: 5 });
    expect(read.notes).toEqual([]);
  });

  it('are null where there are none, or none are asked for', () => {
    const text = `time,v,label\n${lines(20, (t) => `${minute(t)},${level(t)},${t % 2}`)}`;
    expect(summary(readText(text, { label: null })).labels).toBeNull();
    expect(summary(readText(text)).labels).toEqual({ column: 'label', anomalous: 10 });
  });

  it('are told of records, of own JSON, and beside rows of zeros', () => {
    const records = Array.from({ length: 20 }, (_, t) => ({ time: minute(t), v: t, anomaly: t === 7 }));
    const read = readText(JSON.stringify(records));
    expect(summary(read).labels).toEqual({ column: 'anomaly', anomalous: 1 });
    expect(summary(readText(seriesToJson(read.series))).labels).toEqual({ column: 'labels', anomalous: 1 });
    const zero = readText(JSON.stringify(records), { missing: 'zero' });
    expect(summary(zero).labels).toEqual({ column: 'anomaly', anomalous: 1 });
    const { properties, required } = detectionJsonSchema.properties.input;
    expect(Object.keys(properties)).toEqual(Object.keys(summary(read)));
    expect(required).toContain('labels');
  });
});

describe('times without a rhythm', () => {
  /** Moments as events have them: the steps are exponential. */
  const moments = (count: number): number[] => {
    let at = start;
    return Array.from({ length: count }, (_, t) => (at += Math.ceil(-Math.log(chance(t)) * 1800) * 1000));
  };
  const table = (times: readonly number[]): string =>
    `time,took\n${lines(times.length, (t) => `${iso(times[t]!)},${level(t)}`)}`;
  const tells = (text: string, options?: ReadOptions): boolean =>
    readText(text, options).notes.some((note) => note.startsWith('The times are uneven'));

  it.each([24, 300])('are told: %i events', (count) => {
    const { notes } = readText(table(moments(count)));
    expect(notes.join(' ')).toMatch(/uneven: .*half of them below .*count or average them per minute/);
  });

  it('are those of scrapes with jitter, gaps, weekends, months and changes of the rate as they come', () => {
    const steps: readonly ((t: number) => number)[] = [
      (t) => start + 15_000 * t + 3000 * chance(t),
      (t) => start + 60_000 * (t + 40 * Math.floor(t / 7)),
      (t) => start + 86_400_000 * (t + 2 * Math.floor(t / 5)),
      (t) => Date.UTC(2020, t, 1),
      (t) => Date.UTC(2010, 3 * t, 1),
      (t) => start + (t < 50 ? 60_000 * t : 3_000_000 + 300_000 * (t - 50)),
    ];
    for (const step of steps) expect(tells(table(Array.from({ length: 60 }, (_, t) => step(t))))).toBe(false);
  });

  it.each([
    ['rows', (times: number[]) => times.map((time, t) => [time / 1000, Number(level(t))])],
    ['rows with the value first', (times: number[]) => times.map((time, t) => [Number(level(t)), time])],
    ['records', (times: number[]) => times.map((time, t) => ({ t: time / 1000, v: Number(level(t)) }))],
    ['values below times', (times: number[]) => Object.fromEntries(times.map((time, t) => [time / 1000, t]))],
  ])('are found without a name in JSON: %s', (_, shape) => {
    const times = moments(80);
    const { series } = readText(JSON.stringify(shape(times)));
    expect([...series.time]).toEqual(times);
    expect(series.channels).toHaveLength(1);
  });

  it('are none in a counter', () => {
    const rows = Array.from({ length: 60 }, (_, t) => [1_500_000_000 + Math.ceil(1e6 * (t + chance(t))), t]);
    const { series } = readText(`bytes,load\n${rows.map((row) => row.join(',')).join('\n')}\n`);
    expect(series.channels.map(({ name }) => name)).toEqual(['bytes', 'load']);
  });
});

describe('the day of times of day', () => {
  const sar = (head: string, clock: (ms: number) => string, name: string): string =>
    `${head}\n\n${name}     CPU     %user     %idle\n${lines(40, (t) => `${clock(start + 600_000 * (t + 1))}     all     ${level(t)}     70.00`)}Average:     all     20.00     70.00\n`;
  const full = (ms: number): string => iso(ms).slice(11, 19);
  const half = (ms: number): string =>
    new Date(ms).toLocaleTimeString('en-US', { timeZone: 'UTC', hour12: true, hour: '2-digit', minute: '2-digit', second: '2-digit' }); // prettier-ignore

  it.each([
    ['11/28/2026', full, '2026-11-28'],
    ['11/28/2026', half, '2026-11-28'],
    ['28.11.2026', full, '2026-11-28'],
    ['2026-11-28', full, '2026-11-28'],
    ['28/11/26', full, '2026-11-28'],
    ['03/02/2026', half, '2026-03-02'],
    ['03/02/26', full, '2026-03-02'],
    ['03/02/2026', full, '1970-01-01'],
  ])('of sar: %s', (date, clock, day) => {
    const text = sar(
      `Linux 6.1.0-18-amd64 (web-1) \t${date} \t_x86_64_\t(8 CPU)`,
      clock as (ms: number) => string,
      (clock as (ms: number) => string)(start),
    );
    const { series, notes } = readText(text);
    expect(iso(series.time[0]!)).toBe(`${day}T00:10:00.000Z`);
    expect(notes.join(' ')).toContain(`the days were counted from ${day}`);
  });

  it('of a logger, but not the one of its export', () => {
    const body = `time,temp\n${lines(40, (t) => `${full(start + 60_000 * t)},${level(t)}`)}`;
    expect(iso(readText(`Recorded on 2026-11-28\n${body}`).series.time[0]!).slice(0, 10)).toBe('2026-11-28');
    expect(iso(readText(`Export date 2026-11-28\n${body}`).series.time[0]!).slice(0, 4)).toBe('1970');
  });
});

describe('marks of WinCC', () => {
  const row = (name: string, ms: number, value: string, validity: number, point: string): string => {
    const at = iso(ms);
    const days = ((ms / 86_400_000 + 25_569) * 1e6).toFixed(6).replace('.', point);
    return `"${name}";"${at.slice(8, 10)}.${at.slice(5, 7)}.${at.slice(0, 4)} ${at.slice(11, 19)}";${value.replace('.', point)};${validity};${days}\n`;
  };
  it.each(['.', ','])('are no values: decimal %s', (point) => {
    let text = '"VarName";"TimeString";"VarValue";"Validity";"Time_ms"\n';
    for (let t = 0; t < 60; t++) {
      if (t === 30) text += row('$RT_OFF$', start + 60_000 * t, '0', 2, point);
      if (t < 30 || t > 40)
        text += row('Temp', start + 60_000 * t, (20 + 5 * chance(t)).toFixed(3), 1, point);
    }
    const { series, notes } = readText(text);
    expect(series.channels.map(({ name, values }) => [name, Math.min(...values) >= 20])).toEqual([
      ['VarValue', true],
    ]);
    expect(notes.join(' ')).toContain('1 row of "$RT_OFF$" was left out');
  });
});
