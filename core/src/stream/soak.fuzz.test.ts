/** A stream that is left on: neither what it keeps nor the time of an append grows with its appends. `HEED_SOAK_APPENDS` sets how many. */
import { expect, test } from 'vitest';
import { held } from '../fuzz.fixture.js';
import { createSeries } from '../series/series.js';
import { createStream } from './stream.js';

const appends = Number(process.env.HEED_SOAK_APPENDS ?? 1500);
/** Reached early in a short run; in a long one, what is usual. */
const options = appends < 50_000 ? { lookback: 600 } : {};
const part = (from: number, to: number) =>
  createSeries({
    time: Array.from({ length: to - from }, (_, i) => (from + i) * 60_000),
    channels: [
      {
        name: 'a',
        values: Array.from(
          { length: to - from },
          (_, i) => Math.sin((from + i) / 9) + ((from + i) % 200 === 0 ? 8 : 0),
        ),
      },
    ],
  });

test.each(['memory-attention', 'auto'])(
  'a stream of %s holds no more after many appends',
  async (detector) => {
    const stream = await createStream(part(0, 500), { detector, keep: 100, ...options });
    try {
      let at = 500;
      const run = async (count: number) => {
        for (const end = at + count; at < end; at++) await stream.append(part(at, at + 1));
      };
      await run(300);
      const before = await held();
      /** ms of a processor per append of each tenth. */
      const costs: number[] = [];
      for (let tenth = 0; tenth < 10; tenth++) {
        const started = process.cpuUsage();
        await run(appends / 10);
        costs.push(process.cpuUsage(started).user / 1000 / (appends / 10));
      }
      expect(stream.length).toBe(800 + appends);
      const grown = (await held()) - before;
      console.log(
        `soak: ${detector}, ${appends} appends: ${grown.toFixed(1)} MB more; ms per append by tenths: ${costs.map((ms) => ms.toFixed(2)).join(' ')}`,
      );
      expect(grown).toBeLessThan(appends < 50_000 ? 4 : 12);
      // Of a short run the compiler of the engine decides; a long one has its lookback full after two tenths. A tenth alone
      // costs a fifth more or less, as what else the machine does falls.
      const mean = (from: number, to: number): number =>
        costs.slice(from, to).reduce((sum, cost) => sum + cost, 0) / (to - from);
      if (appends >= 10_000) expect(mean(6, 10)).toBeLessThan(1.25 * mean(2, 6));
    } finally {
      stream.dispose();
    }
  },
  3_600_000,
);
