import { describe, expect, it } from 'vitest';
import { isHeedError } from '../../errors.js';
import { readCsv, summarizeInput, type ReadOptions } from './index.js';

/** A CSV of one column behind minutes of one day. */
function table(cells: readonly string[], delimiter = ';', name = 'v'): string {
  const rows = cells.map(
    (cell, t) =>
      `2026-03-02 ${String(Math.floor(t / 60)).padStart(2, '0')}:${String(t % 60).padStart(2, '0')}${delimiter}${cell}`,
  );
  return `time${delimiter}${name}\n${rows.join('\n')}\n`;
}

function values(cells: readonly string[], options: ReadOptions = {}): number[] {
  return [...readCsv(table(cells), options).series.channels[0]!.values];
}

function refusal(text: string, options: ReadOptions = {}): string {
  try {
    readCsv(text, { name: 'in.csv', ...options });
  } catch (error) {
    if (isHeedError(error)) return error.message;
    throw error;
  }
  throw new Error('it was read');
}

describe('numbers are read by the whole column', () => {
  it('as groups of thousands where integers below 1,000 stand bare', () => {
    expect(values(['990', '999', '1,000', '1,010', '1,020'])).toEqual([990, 999, 1000, 1010, 1020]);
    expect(values(['990', '999', '1.000', '1.010', '1.020'])).toEqual([990, 999, 1000, 1010, 1020]);
  });

  it('as decimals where any cell of the column proves it', () => {
    expect(values(['1,005', '12,5'])).toEqual([1.005, 12.5]);
    expect(values(['1.005', '12.5'])).toEqual([1.005, 12.5]);
    expect(values(['0,005', '1,005'])).toEqual([0.005, 1.005]);
    expect(values(['1,005', '1000'])).toEqual([1.005, 1000]);
    expect(values(['1,234,567', '1,005'])).toEqual([1_234_567, 1005]);
    expect(values(['1.234,5', '1.005'])).toEqual([1234.5, 1005]);
  });

  it('by the other columns of the file', () => {
    const { series } = readCsv('time;a;b\n2026-03-02;1,005;2,5\n2026-03-03;1,006;3,5\n');
    expect([...series.channels[0]!.values]).toEqual([1.005, 1.006]);
  });

  it('or not at all, and both readings and the flag are told', () => {
    const text = table(['19,464', '21,059', '20,936']);
    expect(refusal(text)).toMatch(/^in\.csv, line 2, column "v": "19,464" is 19\.464 or 19464: .*--decimal/);
    expect([...readCsv(text, { decimal: ',' }).series.channels[0]!.values]).toEqual([19.464, 21.059, 20.936]);
    expect([...readCsv(text, { decimal: '.' }).series.channels[0]!.values]).toEqual([19_464, 21_059, 20_936]);
    expect(refusal(table(['1.5', '1,5']))).toMatch(/line 3.*decimal point.*decimal comma/);
  });

  it.each<[string, number]>([
    ['1 234,5', 1234.5],
    ['1\u202f234,5', 1234.5],
    ["1'234.5", 1234.5],
    ['12,34,567.5', 1_234_567.5],
    ['(12.5)', -12.5],
    ['12.5-', -12.5],
    ['−12.5', -12.5],
    ['+12.5', 12.5],
    ['1.25e3', 1250],
    ['$1,234.50', 1234.5],
    ['-€12.50', -12.5],
    ['.5', 0.5],
    ['5.', 5],
  ])('%s', (cell, value) => expect(values([cell, cell])).toEqual([value, value]));

  it.each(['1.2.3', '192.168.100.200', '12:34:5x', '5xx', '0x1F', '1-2', '--5'])(
    '%s is no number',
    (cell) => {
      expect(refusal(table([cell, cell]))).toMatch(/no column holds numbers/);
    },
  );
});

describe('units in cells', () => {
  it.each<[string, string[], number[], string | undefined]>([
    ['one unit stays', ['12.3 ms', '14 ms'], [12.3, 14], 'ms'],
    ['several become the base unit', ['500 ms', '1.5 s', '2 min'], [0.5, 1.5, 120], 's'],
    ['binary bytes', ['512 MiB', '1.5 GiB'], [536_870_912, 1_610_612_736], 'bytes'],
    ['decimal bytes', ['900 kB', '1.2 MB'], [900_000, 1_200_000], 'bytes'],
    ['bits per second', ['900 kb/s', '1.2 Mb/s'], [900_000, 1_200_000], 'bits/s'],
    ['shortened numbers', ['950', '1.5k', '2M'], [950, 1500, 2_000_000], undefined],
    ['percent', ['45.1%', '46 %'], [45.1, 46], 'percent'],
    ['durations', ['1h2m', '2m3s', '1 d 2 h'], [3720, 123, 93_600], 's'],
    ['clocks', ['0:01:05', '1:00:00.5'], [65, 3600.5], 's'],
    ['an unknown word', ['12 widgets', '13 widgets'], [12, 13], 'widgets'],
    ['zero has any unit', ['0', '3 ms'], [0, 3], 'ms'],
  ])('%s', (_, cells, expected, unit) => {
    const [channel] = readCsv(table(cells)).series.channels;
    expect([...channel!.values]).toEqual(expected);
    expect(channel!.unit).toBe(unit);
  });

  it('come from names and rows of units too', () => {
    expect(readCsv('time,load [kW]\n2026-01-01,1\n2026-01-02,2\n').series.channels[0]!.unit).toBe('kW');
    expect(readCsv('time,load\n,kW\n2026-01-01,1\n2026-01-02,2\n').series.channels[0]!.unit).toBe('kW');
  });

  it('that do not go together are refused with both lines', () => {
    expect(refusal(table(['12 ms', '5 MiB']))).toMatch(
      /"12 ms" \(line 2\) and "5 MiB" \(line 3\) have different units/,
    );
    expect(refusal(table(['12 ms', '5']))).toMatch(/different units/);
  });
});

