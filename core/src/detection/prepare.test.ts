import { describe, expect, test } from 'vitest';
import { createRandom } from '../random.js';
import { createSeries, sliceSeries } from '../series/series.js';
import { createStream } from '../stream/index.js';
import { createDetector } from './create.js';
import { detect } from './detect.js';
import { loadDetector } from './load.js';
import { cleanSeries } from './prepare.js';

const noisy = (n: number, seed: number) => {
  const random = createRandom(seed);
  return Float64Array.from({ length: n }, (_, t) => Math.sin((2 * Math.PI * t) / 25) + 0.2 * random.normal());
};
const of = (values: ArrayLike<number>) => createSeries({ channels: [{ name: 'load', values }] });

describe('what is done to a series first', () => {
  test('missing values are filled as asked for, and the notes say so', async () => {
    const values = noisy(300, 1);
    values[150] = NaN;
    // A value of the middle, at the height of the wave.
    const filled = await detect(of(values), { detector: 'mad', preparation: { fill: 'nearest' } });
    expect(filled.notes.join(' ')).toContain('filled as asked for (nearest)');
    expect(filled.score[150]).toBe(0);
    expect(filled.series.channels[0]!.values[150]).toBeNaN();
    await expect(
      detect(of(Float64Array.from({ length: 300 }, (_, t) => (t === 9 ? NaN : t))), {
        preparation: { fill: 'seasonal' },
      }),
    ).rejects.toMatchObject({ code: 'bad-option' });
  });

  test('a median takes out a single wild point before it is scored', async () => {
    const values = noisy(400, 2);
    values[200] = 12;
    const plain = await detect(of(values), { detector: 'mad' });
    expect(plain.events.map(({ startIndex }) => startIndex)).toContain(200);
    const smoothed = await detect(of(values), {
      detector: 'mad',
      preparation: { denoise: { method: 'median', window: 5 } },
    });
    expect(smoothed.events).toEqual([]);
    expect(smoothed.notes.join(' ')).toContain('a moving median of 5 points');
    // The series is told as it was given.
    expect(smoothed.series.channels[0]!.values[200]).toBe(12);
  });

  test.each(['three-sigma', 'isolation-forest'] as const)(
    'outliers are left out of a training series by %s, and little else',
    async (cleaning) => {
      const values = noisy(600, 3);
      for (const t of [100, 250, 251, 400]) values[t] = 15;
      const { series, note } = await cleanSeries(of(values), cleaning, { seed: 1 });
      const left = [...series.channels[0]!.values.keys()].filter((t) =>
        Number.isNaN(series.channels[0]!.values[t]!),
      );
      expect(left).toEqual(expect.arrayContaining([100, 250, 251, 400]));
      // A hundredth of calm points, at most.
      expect(left.length).toBeLessThanOrEqual(4 + 6);
      expect(note).toMatch(new RegExp(`^${left.length} values of the training series left out`));
    },
  );

  test('is kept with a model: it scores the same after it was saved and loaded', async () => {
    const values = noisy(500, 4);
    for (const t of [60, 61]) values[t] = 9;
    const train = of(values);
    const preparation = {
      fill: 'linear',
      denoise: { method: 'exponential', alpha: 0.5 },
      clean: 'three-sigma',
    } as const;
    const detector = await createDetector('cnn', { epochs: 1, window: 16, maxWindows: 64 });
    const report = await detector.fit(train, { preparation, seed: 1 });
    expect(report.notes!.join(' ')).toMatch(
      /2 values of the training series left out as outliers by the 3σ rule/,
    );
    const scores = await detector.scores(train);
    const loaded = await loadDetector(await detector.save());
    expect(loaded.preparation).toEqual(preparation);
    expect(await loaded.scores(train)).toEqual(scores);
    const { notes } = await loaded.score(train);
    expect(notes.join(' ')).toContain('exponential smoothing (alpha 0.5)');
    // Without it the same points score otherwise.
    expect(await loaded.scores(train, { preparation: {} })).not.toEqual(scores);
    detector.dispose();
    loaded.dispose();
  });

  test('is refused where it would do nothing, or where it is not understood', async () => {
    const series = of(noisy(300, 5));
    const refused = { code: 'bad-option' };
    await expect(detect(series, { preparation: { clean: 'three-sigma' } })).rejects.toMatchObject(refused);
    await expect(
      detect(series, { preparation: { denoise: { method: 'median', window: 4 } } }),
    ).rejects.toMatchObject(refused);
    await expect(detect(series, { preparation: { smooth: 3 } as object })).rejects.toMatchObject(refused);
    await expect(
      createStream(sliceSeries(series, 0, 200), { preparation: { fill: 'mean' } }),
    ).rejects.toMatchObject({ code: 'not-supported' });
  });
});
