import { describe, expect, expectTypeOf, it } from 'vitest';
import { createDetector, detect } from '../detection/index.js';
import { evaluateDetector } from '../evaluate/index.js';
import { createStream } from '../stream/index.js';
import type { ScorePool } from '../workers/index.js';
import { createSeries } from '../series/series.js';
import { choice, listDefaults, describeOptions, flag, integer, resolveOptions } from './base/options.js';
import { defineDetector } from './base/types.js';
import { memoryAttention } from './attention/memory-attention.js';
import type { DetectorId, DetectorOptionsById } from './known.js';
import { getDetectorDefinition } from './registry.js';

const series = createSeries({
  channels: [{ name: 'load', values: Array.from({ length: 60 }, (_, t) => Math.sin(t)) }],
});
const refusal = (option: string, close: string) => ({
  code: 'bad-option',
  message: expect.stringContaining(`has no option "${option}". Did you mean "${close}"?`),
});

const endsInSeven = defineDetector({
  id: 'ends-in-seven',
  summary: 'Values that end in seven.',
  source: 'a test',
  input: 'series',
  tags: {
    needsTraining: false,
    supervised: false,
    multivariate: false,
    streaming: false,
    minPoints: 1,
    explains: false,
  },
  options: {
    digit: integer('the last digit', 7, { min: 0, max: 9 }),
    exact: flag('whole numbers only', false),
    side: choice('which ones', 'both', ['both', 'even', 'odd']),
  },
  create: ({ digit, side }) => {
    expectTypeOf(digit).toEqualTypeOf<number>();
    expectTypeOf(side).toEqualTypeOf<'both' | 'even' | 'odd'>();
    return {
      score: async ({ channels }) => ({
        raw: channels[0]!.values.map((value) => (Math.abs(value) % 10 === digit ? 1 : 0)),
      }),
    };
  },
});

describe('options of a detector', () => {
  it('have the types of its schema', () => {
    expectTypeOf<DetectorOptionsById['memory-attention']['temperature']>().toEqualTypeOf<number>();
    expectTypeOf<DetectorOptionsById['memory-attention']['normalization']>().toEqualTypeOf<
      'none' | 'center' | 'z'
    >();
    expectTypeOf<DetectorOptionsById['rnn']['supervised']>().toEqualTypeOf<boolean>();
    expectTypeOf<'cnn-image'>().toExtend<DetectorId>();
    expectTypeOf(listDefaults(memoryAttention.options).windows).toEqualTypeOf<readonly number[]>();
  });

  it('are refused by compiler and at run time where a name is mistyped, naming the nearest', async () => {
    // @ts-expect-error no such option
    const misspelt = createDetector('memory-attention', { tempratur: 1 });
    await expect(misspelt).rejects.toMatchObject(refusal('tempratur', 'temperature'));
    // @ts-expect-error no such option of memory-attention
    const detected = detect(series, { detector: 'memory-attention', options: { windw: 3 } });
    await expect(detected).rejects.toMatchObject(refusal('windw', 'windows'));
    // @ts-expect-error no such option of the default detector
    const byDefault = detect(series, { options: { windw: 3 } });
    await expect(byDefault).rejects.toMatchObject({ code: 'bad-option' });
    // @ts-expect-error no such option
    const streamed = createStream(series, { detector: 'moving-variance', options: { windo: 3 } });
    await expect(streamed).rejects.toMatchObject(refusal('windo', 'window'));
    const labeled = { ...series, labels: new Uint8Array(60).fill(1, 5, 9) };
    // @ts-expect-error no such option
    const evaluated = evaluateDetector(labeled, { detector: 'three-sigma', options: { sigma: 2 } });
    await expect(evaluated).rejects.toMatchObject(refusal('sigma', 'sigmas'));
    // @ts-expect-error no such option
    const pooled = (pool: ScorePool) => pool.score(series, { detector: 'mad', options: { sigmas: 2 } });
    expect(pooled).toBeTypeOf('function');
    // @ts-expect-error no such option of the definition
    await expect(createDetector(endsInSeven, { digt: 7 })).rejects.toMatchObject(refusal('digt', 'digit'));
  });

  it('are refused by compiler and at run time where a value does not fit', async () => {
    // @ts-expect-error a number
    const text = createDetector('memory-attention', { temperature: 'hot' });
    await expect(text).rejects.toThrow(
      '"temperature" of "memory-attention" is "hot", which is not a finite number',
    );
    // @ts-expect-error not one of its values
    const name = createDetector('rnn', { cell: 'gruu' });
    await expect(name).rejects.toThrow('which is not one of its values. Give one of rnn, gru, lstm');
    await expect(createDetector('three-sigma', { sigmas: 0 })).rejects.toThrow('which is below 0.1');
    await expect(createDetector('t-test', { window: 2.5 })).rejects.toThrow('which is not a whole number');
    await expect(createDetector('t-test', { window: Infinity })).rejects.toThrow('not a finite number');
    await expect(createDetector('memory-attention', { windows: [8, 1] })).rejects.toThrow(
      'is [8,1], which is below 2',
    );
  });

  it('of a detector that is known at run time only are checked there', async () => {
    const id: string = 'moving-variance';
    await expect(createDetector(id, { anything: 1 })).rejects.toMatchObject({ code: 'bad-option' });
    expect(() => getDetectorDefinition('memry-attention')).toThrow('Did you mean "memory-attention"?');
  });

  it('can be read off the detector, which clones with them', async () => {
    const detector = await createDetector('moving-variance', { window: 5 });
    expect(detector.options).toEqual({ window: 5, align: 'trailing' });
    const clone = await detector.clone();
    expect(clone).not.toBe(detector);
    expect(clone.options).toEqual(detector.options);
    expect(await clone.scores(series)).toEqual((await detector.score(series)).score);
  });

  it('are described as plain data', () => {
    const plain = describeOptions(endsInSeven.options);
    expect(structuredClone(plain)).toEqual({
      digit: { type: 'integer', summary: 'the last digit', min: 0, max: 9 },
      exact: { type: 'boolean', summary: 'whole numbers only' },
      side: { type: 'enum', summary: 'which ones', values: ['both', 'even', 'odd'] },
    });
    expect(resolveOptions(endsInSeven, { digit: 3 })).toEqual({ digit: 3, exact: false, side: 'both' });
  });
});
