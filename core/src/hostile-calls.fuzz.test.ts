/** Seeded fuzzing of calls: whatever callers without types pass, a right answer or a HeedError of one line comes out. */
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { detect } from './detection/detect.js';
import { anything, checkSeries, limit, name, number, refused, settings } from './fuzz.fixture.js';
import { createMonitor, restoreMonitor } from './live/index.js';
import { readPrometheus } from './node/prometheus.js';
import {
  createSeries,
  fillAbsent,
  findGaps,
  readText,
  resample,
  sliceSeries,
  type ReadOptions,
  type Series,
} from './series/index.js';
import { createStream } from './stream/index.js';

const start = Date.UTC(2026, 2, 2);
const rows = (row: (t: number) => string): string => Array.from({ length: 12 }, (_, t) => row(t)).join('\n');
const iso = (t: number): string => new Date(start + t * 60_000).toISOString();
const texts = [
  `time,a,b,label\n${rows((t) => `${iso(t)},${t % 5},${t}.5,${t === 7 ? 1 : 0}`)}\n`,
  `host;Zeit;Wert\n${rows((t) => `web-${t % 2};0${1 + (t >> 1)}.03.2026 10:00;1.00${t % 9},5`)}\n`,
  `a,b\n${rows((t) => `${t},${1_772_409_600 + 60 * t}`)}\n`,
  JSON.stringify(Array.from({ length: 12 }, (_, t) => ({ time: iso(t), value: t, host: `h${t % 2}` }))),
  JSON.stringify([
    { metric: { __name__: 'up' }, values: Array.from({ length: 12 }, (_, t) => [start / 1000 + t, '1']) },
  ]),
];
const word = fc.constantFrom<unknown>('time', 'Zeit', 'a', 'b', 'value', 'Wert', 'host', 'label', 'a,b', '');

/** Often what is meant, at times anything. */
const oftenOr = (usual: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 4, arbitrary: usual }, { weight: 1, arbitrary: anything });
const readOptions = fc.record(
  {
    time: oftenOr(word),
    timeUnit: oftenOr(fc.constantFrom('auto', 's', 'ms', 'us', 'ns')),
    timeFormat: oftenOr(
      fc.constantFrom(
        'day-first',
        'month-first',
        'epoch-s',
        'excel',
        'yyyymmdd',
        '%d.%m.%Y %H:%M',
        'dd.MM.yyyy',
        '%',
      ),
    ),
    timeZone: oftenOr(fc.constantFrom('UTC', 'Europe/Berlin', 'No/Where')),
    decimal: oftenOr(fc.constantFrom('.', ',')),
    columns: oftenOr(fc.array(word, { maxLength: 3 })),
    series: oftenOr(fc.array(word, { maxLength: 2 })),
    label: oftenOr(word),
    naValues: oftenOr(fc.array(fc.oneof(number, name), { maxLength: 3 })),
    missing: oftenOr(fc.constantFrom('gap', 'zero')),
    step: oftenOr(fc.constantFrom('60s', 1000)),
    sort: oftenOr(fc.boolean()),
    duplicates: oftenOr(fc.constantFrom('mean', 'first', 'last', 'max', 'min', 'sum', 'reject')),
    delimiter: oftenOr(fc.constantFrom(',', ';', '\t')),
    header: oftenOr(fc.boolean()),
  },
  { requiredKeys: [] },
);

