import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeedError } from '../../errors.js';
import { createCsvReader, createSeries, readCsv, seriesToCsv, type ReadOptions } from '../index.js';

function failure(text: string | Uint8Array, options: ReadOptions = {}): HeedError {
  try {
    readCsv(text, { name: 'in.csv', ...options });
  } catch (error) {
    expect(error).toBeInstanceOf(HeedError);
    return error as HeedError;
  }
  throw new Error('nothing was thrown');
}

const values = (text: string, options: ReadOptions = {}): number[][] =>
  readCsv(text, options).series.channels.map((channel) => [...channel.values]);

describe('readCsv', () => {
  it('finds time, labels and channels', () => {
    const { series, notes } = readCsv(
      'Timestamp,cpu,host,Is_Anomaly\n2024-05-06T00:00:00Z,0.5,a,0\n2024-05-06T00:01:00+00:00,,b,1\n2024-05-06 00:02:00,7e-1,c,false\n',
      { name: 'x' },
    );
    const start = Date.UTC(2024, 4, 6);
    expect([...series.time]).toEqual([start, start + 60_000, start + 120_000]);
    expect(series.channels.map(({ name }) => name)).toEqual(['cpu']);
    expect([...series.channels[0]!.values]).toEqual([0.5, NaN, 0.7]);
    expect([...series.labels!]).toEqual([0, 1, 0]);
    expect(series.name).toBe('x');
    expect(series.indexTime).toBeUndefined();
    expect(notes).toContain('Column "host" was left out: it holds text such as "a".');
  });

  it('takes names 0, 1, 2… with named columns behind them for names, not for the first row', () => {
    const rows = Array.from({ length: 20 }, (_, t) => `${t / 10},${t % 3},5,${t === 7 ? 1 : 0}`).join('\n');
    const { series } = readCsv(`0,1,2,Label\n${rows}\n`);
    expect(series.channels.map(({ name }) => name)).toEqual(['0', '1', '2']);
    expect([...series.labels!].indexOf(1)).toBe(7);
    expect(series.time).toHaveLength(20);
  });

  it('counts rows where there is no time, or gives them a step', () => {
    const plain = readCsv('Data,Label\n1,0\n2,1\n').series;
    expect([...plain.time]).toEqual([0, 1]);
    expect(plain.indexTime).toBe(true);
    expect([...readCsv('Data,Label\n1,0\n2,1\n', { step: '5m' }).series.time]).toEqual([0, 300_000]);
  });

  it.each([
    ['seconds', '1700000000', '1700000060'],
    ['milliseconds', '1700000000000', '1700000060000'],
    ['microseconds', '1700000000000000', '1700000060000000'],
    ['nanoseconds', '1700000000000000000', '1700000060000000000'],
  ])('reads epoch %s', (_, first, second) => {
    expect([...readCsv(`ts,v\n${first},1\n${second},2\n`).series.time]).toEqual([1.7e12, 1.7e12 + 60_000]);
  });

  it('takes the epoch unit it is given', () => {
    expect([...readCsv('ts,v\n1000,1\n2000,2\n', { timeUnit: 'ms' }).series.time]).toEqual([1000, 2000]);
  });

  it('takes a first column of dates as time, whatever its name', () => {
    const { series, notes } = readCsv(',v\n2024-01-01,1\n2024-01-02,2\n');
    expect([...series.time]).toEqual([Date.UTC(2024, 0, 1), Date.UTC(2024, 0, 2)]);
    expect(notes[0]).toContain('taken as the time');
  });

  it('understands quotes, delimiters, line ends, a byte order mark and missing values', () => {
    expect(values('\uFEFF"a, b";"c ""d"""\r\n"1,5";2\r\n\r\n-3,25;NaN\r\n;null')).toEqual([
      [1.5, -3.25, NaN],
      [2, NaN, NaN],
    ]);
    expect(readCsv('"a, b";"c ""d"""\n1;2').series.channels.map(({ name }) => name)).toEqual([
      'a, b',
      'c "d"',
    ]);
    expect(values('a\tb\r1\t2\r3\t4')).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(values('x|1|a,y|1|b\n1,2\n3,4\n')).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(values('a,b\n N/A , 1 \n2,None\n')).toEqual([
      [NaN, 2],
      [1, NaN],
    ]);
  });

  it('reads columns by name, in the order asked for', () => {
    const { series } = readCsv('a,b,label\n1,2,7\n3,4,8\n', { columns: ['B', 'label', 'a'] });
    expect(series.channels.map(({ name }) => name)).toEqual(['b', 'label', 'a']);
    expect(series.labels).toBeUndefined();
  });

  it('reads files without column names', () => {
    const { series, notes } = readCsv('1,2\n3,4\n');
    expect(series.channels.map(({ name, values: v }) => [name, ...v])).toEqual([
      ['column 1', 1, 3],
      ['column 2', 2, 4],
    ]);
    expect(notes[0]).toContain('no names');
    // Names that are numbers 0, 1, 2…, as data frames without names have them.
    expect(readCsv('0,1\n3,4\n').series.time).toHaveLength(1);
  });

  it('leaves out empty columns, sorts and merges on demand', () => {
    expect(readCsv('a,b\n1,\n2,\n').notes).toContain('Column "b" was left out: every value is missing.');
    const text = 'time,v,label\n30,1,0\n10,2,0\n30,4,1\n';
    const { series, notes } = readCsv(text, { sort: true, duplicates: 'mean' });
    expect([...series.time]).toEqual([10_000, 30_000]);
    expect([...series.channels[0]!.values]).toEqual([2, 2.5]);
    expect([...series.labels!]).toEqual([0, 1]);
    expect(notes.join(' ')).toMatch(/sorted by time.* 1 rows were merged/);
    expect([...readCsv(text, { sort: true, duplicates: 'last' }).series.channels[0]!.values]).toEqual([2, 4]);
  });

  it('reads the same from any pieces, bytes or text', () => {
    const text = '\uFEFF"tïme"x,"na""me",label\r\n1,"2",0\r\n"3\n",4,1\r\n\r\n5,,0'.replace(
      '"tïme"x',
      'tïme',
    );
    const whole = readCsv(text, { time: null });
    const bytes = new TextEncoder().encode(text);
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 12 }),
        fc.boolean(),
        (cuts, asText) => {
          const reader = createCsvReader({ time: null });
          const source = asText ? text : bytes;
          let from = 0;
          for (const to of [...cuts.sort((a, b) => a - b), source.length]) {
            const cut = Math.min(to, source.length);
            reader.push(source.slice(from, cut));
            from = cut;
          }
          expect(reader.finish()).toEqual(whole);
        },
      ),
    );
  });

  it('reads every number as JavaScript does, and back what it wrote', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noDefaultInfinity: true }), { minLength: 1, maxLength: 20 }),
        (numbers) => {
          fc.pre(numbers.some((value) => !Number.isNaN(value)));
          const series = createSeries({ channels: [{ name: 'v', values: numbers }] });
          const back = readCsv(seriesToCsv(series)).series;
          expect([...back.channels[0]!.values].map((v) => v + 0)).toEqual(numbers.map((v) => v + 0));
        },
      ),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99999 }), fc.nat({ max: 999_999_999 }), (whole, fraction) => {
        const text = `-${whole}.${fraction}`;
        expect(values(`v\n${text}\n`)).toEqual([[Number(text)]]);
      }),
    );
  });

  it('writes times and labels that it reads back', () => {
    const series = createSeries({
      time: [1.7e12, 1.7e12 + 0.25, 1.7e12 + 1500],
      channels: [{ name: 'a,"b"', values: [1, NaN, 3] }],
      labels: [0, 1, 0],
    });
    for (const time of ['iso', 'ms', 's'] as const) {
      const back = readCsv(seriesToCsv(series, { time })).series;
      back.time.forEach((ms, t) => expect(ms).toBeCloseTo(series.time[t]!, 3));
      expect(back.channels).toEqual(series.channels);
      expect(back.labels).toEqual(series.labels);
    }
  });
});

