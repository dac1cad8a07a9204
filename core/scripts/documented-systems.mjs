// Trains every documented system with its defaults on its generator and writes the table of core/README.md:
// PR-AUC beside random and z-score, and the seconds the fit took. Needs `npm run build` before it.
//   node core/scripts/documented-systems.mjs [--write] [ID…]
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const core = dirname(dirname(fileURLToPath(import.meta.url)));
const heed = await import(join(core, 'dist/esm/node.js'));

const args = process.argv.slice(2);
const write = args.includes('--write');
const only = args.filter((arg) => !arg.startsWith('--'));
const SEED = 1;

/** Detector, generator, and what the fit sees: the clean first 30%, or labelled 70% where it is supervised. */
const onSeries = [
  ['spatio-temporal-attention', 'variance-burst'],
  ['spatio-temporal-attention', 'ecg', { supervised: true }],
  ['encoder-decoder-attention', 'contextual'],
  ['feature-attention', 'ecg'],
  ['feature-attention', 'ecg', { supervised: true }],
  ['attention-autoencoder', 'ecg'],
  ['cnn', 'contextual'],
  ['cnn', 'ecg', { supervised: true }],
  ['rnn', 'variance-burst'],
  ['rnn', 'ecg', { supervised: true }],
  ['self-attention', 'contextual'],
  ['self-attention', 'ecg', { supervised: true }],
  ['graph-sequence-attention', 'correlation-break'],
  ['anomaly-transformer', 'ecg'],
  ['tranad', 'ecg'],
];

function prAuc(labels, scores) {
  return heed.averagePrecision(heed.rankingCurve(labels, scores));
}

/** Mean over five draws. */
function randomPrAuc(labels) {
  const random = heed.createRandom(SEED);
  let sum = 0;
  for (let i = 0; i < 5; i++)
    sum += prAuc(
      labels,
      Array.from(labels, () => random.uniform()),
    );
  return sum / 5;
}

/** Largest deviation over the columns, in standard deviations of each. */
function zScores(columns) {
  const worst = new Float64Array(columns[0].length);
  for (const column of columns) {
    const mean = column.reduce((a, b) => a + b, 0) / column.length;
    const std = Math.sqrt(column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / column.length) || 1;
    column.forEach((x, i) => (worst[i] = Math.max(worst[i], Math.abs(x - mean) / std)));
  }
  return worst;
}

async function runSeries(id, generator, options = {}) {
  // Learning from labels takes more than a handful of anomalies.
  const more = options.supervised ? { points: 6000, anomalies: 40 } : {};
  const series = heed.generateSeries(generator, { seed: SEED, ...more });
  const n = series.time.length;
  const trained = Math.floor(n * (options.supervised ? 0.7 : 0.3));
  const definition = heed.getDetectorDefinition(id);
  const raw = await definition.create({ ...definition.defaults, ...options });
  const report = await raw.fit(heed.sliceSeries(series, 0, trained), { seed: SEED });
  const { labels: truth, ...unlabelled } = series;
  const { raw: scores } = await raw.score(unlabelled, {});
  raw.dispose();
  // A supervised fit is judged on what it has not seen.
  const from = options.supervised ? trained : 0;
  const labels = truth.subarray(from);
  const z = zScores(series.channels.map(({ values }) => [...values])).subarray(from);
  return {
    id,
    on: generator,
    how: options.supervised ? 'labels of 70%' : 'clean 30%',
    report,
    labels,
    scores: scores.subarray(from),
    z,
  };
}

async function runGraph() {
  const { graph, nodeLabels } = heed.generateGraph({ seed: SEED });
  const detector = await heed.createGraphAttention();
  const report = await detector.fit(graph, { seed: SEED });
  const { nodes } = await detector.score(graph, {});
  const degree = new Map(graph.nodes.map(({ id }) => [id, 0]));
  for (const { source } of graph.edges) degree.set(source, degree.get(source) + 1);
  const features = graph.nodes[0].features.length;
  const columns = Array.from({ length: features }, (_, f) => graph.nodes.map((node) => node.features[f]));
  const z = zScores([...columns, [...degree.values()]]);
  return {
    id: 'graph-attention',
    on: 'generateGraph',
    how: 'the graph itself',
    report,
    labels: nodeLabels,
    scores: nodes,
    z,
  };
}

