import Papa from 'papaparse';
import { expect, it } from 'vitest';
import { detect } from '../detection/detect.js';
import { HeedError } from '../errors.js';
import { printJson } from '../format.js';
import { createSeries } from '../series/series.js';
import { csvText, detectionCsv } from './csv.js';
import { printable } from './terminal.js';

const formulas = [
  '=1+1',
  '+1',
  '-1',
  '@SUM(A1)',
  '＝1',
  ' =1',
  '\t=1',
  '\r=1',
  '"=1"',
  'a;=1',
  'a\t+1',
  'a\n@x',
  'a; -1',
];
/** What a terminal obeys, what ends a line, and what turns text around. */
const controls = ['\u001b[2J', '\u009b31m', '\u0007', '\r', '\u2028', '\u202e', '\u2066', '\u0000', '\u007f'];
// eslint-disable-next-line no-control-regex
const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

it('no cell is a formula, however the table is split', () => {
  for (const name of formulas) {
    const text = csvText([
      [name, 'b'],
      [1, name],
    ]);
    for (const delimiter of [',', ';', '\t', '|']) {
      const { data } = Papa.parse<string[]>(text, { delimiter });
      for (const cell of data.flat()) expect(cell.trimStart()).not.toMatch(/^[=+\-@＝＋－＠]/);
    }
  }
});

it('numbers below zero stay numbers', () => {
  expect(csvText([['a'], [-1.5]])).toBe('a\n-1.5\n');
});

it('a table of a detection has a column of its own for every channel, whatever its name', async () => {
  const names = [
    'time',
    'time value',
    'time expected',
    'score',
    'label',
    '__proto__',
    'constructor',
    'toString',
    'a',
    'a expected',
  ];
  const series = createSeries({
    time: Array.from({ length: 40 }, (_, t) => t * 60_000),
    channels: names.map((name, c) => ({
      name,
      values: Array.from({ length: 40 }, (_, t) => Math.sin(t + c)),
    })),
  });
  const [head, ...rows] = Papa.parse<string[]>(detectionCsv(series, await detect(series)).trim()).data;
  expect(new Set(head).size).toBe(head!.length);
  expect(new Set(rows.map((row) => row.length))).toEqual(new Set([head!.length]));
  for (const name of names) expect(head!.some((cell) => cell.startsWith(name))).toBe(true);
});

it('nothing printed moves the terminal', () => {
  for (const control of controls) {
    const name = `a${control}b`;
    expect(printable(name)).not.toMatch(obeyed);
    expect(csvText([[name]])).not.toMatch(obeyed);
    expect(new HeedError('bad-value', name, name, { file: name, column: name }).message).not.toMatch(
      /[\n\u2028]/,
    );
    expect(new HeedError('bad-value', name, name, { file: name, column: name }).message).not.toMatch(obeyed);
    expect(printJson({ [name]: name })).not.toMatch(obeyed);
    expect(JSON.parse(printJson({ [name]: name }))).toEqual({ [name]: name });
  }
});
