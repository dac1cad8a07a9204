// Trains every documented system with its defaults on its generator and writes the table of core/README.md:
// PR-AUC beside random and z-score, and the seconds of processor time the fit took (one core does it all, and other
// work on the machine does not count). Then the table of transfer. Needs `npm run build` before it.
//   node core/scripts/documented-systems.mjs [--write] [ID…]      (transfer stands for the second table)
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const core = dirname(dirname(fileURLToPath(import.meta.url)));
const heed = await import(join(core, 'dist/esm/all.js'));

const args = process.argv.slice(2);
const write = args.includes('--write');
const only = args.filter((arg) => !arg.startsWith('--'));
const SEED = 1;

/** Detector, generator, and what the fit sees: the clean first 30%, or labeled 70% where it is supervised. */
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

/** What a fit reports, and the processor time it took. */
async function timed(fit) {
  const before = process.cpuUsage();
  const report = await fit();
  const { user, system } = process.cpuUsage(before);
  return { report, seconds: (user + system) / 1e6 };
}

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
  const raw = await definition.create(heed.resolveOptions(definition, options));
  const fit = await timed(() => raw.fit(heed.sliceSeries(series, 0, trained), { seed: SEED }));
  const { labels: truth, ...unlabeled } = series;
  const { raw: scores } = await raw.score(unlabeled, {});
  raw.dispose();
  // A supervised fit is judged on what it has not seen.
  const from = options.supervised ? trained : 0;
  const labels = truth.subarray(from);
  const z = zScores(series.channels.map(({ values }) => [...values])).subarray(from);
  return {
    id,
    on: generator,
    how: options.supervised ? 'labels of 70%' : 'clean 30%',
    ...fit,
    labels,
    scores: scores.subarray(from),
    z,
  };
}

async function runGraph() {
  const { graph, nodeLabels } = heed.generateGraph({ seed: SEED });
  const detector = await heed.createGraphAttention();
  const fit = await timed(() => detector.fit(graph, { seed: SEED }));
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
    ...fit,
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
  const fit = await timed(() => detector.fit(train, { seed: SEED }));
  const { nodes } = await detector.score(sequence, {});
  const perNode = sequence.graphs[0].nodes.map((_, i) =>
    zScores([0, 1].map((f) => sequence.graphs.map((graph) => graph.nodes[i].features[f]))),
  );
  return {
    id: 'graph-sequence-attention',
    on: 'generateGraphSequence',
    how: 'clean 50%',
    ...fit,
    labels: nodeLabels.flatMap((row) => [...row]),
    scores: nodes.flatMap((row) => [...row]),
    z: sequence.graphs.flatMap((_, t) => perNode.map((column) => column[t])),
  };
}

