import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isHeedError } from '../../errors.js';
import { inputs, limit, seed, settings } from '../../fuzz.fixture.js';
import { readCsv, readJson, readSeriesStream, seriesToJson } from './index.js';
import { layouts } from './exports.fixture.js';
import { makeSample } from './sample.fixture.js';
import { createSeries } from '../series.js';
import { seriesToCsv } from '../write.js';

/** Reads whatever it is; returns what is wrong with how it went. */
function tryRead(bytes: Uint8Array): string | null {
  const started = performance.now();
  const wrong = read(bytes);
  if (wrong !== null || performance.now() - started < 2000) return wrong;
  // Other work on the machine does not count: time of the processor, which takes long to ask for.
  const usage = process.cpuUsage();
  read(bytes);
  const took = process.cpuUsage(usage).user / 1000;
  return took > 2000 ? `it took ${took.toFixed(0)} ms` : null;
}

function read(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder().decode(bytes.subarray(0, 200));
    const { series } = /^\s*[[{]/.test(text) ? readJson(bytes) : readCsv(bytes);
    for (let t = 1; t < series.time.length; t++) {
      if (!(series.time[t]! > series.time[t - 1]!)) return `time goes back at ${t}`;
    }
    if (!Number.isFinite(series.time[0]!)) return 'a time is not finite';
    for (const { values } of series.channels) {
      if (values.length !== series.time.length) return 'a channel has another length';
      if (values.some((value) => Math.abs(value) === Infinity)) return 'a value is infinite';
    }
  } catch (error) {
    if (!isHeedError(error)) return `${String(error)} ${(error as Error).stack ?? ''}`;
    if (error.message.includes('\n')) return `two lines: ${error.message}`;
  }
  return null;
}

const samples = Object.entries(layouts).flatMap(([name, { write }]) => {
  const content = write(makeSample(7));
  return name === 'gzip' ? [] : [typeof content === 'string' ? new TextEncoder().encode(content) : content];
});
const pieces = [
  ',', ';', '\t', '"', '""', '\n', '\r\n', '\r', ' ', '.', '-', '1', '1.005', '1,005', '99999999999999999999', 'NaN', 'Inf', 'null', '{', '}', '[', ']',
  ':', '2026-03-02', '02/03/2026', '12:00 PM', 'time', 'label', '%', 'ms', 'GiB', '#', '\u0000', 'é', '�', '1e999', '-0', 'Total', 'true', '=',
]; // prettier-ignore

/** Whole numbers below 2^31 that depend on the seed alone (Marsaglia 2003). */
function xorshift(start: number): () => number {
  let state = (start ^ 0x9e3779b9) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 1;
  };
}

/** Changes a byte, puts something in, cuts something out, or doubles a part. */
function mutate(bytes: Uint8Array, random: () => number, inserts: readonly Uint8Array[]): Uint8Array {
  const place = bytes.length === 0 ? 0 : random() % bytes.length;
  const kind = random() % 5;
  const length = 1 + (random() % 40);
  const piece = inserts[random() % inserts.length]!;
  const middle =
    kind === 0
      ? Uint8Array.of(random() % 256)
      : kind === 1 || kind === 4
        ? piece
        : kind === 2
          ? new Uint8Array(0)
          : bytes.subarray(place, place + 2 * length);
  const skip = kind === 0 ? 1 : kind === 2 ? length : kind === 4 ? piece.length : 0;
  const out = new Uint8Array(place + middle.length + Math.max(0, bytes.length - place - skip));
  out.set(bytes.subarray(0, place));
  out.set(middle, place);
  out.set(bytes.subarray(place + skip), place + middle.length);
  return out;
}

