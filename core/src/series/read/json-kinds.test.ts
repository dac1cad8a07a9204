/** Kinds of JSON in which values could be lost, or read as what they are not. */
import { describe, expect, it } from 'vitest';
import { readText } from './index.js';
import { searchColumns } from './json-columns.js';

const start = 1_772_409_600;
const iso = (t: number): string => new Date(1000 * (start + 60 * t)).toISOString();
const steps = Array.from({ length: 12 }, (_, t) => t);
const time = steps.map(iso);
const list = (offset: number): number[] => steps.map((t) => offset + ((7 * t) % 5));
const read = (value: unknown) => readText(JSON.stringify(value));
const channels = (value: unknown) => read(value).series.channels.map(({ name, values }) => [name, values[0]]);

describe('groups of lists below the same times', () => {
  it('name their group where they share names', () => {
    const value = {
      time,
      hostA: { cpu: list(1), mem: list(2), disk: list(5) },
      hostB: [{ cpu: list(3), mem: list(4) }],
    };
    expect(channels(value)).toEqual([
      ['hostA cpu', 1],
      ['hostA mem', 2],
      ['disk', 5],
      ['hostB cpu', 3],
      ['hostB mem', 4],
    ]);
    expect(read(value).notes[0]).toContain('"hostA", "hostB');
  });

  it('name the whole path where the last part is shared too', () => {
    expect(channels({ time, x: { host: { cpu: list(1) } }, y: { host: { cpu: list(2) } } })).toEqual([
      ['x host cpu', 1],
      ['y host cpu', 2],
    ]);
  });

  it('keep their names where none is shared', () => {
    expect(channels({ time, hostA: { cpu: list(1) }, hostB: { mem: list(2) } })).toEqual([
      ['cpu', 1],
      ['mem', 2],
    ]);
  });

  it('may have names that are times elsewhere', () => {
    const value = { time, accel: { x: list(1), y: list(2) }, gyro: { x: list(3), y: list(4) } };
    expect(channels(value)).toEqual([
      ['accel x', 1],
      ['accel y', 2],
      ['gyro x', 3],
      ['gyro y', 4],
    ]);
  });

  it.each([
    ['times of one', { a: { time: [...time].reverse(), v: list(1) }, b: { w: list(2) } }],
    ['times of their own', { a: { time, v: list(1) }, b: { time, v: list(2) } }],
    ['names that stay equal', { a: { v: list(1), 'b v': list(0) }, b: { v: list(2) } }],
    ['other lengths', { a: { v: list(1), w: list(1) }, b: { v: [1, 2, 3], w: [1, 2, 3] } }],
  ])('are refused with %s', (_, groups) => {
    expect(() => read({ time, ...groups })).toThrow(/several groups of lists: a, b/);
  });

  it('are told where they are faulty', () => {
    const cpu: unknown[] = list(1);
    cpu[4] = 'broken?';
    const { notes } = read({ time, a: { cpu: list(3) }, b: { cpu } });
    expect(notes.join(' ')).toMatch(/b cpu/);
  });
});

it('visits the lists of an object once, however many objects are in it', () => {
  let visits = 0;
  const watched = new Proxy(list(1), {
    get: (target, key) => {
      if (key === 'some') visits++;
      return Reflect.get(target, key) as unknown;
    },
  });
  const meta = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`m${i}`, { unit: 'x' }]));
  const result = searchColumns({ part: { time, cpu: watched, meta } }, {});
  expect(result!.series.channels.map(({ name }) => name)).toEqual(['cpu']);
  expect(visits).toBeGreaterThan(0);
  expect(visits).toBeLessThan(10);
});

it('times above a group are told where they stand', () => {
  const bad: unknown[] = [...time];
  bad[4] = 'never';
  const text = JSON.stringify({ time: bad, host: { cpu: list(1) } }, null, 1);
  // The brace, the name, and five times.
  expect(() => readText(text)).toThrow(/^line 7, time\[4\]: "never"/);
});