describe('options', () => {
  test(
    'of readers',
    () => {
      fc.assert(
        fc.property(fc.constantFrom(...texts), readOptions, (text, options) => {
          try {
            checkSeries(readText(text, options as ReadOptions).series);
          } catch (error) {
            refused(error);
          }
        }),
        settings(1000),
      );
    },
    limit,
  );

  test(
    'of detection',
    async () => {
      const series = createSeries({
        channels: [
          { name: 'a', values: Array.from({ length: 60 }, (_, t) => Math.sin(t) + (t === 40 ? 9 : 0)) },
        ],
      });
      const options = fc.record(
        {
          detector: oftenOr(fc.constantFrom('z-score', 'moving-variance', 'no-such')),
          options: oftenOr(
            fc.dictionary(fc.constantFrom('window', 'lag', '__proto__'), number, { noNullPrototype: true }),
          ),
          trainLength: oftenOr(fc.integer({ min: -1, max: 80 })),
          timeZone: oftenOr(fc.constantFrom('UTC', 'No/Where')),
          feedback: oftenOr(
            fc.array(
              fc.record({ start: number, end: number, kind: oftenOr(fc.constantFrom('anomaly', 'normal')) }),
              { maxLength: 2 },
            ),
          ),
          events: oftenOr(
            fc.dictionary(
              fc.constantFrom(
                'threshold',
                'thresholdValue',
                'sensitivity',
                'direction',
                'mergeGap',
                'minLength',
                'minDeviation',
                'exclude',
              ),
              oftenOr(fc.oneof(number, fc.constantFrom('up', 'down', 'quantile', 'fixed', 'pot'))),
            ),
          ),
        },
        { requiredKeys: ['detector'] },
      );
      await fc.assert(
        fc.asyncProperty(options, async (given) => {
          try {
            const { score, threshold } = await detect(series, given as never);
            expect(score.every((one) => one >= 0 && one < Infinity)).toBe(true);
            expect(Number.isFinite(threshold.value)).toBe(true);
          } catch (error) {
            refused(error);
          }
        }),
        settings(300, 0.1),
      );
    },
    limit,
  );
});

/** A series as a caller builds it, right or wrong. */
const parts = fc.record(
  {
    time: fc.array(fc.oneof(number, fc.integer({ min: 0, max: 50 })), { maxLength: 20 }),
    channels: fc.array(fc.record({ name, values: fc.array(number, { maxLength: 20 }) }), { maxLength: 3 }),
    labels: oftenOr(fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 20 })),
    name: oftenOr(name),
  },
  { requiredKeys: ['channels'] },
);
/** One that is right: rising times, one channel. */
const rising = fc
  .array(
    fc.tuple(
      fc.oneof(
        { weight: 9, arbitrary: fc.integer({ min: 1, max: 3 }) },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: 2000 }) },
      ),
      fc.oneof(fc.double({ min: -9, max: 9, noNaN: true }), number),
    ),
    { minLength: 1, maxLength: 40 },
  )
  .map((steps): { time: number[]; values: number[] } => {
    const time: number[] = [];
    for (const [step] of steps) time.push((time.at(-1) ?? start) + step * 1000);
    return { time, values: steps.map(([, value]) => (Math.abs(value) === Infinity ? NaN : value)) };
  });
const seriesOf = ({ time, values }: { time: number[]; values: number[] }): Series =>
  createSeries({ time, channels: [{ name: 'a', values }] });

describe('series', () => {
  test(
    'are made, cut, resampled and filled, or refused',
    () => {
      fc.assert(
        fc.property(parts, rising, anything, anything, (from, right, one, other) => {
          try {
            checkSeries(createSeries(from as never));
          } catch (error) {
            refused(error);
          }
          let series: Series;
          try {
            series = seriesOf(right);
          } catch (error) {
            return refused(error);
          }
          for (const work of [
            () =>
              sliceSeries(
                series,
                Number(typeof one === 'number' ? one : 0),
                Number(typeof other === 'number' ? other : 9),
              ),
            () => resample(series, { step: one as never, aggregation: 'mean', maxPoints: 10_000 }),
            () => resample(series, { step: 60_000, aggregation: other as never, maxPoints: 10_000 }),
            () => fillAbsent(series).series,
          ]) {
            try {
              const made = work();
              if (made.time.length > 0) checkSeries(made);
            } catch (error) {
              refused(error);
            }
          }
          try {
            for (const gap of findGaps(series, one as never)) expect(gap.missing).toBeGreaterThan(0);
          } catch (error) {
            refused(error);
          }
        }),
        settings(1000, 0.3),
      );
    },
    limit,
  );
});