describe(`damaged exports (seed ${seed})`, { timeout: limit }, () => {
  it('are read or refused, never anything else', () => {
    const mutations = inputs(92_000, 0.35);
    const random = xorshift(seed);
    const encoded = pieces.map((piece) => new TextEncoder().encode(piece));
    for (let run = 0; run < mutations; run++) {
      let bytes = samples[random() % samples.length]!;
      for (let left = 1 + (random() % 4); left > 0; left--) bytes = mutate(bytes, random, encoded);
      const wrong = tryRead(bytes);
      if (wrong !== null) throw new Error(`input ${run}: ${wrong}\n${new TextDecoder().decode(bytes)}`);
    }
  });

  it('may be tables of any cells', () => {
    const cell = fc.oneof(
      fc.constantFrom(...pieces),
      fc.double({ noNaN: true }).map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.string({ maxLength: 6 }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.array(cell, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 14 }),
        fc.constantFrom(',', ';', '\t', ' ', '|'),
        (rows, delimiter) => {
          expect(
            tryRead(new TextEncoder().encode(rows.map((row) => row.join(delimiter)).join('\n'))),
          ).toBeNull();
        },
      ),
      settings(3000, 0.15),
    );
  });

  it('may be JSON of any shape', () => {
    const keys = fc.constantFrom('time', 'data', 'values', 'result', 'series', 'metric', 'columns', 'index', 'a', '0', '1772409600', 'schema', 'fields', 'labels', 'points', 'buckets', 'aggregations', 'dps', 'pointlist', 'datapoints', 'Timestamps', 'results', 'timestamps', 'channels', 'name'); // prettier-ignore
    const { json } = fc.letrec((tie) => ({
      json: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.oneof(
          fc.double(),
          fc.constantFrom(1_772_409_600, null, true, 'x', '2026-03-02T00:00:00Z', '1.5'),
          fc.string({ maxLength: 5 }),
        ),
        fc.array(tie('json'), { maxLength: 5 }),
        fc.dictionary(keys, tie('json'), { maxKeys: 5 }),
      ),
    }));
    fc.assert(
      fc.property(json, (value) => {
        expect(tryRead(new TextEncoder().encode(JSON.stringify(value) ?? 'null'))).toBeNull();
      }),
      settings(3000, 0.15),
    );
  });

  it('may be any bytes, packed or not', async () => {
    const starts: (readonly number[])[] = [[], [0x1f, 0x8b, 8], [0x28, 0xb5, 0x2f, 0xfd], [0x50, 0x41, 0x52, 0x31], [0x50, 0x4b, 3, 4], [0xff, 0xfe], [0xfe, 0xff], [0xef, 0xbb, 0xbf]]; // prettier-ignore
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 200 }), async (start, rest) => {
        await readSeriesStream([Uint8Array.of(...start, ...rest)]).catch((error: unknown) => {
          if (!isHeedError(error)) throw error;
        });
      }),
      settings(2000, 0.02),
    );
  });
});

describe('what Heed writes it reads back to the bit', { timeout: limit }, () => {
  const value = fc.oneof(
    fc.double({ noDefaultInfinity: true }),
    fc.integer(),
    fc.integer({ min: 0, max: 2_000_000 }).map((n) => n / 1000),
  );
  const arbitrary = fc
    .record({
      steps: fc.array(fc.integer({ min: 1, max: 1e7 }), { minLength: 2, maxLength: 30 }),
      start: fc.integer({ min: Date.UTC(1995, 0), max: Date.UTC(2090, 0) }),
      width: fc.integer({ min: 1, max: 4 }),
      labeled: fc.boolean(),
    })
    .chain(({ steps, start, width, labeled }) =>
      fc.record({
        time: fc.constant(steps.reduce<number[]>((time, step) => [...time, time.at(-1)! + step], [start])),
        columns: fc.array(fc.array(value, { minLength: steps.length + 1, maxLength: steps.length + 1 }), {
          minLength: width,
          maxLength: width,
        }),
        labels: labeled
          ? fc.array(fc.integer({ min: 0, max: 1 }), {
              minLength: steps.length + 1,
              maxLength: steps.length + 1,
            })
          : fc.constant(undefined),
      }),
    );

  it('as CSV, JSON and with other delimiters', () => {
    fc.assert(
      fc.property(arbitrary, fc.constantFrom(',', ';', '\t', '|'), ({ time, columns, labels }, delimiter) => {
        const channels = columns.map((values, c) => ({ name: `value ${c}`, values }));
        fc.pre(columns.every((values) => values.some((one) => !Number.isNaN(one))));
        const series = createSeries({ time, channels, ...(labels ? { labels } : {}) });
        const plain = (numbers: Iterable<number>): number[] => Array.from(numbers, (one) => one + 0);
        for (const back of [
          readCsv(seriesToCsv(series, { delimiter })).series,
          readCsv(seriesToCsv(series, { delimiter, time: 'ms' })).series,
          readJson(seriesToJson(series)).series,
        ]) {
          expect([...back.time]).toEqual(time);
          expect(back.channels.map(({ values }) => plain(values))).toEqual(columns.map(plain));
          expect(back.labels && [...back.labels]).toEqual(labels);
        }
      }),
      settings(200, 0.01),
    );
  });
});
