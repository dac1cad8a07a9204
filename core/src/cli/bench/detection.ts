import { createRequire } from 'node:module';
import { createDetector } from '../../detection/index.js';
import { createRandom } from '../../random.js';
import { createNodePool } from '../../node/pool.js';
import { createSeries, sliceSeries, type Series } from '../../series/index.js';
import { createStream } from '../../stream/index.js';
import type { Absent, Contestant } from './harness.js';
import { scikitTimes } from './python.js';

/** A sine of 50 points with noise, a spike and a level shift: what metrics look like, from a seed. */
export function benchSeries(points: number, seed: number): Series {
  const random = createRandom(seed);
  const phase = random.uniform() * 50;
  const values = Float64Array.from(
    { length: points },
    (_, t) => Math.sin((2 * Math.PI * (t + phase)) / 50) + 0.1 * random.normal(),
  );
  const spike = random.integer(Math.floor(points * 0.5), Math.floor(points * 0.6));
  const shift = random.integer(Math.floor(points * 0.7), Math.floor(points * 0.8));
  values[spike] = values[spike]! + 5;
  for (let t = shift; t < Math.min(points, shift + 30); t++) values[t] = values[t]! + 2;
  return createSeries({ channels: [{ name: `series-${seed}`, values }] });
}

/**
 * `auto` over so many series, one after the other on one core and on all cores, beside augurs and Sub-PCA on the same
 * task.
 */
export async function autoContestants(series: number, points: number): Promise<(Contestant | Absent)[]> {
  const data = Array.from({ length: series }, (_, seed) => benchSeries(points, seed));
  const detector = await createDetector('auto');
  return [
    {
      implementation: 'heed',
      run: async () => {
        for (const one of data) await detector.score(one);
      },
      dispose: () => detector.dispose(),
    },
    ...(series >= 50 ? [onAllCores(data)] : []),
    ...(series * points <= 20_000 || series > 1 ? await augurs(data) : []),
    series * points <= 100_000
      ? await scikitTimes(series, points)
      : { implementation: 'scikit-learn', absent: 'measured on the smaller cases only' },
  ];
}

function onAllCores(data: readonly Series[]): Contestant {
  const pool = createNodePool();
  return {
    implementation: 'heed-pool',
    note: `createNodePool, ${pool.workers} threads`,
    run: async () => {
      for await (const detection of pool.scoreAll(data)) void detection;
    },
    dispose: () => void pool.close(),
  };
}

/** Scoring again after one point more at n points: the refresh of a dashboard. */
export async function refreshContestants(points: number): Promise<(Contestant | Absent)[]> {
  // Room for every round, the unmeasured ones included.
  const whole = benchSeries(points + 5000, 1);
  const list: Contestant[] = [];
  for (const [implementation, id] of [
    ['heed', 'auto'],
    ['heed-memory-attention', 'memory-attention'],
  ] as const) {
    const detector = await createDetector(id);
    let end = points;
    if (detector.tags.streaming) {
      const stream = await createStream(sliceSeries(whole, 0, points), { detector });
      list.push({
        implementation,
        note: `${id}, by append`,
        run: () => stream.append(sliceSeries(whole, end, ++end)),
        dispose: () => stream.dispose(),
      });
    } else {
      list.push({
        implementation,
        note: `${id} over all points again`,
        run: () => detector.score(sliceSeries(whole, 0, ++end)),
        dispose: () => detector.dispose(),
      });
    }
  }
  return list;
}

interface Augurs {
  default(options: { module_or_path: BufferSource }): Promise<unknown>;
  OutlierDetector: {
    mad(options: { sensitivity: number }): { detect(data: readonly Float64Array[]): unknown; free(): void };
  };
  AutoETS: new (
    seasonLength: number,
    spec: string,
  ) => {
    fit(values: Float64Array): void;
    predict(horizon: number, level?: number): unknown;
    free(): void;
  };
}

/** augurs in WebAssembly on the same series: its outlier detector over them all, and ETS on each. */
async function augurs(data: readonly Series[]): Promise<(Contestant | Absent)[]> {
  try {
    const values = data.map((one) => one.channels[0]!.values);
    const load = async (name: string) => {
      const { readFileSync } = await import('node:fs');
      const entry = createRequire(import.meta.url).resolve(`@bsull/augurs/${name}`);
      const module = (await import(`@bsull/augurs/${name}`)) as Augurs;
      await module.default({ module_or_path: readFileSync(entry.replace(/\.js$/, '_bg.wasm')) });
      return module;
    };
    const outlier = await load('outlier');
    const ets = await load('ets');
    const list: Contestant[] = [
      {
        implementation: 'augurs-ets',
        note: 'AutoETS (ZZN) fitted to each series, and one step predicted',
        run: () => {
          for (const one of values) {
            const model = new ets.AutoETS(1, 'ZZN');
            model.fit(one);
            model.predict(1, 0.95);
            model.free();
          }
        },
      },
    ];
    if (values.length > 1) {
      list.unshift({
        implementation: 'augurs',
        note: 'MAD outlier detector: which series differs from the others, no events within one',
        run: () => {
          const detector = outlier.OutlierDetector.mad({ sensitivity: 0.5 });
          detector.detect(values);
          detector.free();
        },
      });
    }
    return list;
  } catch (error) {
    return [{ implementation: 'augurs', absent: (error as Error).message.split('\n')[0]! }];
  }
}