describe('answers of a server', () => {
  afterEach(() => void vi.unstubAllGlobals());
  const answer = fc.oneof(
    fc.json({ maxDepth: 5 }),
    fc
      .record({
        status: fc.constantFrom<unknown>('success', 'error', null),
        error: oftenOr(name),
        data: oftenOr(
          fc.record({
            resultType: oftenOr(fc.constantFrom('matrix', 'vector')),
            result: oftenOr(
              fc.array(
                oftenOr(
                  fc.record({
                    metric: oftenOr(fc.dictionary(name, name, { maxKeys: 2, noNullPrototype: true })),
                    values: oftenOr(
                      fc.array(
                        oftenOr(
                          fc.tuple(
                            fc.integer({ min: 0, max: 20 }).map((t) => start / 1000 + 60 * t),
                            oftenOr(number.map(String)),
                          ),
                        ),
                        { maxLength: 6 },
                      ),
                    ),
                  }),
                ),
                { maxLength: 3 },
              ),
            ),
          }),
        ),
      })
      .map((value) =>
        JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part)),
      ),
    fc.string(),
  );

  test(
    'of Prometheus become a series or a refusal',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          answer,
          fc.constantFrom(200, 200, 200, 400, 404, 422, 500, 503),
          async (body, status) => {
            vi.stubGlobal('fetch', () => Promise.resolve(new Response(body, { status })));
            try {
              checkSeries(
                await readPrometheus({
                  url: 'http://localhost:9',
                  query: 'up',
                  start,
                  end: start + 1_200_000,
                  step: 60_000,
                }),
              );
            } catch (error) {
              refused(error);
            }
          },
        ),
        settings(500, 0.2),
      );
    },
    limit,
  );
});

describe('what is left on', () => {
  const point = fc.tuple(
    oftenOr(fc.integer({ min: 0, max: 300 }).map((t) => start + t * 60_000)),
    oftenOr(fc.oneof(fc.double({ min: -9, max: 9 }), number)),
  );

  test(
    'monitors take points in any order',
    () => {
      fc.assert(
        fc.property(
          fc.array(point, { maxLength: 30 }),
          anything,
          fc.uint8Array({ maxLength: 60 }),
          fc.nat(),
          (points, late, noise, at) => {
            try {
              const monitor = createMonitor({ step: 60_000 });
              for (const [time, value] of points) {
                try {
                  for (const { score } of monitor.append(time as number, value as number).points) {
                    expect(
                      score === undefined ||
                        score === null ||
                        Number.isNaN(score) ||
                        (score >= 0 && score < Infinity),
                    ).toBe(true);
                  }
                } catch (error) {
                  refused(error);
                }
              }
              try {
                monitor.advance(late as number);
              } catch (error) {
                refused(error);
              }
              const bytes = monitor.snapshot();
              expect(restoreMonitor(bytes).length).toBe(monitor.length);
              const broken = bytes.slice();
              broken.set(
                noise.subarray(0, Math.max(0, broken.length - (at % broken.length))),
                at % broken.length,
              );
              restoreMonitor(broken);
            } catch (error) {
              refused(error);
            }
          },
        ),
        settings(300, 0.02),
      );
    },
    limit,
  );

  test(
    'streams take series after series',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          rising,
          fc.array(fc.oneof(rising, parts), { maxLength: 3 }),
          fc.constantFrom('z-score', 'moving-variance'),
          async (history, more, detector) => {
            let stream: Awaited<ReturnType<typeof createStream>> | undefined;
            try {
              stream = await createStream(seriesOf(history), { detector, keep: 20 });
              for (const one of more) {
                const next = 'channels' in one ? createSeries(one as never) : seriesOf(one);
                const { score } = await stream.append(next);
                expect(score.every((each) => each >= 0 && each < Infinity)).toBe(true);
              }
            } catch (error) {
              refused(error);
            } finally {
              stream?.dispose();
            }
          },
        ),
        settings(150, 0.05),
      );
    },
    limit,
  );
});
