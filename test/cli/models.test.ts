import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { generateGraph, generateGraphSequence, generateSeries } from '../../core/src/datasets/index.js';
import { listDetectors } from '../../core/src/detectors/index.js';
import { loadDetector, loadGraphDetector } from '../../core/src/detection/index.js';
import type {
  DetectionJson,
  GraphDetectionJson,
  GraphSequenceDetectionJson,
} from '../../core/src/detection/index.js';
import { readCsv, readGraphJson, readGraphSequenceJson, seriesToCsv } from '../../core/src/series/index.js';
import { commandIn, type Outcome } from './command.js';
import { runsSlow } from '../setup/slow.js';

const learned = listDetectors().filter(({ tags, quick }) => tags.needsTraining && quick?.['epochs']);
const ofSeries = learned.filter(({ input }) => input === 'series').map(({ id }) => id);

const command = commandIn();
const { folder } = command;

const run = (...args: string[]): Promise<Outcome> => command.run(args);

/** Succeeds, or the test says what the command said. */
async function done(...args: string[]): Promise<Outcome> {
  const outcome = await run(...args);
  expect(outcome.stderr + outcome.stdout, args.join(' ')).not.toContain('heed: ');
  expect(outcome.status).toBe(0);
  return outcome;
}

function optionsOf(id: string): string[] {
  const { quick } = learned.find((definition) => definition.id === id)!;
  const options = { ...quick, epochs: 1, maxWindows: 48 };
  return Object.entries(options).flatMap(([name, value]) => ['--option', `${name}=${String(value)}`]);
}

const plain = ({ features, nodes, edges }: ReturnType<typeof generateGraph>['graph']) => ({
  features,
  nodes: nodes.map((node) => ({ ...node, features: Array.from(node.features) })),
  edges,
});

beforeAll(() => {
  const series = generateSeries('contextual', { points: 600, seed: 2 });
  writeFileSync(join(folder, 'metrics.csv'), seriesToCsv(series));
  const { labels: _, ...unlabeled } = series;
  writeFileSync(join(folder, 'unlabeled.csv'), seriesToCsv(unlabeled));
  const channels = ['a', 'b'].map((name) => ({ name, values: series.channels[0]!.values }));
  writeFileSync(join(folder, 'two-channels.csv'), seriesToCsv({ ...unlabeled, channels }));
  const { graph } = generateGraph({ nodes: 60, cliques: 1, cliqueSize: 5, seed: 1 });
  writeFileSync(join(folder, 'graph.json'), JSON.stringify(plain(graph)));
  const header = graph.nodes[0]!.features.map((_, f) => f);
  const nodes = graph.nodes.map(({ id, features, label }) => [id, ...features, label].join(','));
  writeFileSync(
    join(folder, 'nodes.csv'),
    ['id,' + Array.from(header, (f) => `f${f}`).join(',') + ',label', ...nodes].join('\n'),
  );
  const edges = graph.edges.map(({ source, target }) => `${source},${target}`);
  writeFileSync(join(folder, 'edges.csv'), ['source,target', ...edges].join('\n'));
  const { sequence } = generateGraphSequence({ steps: 300, anomalies: 4, seed: 1 });
  const graphs = sequence.graphs.map((each, t) => ({ time: 1.7e12 + sequence.time[t]!, ...plain(each) }));
  writeFileSync(join(folder, 'sequence.json'), JSON.stringify({ graphs }));
});

const textOf = (name: string): string => readFileSync(join(folder, name), 'utf8');

describe('heed fit, heed detect --model and heed evaluate', { timeout: 180_000 }, () => {
  // One of each kind on every change; what each computes is compared in process.
  test.each(ofSeries.filter((_, i) => runsSlow || i % 4 === 0))(
    '%s scores in a new process as it does here',
    async (id) => {
      const fitted = await done(
        'fit',
        'metrics.csv',
        '--detector',
        id,
        ...optionsOf(id),
        '--out',
        `${id}.heed`,
      );
      expect(fitted.stderr).toMatch(new RegExp(`Trained ${id} on 600 points in .* parameters, loss `));
      const detected = await done('detect', 'metrics.csv', '--model', `${id}.heed`, '--format', 'json');
      const there = JSON.parse(detected.stdout) as DetectionJson;
      const detector = await loadDetector(textOf(`${id}.heed`));
      const here = (await detector.score(readCsv(textOf('metrics.csv')).series)).score;
      detector.dispose();
      expect(there.score.length).toBe(600);
      const apart = there.score.map((score, t) => Math.abs(score - here[t]!) / Math.max(1, here[t]!));
      expect(Math.max(...apart)).toBeLessThanOrEqual(1e-6);
      expect(Math.max(...there.score)).toBeGreaterThan(0);
    },
  );

  test('evaluates all of them on a labeled file', async () => {
    const options = ofSeries.flatMap((id) =>
      optionsOf(id).map((text) => (text === '--option' ? text : `${id}.${text}`)),
    );
    const args = ['-d', ofSeries.join(','), ...options, '--no-baselines', '--jobs', '1', '--format', 'json'];
    const { stdout } = await done('evaluate', 'metrics.csv', ...args, '--quiet');
    const { files } = JSON.parse(stdout) as {
      files: { detector: string; error?: object; metrics: Record<string, number> }[];
    };
    expect(files.map(({ detector }) => detector).sort()).toEqual([...ofSeries].sort());
    for (const { detector, error, metrics } of files) {
      expect(error, detector).toBeUndefined();
      expect(metrics['VUS-PR'], detector).toBeGreaterThan(0);
    }
  });
});

