import { afterEach, beforeEach, expect, test } from 'vitest';
import { held } from '../fuzz.fixture.js';
import { noise } from './fake-prometheus.fixture.js';
import { openStore } from './store.js';
import { minute, Testbed } from './testbed.fixture.js';

/**
 * Rounds at a step of a minute, of so many series, of which one in each round is another. `HEED_SOAK_ROUNDS` sets how
 * many.
 */
const rounds = Number(process.env.HEED_SOAK_ROUNDS ?? 160);
const size = 40;
/** Rounds between two looks at the memory. */
const look = Math.floor(rounds / 8);

let bed: Testbed;
beforeEach(() => {
  bed = new Testbed();
});
afterEach(() => bed.end());

test('hours with series that come and go: nothing piles up', async () => {
  let round = 0;
  const names = (): number[] =>
    Array.from({ length: size }, (_, i) => i + size * Math.floor((round + size - 1 - i) / size));
  const series = () =>
    names().map((name) => ({
      labels: { __name__: 'load', instance: `pod-${name}` },
      value: (t: number) => 50 + noise(t / 60 + name),
    }));
  bed.prometheus.series = series();
  const service = await bed.start({ limits: { workers: 2, forget: '30m' } }, { range: '1h' });
  const memory: number[] = [];
  for (round = 1; round <= rounds; round++) {
    bed.prometheus.series = series();
    bed.prometheus.requests.length = 0;
    await bed.advance(service, minute);
    if (round % look === 0) memory.push(await held());
  }
  const found = await bed.metrics(service);
  // Those that went within the last half hour are not forgotten yet.
  expect(found.get('heed_series{query="load"}')).toBeLessThanOrEqual(size + 32);
  expect(found.get('heed_rounds_total{query="load"}')).toBe(rounds + 1);
  expect(found.get('heed_up{query="load"}')).toBe(1);
  await bed.stop(service);
  const store = openStore(bed.state);
  for (const table of [store.units, store.monitors])
    expect([...table.getRange()].length).toBeLessThanOrEqual(size + 32);
  await store.close();
  // The second half holds no more than the first; a tenth is for what the engine keeps of its own.
  expect(Math.max(...memory.slice(4))).toBeLessThan(1.1 * Math.max(...memory.slice(0, 4)));
}, 3_600_000);
