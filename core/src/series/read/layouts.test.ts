import { describe, expect, it } from 'vitest';
import { layouts } from './exports.fixture.js';
import { makeSample } from './sample.fixture.js';
import { readSeriesStream, summarizeInput, type ReadOptions } from './index.js';

/** A sample that crosses the 13th of a month and midnight. */
const samples = [makeSample(150), makeSample(90, 5, Date.UTC(2025, 10, 12, 23, 20), 60_000)];

export async function read(content: string | Uint8Array, options: ReadOptions = {}) {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  // In two pieces, so that nothing leans on whole files.
  const cut = Math.floor(bytes.length / 3);
  return readSeriesStream([bytes.subarray(0, cut), bytes.subarray(cut)], { name: 'file', ...options });
}

describe('every layout gives back what was written', () => {
  it.each(Object.entries(layouts))('%s', async (_, { write, channels, decimals, factor = 1, unit }) => {
    for (const sample of samples) {
      const { series, notes } = await read(write(sample));
      const input = summarizeInput(series, notes);
      expect([...series.time]).toEqual(sample.a.map((_value, t) => sample.start + t * sample.step));
      expect(input.channels).toHaveLength(channels);
      [sample.a, sample.b].slice(0, channels).forEach((values, c) => {
        const expected = values.map(
          (value) => factor * (decimals === undefined ? value : Number(value.toFixed(decimals))),
        );
        const got = series.channels[c]!.values;
        expected.forEach((value, t) =>
          expect(Math.abs(got[t]! - value)).toBeLessThanOrEqual(1e-6 * Math.abs(value)),
        );
      });
      if (unit !== undefined) expect(series.channels[0]!.unit).toBe(unit);
      expect(input.step).toBe(sample.step);
    }
  });
});

describe('long tables', () => {
  const times = ['00:00', '00:01', '00:02', '00:03'].map((clock) => `2026-03-02 ${clock}`);

  it('names series by the fewest columns that tell them apart', async () => {
    const rows = times.flatMap((time, t) =>
      ['a', 'b'].map((host) => `${time},${host},eu-${host},${t % 2 ? 'OK' : 'WARN'},${t}.5`),
    );
    const { series, notes } = await read(`time,host,region,state,v\n${rows.join('\n')}\n`);
    expect(series.channels.map(({ name, values }) => [name, ...values])).toEqual([
      ['a', 0.5, 1.5, 2.5, 3.5],
      ['b', 0.5, 1.5, 2.5, 3.5],
    ]);
    expect(notes.join(' ')).toMatch(/long table: "host" names 2 series/);
  });

  it('leaves out rows that a series does not have', async () => {
    const { series } = await read(
      `time,host,v\n${times[0]},a,1\n${times[0]},b,2\n${times[1]},a,3\n${times[2]},a,4\n${times[2]},b,5\n`,
    );
    expect([...series.channels[1]!.values]).toEqual([2, NaN, 5]);
  });

  it('puts series that are sampled beside each other on one grid', async () => {
    const rows = Array.from({ length: 60 }, (_, t) =>
      ['a', 'b', 'c']
        .map((host, k) => `${1_772_409_600 + 60 * t + 17 * k},${host},${t + 100 * k}`)
        .join('\n'),
    );
    const { series, notes } = await read(`time,host,v\n${rows.join('\n')}\n`);
    expect(series.time).toHaveLength(60);
    expect(series.channels.map(({ values }) => values[59])).toEqual([59, 159, 259]);
    expect(notes.join(' ')).toContain('grid of 60 s');
  });

  it('refuses a series that has two values at one time, and merges them where it is told to', async () => {
    const text = `time,host,v\n${times[0]},a,1\n${times[0]},b,2\n${times[1]},a,3\n${times[1]},a,5\n${times[1]},b,4\n`;
    const options = { series: ['host'] };
    await expect(read(text, options)).rejects.toMatchObject({ code: 'duplicate-time', place: { line: 5 } });
    const { series } = await read(text, { ...options, duplicates: 'mean' });
    expect(series.channels.map(({ values }) => [...values])).toEqual([
      [1, 4],
      [2, 4],
    ]);
  });

  it('reads a column of states beside one series as no series', async () => {
    const rows = Array.from(
      { length: 40 },
      (_, t) => `2026-03-02 00:${String(t).padStart(2, '0')},${t % 9 ? 'OK' : 'WARN'},${t}`,
    );
    const { series, notes } = await read(`time,state,v\n${rows.join('\n')}\n`);
    expect(series.channels.map(({ name }) => name)).toEqual(['v']);
    expect(notes.join(' ')).toContain('"state" was left out');
  });

  it('reads a thousand series', async () => {
    const rows: string[] = [];
    for (let t = 0; t < 20; t++)
      for (let k = 0; k < 1000; k++) rows.push(`${1_772_409_600 + 60 * t},s${k},${t + k}`);
    const { series } = await read(`time,series,value\n${rows.join('\n')}\n`);
    expect(series.channels).toHaveLength(1000);
    expect([...series.channels[7]!.values.subarray(0, 2)]).toEqual([7, 8]);
  });
});

describe('what is no table is refused by its name', () => {
  it.each<[string, string | Uint8Array, RegExp]>([
    [
      'an error of Prometheus',
      '{"status":"error","errorType":"bad_data","error":"parse error"}',
      /parse error/,
    ],
    [
      'an answer without series',
      '{"status":"success","data":{"resultType":"matrix","result":[]}}',
      /without any series/,
    ],
    ['several lists', '{"x":[{"a":1},{"a":2}],"y":[{"b":1},{"b":2}]}', /several lists of records: x, y/],
    [
      'bzip2',
      new Uint8Array([0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0xff, 0x26, 0, 0, 0, 0, 0, 0, 0, 0]),
      /bzip2/,
    ],
    ['SQLite', new TextEncoder().encode('SQLite format 3\0 and more'), /SQLite/],
    [
      'half a gzip',
      (layouts['gzip']!.write(samples[0]!) as Uint8Array).subarray(0, 200),
      /gzip data are damaged/,
    ],
    ['half a Parquet file', new TextEncoder().encode('PAR1 and then nothing that is Parquet'), /Parquet/],
    [
      'an archive',
      new Uint8Array([0x50, 0x4b, 3, 4, ...new Array<number>(60).fill(7)]),
      /damaged or cut off/,
    ],
  ])('%s', async (_, content, message) => {
    await expect(read(content)).rejects.toMatchObject({
      name: 'HeedError',
      message: expect.stringMatching(message) as string,
    });
  });
});
