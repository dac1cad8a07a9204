// False events of the default detector on calm series, per 1,800 points, in hindsight at the default sensitivity:
// `node core/scripts/false-events.mjs [seeds]` after a build. Each kind has no anomaly in it.
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const core = dirname(dirname(fileURLToPath(import.meta.url)));
const { createDetector, createRandom, createSeries } = await import(join(core, 'dist/esm/index.js'));
const seeds = Number(process.argv[2] ?? 20);
const points = 1800;

/** Per kind: what gives the values of a series, one after the other. */
const kinds = {
  'white noise': (random) => () => 50 + random.normal(),
  season: (random) => (t) => 50 + 10 * Math.sin((2 * Math.PI * t) / 144) + random.normal(),
  'AR(0.9)': (random) => {
    let x = 0;
    return () => (x = 0.9 * x + random.normal());
  },
  'random walk': (random) => {
    let x = 0;
    return () => (x += random.normal());
  },
  'Poisson, mean 3': (random) => () => random.poisson(3),
  'log-normal': (random) => () => 20 * Math.exp(0.5 * random.normal()),
  staircase: (random) => {
    let level = 4;
    let next = 60;
    return (t) => {
      if (t >= next) {
        level = Math.max(1, Math.min(9, level + (random.uniform() < 0.5 ? -1 : 1)));
        next = t + random.integer(30, 150);
      }
      return level;
    };
  },
  'sparse counts, mean 0.02': (random) => () => random.poisson(0.02),
};

console.log('| kind | median | mean | most |\n| --- | --: | --: | --: |');
const detector = await createDetector('auto');
for (const [kind, make] of Object.entries(kinds)) {
  const counts = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const values = Float64Array.from({ length: points }, (_, t) => t).map(make(createRandom(977 * seed)));
    const time = values.map((_, t) => 1.7e12 + 60_000 * t);
    const { events } = await detector.score(createSeries({ time, channels: [{ name: 'value', values }] }));
    counts.push(events.length);
  }
  counts.sort((a, b) => a - b);
  const median = (counts[(seeds - 1) >> 1] + counts[seeds >> 1]) / 2;
  const mean = counts.reduce((sum, count) => sum + count, 0) / seeds;
  console.log(`| ${kind} | ${median} | ${mean.toFixed(2)} | ${counts[seeds - 1]} |`);
}
