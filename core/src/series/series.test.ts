import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isHeedError } from '../errors.js';
import {
  createSeries,
  createSeriesFromUnsorted,
  estimateStep,
  findGaps,
  readJson,
  readSeriesStream,
  resample,
  seriesFromFrame,
  seriesFromRecords,
  seriesToFrame,
  seriesToJson,
  seriesToRecords,
} from './index.js';

function code(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return isHeedError(error) ? error.code : String(error);
  }
  return undefined;
}

const example = createSeries({
  name: 'example',
  time: [0, 1000, 2000, 3000],
  channels: [
    { name: 'a', unit: 's', values: [1, NaN, 3.25, 4] },
    { name: 'b', values: [-1e-300, 2, 3, 4e15] },
  ],
  labels: [0, 0, 1, 0],
});

describe('adapters', () => {
  it('bring a series back through JSON, records and frames', () => {
    expect(readJson(seriesToJson(example)).series).toEqual(example);
    expect(seriesFromFrame(seriesToFrame({ ...example, labels: undefined })).series).toEqual({
      ...example,
      labels: undefined,
    });
    const records = seriesToRecords(example);
    expect(records[1]).toEqual({ time: new Date(1000), a: null, b: 2, label: 0 });
    const back = seriesFromRecords(records, { name: 'example' }).series;
    expect(back.time).toEqual(example.time);
    expect(back.channels.map(({ values }) => values)).toEqual(example.channels.map(({ values }) => values));
    expect(back.labels).toEqual(example.labels);
  });

  it('read records whose properties come and go', () => {
    const { series } = seriesFromRecords([
      { ts: 1700000000, a: 1 },
      { ts: 1700000001, b: '2.5' },
    ]);
    expect([...series.time]).toEqual([1.7e12, 1.7e12 + 1000]);
    expect(series.channels.map(({ name, values }) => [name, ...values])).toEqual([
      ['a', 1, NaN],
      ['b', NaN, 2.5],
    ]);
    expect(code(() => seriesFromRecords([]))).toBe('empty-input');
    expect(code(() => seriesFromRecords([{ a: 1 }, 5 as never]))).toBe('bad-json');
    expect(code(() => seriesFromRecords([{ a: 1 }, { a: Infinity }]))).toBe('bad-value');
  });

  it('read frames with equal names, nulls and no numbers', () => {
    const frame = {
      fields: [
        { name: 'Time', type: 'time', values: [10, 20] },
        { name: 'Value', type: 'number', labels: { pod: 'x' }, values: [1, null] },
        {
          name: 'Value',
          type: 'number',
          labels: { pod: 'y' },
          values: [3, Infinity],
          config: { unit: 'ms' },
        },
        { name: 'host', type: 'string', values: ['p', 'q'] },
      ],
    };
    expect(seriesFromFrame(frame).series.channels).toEqual([
      { name: 'Value {pod="x"}', values: Float64Array.of(1, NaN) },
      { name: 'Value {pod="y"}', unit: 'ms', values: Float64Array.of(3, NaN) },
    ]);
    expect(code(() => seriesFromFrame({ fields: frame.fields.slice(0, 1) }))).toBe('no-numeric-column');
    expect(code(() => seriesFromFrame({ fields: frame.fields.slice(1) }))).toBe('bad-time');
    const empty = frame.fields.map((field) => ({ ...field, values: [] }));
    expect(code(() => seriesFromFrame({ fields: empty }))).toBe('empty-input');
  });
});

describe('readJson', () => {
  it('reads records, columns and lines', () => {
    const expected = [1, NaN];
    for (const text of [
      '[{"time":"2024-01-01","v":1},{"time":"2024-01-02","v":null}]',
      '{"time":["2024-01-01","2024-01-02"],"v":[1,null]}',
      '{"time":["2024-01-01","2024-01-02"],"channels":[{"name":"v","values":[1,null]}]}',
      '{"time":"2024-01-01","v":1}\n{"time":"2024-01-02","v":null}\n',
    ]) {
      const { series } = readJson(text);
      expect([...series.channels[0]!.values]).toEqual(expected);
      expect(series.time[1]! - series.time[0]!).toBe(86_400_000);
    }
  });

  it('rejects with a code', () => {
    expect(code(() => readJson(' '))).toBe('empty-input');
    expect(code(() => readJson('[{"a":1},]'))).toBe('bad-json');
    expect(code(() => readJson('"text"'))).toBe('bad-json');
    expect(code(() => readJson('[]'))).toBe('empty-input');
    expect(code(() => readJson('{}'))).toBe('empty-input');
    expect(code(() => readJson('{"a":[1],"b":[1,2]}'))).toBe('length-mismatch');
    expect(code(() => readJson('{"channels":[{"values":[1]}]}'))).toBe('bad-json');
    expect(code(() => readJson('{"channels":[{"name":"a"}]}'))).toBe('bad-json');
    expect(code(() => readJson(new Uint8Array([0x5b, 0xff])))).toBe('bad-json');
    try {
      readJson('{"a":1}\n{"a":2}\n{"a":x}\n', { name: 'x.ndjson' });
      expect.unreachable();
    } catch (error) {
      expect(String((error as Error).message)).toMatch(/^x\.ndjson, line 3: this is not JSON/);
    }
  });
});

