import { describe, expect, test } from 'vitest';
import { generateSeries } from '../datasets/index.js';
import { choice, listDefaults, flag, number, numbers } from '../detectors/base/options.js';
import { defineDetector, type DetectorState } from '../detectors/base/types.js';
import { getDetectorDefinition } from '../detectors/registry.js';
import { zScore } from '../detectors/statistical/z-score.js';
import { createSeries, type Series } from '../series/series.js';
import { createStream } from '../stream/index.js';
import { createDetector } from './create.js';
import { detect } from './detect.js';
import { loadDetector } from './load.js';

const code = (value: string) => expect.objectContaining({ name: 'HeedError', code: value });

const wave = (n: number): number[] =>
  Array.from({ length: n }, (_, t) => Math.sin(t / 5) + Math.sin(t * 7) / 10);
const seriesOf = (...channels: number[][]): Series =>
  createSeries({ channels: channels.map((values, c) => ({ name: `c${c}`, values })) });

/** Remembers the largest value of its training series. */
const largest = defineDetector({
  id: 'largest',
  summary: 'Above the largest value of the fit.',
  source: 'test',
  input: 'series',
  tags: { ...zScore.tags, needsTraining: true, minPoints: 4 },
  options: {
    factor: number('factor', 1, { min: 0.5, max: 2 }),
    kind: choice('kind', 'plain', ['plain', 'other']),
    sizes: numbers('sizes', [2, 3], { min: 1 }),
    flag: flag('flag', false),
  },
  create: ({ factor }) => {
    let level = NaN;
    return {
      fit: async ({ channels, time }) => {
        level = Math.max(...channels[0]!.values);
        return { detector: 'largest', points: time.length, seconds: 0, parameters: 1 };
      },
      score: async ({ channels }) => ({
        raw: channels[0]!.values.map((value) => Math.max(0, value - level) * factor),
        threshold: 0.5,
      }),
      getState: async (): Promise<DetectorState> => ({
        json: { name: 'level' },
        tensors: { level: { shape: [1], values: Float64Array.of(level) } },
      }),
      setState: async ({ tensors }) => {
        level = tensors.level!.values[0]!;
      },
    };
  },
});

describe('createDetector', () => {
  test('names what is wrong with an option and what is right', async () => {
    await expect(createDetector('no-such')).rejects.toEqual(code('unknown-detector'));
    const cases: [Record<string, unknown>, RegExp][] = [
      [{ factr: 1 }, /no option "factr".*factor, kind, sizes, flag/],
      [{ factor: 3 }, /above 2.*from 0.5 to 2/],
      [{ factor: '1' }, /not a finite number/],
      [{ kind: 'x' }, /one of plain, other/],
      [{ sizes: [0] }, /below 1/],
      [{ flag: 1 }, /true or false/],
    ];
    for (const [options, message] of cases) {
      const made = createDetector(largest, options);
      await expect(made).rejects.toEqual(code('bad-option'));
      await expect(made).rejects.toThrow(message);
    }
  });

  test('refuses graph detectors, unfitted ones, other channels, short series, too little memory', async () => {
    const graph = getDetectorDefinition('graph-attention');
    await expect(createDetector(graph)).rejects.toEqual(code('not-supported'));
    const detector = await createDetector(largest);
    const series = seriesOf(wave(20));
    await expect(detector.score(series)).rejects.toEqual(code('not-fitted'));
    await expect(detector.save()).rejects.toEqual(code('not-fitted'));
    await detector.fit(series);
    await expect(detector.score(seriesOf(wave(20), wave(20)))).rejects.toEqual(code('channel-mismatch'));
    await expect(detector.score(seriesOf(wave(3)))).rejects.toEqual(code('too-few-points'));
    await expect(detector.score(series, { memoryLimit: 100 })).rejects.toEqual(code('memory-limit'));
    await expect(detector.score(series, { trainLength: 21 })).rejects.toEqual(code('bad-option'));
    await expect(detector.score(series, { signal: AbortSignal.abort() })).rejects.toEqual(code('cancelled'));
    await expect(detector.fineTune(series)).rejects.toEqual(code('not-supported'));
    const supervised = { ...largest, tags: { ...largest.tags, supervised: true } };
    await expect((await createDetector(supervised)).fit(series)).rejects.toEqual(code('labels-missing'));
  });

  test('a detector that returns NaN is refused, not drawn', async () => {
    const broken = { ...zScore, create: () => ({ score: async () => ({ raw: Float64Array.of(1, NaN) }) }) };
    await expect((await createDetector(broken)).score(seriesOf([1, 2]))).rejects.toEqual(code('internal'));
  });
});

