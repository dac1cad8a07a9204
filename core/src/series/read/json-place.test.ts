import { describe, expect, it } from 'vitest';
import { isHeedError } from '../../errors.js';
import { jsonExports } from './exports-json.fixture.js';
import { readJson } from './json.js';
import { faultIn } from './json-place.js';
import { iso, local, makeSample, times } from './sample.fixture.js';

const start = 1_772_409_600;
const pairs = (bad?: (t: number) => unknown) =>
  Array.from({ length: 30 }, (_, t) => bad?.(t) ?? [start + 60 * t, String(t)]);
const matrix = (values: readonly unknown[]) => ({
  status: 'success',
  data: {
    resultType: 'matrix',
    result: [
      { metric: { __name__: 'up', instance: 'a "quoted\\" [name]' }, values: pairs() },
      { metric: { __name__: 'up', instance: 'b' }, values },
    ],
  },
});

/** Where the text `bad` stands in JSON that is written over many lines. */
function lineOf(text: string, bad: string): number {
  return text.slice(0, text.indexOf(bad)).split('\n').length;
}

function refusal(text: string): { message: string; line: number | undefined } {
  try {
    readJson(text, { name: 'answer.json' });
  } catch (error) {
    if (!isHeedError(error)) throw error;
    return { message: error.message, line: error.place?.line };
  }
  throw new Error('it was read');
}

describe('refusals of JSON name line and path', () => {
  const records = (bad: unknown, at = 17) =>
    Array.from({ length: 30 }, (_, t) => ({
      time: new Date((start + 60 * t) * 1000).toISOString(),
      cpu: { user: t === at ? bad : t },
    }));
  const spoiled = (bad: unknown): unknown[] => pairs((t) => (t === 17 ? [start + 60 * t, bad] : undefined));

  it.each<[string, unknown, string, string]>([
    ['a value of Prometheus', matrix(spoiled('1O.5')), 'data.result[1].values[17][1]', '1O.5'],
    [
      'a pair that is none',
      matrix(pairs((t) => (t === 3 ? 'x9x' : undefined))),
      'data.result[1].values[3]',
      'x9x',
    ],
    ['the result alone', matrix(spoiled('1O.5')).data.result, '[1].values[17][1]', '1O.5'],
    ['a record', records('1O.5'), '[17].cpu.user', '1O.5'],
    ['a record that is none', [...records(1), 'x9x'], '[30]', 'x9x'],
    [
      'records under a name',
      { meta: { n: 3 }, rows: { items: records('1O.5') } },
      'rows.items[17].cpu.user',
      '1O.5',
    ],
    [
      'our own layout',
      { channels: [{ name: 'a', values: [1, 2, 3, 4, 5, 6, 7, 8, 9, '1O.5', 11, 12] }] },
      'channels[0].values[9]',
      '1O.5',
    ],
    ['a list that is shorter', { time: [1, 2, 3], 'a.b': [1, 2] }, '["a.b"]', '"a.b"'],
    [
      'pandas',
      { columns: ['time', 'a'], data: records(0).map((one, t) => [one.time, t === 5 ? '1O.5' : t]) },
      'data[5][1]',
      '1O.5',
    ],
    [
      'Graphite',
      [{ target: 'a', datapoints: pairs().map((_, t) => [t === 4 ? '1O.5' : t, start + t]) }],
      '[0].datapoints[4][0]',
      '1O.5',
    ],
    [
      'Datadog',
      {
        series: [
          { metric: 'a', pointlist: pairs().map((_, t) => [1000 * (start + t), t === 4 ? '1O.5' : t]) },
        ],
      },
      'series[0].pointlist[4][1]',
      '1O.5',
    ],
    [
      'CloudWatch',
      {
        MetricDataResults: [
          {
            Label: 'a',
            Timestamps: records(0).map(({ time }) => time),
            Values: pairs().map((_, t) => (t === 4 ? '1O.5' : t)),
          },
        ],
      },
      'MetricDataResults[0].Values[4]',
      '1O.5',
    ],
    [
      'a table of SQL',
      {
        columns: [{ name: 'time' }, { name: 'a' }],
        rows: records(0).map(({ time }, t) => [time, t === 4 ? '1O.5' : t]),
      },
      'rows[4][1]',
      '1O.5',
    ],
    [
      'InfluxDB',
      {
        results: [
          {
            series: [
              {
                name: 'a',
                columns: ['time', 'v'],
                values: records(0).map(({ time }, t) => [t === 4 ? 'never1' : time, t]),
              },
            ],
          },
        ],
      },
      'results[0].series[0].values[4][0]',
      'never1',
    ],
  ])('%s', (_, value, path, bad) => {
    const text = JSON.stringify(value, null, 2);
    const { message, line } = refusal(text);
    expect(message).toContain(`, ${path}: `);
    expect(line).toBe(lineOf(text, bad));
    // In one line it is the path that helps.
    expect(refusal(JSON.stringify(value)).message).toContain(`answer.json, line 1, ${path}: `);
  });

  it('records with a line each', () => {
    const text = records('1O.5')
      .map((one) => JSON.stringify(one))
      .join('\n');
    expect(refusal(`\n${text}`).message).toContain('answer.json, line 19, cpu.user: ');
    const lines = Array.from({ length: 12 }, (_, i) =>
      JSON.stringify({
        metric: { __name__: 'up' },
        values: [i === 7 ? '1O.5' : 1, 1],
        timestamps: [2 * i, 2 * i + 1].map((t) => 1000 * (start + t)),
      }),
    ).join('\n');
    expect(refusal(lines).message).toContain('answer.json, line 8, values[0]: ');
  });

  it('a text that ends too early, and one with a fault', () => {
    const text = JSON.stringify(records(1), null, 2);
    expect(refusal(text.slice(0, -2)).line).toBe(text.split('\n').length - 1);
    expect(refusal(text.replace('"user": 16', '"user": oops')).line).toBe(lineOf(text, '"user": 16'));
  });

  it.each([
    ['[1,2,,3]', 5],
    ['[1,2,]', 5],
    ['{"a":1,}', 7],
    ['{"a" 1}', 5],
    ['{"a":[{"b":tru}]}', 11],
    ['{"a":[],"b":{},"c":[[]] x', 24],
    ['[1] 2', 4],
    ['[01]', 1],
    ['["a]', 4],
    ['[{},{}', 6],
    ['{a:1}', 1],
    ["['a']", 1],
    ['[1}', 2],
  ])('%s is at fault at %d', (text, at) => {
    expect(() => JSON.parse(text) as unknown).toThrow();
    expect(faultIn(text)).toBe(at);
  });

  it('and notes name paths, or lines where every record has one', () => {
    for (const space of [undefined, 2])
      expect(readJson(JSON.stringify(records('n/a at all'), null, space)).notes.join(' ')).toContain(
        'first at [17])',
      );
    const lines = records('n/a at all').map((one) => JSON.stringify(one));
    expect(readJson(lines.join('\n')).notes.join(' ')).toContain('first in line 18)');
  });
});

