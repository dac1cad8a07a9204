/** A stream that is left on: what it keeps does not grow with its appends. `HEED_SOAK_APPENDS` sets how many. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { createSeries } from '../series/series.js';
import { createStream } from './stream.js';

const appends = Number(process.env.HEED_SOAK_APPENDS ?? 1500);
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

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

/** MB after everything that can be freed was: weak references take a turn of the loop each. */
async function held(): Promise<number> {
  for (let turn = 0; turn < 3; turn++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1e6;
}

test.each(['memory-attention', 'auto'])(
  'a stream of %s holds no more after many appends',
  async (detector) => {
    const stream = await createStream(part(0, 500), { detector, keep: 100 });
    try {
      let at = 500;
      const run = async (count: number) => {
        for (const end = at + count; at < end; at++) await stream.append(part(at, at + 1));
      };
      await run(300);
      const before = await held();
      await run(appends);
      expect(stream.length).toBe(800 + appends);
      // Its values and times are kept, for the attention of later points: 100 bytes a point, and what the engine needs.
      expect((await held()) - before).toBeLessThan(4 + (100 * appends) / 1e6);
    } finally {
      stream.dispose();
    }
  },
  3_600_000,
);
