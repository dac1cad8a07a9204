import { describe, expect, it, test } from 'vitest';
import { migrateOptions } from './migrate.js';
import { defaultOptions } from './types.js';

const migrate = (options: unknown) => migrateOptions(options as never);
const deep = (() => {
  let nested: unknown = 1;
  for (let level = 0; level < 100_000; level++) nested = [nested];
  return nested;
})();

describe('what the JSON of a dashboard holds in place of an option is the default', () => {
  it.each([undefined, null, 7, 'x', [], true, deep])('options: case %#', (options) => {
    expect(migrate(options)).toEqual(defaultOptions);
  });

  const wrong = [
    null,
    {},
    [],
    () => 5,
    '',
    ' ',
    'x'.repeat(2_000_000),
    NaN,
    -Infinity,
    deep,
    JSON.parse('{"__proto__":{"a":1}}'),
  ];
  const names = Object.keys(defaultOptions) as (keyof typeof defaultOptions)[];
  test.each(names)('%s', (name) => {
    for (const value of wrong) expect(migrate({ [name]: value })[name]).toEqual(defaultOptions[name]);
    expect(({} as { a?: number }).a).toBeUndefined();
  });

  it('knows no word from the prototype', () => {
    for (const word of ['__proto__', 'constructor', 'toString'])
      expect(migrate({ mode: word, direction: word, view: word })).toEqual(defaultOptions);
  });

  it('leaves out a legend and a tooltip that are none, and keeps others', () => {
    expect(migrate({ legend: null, tooltip: 5 })).toEqual(defaultOptions);
    expect(migrate({ legend: { showLegend: false } })).toMatchObject({ legend: { showLegend: false } });
  });
});

it('keeps names and variables, whatever they are made of', () => {
  for (const detector of ['$detector', '${detector:raw}', '<img src=x onerror=alert(1)>', 'a\u202eb'])
    expect(migrate({ detector, budget: '$budget' })).toMatchObject({ detector, budget: '$budget' });
});

it('keeps answers that can be, and those alone', () => {
  const right = { series: '<b>\u202e', start: 1, end: 2, kind: 'normal' };
  const feedback = [
    ...[
      right,
      null,
      5,
      deep,
      { ...right, series: {} },
      { ...right, start: '1' },
      { ...right, kind: '__proto__' },
    ],
    ...[
      { ...right, start: 3 },
      { ...right, end: 1e300 },
      { ...right, start: NaN },
      { ...right, end: undefined },
    ],
  ];
  expect(migrate({ feedback }).feedback).toEqual([right]);
});

it('is the same when it runs twice', () => {
  const once = migrate({ detector: 'auto', budget: {}, maxSeries: 1e12, sensitivity: -1, legend: {} });
  expect(migrate(once)).toEqual(once);
  expect(once).toMatchObject({ maxSeries: 200, sensitivity: 0 });
});