/** Keys and indices of the first leaf that is one of `wanted`. */
function pathOf(node: unknown, wanted: readonly unknown[]): (string | number)[] | null {
  if (wanted.includes(node)) return [];
  if (typeof node !== 'object' || node === null) return null;
  for (const [key, inner] of Object.entries(node)) {
    const path = pathOf(inner, wanted);
    if (path) return [Array.isArray(node) ? Number(key) : key, ...path];
  }
  return null;
}

/** `a[3].b["c d"]`. */
const shown = (path: readonly (string | number)[]): string =>
  path
    .map((part) =>
      typeof part === 'number' ? `[${part}]` : /^[a-z_@]/i.test(part) ? `.${part}` : JSON.stringify([part]),
    ) // prettier-ignore
    .join('')
    .replace(/^\./, '');

/** The same value with another leaf at the end of a path. */
function replaced(node: unknown, [key, ...rest]: readonly (string | number)[], leaf: unknown): unknown {
  if (key === undefined) return leaf;
  const copy = (Array.isArray(node) ? [...(node as unknown[])] : { ...(node as object) }) as Record<string, unknown>; // prettier-ignore
  copy[key] = replaced(copy[key], rest, leaf);
  return copy;
}

describe.each(Object.entries(jsonExports))('every refusal of %s names line and path', (name, { write }) => {
  const sample = makeSample(40);
  const at = 23;
  const value = sample.a[at]!;
  const ms = times(sample)[at]!;
  const text = write(sample) as string;
  const perLine = text.trim().includes('\n');
  const timesOf = [ms, ms / 1000, String(ms), String(ms / 1000), iso(ms), iso(ms).slice(0, 16), local(ms), `${local(ms)}.000`, `${ms}000000`]; // prettier-ignore

  it.each<[string, readonly unknown[], string]>([
    ['value', [value, String(value)], '1O.5'],
    ['time', timesOf, 'never1'],
  ])('at a %s', (what, wanted, bad) => {
    const values = perLine ? text.trim().split('\n').map((line) => JSON.parse(line) as unknown) : [JSON.parse(text) as unknown]; // prettier-ignore
    const record = values.findIndex((one) => pathOf(one, wanted));
    if (record < 0) {
      expect([what, name]).toEqual(['time', expect.stringMatching(/pandas (columns|index|series)|OpenTSDB/)]);
      // Times that are keys.
      const lines = JSON.stringify(values[0], null, 1).split('\n');
      const key = lines.findIndex((one) => /^ *"(\d+)": /.exec(one)?.[1] === String(name === 'OpenTSDB' ? ms / 1000 : ms)); // prettier-ignore
      lines[key] = lines[key]!.replace(/"\d+"/, `"${bad}"`);
      const { message, line } = refusal(lines.join('\n'));
      expect(message).toMatch(new RegExp(`, line ${key + 1}, [^ ]*${bad}: "${bad}" is not a time\\. `));
      expect(line).toBe(key + 1);
      return;
    }
    const path = pathOf(values[record], wanted)!;
    values[record] = replaced(values[record], path, bad);
    const spoiled = perLine ? values.map((one) => JSON.stringify(one)).join('\n') : JSON.stringify(values[0], null, 1); // prettier-ignore
    const { message, line } = refusal(spoiled);
    expect(message).toContain(
      `answer.json, line ${lineOf(spoiled, bad)}, ${shown(path)}: "${bad}" is not a `,
    );
    expect(line).toBe(lineOf(spoiled, bad));
    // What is expected, and the edit or the flag that mends it.
    expect(message).toMatch(/is not a (number|time)\. \w.+\.$/);
  });
});