describe('a trained model', { timeout: 180_000 }, () => {
  beforeAll(async () => {
    const quick = optionsOf('attention-autoencoder');
    const teach = ['fit', 'metrics.csv', '--detector', 'attention-autoencoder', ...quick, '--quiet'];
    await done(...teach, '--out', 'teacher.heed');
  }, 180_000);

  test('is trained further with frozen attention, distilled, and saved in 8 bits, and says what that cost', async () => {
    const tuned = await done(
      ...['fit', 'metrics.csv', '--from', 'teacher.heed', '--freeze-attention', '--rescale'],
      ...['--option', 'epochs=1', '--out', 'tuned.heed'],
    );
    expect(tuned.stderr).toContain('Trained attention-autoencoder on 600 points');
    type Tensors = { model: { tensors: Record<string, { data: string }> } };
    const tensorsOf = (name: string) => (JSON.parse(textOf(name)) as Tensors).model.tensors;
    const [before, after] = [tensorsOf('teacher.heed'), tensorsOf('tuned.heed')];
    expect(after['attention.query']).toEqual(before['attention.query']);
    expect(after['encoder.weight']).not.toEqual(before['encoder.weight']);

    const student = ['--detector', 'rnn', '--option', 'hidden=4', '--option', 'epochs=2'];
    const distilled = await done(
      ...['fit', 'metrics.csv', '--teacher', 'teacher.heed', ...student, '--weights', 'int8'],
      ...['--out', 'student.heed'],
    );
    expect(distilled.stderr).toMatch(
      /Distilled from attention-autoencoder: \d+ parameters in place of \d+; file .* kB in place of .*, scoring .* in place of .*, rank correlation of the scores -?[\d.]+, \d+ of 600 points/,
    );
    expect(distilled.stderr).toMatch(/8-bit weights: file .* kB in place of /);
    expect(statSync(join(folder, 'student.heed')).size).toBeLessThan(
      statSync(join(folder, 'teacher.heed')).size,
    );
    await done('detect', 'metrics.csv', '--model', 'student.heed', '--format', 'json');
  });

  test.each<[string[], number, RegExp]>([
    [['metrics.csv'], 2, /no detector is named/],
    [['metrics.csv', '--from', 'teacher.heed', '--detector', 'rnn'], 2, /--from brings its own detector/],
    [['metrics.csv', '--from', 'teacher.heed', '--option', 'window=8'], 2, /"window" .* is settled/],
    [['metrics.csv', '--detector', 'rnn', '--freeze-attention'], 2, /belongs to --from/],
    [['metrics.csv', '--from', 'metrics.csv'], 1, /damaged/],
    [['unlabeled.csv', '--detector', 'cnn', '--option', 'supervised=true'], 1, /needs labels/],
    [['two-channels.csv', '--from', 'teacher.heed'], 1, /was fitted to 1 channel/],
  ])('is not made of %j', async (args, status, message) => {
    const outcome = await run('fit', ...args, '--out', 'x.heed');
    expect(outcome.stderr).toMatch(message);
    expect(outcome.status).toBe(status);
  });
});