async function runGraphSequence() {
  const { sequence, nodeLabels } = heed.generateGraphSequence({ seed: SEED });
  const half = sequence.graphs.length / 2;
  const detector = await heed.createGraphSequenceAttention();
  const train = { time: sequence.time.subarray(0, half), graphs: sequence.graphs.slice(0, half) };
  const report = await detector.fit(train, { seed: SEED });
  const { nodes } = await detector.score(sequence, {});
  const perNode = sequence.graphs[0].nodes.map((_, i) =>
    zScores([0, 1].map((f) => sequence.graphs.map((graph) => graph.nodes[i].features[f]))),
  );
  return {
    id: 'graph-sequence-attention',
    on: 'generateGraphSequence',
    how: 'clean 50%',
    report,
    labels: nodeLabels.flatMap((row) => [...row]),
    scores: nodes.flatMap((row) => [...row]),
    z: sequence.graphs.flatMap((_, t) => perNode.map((column) => column[t])),
  };
}

async function runImages() {
  const { images, labels } = heed.generateImages({ seed: SEED });
  const train = Math.floor(images.length * 0.7);
  const detector = await heed.createImageDetector();
  const report = await detector.fit(images.slice(0, train), labels.subarray(0, train), { seed: SEED });
  const scores = await detector.score(images.slice(train));
  const flat = images.slice(train).map((image) => [...image]);
  const statistics = [Math.max, Math.min].map((pick) => flat.map((image) => pick(...image)));
  const means = flat.map((image) => image.reduce((a, b) => a + b, 0) / image.length);
  return {
    id: 'cnn (28 × 28 images)',
    on: 'generateImages',
    how: 'labels of 70%',
    report,
    labels: labels.subarray(train),
    scores,
    z: zScores([...statistics, means]),
  };
}

const wanted = (id) => only.length === 0 || only.includes(id);
const jobs = [
  ...onSeries.filter(([id]) => wanted(id)).map((job) => () => runSeries(...job)),
  ...(wanted('graph-attention') ? [runGraph] : []),
  ...(wanted('graph-sequence-attention') ? [runGraphSequence] : []),
  ...(wanted('cnn') ? [runImages] : []),
];
const rows = [];
let worst = Infinity;
for (const [i, job] of jobs.entries()) {
  const { id, on, how, report, labels, scores, z } = await job();
  const [figure, zFigure, chance] = [prAuc(labels, scores), prAuc(labels, z), randomPrAuc(labels)];
  const margin = figure - Math.max(zFigure, chance);
  worst = Math.min(worst, margin);
  const cells = [id, on, how, figure.toFixed(2), zFigure.toFixed(2), chance.toFixed(2), margin.toFixed(2)];
  rows.push([...cells, report.parameters.toLocaleString('en-US'), report.seconds.toFixed(0)]);
  process.stderr.write(`${i + 1}/${jobs.length} ${rows.at(-1).join('  ')}\n`);
}

const header = [
  'system',
  'generator',
  'trained on',
  'PR-AUC',
  'z-score',
  'random',
  'margin',
  'parameters',
  'fit, s',
];
const table = [header, header.map((_, i) => (i < 3 ? '---' : '--:')), ...rows]
  .map((row) => `| ${row.join(' | ')} |`)
  .join('\n');
process.stdout.write(
  `${table}\n\nSmallest margin over the better of z-score and random: ${worst.toFixed(2)}\n`,
);

if (write) {
  const file = join(core, 'README.md');
  const [start, end] = ['<!-- documented-systems:start -->', '<!-- documented-systems:end -->'];
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '# @heed/core\n';
  const block = `${start}\n\n${table}\n\n${end}`;
  const at = text.indexOf(start);
  const section =
    '\n## The documented systems\n\nEvery system with its defaults on its generator (seed 1): area under the precision-recall curve beside the largest\nz-score over the channels and a random score, and the seconds of the fit on one core. Generators were chosen to\nshow what a system is for; no system is best on all. Made by\n`npm run build && node core/scripts/documented-systems.mjs --write`.\n\n';
  const next =
    at < 0
      ? `${text.trimEnd()}\n${section}${block}\n`
      : text.slice(0, at) + block + text.slice(text.indexOf(end) + end.length);
  writeFileSync(file, next);
}
process.exitCode = worst > 0 ? 0 : 1;
