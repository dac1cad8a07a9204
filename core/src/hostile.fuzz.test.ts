/**
 * Seeded fuzzing: whatever goes in, a finite answer or a HeedError of one line comes out.
 * `HEED_FUZZ_RUNS` sets how many inputs each property gets, `HEED_FUZZ_SEED` replays a run; a failure prints its seed.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { detect } from './detection/detect.js';
import { decodeModel, encodeModel } from './detection/model-file.js';
import { readFeedback } from './feedback/read.js';
import { checkSeries, count, limit, name, number, refused, settings } from './fuzz.fixture.js';
import { createSeries, readCsv, readGraphCsv, readGraphJson, readJson } from './series/index.js';

const cell = fc.oneof(
  number.map(String),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.constantFrom('', 'NaN', 'null', '1,5', '"', "'", '1e999', '12%', '2026-01-01', '-'),
  fc.string({ maxLength: 6 }),
);
const csv = fc
  .tuple(fc.array(name, { maxLength: 5 }), fc.array(fc.array(cell, { maxLength: 5 }), { maxLength: 12 }))
  .chain(([head, rows]) =>
    fc.constantFrom(',', ';', '\t', '|').map((by) => [head, ...rows].map((row) => row.join(by)).join('\n')),
  );
const json = fc.oneof(
  fc.json({ maxDepth: 6 }),
  fc
    .record({
      time: fc.array(fc.oneof(number, cell), { maxLength: 6 }),
      channels: fc.array(fc.record({ name, values: fc.array(fc.oneof(number, fc.constant(null))) })),
      labels: fc.array(fc.integer()),
    })
    .map((value) => JSON.stringify(value)),
  fc.array(fc.dictionary(name, fc.oneof(number, cell))).map((value) => JSON.stringify(value)),
);
const text = fc.oneof(csv, json, fc.string({ unit: 'binary' }));

describe('readers', () => {
  test(
    'give a series or a refusal',
    () => {
      const bytes = fc.uint8Array({ maxLength: 200 });
      const input = fc.oneof(text, bytes);
      fc.assert(
        fc.property(input, (from) => {
          for (const read of [readCsv, readJson]) {
            try {
              checkSeries(read(from).series);
            } catch (error) {
              refused(error);
            }
          }
        }),
        settings(500),
      );
    },
    limit,
  );

  test(
    'of graphs and judgments too',
    () => {
      fc.assert(
        fc.property(text, (from) => {
          for (const read of [readGraphJson, readGraphCsv, readFeedback]) {
            try {
              read(from);
            } catch (error) {
              refused(error);
            }
          }
        }),
        settings(500),
      );
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    },
    limit,
  );
});

describe('a saved model', () => {
  const model = encodeModel({
    detector: 'z-score',
    options: { window: 5 },
    channels: ['a', '__proto__'],
    state: { json: { mean: [1, 2] }, tensors: { w: { shape: [2, 2], values: Float32Array.of(1, 2, 3, 4) } } },
    training: Float64Array.of(1, 2, 3),
  });
  const whole = JSON.stringify(decodeModel(model));

  test('with any byte changed is refused, or is the same model', () => {
    count(6 * model.length);
    for (let at = 0; at < model.length; at++) {
      for (const other of ['0', '"', '}', ' ', '\u0000', String.fromCharCode(model.charCodeAt(at) ^ 1)]) {
        const changed = model.slice(0, at) + other + model.slice(at + 1);
        try {
          expect(JSON.stringify(decodeModel(changed))).toBe(whole);
        } catch (error) {
          refused(error);
        }
      }
    }
  });

  test('cut short is refused', () => {
    count(model.length);
    for (let end = 0; end < model.length; end++) {
      let error: unknown;
      try {
        decodeModel(model.slice(0, end));
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toMatchObject({ code: 'model-corrupt' });
    }
  });
});

describe('detection', () => {
  const values = fc.array(fc.oneof(fc.double({ min: -10, max: 10, noNaN: true }), number), {
    minLength: 1,
    maxLength: 60,
  });
  const feedback = fc.array(
    fc.record({ start: number, end: number, kind: fc.constantFrom('anomaly', 'normal', '__proto__') }),
    { maxLength: 2 },
  );
  test.each(['z-score', 'auto', 'memory-attention'])(
    'by %s is finite or refused',
    async (detector) => {
      await fc.assert(
        fc.asyncProperty(values, feedback, async (list, judged) => {
          try {
            const series = createSeries({ channels: [{ name: 'a', values: list }] });
            const before = series.channels[0]!.values.slice();
            const { score, threshold } = await detect(series, { detector, feedback: judged as never });
            expect(score.every((one) => one >= 0 && one < Infinity)).toBe(true);
            expect(Number.isFinite(threshold.value)).toBe(true);
            expect(series.channels[0]!.values).toEqual(before);
          } catch (error) {
            refused(error);
          }
        }),
        settings(100, 0.05),
      );
    },
    limit,
  );
});
