// How far the begins and ends of told events are off, by kind of fault, beside the simplest baseline (a robust z-score,
// the median absolute deviation, with the same border everywhere): `node core/scripts/event-errors.mjs [seeds]` after a build.
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const core = dirname(dirname(fileURLToPath(import.meta.url)));
const {
  brokenKinds,
  createDetector,
  eventErrors,
  faultKinds,
  generateFault,
  generateOutage,
  generateRelated,
} = await import(join(core, 'dist/esm/all.js'));
const seeds = Number(process.argv[2] ?? 20);

const detectors = [await createDetector('auto'), await createDetector('mad')];
const number = (value) => (Number.isNaN(value) ? '–' : String(value));
console.log('| fault | found | begin | end | others | MAD: found | begin | end | others |');
console.log('| --- | --: | --: | --: | --: | --: | --: | --: | --: |');
const kinds = [
  ...faultKinds.map((kind) => [kind, (seed) => generateFault(kind, { seed })]),
  ...['absent rows', 'missing values'].map((as) => [`outage, ${as}`, (seed) => generateOutage(as, { seed })]),
  ...brokenKinds.map((kind) => [
    `broken relation, ${kind}`,
    (seed) => generateRelated(kind, { seed, broken: true }),
  ]),
];
for (const [kind, generate] of kinds) {
  const cells = [];
  for (const detector of detectors) {
    const cases = [];
    for (let seed = 1; seed <= seeds; seed++) {
      const series = generate(977 * seed);
      cases.push({ fault: series.anomalies[0], events: (await detector.score(series)).events });
    }
    const { found, begin, end, others } = eventErrors(cases);
    cells.push(`${found}/${seeds}`, number(begin), number(end), others.toFixed(1));
  }
  console.log(`| ${kind} | ${cells.join(' | ')} |`);
}
