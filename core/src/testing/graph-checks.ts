import { createDetector } from '../detection/create.js';
import { loadDetector } from '../detection/load.js';
import type { GraphDetection, GraphSequenceDetection } from '../detection/graph/types.js';
import { createGraph, createGraphSequence } from '../series/graph.js';
import {
  demand,
  expectEqualScores,
  expectPromptStop,
  expectRefusal,
  expectRefusalUnfitted,
} from './expect.js';
import type { AnyGraph, GraphSubject } from './graph-subject.js';

/** One promise that every detector of graphs keeps. */
export interface GraphContractCheck {
  readonly name: string;
  /** Rejects where the promise is broken. */
  run(subject: GraphSubject): Promise<void>;
}

type AnyDetection = GraphDetection | GraphSequenceDetection;

/** Everything a surface relies on in a detection of a graph. */
function expectSoundGraph(graph: AnyGraph, detection: AnyDetection): void {
  const finite = (values: Float32Array, count: number, what: string): void => {
    demand(values.length === count, `gave ${values.length} ${what} for ${count}`);
    const bad = values.findIndex((value) => !(value >= 0 && value < Infinity));
    demand(bad < 0, `${what}: number ${bad} is ${values[bad]}`);
  };
  if (detection.input === 'graph') {
    const { nodes, edges } = graph as Extract<AnyGraph, { nodes: unknown }>;
    finite(detection.nodes, nodes.length, 'node scores');
    finite(detection.edges, edges.length, 'edge scores');
  } else {
    const { time, graphs } = graph as Extract<AnyGraph, { graphs: unknown }>;
    demand(
      detection.nodes.length === time.length,
      `scored ${detection.nodes.length} of ${time.length} times`,
    );
    finite(detection.score, time.length, 'scores');
    detection.nodes.forEach((row) => finite(row, graphs[0]!.nodes.length, 'node scores'));
  }
  for (const anomaly of detection.input === 'graph' ? detection.anomalies : detection.events) {
    const where = `the anomaly of "${anomaly.node}"`;
    demand(anomaly.score > 1 && anomaly.severity >= 0 && anomaly.severity <= 100, `${where} has no severity`);
    const weights = anomaly.attended.reduce((sum, { weight }) => sum + weight, 0);
    demand(weights <= 1 + 1e-4, `${where} has attended weights that sum to ${weights}`);
    demand(
      anomaly.features.every(({ share, expected }) => share >= 0 && share <= 1 && Number.isFinite(expected)),
      `${where} has features without a share`,
    );
    demand(
      !/NaN|undefined|Infinity|null/.test(anomaly.reason),
      `${where} has the reason "${anomaly.reason}"`,
    );
  }
}

function expectEqual(a: AnyDetection, b: AnyDetection, what: string): void {
  if (a.input === 'graph' && b.input === 'graph') {
    expectEqualScores(a.nodes, b.nodes, `${what}, nodes`);
    expectEqualScores(a.edges, b.edges, `${what}, edges`);
  } else {
    a.nodes.forEach((row, t) => expectEqualScores(row as Float32Array, b.nodes[t] as Float32Array, what));
  }
}

async function fitAndScore(subject: GraphSubject, graph: AnyGraph): Promise<void> {
  const detector = await subject.create();
  try {
    const before = JSON.stringify(graph);
    await detector.fit(graph, subject.run);
    expectSoundGraph(graph, await detector.score(graph, subject.run));
    demand(JSON.stringify(graph) === before, 'changed the graph');
  } finally {
    detector.dispose();
  }
}

export const graphContractChecks: readonly GraphContractCheck[] = [
  {
    name: 'graphs: fits and scores generated graphs',
    run: (subject) => fitAndScore(subject, subject.sample()),
  },
  {
    name: 'graphs: takes constant features and nodes without edges',
    async run(subject) {
      await fitAndScore(
        subject,
        subject.changed(({ nodes, edges }) => ({
          nodes: nodes.map(({ id, features }) => ({
            id,
            features: features.map((x, f) => (f === 0 ? 7 : x)),
          })),
          edges: edges.filter(({ source, target }) => source !== nodes[0]!.id && target !== nodes[0]!.id),
        })),
      );
    },
  },
  {
    name: 'graphs: gives the same numbers for the same seed',
    async run(subject) {
      const graph = subject.sample();
      const first = await (await subject.fitted()).score(graph, subject.run);
      const again = await subject.createFitted();
      try {
        expectEqual(first, await again.score(graph, subject.run), 'a second run');
      } finally {
        again.dispose();
      }
    },
  },
  {
    name: 'graphs: scores the same after save and load',
    async run(subject) {
      const graph = subject.sample();
      const detector = await subject.fitted();
      const text = await detector.save();
      const loaded = await subject.load(text);
      try {
        expectEqual(
          await detector.score(graph, subject.run),
          await loaded.score(graph, subject.run),
          'after loading',
        );
      } finally {
        loaded.dispose();
      }
      await expectRefusal(['model-corrupt'], () => subject.load(text.slice(0, -20)));
      await expectRefusal(['not-supported'], () => loadDetector(text, subject.definition));
    },
  },
  {
    name: 'graphs: stops when cancelled',
    async run(subject) {
      const detector = await subject.fitted();
      const signal = AbortSignal.abort();
      await expectRefusal(['cancelled'], () => detector.score(subject.sample(), { ...subject.run, signal }));
      const work = await subject.create();
      try {
        const graph = subject.sample(4);
        const { cancelWithin } = subject.options;
        await expectPromptStop((run) => work.fit(graph, { ...subject.run, ...run }), cancelWithin);
      } finally {
        work.dispose();
      }
    },
  },
  {
    name: 'graphs: refuses other features or nodes than those of the fit',
    async run(subject) {
      const detector = await subject.fitted();
      const other = subject.changed(({ nodes, edges }) => ({
        nodes: nodes.map(({ id, features }) => ({
          id: subject.takesSequences ? `other ${id}` : id,
          features: [...features, 1],
        })),
        edges: subject.takesSequences ? [] : edges,
      }));
      await expectRefusal(['channel-mismatch'], () => detector.score(other, subject.run));
    },
  },
  {
    name: 'graphs: refuses to score before it is fitted',
    run: expectRefusalUnfitted,
  },
  {
    name: 'graphs: refuses what it cannot learn from',
    async run(subject) {
      const detector = await subject.create();
      const lonely = createGraph({ nodes: [{ id: 'a', features: [1] }], edges: [] });
      const other: AnyGraph = subject.takesSequences ? lonely : createGraphSequence([0], [lonely]);
      const small: AnyGraph = subject.takesSequences ? createGraphSequence([0], [lonely]) : lonely;
      try {
        await expectRefusal(['bad-graph', 'too-few-points'], () => detector.fit(small, subject.run));
        await expectRefusal(['bad-graph'], () => detector.fit(other, subject.run));
      } finally {
        detector.dispose();
      }
      if (subject.definition.input !== 'series') {
        await expectRefusal(['not-supported'], () => createDetector(subject.definition));
      }
    },
  },
];