describe('200,000 rows', () => {
  const rows = Array.from({ length: 200_000 }, (_, t) => [start + 60 * t, t % 7]);

  it.each([
    ['of cells', rows],
    ['of Netatmo', { body: [{ beg_time: start, step_time: 60, value: rows.map(([, v]) => [v]) }] }],
  ])('%s', (_, value) => {
    const { series } = read(value);
    expect(series.time).toHaveLength(200_000);
    expect(series.channels.map(({ values }) => values[199_999])).toEqual([199_999 % 7]);
  });
});

describe('tables in an object', () => {
  it.each([
    ['positions', { type: 'LineString', coordinates: steps.map((t) => [11.5 + t / 10, 48.1]) }],
    ['a matrix', { name: 'kernel', weights: steps.map((t) => [t, 2 * t, 1]) }],
  ])('are no series where they hold %s', (_, value) => {
    expect(() => read(value)).toThrow('there are no values with times in it');
  });

  it.each([
    ['dates', (t: number) => iso(t)],
    ['epoch numbers', (t: number) => start + 60 * t],
    ['epoch text', (t: number) => String(1000 * (start + 60 * t))],
    ['days of digits', (t: number) => 20_260_302 + t],
  ])('are found by their %s, beside positions', (_, at) => {
    const { series } = read({
      path: steps.map((t) => [t / 10, 48.1]),
      result: steps.map((t) => [at(t), 5 + (t % 3)]),
    });
    expect(series.channels.map(({ values }) => [...values.slice(0, 3)])).toEqual([[5, 6, 7]]);
    expect(new Date(series.time[1]!).getUTCFullYear()).toBe(2026);
  });

  it('are found by the name of a time', () => {
    const { series } = read({ result: [['elapsed', 'cpu'], ...steps.map((t) => [t, 5 + (t % 3)])] });
    expect(series.channels.map(({ name }) => name)).toEqual(['cpu']);
  });
});

describe('lists of records in records', () => {
  const tags = [{ name: 'a' }, { name: 'b' }];
  const rows = steps.map((t) => ({ time: iso(t), value: 5 + (t % 3), tags }));

  it.each([
    ['a list', rows],
    ['a part', { data: rows }],
  ])('are no series where they hold names alone, in %s', (_, value) => {
    expect(channels(value)).toEqual([['value', 5]]);
    expect(read(value).series.time).toHaveLength(12);
  });

  it.each([
    ['numbers', (v: number): unknown => v],
    ['numbers as text', (v: number): unknown => String(v)],
  ])('are series where they hold %s', (_, cell) => {
    const inner = (t: number) => ['a', 'b'].map((name, i) => ({ name, load: cell(i + 1 + (t % 3)) }));
    expect(channels(steps.map((t) => ({ time: iso(t), cores: inner(t) })))).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });
});

describe('an answer of several results', () => {
  const rows = steps.map((t) => [iso(t), 5 + t]);
  const frame = (Rows: unknown) => ({
    FrameType: 'DataTable',
    TableKind: 'PrimaryResult',
    Columns: [{ ColumnName: 't' }, { ColumnName: 'v' }],
    Rows,
  });
  const table = (list: unknown) => ({
    name: 'PrimaryResult',
    columns: [{ name: 't' }, { name: 'v' }],
    rows: list,
  });

  it.each([
    ['Kusto', [{ FrameType: 'DataSetHeader' }, frame(rows), frame(rows)]],
    ['Log Analytics', { tables: [table(rows), table(rows)] }],
  ])('of %s is refused', (_, value) => {
    expect(() => read(value)).toThrow(/the answer holds 2 results.*Give one of them as a file of its own\./s);
  });

  it.each([
    ['Kusto', [frame([]), frame(rows)]],
    ['Log Analytics', { tables: [table([]), table(rows)] }],
  ])('of %s is read where only one has rows', (_, value) => {
    expect(channels(value)).toEqual([['v', 5]]);
  });
});
