// False events of the default detector on calm series, per 1,800 points, in hindsight at the default sensitivity:
// `node core/scripts/false-events.mjs [seeds]` after a build. Each kind has no anomaly in it.
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const core = dirname(dirname(fileURLToPath(import.meta.url)));
const { calmKinds, createDetector, generateCalm, generateRelated, relatedKinds } = await import(
  join(core, 'dist/esm/all.js')
);
const seeds = Number(process.argv[2] ?? 20);
if (!(Number.isInteger(seeds) && seeds > 0)) throw new Error(`seeds: ${process.argv[2]} is no count`);

console.log('| kind | median | mean | most |\n| --- | --: | --: | --: |');
const detector = await createDetector('auto');
const kinds = [
  ...calmKinds.map((kind) => [kind, (seed) => generateCalm(kind, { seed })]),
  ...relatedKinds.map((kind) => [`channels: ${kind}`, (seed) => generateRelated(kind, { seed })]),
];
for (const [kind, generate] of kinds) {
  const counts = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const { events } = await detector.score(generate(977 * seed));
    counts.push(events.length);
  }
  counts.sort((a, b) => a - b);
  const median = (counts[(seeds - 1) >> 1] + counts[seeds >> 1]) / 2;
  const mean = counts.reduce((sum, count) => sum + count, 0) / seeds;
  console.log(`| ${kind} | ${median} | ${mean.toFixed(2)} | ${counts[seeds - 1]} |`);
}
