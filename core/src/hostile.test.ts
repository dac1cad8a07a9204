/** What hostile input asks for is refused in one line before memory or time is taken for it. */
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import { detectionCsv } from './cli/csv.js';
import { computeChecksum, decodeModel, encodeModel, modelVersion } from './detection/model-file.js';
import { detect } from './detection/detect.js';
import { HeedError, isHeedError, shownValue } from './errors.js';
import { noNumbers } from './fuzz.fixture.js';
import { createMonitor } from './live/index.js';
import { createStream } from './stream/index.js';
import {
  createRandom,
  generateCalm,
  generateFault,
  generateGraph,
  generateGraphSequence,
  generateImages,
  generateOutage,
  generateRelated,
  generateSeries,
} from './datasets/index.js';
import { describeTimeRange } from './detection/explain/quantities.js';
import { getDetectorDefinition } from './detectors/registry.js';
import { rankCorrelation } from './detectors/transfer/distill.js';
import {
  anomalyIntervals,
  bootstrapInterval,
  compareByRank,
  evaluateScores,
  nabScore,
  rangeMetrics,
  signedRankTest,
} from './evaluate/index.js';
import { formatTicks, humanDuration } from './format.js';
import {
  autocorrelation,
  clipValues,
  copyWindows,
  difference,
  exponentialSmoothing,
  fillMissing,
  findPeriods,
  hampelBounds,
  meanAndStd,
  meanShift,
  movingMax,
  movingMean,
  movingStd,
  periodogram,
  quantile,
  savitzkyGolay,
  undoDifference,
  windowAt,
  winsorize,
} from './preprocess/index.js';
import { readFeedback } from './feedback/read.js';
import { plotBars, plotCriticalDifference, plotCurves, plotSeries } from './plot/index.js';
import { escapeXml, textWidth, truncateText } from './plot/svg.js';
import {
  createGraph,
  createSeries,
  findGaps,
  parseDuration,
  readCsv,
  readGraphJson,
  readJson,
  resample,
  seriesToCsv,
  seriesToJson,
} from './series/index.js';