describe('readCsv rejects, each with its code and place,', () => {
  it('a broken cell in row 500,001', () => {
    const rows = Array.from({ length: 500_010 }, (_, t) => (t === 500_000 ? '1,1O' : `${t},2`));
    const error = failure(`a,cpu\n${rows.join('\n')}\n`);
    expect(error.code).toBe('bad-value');
    expect(error.place).toEqual({ file: 'in.csv', line: 500_002, column: 'cpu' });
    expect(error.message).toMatch(/^in\.csv, line 500002, column "cpu": "1O" is not a number\. /);
  });

  it.each<[string, string, string | Uint8Array, ReadOptions, object]>([
    ['nothing', 'empty-input', '', {}, {}],
    ['blanks only', 'empty-input', ' \n\n', {}, {}],
    ['a header alone', 'header-only', 'time,value\n', {}, {}],
    ['NUL bytes', 'not-text', 'PK\u0003\u0004\0\0,\n\0', {}, {}],
    ['NUL bytes later', 'not-text', `a,b\n${'1,2\n'.repeat(50)}3,\0\n`, {}, { line: 52 }],
    ['bytes of no encoding', 'not-text', new Uint8Array([0x61, 0x2c, 0xff, 0x01, 0x02, 0x0a]), {}, {}],
    [
      'UTF-8 that is broken later',
      'not-text',
      new Uint8Array([0x61, 0xc3, 0xa4, 0x0a, 0x31, 0x0a, 0xff, 0x0a]),
      {},
      {},
    ],
    ['rows of other lengths', 'ragged-row', 'a,b\n1,2\n3\n', {}, { line: 3 }],
    ['rows that are too long', 'ragged-row', 'a,b\n1,2,3\n', {}, { line: 2 }],
    [
      'more columns than any table has',
      'memory-limit',
      `${Array.from({ length: 10_001 }, (_, c) => `c${c}`).join()}\n`,
      {},
      { line: 1 },
    ],
    [
      'times of two kinds',
      'bad-time',
      'time,a\n2024-05-06,1\n1714953661,2\n',
      {},
      { line: 3, column: 'time' },
    ],
    ['open quotes', 'bad-csv', 'a,b\n1,"2\n3,4\n', {}, { line: 2 }],
    ['text after a quote', 'bad-csv', 'a,b\n"1"x,2\n', {}, { line: 2 }],
    ['unknown columns', 'unknown-column', 'a,b\n1,2\n', { columns: ['c'] }, { line: 1 }],
    ['an unknown time column', 'unknown-column', 'a,b\n1,2\n', { time: 'when' }, { line: 1 }],
    [
      'text where a number was asked for',
      'bad-value',
      'a,b\n1,x\n',
      { columns: ['b'] },
      { line: 2, column: 'b' },
    ],
    ['a broken first cell', 'bad-value', 'a,b\n1,x\n1,2\n1,3\n', {}, { line: 2, column: 'b' }],
    ['words in more than a tenth of the cells', 'bad-value', 'a\n1\ninf\n', {}, { line: 3, column: 'a' }],
    ['broken times', 'bad-time', 'time,v\n2024-02-30,1\n', {}, { line: 2, column: 'time' }],
    ['missing times', 'bad-time', 'time,v\n2024-02-01,1\n,2\n', {}, { line: 3, column: 'time' }],
    ['times out of order', 'non-monotonic-time', 'time,v\n20,1\n10,2\n', {}, { line: 3, column: 'time' }],
    ['equal times', 'duplicate-time', 'time,v\n20,1\n20,2\n', {}, { line: 3, column: 'time' }],
    ['equal times after sorting', 'duplicate-time', 'time,v\n20,1\n10,2\n20,3\n', { sort: true }, {}],
    ['labels that are none', 'bad-label', 'v,label\n1,2\n', { label: 'label' }, { column: 'label' }],
    ['no numbers', 'no-numeric-column', 'a,b\nx,y\n', {}, {}],
    ['time and label alone', 'no-numeric-column', 'time,label\n1,0\n', {}, {}],
    ['no values', 'all-missing', 'a,b\n,\nNaN,\n', {}, {}],
    ['no values where they were asked for', 'all-missing', 'a,b\n1,\n', { columns: ['b'] }, { column: 'b' }],
    ['delimiters of two characters', 'bad-option', 'a\n1\n', { delimiter: '::' }, { file: undefined }],
    ['steps without a unit', 'bad-option', 'a\n1\n', { step: '60' }, { file: undefined }],
  ])('%s', (_, code, text, options, place) => {
    const error = failure(text, options);
    expect(error.code).toBe(code);
    expect({ file: 'in.csv', ...error.place }).toMatchObject({
      file: 'in.csv',
      ...place,
      ...('file' in place ? { file: 'in.csv' } : {}),
    });
    expect(error.remedy).toMatch(/^[A-Z].*\.$/);
    expect(error.message).not.toContain('\n');
  });

  it('the lines that quoted line breaks and blank lines lead to', () => {
    expect(failure('a,b\n"x\ny",1\n\nz,oops\n').place).toMatchObject({ line: 5, column: 'b' });
  });
});
