/**
 * Seeded fuzzing: whatever goes in, a finite answer or a HeedError of one line comes out.
 * `HEED_FUZZ_RUNS` sets how many inputs each property gets, `HEED_FUZZ_SEED` replays a run; a failure prints its seed.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { detect } from './detection/detect.js';
import { decodeModel, encodeModel } from './detection/model-file.js';
import { isHeedError } from './errors.js';
import { readFeedback } from './feedback/read.js';
import { createSeries, readCsv, readGraphCsv, readGraphJson, readJson, type Series } from './series/index.js';

const runs = Number(process.env.HEED_FUZZ_RUNS ?? 500);
const seed = process.env.HEED_FUZZ_SEED === undefined ? undefined : Number(process.env.HEED_FUZZ_SEED);
const settings = (share = 1) => ({
  numRuns: Math.max(1, Math.ceil(runs * share)),
  ...(seed === undefined ? {} : { seed }),
});
/** An hour: the length is set by the number of runs. */
const limit = 3_600_000;

function refused(error: unknown): void {
  if (!isHeedError(error)) throw error;
  expect(error.code).not.toBe('internal');
  // eslint-disable-next-line no-control-regex
  expect(error.message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
}

function checkSeries({ time, channels }: Series): void {
  expect(channels.length).toBeGreaterThan(0);
  for (let t = 0; t < time.length; t++) {
    expect(Math.abs(time[t]!)).toBeLessThanOrEqual(8.64e15);
    if (t > 0) expect(time[t]!).toBeGreaterThan(time[t - 1]!);
  }
  for (const { values } of channels) {
    expect(values).toHaveLength(time.length);
    expect(values.every((value) => Math.abs(value) !== Infinity)).toBe(true);
  }
}

const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(0, -0, 1e300, -1e300, 5e-324, NaN, Infinity, 8.64e15, 2 ** 53),
);
const name = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.constantFrom('time', 'label', 'anomaly', '__proto__', 'constructor', 'value', '=1', 'a\u001b[2J', ''),
);
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
        settings(),
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
        settings(),
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
        settings(0.2),
      );
    },
    limit,
  );
});