/** The refusal of a work, of which the test fails where there is none or another error. */
function refusal(work: () => unknown): HeedError {
  try {
    work();
  } catch (error) {
    if (!isHeedError(error)) throw error;
    // eslint-disable-next-line no-control-regex
    expect(error.message).not.toMatch(/[\n\r\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    return error;
  }
  throw new Error('it was not refused');
}

const nested = (open: string, close: string) => open.repeat(200_000) + close.repeat(200_000);
const channel = (name: string, values: ArrayLike<number> = [1, 2]) => ({ name, values });

describe('work is bounded', () => {
  test.each<[string, () => unknown, string]>([
    ['lags', () => autocorrelation([1, 2, 3], 1e9), 'bad-option'],
    ['a buffer', () => evaluateScores([0, 1, 0], [1, 2, 3], 1e9), 'bad-option'],
    ['windows', () => copyWindows([new Float64Array(1e6)], { length: 5e5 }), 'memory-limit'],
    [
      'values that only have a length',
      () => createSeries({ channels: [channel('a', { length: 1e10 })] }),
      'length-mismatch',
    ],
    ['a length below 0', () => createSeries({ channels: [channel('a', { length: -1 })] }), 'length-mismatch'],
    ['a length of NaN', () => createSeries({ channels: [channel('a', { length: NaN })] }), 'length-mismatch'],
    ['lists in lists', () => readJson(nested('[', ']')), 'bad-json'],
    ['objects in objects', () => readJson(nested('{"a":', '}').replace('}', '1}')), 'empty-input'],
    [
      'features that only have a length',
      () => readGraphJson('{"nodes":[{"id":"a","features":{"length":1e10}}],"edges":[]}'),
      'bad-graph',
    ],
    [
      'features that are lists in lists',
      () => readGraphJson(`{"nodes":[{"id":"a","features":[${nested('[', ']')}]}],"edges":[]}`),
      'bad-graph',
    ],
    ['judgments in lists', () => readFeedback(`[{"kind":${nested('[', ']')}}]`), 'bad-value'],
  ])('%s', (_, work, code) => {
    expect(refusal(work).code).toBe(code);
  });

  test('an order of differences beyond the series ends', () => {
    expect([...difference([1, 2, 4], 1, 1e9)]).toEqual([NaN, NaN, NaN]);
    expect([...difference([1, 2, 4], 1, 2)]).toEqual([NaN, NaN, 1]);
  });

  const model = encodeModel({
    detector: 'z-score',
    options: {},
    channels: ['a'],
    state: { json: {}, tensors: { w: { shape: [2, 2], values: new Float32Array(4) } } },
  });
  test.each([
    ['[1099511627776]'],
    ['[-1,-1]'],
    ['[-2,-2]'],
    ['[1.5,2]'],
    ['["4"]'],
    ['[null]'],
    ['[[4]]'],
    ['[4,1e308]'],
  ])('a tensor of shape %s in a model file', (shape) => {
    const body = model.slice(model.indexOf('"model":') + 8, -1).replace('[2,2]', shape);
    const forged = resealed(JSON.stringify(JSON.parse(body)));
    expect(refusal(() => decodeModel(forged))).toMatchObject({
      code: 'model-corrupt',
      message: expect.stringContaining('its shape is'),
    });
  });

  test('a model file nested without end', () => {
    const text = `{"format":"heed-model","version":${modelVersion},"checksum":"","model":{"a":${nested('[', ']')}}}`;
    expect(refusal(() => decodeModel(text)).code).toBe('model-corrupt');
  });

  test('a name of two million characters is cut as short ones are', () => {
    const cut = truncateText('name '.repeat(400_000), 200);
    expect(textWidth(cut)).toBeLessThanOrEqual(200);
    expect(cut).toMatch(/^(name )+(n|na|nam|name)?…$/);
    // The longest beginning that fits.
    for (const width of [0, 5, 17, 40, 80])
      for (const text of ['latency of checkout', 'iiiiiiii', '日本語のメトリクス', '😀😀😀😀😀😀'])
        expect(truncateText(text, width)).toBe(slowly(text, width));
    const series = createSeries({ channels: [channel('x'.repeat(2_000_000))] });
    expect(plotSeries(series).length).toBeLessThan(100_000);
  });
});

/** The model's text with a checksum that fits, as who forges one writes it. */
function resealed(body: string): string {
  return `{"format":"heed-model","version":${modelVersion},"checksum":"${computeChecksum(body)}","model":${body}}`;
}

function slowly(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  const characters = [...text];
  while (characters.length > 0 && textWidth(`${characters.join('')}…`) > width) characters.pop();
  return `${characters.join('').trimEnd()}…`;
}

describe('numeric options', () => {
  const values = Float64Array.from({ length: 40 }, (_, t) => Math.sin(t));
  const labels = Uint8Array.from({ length: 40 }, (_, t) => (t === 20 ? 1 : 0));
  const series = createSeries({
    time: Array.from(values, (_, t) => t * 60_000),
    channels: [channel('a', values), channel('b', values)],
  });
  const budget = { step: 60_000 };
  test.each<[string, (value: never) => unknown]>([
    ['resample step', (step) => resample(series, { step })],
    ['resample origin', (origin) => resample(series, { origin })],
    ['resample maxPoints', (maxPoints) => resample(series, { maxPoints })],
    ['findGaps', (step) => findGaps(series, step)],
    ['parseDuration', (duration) => parseDuration(duration)],
    ['a value', (value) => createSeries({ channels: [channel('a', [1, value])] })],
    ['a time', (time) => createSeries({ time: [0, time], channels: [channel('a')] })],
    ['difference', (lag) => difference(values, lag)],
    ['autocorrelation', (lag) => autocorrelation(values, lag)],
    ['periodogram', (size) => periodogram(values, size)],
    ['quantile', (probability) => quantile(values, probability)],
    ['windows', (length) => copyWindows([values], { length })],
    ['stride', (stride) => copyWindows([values], { length: 4, stride })],
    ['windowAt', (i) => windowAt(values, i, { length: 4 })],
    ['movingMean', (window) => movingMean(values, { window })],
    ['exponentialSmoothing', (alpha) => exponentialSmoothing(values, alpha)],
    ['savitzkyGolay', (window) => savitzkyGolay(values, { window })],
    ['savitzkyGolay degree', (degree) => savitzkyGolay(values, { window: 7, degree })],
    ['meanShift', (radius) => meanShift(values, { radius })],
    ['meanShift bandwidth', (bandwidth) => meanShift(values, { radius: 3, bandwidth })],
    ['winsorize', (probability) => winsorize(values, probability)],
    ['hampelBounds', (deviations) => hampelBounds(values, deviations)],
    ['clipValues', (low) => clipValues(values, { low, high: 7 })],
    ['fillMissing', (period) => fillMissing(values, { method: 'seasonal', period })],
    ['maxGap', (maxGap) => fillMissing(values, { maxGap })],
    ['findPeriods', (minPeriod) => findPeriods(values, { minPeriod })],
    ['createRandom', (seed) => createRandom(seed)],
    ['generateSeries points', (points) => generateSeries('seasonal', { points })],
    ['generateSeries strength', (strength) => generateSeries('seasonal', { strength })],
    ['generateGraph', (nodes) => generateGraph({ nodes })],
    ['generateGraph cliques', (cliques) => generateGraph({ cliques })],
    ['generateImages', (count) => generateImages({ count })],
    ['evaluateScores', (window) => evaluateScores(labels, values, window)],
    ['rangeMetrics', (alpha) => rangeMetrics(labels, labels, { alpha })],
    ['nabScore', (probation) => nabScore(labels, labels, { probation })],
    ['bootstrapInterval', (confidence) => bootstrapInterval([1, 2, 3], { confidence })],
    ['bootstrapInterval samples', (samples) => bootstrapInterval([1, 2, 3], { samples })],
    ['plotSeries', (width) => plotSeries(series, { width })],
    ['plotSeries range', (last) => plotSeries(series, { range: [0, last] })],
    ['plotSeries maxChannels', (maxChannels) => plotSeries(series, { maxChannels })],
    ['createMonitor sensitivity', (sensitivity) => createMonitor({ ...budget, sensitivity })],
    ['createMonitor step', (step) => createMonitor({ step })],
    ['createMonitor lateness', (lateness) => createMonitor({ ...budget, lateness })],
    ['createMonitor budget', (text) => createMonitor({ ...budget, budget: text })],
    [
      'detect threshold',
      (value) =>
        detect(series, { detector: 'z-score', events: { threshold: 'fixed', thresholdValue: value } }),
    ],
    ['detect sensitivity', (sensitivity) => detect(series, { detector: 'z-score', events: { sensitivity } })],
    ['detect mergeGap', (mergeGap) => detect(series, { detector: 'z-score', events: { mergeGap } })],
    ['detect trainLength', (trainLength) => detect(series, { detector: 'z-score', trainLength })],
    ['detect memoryLimit', (memoryLimit) => detect(series, { detector: 'z-score', memoryLimit })],
    ['detect seed', (seed) => detect(series, { detector: 'z-score', seed })],
    ['detect window', (window) => detect(series, { detector: 'moving-variance', options: { window } })],
    ['createStream keep', (keep) => createStream(series, { detector: 'auto', keep })],
    [
      'exclude',
      (start) =>
        detect(series, { detector: 'z-score', events: { exclude: [{ kind: 'window', start, end: 9 }] } }),
    ],
  ])('%s: what is no number is refused', async (name, call) => {
    for (const value of noNumbers) {
      // A duration is text, or a number of milliseconds.
      if (value === '5' && /step|findGaps|parseDuration/.test(name) && !name.startsWith('createMonitor'))
        continue;
      // Where nothing is told, NaN is what is missing.
      if (Number.isNaN(value) && name === 'a value') continue;
      let error: unknown;
      try {
        await call(value as never);
      } catch (thrown) {
        error = thrown;
      }
      expect(isHeedError(error), `${shownValue(value)}: ${String(error)}`).toBe(true);
      expect((error as HeedError).code).toMatch(/^bad-/);
    }
  });
});

describe('times, zones and judgments are refused where they enter', () => {
  const series = createSeries({
    time: Array.from({ length: 200 }, (_, t) => t * 60_000),
    channels: [
      channel(
        'a',
        Array.from({ length: 200 }, (_, t) => Math.sin(t / 5)),
      ),
    ],
  });

  test.each([[8.65e15], [-8.65e15], [1e300], [NaN], [Infinity]])('a time of %d', (time) => {
    const times = time < 0 ? [time, 0] : [0, time];
    expect(refusal(() => createSeries({ time: times, channels: [channel('a')] })).code).toBe('bad-time');
  });

  test.each<[string, object, string]>([
    ['a time that is none', { start: NaN, end: 1, kind: 'anomaly' }, 'bad-time'],
    ['a time without end', { start: 0, end: Infinity, kind: 'anomaly' }, 'bad-time'],
    ['a time beyond the calendar', { start: 0, end: 1e300, kind: 'normal' }, 'bad-time'],
    ['an end before the start', { start: 2, end: 1, kind: 'normal' }, 'bad-time'],
    ['a kind that is none', { start: 0, end: 1, kind: '__proto__' }, 'bad-value'],
    ['no kind', { start: 0, end: 1 }, 'bad-value'],
  ])('feedback with %s', async (_, judged, code) => {
    const feedback = [judged] as never;
    await expect(detect(series, { detector: 'z-score', feedback })).rejects.toMatchObject({ code });
  });

  test('a zone that is none', async () => {
    const told = detect(series, { detector: 'z-score', timeZone: 'Mars/Base' });
    await expect(told).rejects.toMatchObject({
      code: 'bad-option',
      message: expect.stringContaining('Mars/Base'),
    });
  });
});

describe('text that travels', () => {
  const hostile = [
    '=HYPERLINK("http://evil")',
    '+1',
    '-1',
    '@SUM(A1)',
    'a\u001b[2Jb',
    'a\nb',
    '<script>alert(1)</script>',
  ];

  test('errors are one line, of a length to be read', () => {
    for (const name of [...hostile, 'x\u2028y', 'x'.repeat(1e6)]) {
      const error = refusal(() => createSeries({ channels: [channel(name), channel(name)] }));
      expect(error.message.length).toBeLessThan(2500);
      expect(error.message.endsWith(error.remedy)).toBe(true);
    }
    expect(new HeedError('internal', 'a\r\n  b', 'c\nd').message).toBe('a b. c d');
  });

  test('the CSV of a detection holds no formula and no control character', async () => {
    const values = Array.from({ length: 100 }, (_, t) => Math.sin(t / 5) - (t === 70 ? 90 : 0));
    const names = [...hostile, 'time', 'label', 'anomaly', 'score', '__proto__', 'constructor'];
    const series = createSeries({
      time: values.map((_, t) => t * 60_000),
      channels: names.map((name) => channel(name, values)),
    });
    const csv = detectionCsv(series, await detect(series, { detector: 'z-score' }));
    const [header, ...rows] = Papa.parse<string[]>(csv.trim()).data;
    expect(new Set(header).size).toBe(header!.length);
    // eslint-disable-next-line no-control-regex
    for (const cell of header!) expect(cell).not.toMatch(/^[=+\-@\t\r]|[\u0000-\u0008\u001b\u007f]/);
    for (const row of rows) for (const cell of row) expect(cell).not.toMatch(/^[=+@\t\r]|^-(?![\d.])/);
    // Read again, the channels are channels, and what was found is the ground truth.
    const read = readCsv(csv).series;
    expect(read.time).toEqual(series.time);
    for (const name of ['time value', 'label value', '__proto__', 'constructor'])
      expect(read.channels.find((one) => one.name === name)?.values).toEqual(series.channels[0]!.values);
  });

  test.each([
    'time',
    'label',
    'date',
    'anomaly',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '<b>',
  ])('a channel named %s survives JSON', (name) => {
    const series = createSeries({
      time: [0, 60_000],
      channels: [channel(name), channel('b')],
      labels: [0, 1],
    });
    const read = readJson(seriesToJson(series)).series;
    expect(read.channels).toEqual(series.channels);
    expect(read.labels).toEqual(series.labels);
    expect(({} as Record<string, unknown>).values).toBeUndefined();
  });

  test.each(['__proto__', 'constructor', 'toString', '=1+1'])('a channel named %s survives CSV', (name) => {
    const series = createSeries({
      time: [0, 60_000],
      channels: [channel(name), channel('b')],
      labels: [0, 1],
    });
    expect(readCsv(seriesToCsv(series)).series.channels).toEqual(series.channels);
  });

  test('names are text in a picture', () => {
    for (const name of hostile) {
      const svg = plotSeries(createSeries({ channels: [channel(name)] }));
      expect(svg).not.toContain('<script');
      // eslint-disable-next-line no-control-regex
      expect(svg).not.toMatch(/[\u0000-\u0008\u000b\u000e-\u001f]/);
      expect(svg).toContain(escapeXml(name).slice(0, 5));
    }
  });

  test('graphs with ids that are names of every object', () => {
    const ids = ['__proto__', 'constructor', 'toString'];
    const graph = createGraph({
      nodes: ids.map((id, i) => ({ id, features: [i] })),
      edges: [{ source: '__proto__', target: 'constructor' }],
    });
    expect(graph.nodes.map(({ id }) => id)).toEqual(ids);
  });
});

// Found by fuzzing.
test.each([
  '[[[{"time":4133980800.0000005}]]]',
  `{${[0, 1, 2, 3, 4].map((t) => `"${1772409600000 + 60000 * t}":{"a":${t}}`).join()},"1772401772409960000":{"a":1}}`,
])('a fault without a row of its own is told all the same: %s', (json) => {
  let error: unknown;
  try {
    readJson(json);
  } catch (thrown) {
    error = thrown;
  }
  expect(error === undefined || isHeedError(error)).toBe(true);
});

test('a judgment of a kind, or a threshold of a method, that is no text is refused', async () => {
  const series = createSeries({ channels: [{ name: 'a', values: [1, 2, 3, 4, 5, 6, 7, 8] }] });
  const feedback = [{ start: 0, end: 0, kind: { toString: 0 } }];
  for (const options of [{ feedback }, { events: { threshold: { toString: 0 } } }]) {
    await expect(detect(series, { detector: 'z-score', ...options } as never)).rejects.toMatchObject({
      name: 'HeedError',
    });
  }
});

describe('what only claims a length, or is no number, is refused where it enters', () => {
  const long = { length: 1e10 } as ArrayLike<number>;
  const half = [1, NaN];
  test.each<[string, () => unknown]>([
    ['quantile', () => quantile(long, 0.5)],
    ['meanAndStd', () => meanAndStd(long)],
    ['movingMean', () => movingMean(long, { window: 3 })],
    ['movingStd', () => movingStd({ length: -1 } as ArrayLike<number>, { window: 3 })],
    ['movingMax', () => movingMax(long, { window: 3 })],
    ['savitzkyGolay', () => savitzkyGolay(long, { window: 5 })],
    ['exponentialSmoothing', () => exponentialSmoothing(long, 0.5)],
    ['fillMissing', () => fillMissing(long)],
    ['difference', () => difference(long)],
    ['undoDifference', () => undoDifference(long, [1])],
    ['clipValues', () => clipValues(long, { low: 0, high: 1 })],
    ['findPeriods', () => findPeriods(long)],
    ['autocorrelation', () => autocorrelation(long, 3)],
    ['anomalyIntervals', () => anomalyIntervals(long)],
    ['signedRankTest', () => signedRankTest(long, long)],
    ['signedRankTest of what is no number', () => signedRankTest(half, [1, 2])],
    ['rankCorrelation', () => rankCorrelation(long, long)],
    // Equal to nothing, itself included: it was looked for without end.
    ['rankCorrelation of what is no number', () => rankCorrelation(half, [1, 2])],
    [
      'compareByRank of what is no number',
      () =>
        compareByRank(
          new Map([
            ['a', half],
            ['b', [1, 2]],
          ]),
        ),
    ],
    ['bootstrapInterval', () => bootstrapInterval(long)],
    ['bootstrapInterval of a sum beyond numbers', () => bootstrapInterval([1e308, 1e308])],
    ['bootstrapInterval of 6e8 draws', () => bootstrapInterval(new Float64Array(300_000))],
    ['a period longer than the series', () => fillMissing([1, NaN, 3], { method: 'seasonal', period: 1e9 })],
    ['whole numbers between what is none', () => createRandom(1).integer(NaN, 5)],
    ['whole numbers without end', () => createRandom(1).integer(0, 1e308)],
    ['a time that is none', () => describeTimeRange(NaN, 1, 1)],
    ['a time that no calendar has', () => describeTimeRange(0, 1e308, 1)],
    ['a zone that is none', () => describeTimeRange(0, 1, 1, 'No/Where')],
    ['a kind of calm that is none', () => generateCalm('constructor' as never, { seed: 1 })],
    ['calm without end', () => generateCalm('white noise', { seed: 1, points: 1e9 })],
    ['a kind of fault that is none', () => generateFault('__proto__' as never, { seed: 1 })],
    ['a fault in too few points', () => generateFault('burst', { seed: 1, points: NaN })],
    ['an outage that is none', () => generateOutage('x' as never, { seed: 1 })],
    ['related channels that are none', () => generateRelated('toString' as never, { seed: 1 })],
    ['services without end', () => generateGraphSequence({ nodes: 1e9 })],
    ['steps without end', () => generateGraphSequence({ steps: 1e9 })],
    ['anomalies beyond numbers', () => generateSeries('fraud', { strength: 1e308 })],
  ])('%s', (_, work) => {
    expect(['bad-option', 'length-mismatch', 'not-finite']).toContain(refusal(work).code);
  });

  const curve = { name: 'a', x: [1, 2], y: [3, 4] };
  test.each<[string, () => unknown]>([
    ['a plot of endless height', () => plotCurves([curve], { height: 1e9 })],
    [
      'panels of endless height',
      () => plotSeries(createSeries({ channels: [channel('a')] }), { panelHeight: 1e12 }),
    ],
    ['an axis from nowhere', () => plotCurves([curve], { xExtent: [NaN, 1] })],
    ['a mark nowhere', () => plotCurves([curve], { marks: [{ x: NaN, y: 1, label: 'a' }] })],
    [
      'values farther apart than numbers go',
      () => plotSeries(createSeries({ channels: [channel('a', [-1e308, 1e308])] })),
    ],
    [
      'bars of that kind',
      () =>
        plotBars([
          { label: 'a', value: 1e308 },
          { label: 'b', value: -1e308 },
        ]),
    ],
    ['a whisker to nowhere', () => plotBars([{ label: 'a', value: 1, low: NaN }])],
    [
      'a rank beyond all',
      () =>
        plotCriticalDifference({
          ranks: [
            { name: 'a', meanRank: 1 },
            { name: 'b', meanRank: 1e308 },
          ],
          cliques: [],
          cases: 1,
          alpha: 0.05,
        }),
    ],
    [
      'a diagram of 5,000 algorithms',
      () =>
        plotCriticalDifference({
          ranks: Array.from({ length: 5000 }, (_, i) => ({ name: `a${i}`, meanRank: i + 1 })),
          cliques: [],
          cases: 1,
          alpha: 0.05,
        }),
    ],
  ])('%s', (_, work) => {
    expect(['bad-option', 'not-finite']).toContain(refusal(work).code);
  });

  test('ticks and durations that are no numbers are told, not thrown', () => {
    expect(formatTicks([7, 7])).toHaveLength(2);
    expect(formatTicks([NaN, NaN])).toHaveLength(2);
    expect(formatTicks(Array.from({ length: 300_000 }, (_, i) => i))).toHaveLength(300_000);
    expect(humanDuration(NaN)).toContain('NaN');
  });

  test('a name of 300,000 letters is compared with none', () => {
    expect(refusal(() => getDetectorDefinition('x'.repeat(300_000))).code).toBe('unknown-detector');
  });
});