async function runImages() {
  const { images, labels } = heed.generateImages({ seed: SEED });
  const train = Math.floor(images.length * 0.7);
  const detector = await heed.createImageDetector();
  const fit = await timed(() =>
    detector.fit(images.slice(0, train), labels.subarray(0, train), { seed: SEED }),
  );
  const scores = await detector.score(images.slice(train));
  const flat = images.slice(train).map((image) => [...image]);
  const statistics = [Math.max, Math.min].map((pick) => flat.map((image) => pick(...image)));
  const means = flat.map((image) => image.reduce((a, b) => a + b, 0) / image.length);
  return {
    id: 'cnn (28 × 28 images)',
    on: 'generateImages',
    how: 'labels of 70%',
    ...fit,
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
let slowest = 0;
for (const [i, job] of jobs.entries()) {
  const { id, on, how, report, seconds, labels, scores, z } = await job();
  const [figure, zFigure, chance] = [prAuc(labels, scores), prAuc(labels, z), randomPrAuc(labels)];
  const margin = figure - Math.max(zFigure, chance);
  worst = Math.min(worst, margin);
  const cells = [id, on, how, figure.toFixed(2), zFigure.toFixed(2), chance.toFixed(2), margin.toFixed(2)];
  rows.push([...cells, report.parameters.toLocaleString('en-US'), seconds.toFixed(0)]);
  slowest = Math.max(slowest, seconds);
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
  'fit, CPU s',
];
function makeTable(head, words, body) {
  return [head, head.map((_, i) => (i < words ? '---' : '--:')), ...body]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
}

const table = makeTable(header, 3, rows);
process.stdout.write(
  `${table}\n\nSmallest margin over the better of z-score and random: ${worst.toFixed(2)}; longest fit: ${slowest.toFixed(0)} s of processor time\n`,
);

/** The same kind of signal elsewhere: a rhythm a fifth slower, other units and level, noise of 15% of its deviation. */
function elsewhere(series, seed) {
  const random = heed.createRandom(seed + 100);
  const points = Math.floor((series.time.length - 1) * 1.2);
  const channels = series.channels.map(({ name, values }) => {
    const noise = 0.15 * heed.meanAndStd(values).std;
    const value = (x) => values[Math.floor(x)] * (1 - (x % 1)) + values[Math.floor(x) + 1] * (x % 1);
    const at = (t) => 1000 + 20 * (value(t / 1.2) + noise * random.normal());
    return { name, values: Float64Array.from({ length: points }, (_, t) => at(t)) };
  });
  const labels = Uint8Array.from({ length: points }, (_, t) => series.labels[Math.round(t / 1.2)]);
  return heed.createSeries({ channels, labels });
}

/** PR-AUC on what follows 50 labeled points of the target, by what was done with them. */
async function transfer(id, generator, seed) {
  const definition = heed.getDetectorDefinition(id);
  const options = heed.resolveOptions(definition, { supervised: true });
  const source = heed.generateSeries(generator, { seed, points: 4000, anomalies: 30 });
  const target = elsewhere(
    heed.generateSeries(generator, { seed: seed + 50, points: 3000, anomalies: 24 }),
    seed,
  );
  const from = target.labels.indexOf(1, 60) - 15;
  const few = heed.sliceSeries(target, from, from + 50);
  const { labels, ...unseen } = heed.sliceSeries(target, from + 50, target.time.length);
  const carried = await definition.create(options);
  await carried.fit(source, { seed });
  const state = await carried.getState();
  carried.dispose();
  const figure = async (prepare, begin = state) => {
    const detector = await definition.create(options);
    if (begin) await detector.setState(begin);
    await prepare(detector);
    const { raw } = await detector.score(unseen, {});
    detector.dispose();
    return prAuc(labels, raw);
  };
  const tune = (more) => (detector) => detector.fineTune(few, { epochs: 30, seed, ...more });
  return [
    labels.reduce((a, b) => a + b, 0) / labels.length,
    await figure(async () => {}),
    await figure((detector) => detector.fit(few, { seed }), undefined),
    await figure(tune({ rescale: true, freezeAttention: true, epochs: 1, learningRate: 1e-9 })),
    await figure(tune({ rescale: true })),
    await figure(tune({ rescale: true, freezeAttention: true })),
  ];
}

const transferHeader = [
  'system',
  'generator',
  'random',
  'not adapted',
  '50 points alone',
  'rescaled only',
  'fine-tuned, all free',
  'fine-tuned, attention frozen',
];
const seeds = [1, 2, 3];
const transferRows = [];
for (const [id, generator] of [
  ['feature-attention', 'ecg'],
  ['self-attention', 'ecg'],
  ['feature-attention', 'variance-burst'],
]) {
  if (!wanted('transfer')) continue;
  const runs = [];
  for (const seed of seeds) runs.push(await transfer(id, generator, seed));
  const means = runs[0].map((_, i) => runs.reduce((sum, run) => sum + run[i], 0) / runs.length);
  transferRows.push([id, generator, ...means.map((mean) => mean.toFixed(2))]);
  process.stderr.write(`transfer ${transferRows.at(-1).join('  ')}\n`);
}
const transferTable = makeTable(transferHeader, 2, transferRows);
process.stdout.write(`\n${transferTable}\n`);

if (write) {
  const file = join(core, 'README.md');
  let text = readFileSync(file, 'utf8');
  for (const [name, block] of [
    ['documented-systems', table],
    ['transfer', transferTable],
  ]) {
    const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
    if (!text.includes(start) || !text.includes(end)) throw new Error(`${file} has no block "${name}"`);
    text = `${text.slice(0, text.indexOf(start))}${start}\n\n${block}\n\n${text.slice(text.indexOf(end))}`;
  }
  writeFileSync(file, text);
}
process.exitCode = worst > 0 ? 0 : 1;