describe('readSeriesStream', () => {
  it('tells JSON from CSV and reports progress', async () => {
    const reports: number[] = [];
    const csv = await readSeriesStream(
      ['a,b\n1,', '2\n'],
      {},
      { size: 8, onProgress: ({ done }) => reports.push(done) },
    );
    expect(csv.series.channels).toHaveLength(2);
    expect(reports.at(-1)).toBe(1);
    expect((await readSeriesStream([' [{"a":', '1}]'])).series.channels[0]!.name).toBe('a');
    await expect(readSeriesStream([])).rejects.toMatchObject({ code: 'empty-input' });
  });

  it('can be cancelled while it reads', async () => {
    const control = new AbortController();
    function* endless(): Generator<string> {
      yield 'a,b\n';
      for (;;) yield '1,2\n'.repeat(10_000);
    }
    setTimeout(() => control.abort(), 60);
    await expect(readSeriesStream(endless(), {}, { signal: control.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});

describe('gaps and resampling', () => {
  it('finds the step and the gaps', () => {
    const series = createSeries({
      time: [0, 10, 20, 50, 61, 70],
      channels: [{ name: 'v', values: [1, 2, 3, 4, 5, 6] }],
    });
    expect(estimateStep(series)).toBe(10);
    expect(findGaps(series)).toEqual([{ before: 2, start: 20, end: 50, missing: 2 }]);
    expect(code(() => estimateStep(createSeries({ channels: [{ name: 'v', values: [1] }] })))).toBe(
      'too-few-points',
    );
  });

  it('puts points on a regular grid', () => {
    const series = createSeries({
      time: [0, 4, 10, 35, 39.9999999],
      channels: [{ name: 'v', values: [1, 3, 5, 7, 9] }],
      labels: [0, 1, 0, 0, 0],
    });
    const regular = resample(series, { step: 10 });
    expect([...regular.time]).toEqual([0, 10, 20, 30, 40]);
    expect([...regular.channels[0]!.values]).toEqual([2, 5, NaN, 7, 9]);
    expect([...regular.labels!]).toEqual([1, 0, 0, 0, 0]);
    expect([...resample(series, { step: 20, aggregation: 'max' }).channels[0]!.values]).toEqual([5, 7, 9]);
    expect([...resample(series, { step: 20, aggregation: 'last', origin: -10 }).time]).toEqual([-10, 10, 30]);
    expect(code(() => resample(series, { step: 1e-6 }))).toBe('memory-limit');
    expect(code(() => resample(series, { step: '10 s?' }))).toBe('bad-option');
  });

  it('keeps sums, whatever the step', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 500 }),
        (times, step) => {
          const time = times.sort((a, b) => a - b);
          const series = createSeries({ time, channels: [{ name: 'v', values: time.map((_, t) => t + 1) }] });
          const regular = resample(series, { step, aggregation: 'sum' });
          const sum = regular.channels[0]!.values.reduce(
            (total, value) => total + (Number.isNaN(value) ? 0 : value),
            0,
          );
          expect(sum).toBe((time.length * (time.length + 1)) / 2);
          for (let t = 1; t < regular.time.length; t++)
            expect(regular.time[t]! - regular.time[t - 1]!).toBe(step);
        },
      ),
    );
  });

  it('sorts and merges points', () => {
    const series = createSeriesFromUnsorted(
      { time: [3, 1, 3], channels: [{ name: 'v', values: [1, 2, 4] }], labels: [true, false, false] },
      'max',
    );
    expect([...series.time]).toEqual([1, 3]);
    expect([...series.channels[0]!.values]).toEqual([2, 4]);
    expect([...series.labels!]).toEqual([0, 1]);
    expect(
      code(() => createSeriesFromUnsorted({ time: [NaN], channels: [{ name: 'v', values: [1] }] })),
    ).toBe('bad-time');
    expect(
      code(() => createSeriesFromUnsorted({ time: [1], channels: [{ name: 'v', values: [1, 2] }] })),
    ).toBe('length-mismatch');
  });
});