describe('words among numbers', () => {
  it('are missing values, counted with the first place', () => {
    const cells = Array.from({ length: 40 }, (_, t) =>
      t === 3 ? '+Inf' : t === 7 ? 'Bad Input' : t === 9 ? 'NaN' : String(t),
    );
    const { series, notes } = readCsv(table(cells, ','));
    expect(summarizeInput(series, notes).channels[0]).toMatchObject({ missing: 3, min: 0, max: 39 });
    expect(notes.join(' ')).toMatch(
      /1 value is missing \("NaN", first in line 11\).*2 cells are not numbers \("\+Inf", "Bad Input", first in line 5\)/,
    );
  });

  it('that look like broken numbers are not', () => {
    const cells = Array.from({ length: 40 }, (_, t) => (t === 3 ? '1O' : String(t)));
    expect(refusal(table(cells))).toMatch(/line 5, column "v": "1O" is not a number/);
  });

  it('in more than a tenth of the cells are an error', () => {
    const cells = Array.from({ length: 40 }, (_, t) => (t % 5 === 0 ? 'ERR' : String(t)));
    expect(refusal(table(cells))).toMatch(
      /line 2, column "v": "ERR" is not a number \(8 of 40 cells are not\)/,
    );
  });
});

describe('ground truth is never input', () => {
  const rows = (labels: readonly (string | number)[]): string =>
    `v,anomaly\n${labels.map((label, t) => `${t}.5,${label}`).join('\n')}\n`;

  it.each<[string, (string | number)[], number[]]>([
    ['0 and 1', [0, 1, 0], [0, 1, 0]],
    ['decimals', ['0.0', '1.0', '0.0'], [0, 1, 0]],
    ['true and false', ['False', 'True', 'False'], [0, 1, 0]],
    ['words', ['normal', 'anomaly', 'normal'], [0, 1, 0]],
    ['kinds of attacks', ['benign', 'DoS', 'Probe'], [0, 1, 1]],
    ['−1 as scikit-learn has it', [1, -1, 1, 1], [0, 1, 0, 0]],
    ['1 as the rarer one', [-1, 1, -1, -1], [0, 1, 0, 0]],
  ])('%s', (_, labels, expected) => {
    const { series } = readCsv(rows(labels));
    expect([...series.labels!]).toEqual(expected);
    expect(series.channels).toHaveLength(1);
  });

  it('and scores are left out and told', () => {
    const { series, notes } = readCsv(rows([0.1, 0.9, 0.2]));
    expect(series.channels.map(({ name }) => name)).toEqual(['v']);
    expect(series.labels).toBeUndefined();
    expect(notes.join(' ')).toContain('scores between 0 and 1');
  });

  it('unless the user says otherwise', () => {
    expect(readCsv(rows([0, 1, 0]), { label: null }).series.channels).toHaveLength(2);
    expect(readCsv(rows([0, 1, 0]), { columns: ['anomaly'] }).series.channels[0]!.name).toBe('anomaly');
    expect(refusal(rows([0.1, 0.9, 0.2]), { label: 'anomaly' })).toMatch(/holds scores.*--label none/);
  });

  it('takes the anomaly of SKAB and leaves its changepoint out', () => {
    const { series, notes } = readCsv(
      'datetime;x;anomaly;changepoint\n2020-02-08 13:30:47;1.5;0.0;0.0\n2020-02-08 13:30:48;2.5;1.0;1.0\n',
    );
    expect([...series.labels!]).toEqual([0, 1]);
    expect(series.channels.map(({ name }) => name)).toEqual(['x']);
    expect(notes.join(' ')).toContain('"changepoint" was left out');
  });
});

describe('columns that are no measurements', () => {
  it('are left out and told', () => {
    const { series, notes } = readCsv(
      'id,time,host,port,timestamp,v\n1,2026-03-02T00:00:00Z,a,80,1772409600,2.5\n2,2026-03-02T00:01:00Z,a,80,1772409660,3.5\n',
    );
    expect(series.channels.map(({ name }) => name)).toEqual(['v']);
    for (const said of [
      '"id" was left out: it counts',
      '"port" was left out: it is 80',
      '"timestamp" was left out: it repeats',
      '"host" was left out: it is "a"',
    ])
      expect(notes.join(' ')).toContain(said);
  });

  it('are numbered where they have one name', () => {
    const { series, notes } = readCsv('v,v\n1,2\n3,4\n');
    expect(series.channels.map(({ name }) => name)).toEqual(['v', 'v (2)']);
    expect(notes.join(' ')).toContain('Several columns are named "v"');
  });
});