describe('score', () => {
  test('missing points score 0 and are told of', async () => {
    const values = wave(200);
    values[50] = 40;
    for (let t = 100; t < 130; t++) values[t] = NaN;
    const detection = await detect(seriesOf(values), { detector: 'mad' });
    expect(detection.events.map(({ startIndex }) => startIndex)).toEqual([50]);
    expect(detection.score.subarray(100, 130).every((score) => score === 0)).toBe(true);
    expect(detection.notes.join()).toContain('30 missing values');
  });

  test('a univariate detector scores channels one by one, whatever their size', async () => {
    const [a, b] = [wave(400), wave(400).map((value) => value * 1e6)];
    a[100] = 15;
    b[300] = 15e6;
    const { events, expected, notes } = await detect(seriesOf(a, b), { detector: 'mad' });
    expect(events.map(({ startIndex, channels }) => [startIndex, channels[0]!.name])).toEqual([
      [100, 'c0'],
      [300, 'c1'],
    ]);
    expect(expected).toHaveLength(2);
    expect(notes.join()).toContain('one by one');
  });

  test('sensitivity changes the events, not the order of the scores', async () => {
    const series = generateSeries('spike', { points: 2000, seed: 4 });
    const runs = await Promise.all(
      [0, 50, 100].map((sensitivity) =>
        detect(series, { detector: 'squared-difference', events: { sensitivity } }),
      ),
    );
    const flagged = runs.map(({ score }) => score.reduce((sum, value) => sum + (value > 1 ? 1 : 0), 0));
    expect(flagged[0]).toBeLessThanOrEqual(flagged[1]!);
    expect(flagged[1]).toBeLessThan(flagged[2]!);
    expect(runs[0]!.threshold.value).toBeGreaterThan(runs[1]!.threshold.value);
    const orders = runs.map(({ score }) =>
      Array.from(score.keys()).sort((x, y) => score[x]! - score[y]! || x - y),
    );
    expect(orders[1]).toEqual(orders[0]);
    expect(orders[2]).toEqual(orders[0]);
  });

  test('a detector that needs training is fitted to the prefix', async () => {
    const series = seriesOf([...wave(100), ...wave(100).map((value) => value + 3)]);
    const detection = await detect(series, { detector: largest, trainLength: 100 });
    expect(detection.notes[0]).toContain('first 100 points');
    expect(detection.threshold).toMatchObject({ method: 'learned', value: 0.5 });
    expect(detection.events.length).toBeGreaterThan(0);
  });
});

describe('model file', () => {
  async function fittedText(): Promise<{ text: string; series: Series }> {
    const detector = await createDetector(largest, { factor: 2 });
    const series = seriesOf(wave(50));
    await detector.fit(series);
    return { text: await detector.save(), series };
  }

  test('scores the same after loading, with two channels too', async () => {
    const [train, series] = [
      seriesOf(wave(50), wave(50)),
      seriesOf(
        wave(60),
        wave(60).map((v) => 2 * v),
      ),
    ];
    const detector = await createDetector(largest, { factor: 2 });
    await detector.fit(train);
    const loaded = await loadDetector(await detector.save(), largest);
    expect(loaded.options).toEqual(detector.options);
    expect((await loaded.score(series)).score).toEqual((await detector.score(series)).score);
    await expect(loaded.score(seriesOf(wave(60)))).rejects.toEqual(code('channel-mismatch'));
  });

  test('refuses damage and other versions', async () => {
    const { text } = await fittedText();
    const file = JSON.parse(text);
    await expect(loadDetector(text)).rejects.toEqual(code('unknown-detector'));
    const damaged = [
      '',
      'null',
      '{"a":1}',
      text.slice(0, -30),
      text.replace('"factor":2', '"factor":1'),
      JSON.stringify({ ...file, model: undefined }),
    ];
    for (const each of damaged)
      await expect(loadDetector(each, largest)).rejects.toEqual(code('model-corrupt'));
    const other = JSON.stringify({ ...file, version: 99 });
    await expect(loadDetector(other, largest)).rejects.toEqual(code('model-version'));
  });

  test('refuses NaN weights', async () => {
    const detector = await createDetector({ ...largest, tags: { ...largest.tags, needsTraining: false } });
    const text = await (async () => {
      await detector.fit(seriesOf(wave(50)));
      return detector.save();
    })();
    expect(text).toContain('"level"');
    const nan = await createDetector({
      ...largest,
      create: () =>
        ({
          ...(largest.create(listDefaults(largest.options)) as object),
          getState: async () => ({ json: {}, tensors: { w: { shape: [1], values: Float32Array.of(NaN) } } }),
        }) as never,
    });
    await nan.fit(seriesOf(wave(50)));
    await expect(loadDetector(await nan.save(), largest)).rejects.toThrow(/holds NaN/);
  });
});

describe('stream', () => {
  const spike = (): number[] => {
    const values = wave(300);
    values[240] = 20;
    values[241] = 20;
    return values;
  };
  const part = (values: number[], start: number, end: number): Series =>
    createSeries({
      time: Float64Array.from({ length: end - start }, (_, i) => 1000 * (start + i)),
      channels: [{ name: 'a', values: values.slice(start, end) }],
    });

  test('an event grows over appends, with indices of the whole', async () => {
    const stream = await createStream(part(spike(), 0, 200), { detector: 'squared-difference' });
    const events = [];
    for (let t = 200; t < 300; t++) events.push(...(await stream.append(part(spike(), t, t + 1))).events);
    expect(events.map(({ startIndex, endIndex }) => [startIndex, endIndex])).toEqual([
      [240, 240],
      [240, 242],
    ]);
    expect(events[1]).toMatchObject({ start: 240_000, end: 242_000 });
    expect(stream.length).toBe(300);
    stream.dispose();
  });

  test('refuses what does not follow, and detectors that do not stream', async () => {
    const stream = await createStream(part(spike(), 0, 200), { detector: 'moving-variance' });
    await expect(stream.append(part(spike(), 199, 210))).rejects.toEqual(code('duplicate-time'));
    await expect(stream.append(part(spike(), 150, 160))).rejects.toEqual(code('non-monotonic-time'));
    await expect(stream.append(seriesOf([1, 2]))).rejects.toEqual(code('channel-mismatch'));
    const { score } = await stream.append(part([...spike().slice(0, 200), NaN, 1], 200, 202));
    expect(score[0]).toBe(0);
    await expect(createStream(part(spike(), 0, 200), { detector: 'z-score' })).rejects.toEqual(
      code('not-supported'),
    );
    const centered = { options: { align: 'centered' } } as const;
    await expect(
      createStream(part(spike(), 0, 200), { detector: 'moving-variance', ...centered }),
    ).rejects.toEqual(code('not-supported'));
  });
});
