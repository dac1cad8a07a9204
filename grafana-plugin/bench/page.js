// Runs in the page: the default detector over many series in core's Web Workers.
import { createPool, createSeries } from '@heed/core';

const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));

/** Scores `count` series of `points` values that the server hands out, `rounds` times; ms of each round. */
globalThis.benchAuto = async ({ count, points, workers, rounds, warm }) => {
  const data = new Float64Array(await (await fetch(`/series?count=${count}&points=${points}`)).arrayBuffer());
  const series = Array.from({ length: count }, (_, i) =>
    createSeries({ channels: [{ name: `series-${i}`, values: data.slice(i * points, (i + 1) * points) }] }),
  );
  const pool = createPool({ workers, startWorker: () => new Worker('/worker.js', { type: 'module' }) });
  const round = async () => {
    let events = 0;
    const begun = performance.now();
    for await (const detection of pool.scoreAll(series)) events += detection.events.length;
    if (events === 0) throw new Error('nothing was found in series that have faults');
    return performance.now() - begun;
  };
  for (let i = 0; i < warm; i++) await round();
  const times = [];
  await frame();
  performance.mark('bench-start');
  for (let i = 0; i < rounds; i++) times.push(await round());
  await frame();
  performance.mark('bench-end');
  await pool.close();
  return times;
};
globalThis.benchReady = true;
