import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it, vi } from 'vitest';
import { utils, write } from 'xlsx';
import { readSeriesStream, type ReadOptions } from './index.js';

const start = Date.UTC(2026, 2, 2);
const days = Array.from({ length: 30 }, (_, t) => start + t * 86_400_000);

const read = (bytes: ArrayBuffer | Uint8Array, options: ReadOptions = {}) =>
  readSeriesStream([new Uint8Array(bytes)], { name: 'file', ...options });

describe('Parquet', () => {
  it('gives columns as CSV does, labels and the index of pandas included', async () => {
    const bytes = parquetWriteBuffer({
      columnData: [
        { name: '__index_level_0__', data: days.map((ms) => new Date(ms)), type: 'TIMESTAMP' },
        { name: 'cpu', data: days.map((_, t) => t / 8), type: 'DOUBLE' },
        { name: 'host', data: days.map(() => 'a'), type: 'STRING' },
        { name: 'is_anomaly', data: days.map((_, t) => t === 7), type: 'BOOLEAN' },
      ],
    });
    const { series } = await read(bytes);
    expect([...series.time]).toEqual(days);
    expect(series.channels.map(({ name }) => name)).toEqual(['cpu']);
    expect([...series.channels[0]!.values]).toEqual(days.map((_, t) => t / 8));
    expect([...series.labels!].indexOf(1)).toBe(7);
  });

  it('reads long tables and integers of 64 bits', async () => {
    const bytes = parquetWriteBuffer({
      columnData: [
        { name: 'ts', data: days.flatMap((ms) => [BigInt(ms), BigInt(ms)]), type: 'INT64' },
        { name: 'host', data: days.flatMap(() => ['a', 'b']), type: 'STRING' },
        { name: 'v', data: days.flatMap((_, t) => [t, 100 + t]), type: 'INT32' },
      ],
    });
    const { series } = await read(bytes);
    expect([...series.time]).toEqual(days);
    expect(series.channels.map(({ name, values }) => [name, values[3]])).toEqual([
      ['a', 3],
      ['b', 103],
    ]);
  });
});

describe('workbooks', () => {
  const cells = [['Report of March'], [], ['Time', 'v'], ...days.map((ms, t) => [new Date(ms), t + 0.125])];
  const book = utils.book_new();
  utils.book_append_sheet(book, utils.aoa_to_sheet([['nothing here']]), 'Cover');
  utils.book_append_sheet(book, utils.aoa_to_sheet(cells, { UTC: true, dateNF: 'yyyy-mm-dd' }), 'Data');
  utils.book_append_sheet(book, utils.aoa_to_sheet([['n'], [1], [2]]), 'Other');

  it.each(['xlsx', 'xlsb', 'biff8', 'ods'] as const)('%s: the first sheet with a table', async (bookType) => {
    // The writer tells of date formats that OpenDocument knows otherwise.
    const quiet = vi.spyOn(console, 'error').mockImplementation(() => {});
    const { series, notes } = await read(write(book, { type: 'buffer', bookType }) as Uint8Array);
    quiet.mockRestore();
    expect([...series.time]).toEqual(days);
    expect([...series.channels[0]!.values]).toEqual(days.map((_, t) => t + 0.125));
    expect(notes.join(' ')).toMatch(/Sheet "Data" was read; "Other" was not/);
  });

  it('the sheet that is named, or an error that lists them', async () => {
    const bytes = write(book, { type: 'buffer', bookType: 'xlsx' }) as Uint8Array;
    expect((await read(bytes, { sheet: 'Other' })).series.channels[0]!.name).toBe('n');
    await expect(read(bytes, { sheet: 'X' })).rejects.toThrow(/no sheet "X".*"Cover", "Data", "Other"/);
  });
});

describe('zstd', () => {
  // printf 'time,v\n2026-03-02,1.5\n2026-03-03,2.5\n' | zstd
  const packed = Uint8Array.from(
    atob('KLUv/QRYDQEA2HRpbWUsdgoyMDI2LTAzLTAyLDEuNTMsMi41CgEAZZtM6vJdUA=='),
    (one) => one.charCodeAt(0),
  );

  it('is unpacked as it comes', async () => {
    const pieces = Array.from(packed, (byte) => Uint8Array.of(byte));
    const { series } = await readSeriesStream(pieces, { name: 'file' });
    expect([...series.channels[0]!.values]).toEqual([1.5, 2.5]);
  });

  it('cut off is an error', async () => {
    await expect(read(packed.subarray(0, 20))).rejects.toMatchObject({ name: 'HeedError' });
  });
});

describe('workbooks of several sheets', () => {
  type Cells = readonly (readonly unknown[])[];
  const table: Cells = [['Time', 'v'], ...days.map((ms, t) => [new Date(ms), t + 0.125])];
  const pack = (sheets: Readonly<Record<string, Cells>>): Uint8Array => {
    const book = utils.book_new();
    for (const [name, cells] of Object.entries(sheets))
      utils.book_append_sheet(
        book,
        utils.aoa_to_sheet(cells as unknown[][], { UTC: true, dateNF: 'yyyy-mm-dd' }),
        name,
      );
    return write(book, { type: 'buffer', bookType: 'xlsx' }) as Uint8Array;
  };
  const cover: Cells = [
    ['Author', 'Bob'],
    ['Version', 3],
    ['Pages', 24],
  ];

  it.each<[string, Cells]>([
    ['numbers', cover],
    ['text', [['Read me'], ['The table is on the second sheet.'], ['Have fun']]],
    ['a title', [['Company report'], [], ['x', 'y']]],
  ])('a cover of %s is passed over', async (_, first) => {
    const { series, notes } = await read(pack({ Cover: first, Data: table }));
    expect([...series.time]).toEqual(days);
    expect(notes.join(' ')).toContain('Sheet "Data" was read; "Cover" was not');
  });

  it('eight rows of numbers are a table, though they have no times', async () => {
    const { series } = await read(pack({ Cover: cover, Data: [['v'], ...days.map((_, t) => [t])] }));
    expect(series.time).toHaveLength(30);
  });

  it('sheets without a table are named', async () => {
    await expect(read(pack({ Cover: cover, Notes: [['Read'], ['me'], ['first']] }))).rejects.toThrow(
      /no sheet holds a table.*"Cover" has 2 rows of numbers.*--sheet.*"Cover", "Notes"/,
    );
  });

  it('a fault in the table is told, and no other sheet read in its place', async () => {
    const spoiled = table.map((row, t) => (t === 20 ? ['oops', 5] : row));
    await expect(read(pack({ Data: spoiled, Other: table }))).rejects.toThrow(
      /sheet "Data": "oops" is not a time/,
    );
  });

  it('that are cut off are damaged, and other archives are no workbooks', async () => {
    const bytes = pack({ Data: table });
    await expect(read(bytes.subarray(0, bytes.length - 300))).rejects.toThrow(/damaged or cut off/);
    const empty = Uint8Array.of(
      0x50,
      0x4b,
      3,
      4,
      ...new Array<number>(26).fill(0),
      0x50,
      0x4b,
      5,
      6,
      ...new Array<number>(18).fill(0),
    );
    await expect(read(empty)).rejects.toThrow(/no workbook/);
  });
});
