/**
 * Every public function, class and method is called with what callers without types may pass. Each gives a result or a
 * HeedError: never a TypeError from somewhere inside, never memory for a length that is only claimed. One that hangs
 * runs into the time that a test has.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as all from './all.js';
import { shownValue } from './errors.js';

// Of tens of thousands of refusals nobody reads where they came from.
const { stackTraceLimit } = Error;
beforeAll(() => {
  Error.stackTraceLimit = 0;
});
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

type Callable = (...args: readonly unknown[]) => unknown;

const n = 24;
const values = Float64Array.from({ length: n }, (_, t) => Math.sin(t));
const series = all.createSeries({
  time: Array.from(values, (_, t) => 60_000 * t),
  channels: [
    { name: 'a', values },
    { name: 'b', values: Array.from(values, (_, t) => t % 7) },
  ],
  labels: Array.from(values, (_, t) => (t === 15 ? 1 : 0)),
});
const graph = all.createGraph({
  nodes: [
    { id: 'x', features: [1] },
    { id: 'y', features: [2] },
  ],
  edges: [{ source: 'x', target: 'y' }],
});

const long = { length: 1e10 };
const hostile: readonly unknown[] = [
  ...[undefined, null, 0, -1, NaN, 1e308, '', 'x', true, Symbol('a'), 7n, () => 5],
  ...[[], [NaN], [null], [{}], [[]], {}, long, Object.create(null), { toString: 0 }],
  ...[{ time: long }, { channels: [null] }, { time: [0, 1], channels: [{ name: 'a', values: long }] }],
  ...[{ title: { toString: 0 } }, { signal: 5 }, { onProgress: 5 }],
];
/** What functions take first, so that they come to what is wrong with the rest. */
const right: readonly unknown[] = [series, values, graph, 'z-score', [series]];

function* argumentLists(one: boolean): Generator<readonly unknown[]> {
  yield [];
  for (const wrong of hostile) {
    yield [wrong];
    if (one) continue;
    yield [wrong, wrong, wrong];
    for (const first of right) yield [first, wrong];
    for (const second of [values, {}]) yield [series, second, wrong];
    yield [values, values, wrong];
    yield ['z-score', 'x', wrong];
  }
}

/** Of what a call did that callers are not promised, one line. */
async function attack(name: string, call: Callable, one = false): Promise<string[]> {
  const faults = new Set<string>();
  for (const args of argumentLists(one)) {
    try {
      await call(...args);
    } catch (error) {
      if (all.isHeedError(error) && error.code !== 'internal') continue;
      faults.add(`${name}(${args.map(shownValue).join(', ')}): ${String(error)}`);
    }
  }
  return [...faults];
}

/** They take no argument, and load TensorFlow.js. */
const takeNone = ['chooseBackend', 'configureNodeBackend', 'loadAttention', 'yieldToEventLoop'];
/** They take one argument. What is right for others would make them generate, or forget a detector, again and again. */
const takeOne =
  /^(generate(Graph|GraphSequence|Images)|createGraph(Sequence)?Attention|createImageDetector|unregisterDetector)$/;
const callables = Object.entries(all).filter(
  (entry): entry is [string, Callable] => typeof entry[1] === 'function' && !takeNone.includes(entry[0]),
);

test.each(callables)('%s', async (name, call) => {
  const isClass = String(call).startsWith('class');
  const faults = await attack(
    name,
    isClass ? (...args) => Reflect.construct(call as unknown as new () => unknown, args) : call,
    takeOne.test(name),
  );
  expect(faults).toEqual([]);
});

describe('methods', () => {
  const subjects: Readonly<Record<string, readonly [make: () => unknown, ...methods: readonly string[]]>> = {
    detector: [() => all.createDetector('z-score'), 'score', 'scores', 'attentionMap', 'save'],
    'detector that learns': [() => all.createDetector('pca'), 'fit', 'fineTune', 'score', 'save'],
    stream: [() => all.createStream(series, { detector: 'auto' }), 'append', 'replace'],
    monitor: [() => all.createMonitor({ step: 60_000 }), 'append', 'appendSeries', 'advance', 'snapshot'],
    'monitor of a range': [() => new all.RangeMonitor({ step: 60_000 }), 'update'],
    'random numbers': [() => all.createRandom(1), ...Object.keys(all.createRandom(1))],
    scaler: [() => all.fitScaler(values, 'z-score'), 'apply', 'invert'],
    'scaler of series': [() => all.fitSeriesScaler(series, 'z-score'), 'apply', 'invert'],
    'reader of CSV': [() => all.createCsvReader(), 'push', 'finish'],
    'reader of JSON': [() => all.createJsonReader(), 'push', 'finish'],
  };
  test.each(Object.entries(subjects))('%s', async (name, [make, ...methods]) => {
    const faults: string[] = [];
    for (const method of methods) {
      const subject = (await make()) as Record<string, Callable | undefined>;
      if (subject[method] !== undefined)
        faults.push(...(await attack(`${name}.${method}`, (...args) => subject[method]!(...args))));
    }
    expect(faults).toEqual([]);
  });
});