describe('graphs', { timeout: 180_000 }, () => {
  beforeAll(async () => {
    await done(
      'fit',
      'graph.json',
      '--detector',
      'graph-attention',
      '--option',
      'epochs=20',
      '--out',
      'graph.heed',
    );
  }, 180_000);

  test('are found in JSON and in an edge list with nodes beside it, with the same scores', async () => {
    const options = ['--option', 'epochs=20', '--option', 'heads=2'];
    const json = await done(
      'detect',
      'graph.json',
      '--detector',
      'graph-attention',
      ...options,
      '--format',
      'json',
    );
    const csv = await done('detect', 'edges.csv', '--nodes', 'nodes.csv', ...options, '--format', 'json');
    const [a, b] = [json, csv].map(({ stdout }) => JSON.parse(stdout) as GraphDetectionJson);
    expect(a!.nodes.length).toBe(60);
    expect(b!.nodes).toEqual(a!.nodes);
    expect(b!.edges).toEqual(a!.edges);
    const { stdout } = await done('detect', 'graph.json', ...options);
    expect(stdout).toMatch(/Graph +60 nodes, \d+ edges/);
    expect(stdout.replace(/\s+/g, ' ')).toMatch(/n\d+: .*compared with n\d+ \(\d+%\)/);
    const table = await done('detect', 'graph.json', ...options, '--format', 'csv', '--quiet');
    expect(table.stdout.split('\n')[0]).toBe('kind,source,target,score,anomaly');
    const svg = await done('detect', 'graph.json', ...options, '--format', 'svg', '--quiet');
    expect(svg.stdout).toMatch(/^<svg/);
  });

  test('are fitted, saved and scored alike in another process', async () => {
    const { stdout } = await done('detect', 'graph.json', '--model', 'graph.heed', '--format', 'json');
    const there = JSON.parse(stdout) as GraphDetectionJson;
    const detector = await loadGraphDetector(textOf('graph.heed'));
    if (detector.input !== 'graph') throw new Error('not a model of a graph');
    const here = await detector.score(readGraphJson(textOf('graph.json')));
    there.nodes.forEach(({ score }, i) => expect(Math.abs(score - here.nodes[i]!)).toBeLessThanOrEqual(1e-6));
    there.edges.forEach(({ score }, e) => expect(Math.abs(score - here.edges[e]!)).toBeLessThanOrEqual(1e-6));
  });

  test('over time are trained on their beginning, and say which node, when', async () => {
    const quick = ['--option', 'epochs=8', '--train', '0.5'];
    await done(
      ...['fit', 'sequence.json', '--detector', 'graph-sequence-attention', ...quick],
      ...['--weights', 'int8', '--out', 'sequence.heed'],
    );
    const { stdout } = await done('detect', 'sequence.json', '--model', 'sequence.heed', '--format', 'json');
    const { nodes, events, score } = JSON.parse(stdout) as GraphSequenceDetectionJson;
    expect(score.length).toBe(300);
    expect(events.length).toBeGreaterThan(0);
    for (const { node, attended, reason } of events) {
      expect(nodes).toContain(node);
      expect(attended.length).toBeGreaterThan(0);
      expect(reason).toContain(node);
    }
    const { graphs } = readGraphSequenceJson(textOf('sequence.json'));
    expect(graphs[0]!.features).toEqual(['load', 'latency']);
  });

  test('are evaluated by their labels beside z-score and chance', async () => {
    const { stdout } = await done('evaluate', 'graph.json', '--format', 'json', '--quiet');
    const { files } = JSON.parse(stdout) as {
      files: { detector: string; of: string; metrics: Record<string, number>; rate: number }[];
    };
    expect(files.map(({ detector, of }) => `${detector} ${of}`)).toEqual([
      'graph-attention nodes',
      'graph-attention edges',
      'z-score nodes',
      'random nodes',
      'random edges',
    ]);
    const [nodes, , , chance] = files;
    expect(nodes!.metrics['AUC-PR']).toBeGreaterThan(chance!.metrics['AUC-PR']!);
  });

  test.each<[string[], number, RegExp]>([
    [['detect', 'metrics.csv', '--detector', 'graph-attention'], 1, /metrics\.csv: this is not a graph/],
    [['detect', 'graph.json', '--detector', 'graph-attention', '--direction', 'above'], 2, /--direction/],
    [['detect', 'graph.json', '--train', '0.5'], 2, /--train does not concern a single graph/],
    [['fit', 'graph.json', '--detector', 'graph-attention', '--columns', 'a', '--out', 'x'], 2, /--columns/],
    [['detect', 'metrics.csv', '--model', 'graph.heed'], 1, /this is not a graph/],
    [['detect', 'edges.csv', '--nodes', 'no.csv'], 1, /no\.csv: there is no such file/],
    [['fit', 'graph.json', '--from', 'graph.heed', '--out', 'x.heed'], 1, /not trained further/],
    [['evaluate', 'edges.csv'], 1, /labels/],
  ])('%j is refused', async (args, status, message) => {
    const outcome = await run(...args);
    expect(outcome.stderr).toMatch(message);
    expect(outcome.status).toBe(status);
  });
});
