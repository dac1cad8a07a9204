import { FieldType, createDataFrame, type DataFrame } from '@grafana/data';
import { generateGraph } from '@heed/core/datasets';

/** Four teams; services of one team do alike and call each other. */
const teams = ['shop', 'search', 'payments', 'media'];
const roles = [
  'web',
  'api',
  'worker',
  'cache',
  'database',
  'queue',
  'auth',
  'sync',
  'index',
  'mailer',
  'reports',
  'gateway',
];

/** What is measured of every service: the generator's features, brought to sizes that people know. */
const measures: ReadonlyArray<readonly [string, string, string, (feature: number) => number]> = [
  ['mainstat', 'p95', 'ms', (x) => 120 * Math.exp(0.25 * x)],
  ['secondarystat', 'requests', 'reqps', (x) => 300 * Math.exp(0.25 * x)],
  ['detail__errors', 'Errors', 'percent', (x) => 2 * Math.exp(0.25 * x)],
  ['detail__cpu', 'CPU', 'percent', (x) => 45 + 8 * x],
  ['detail__memory', 'Memory', 'decmbytes', (x) => 800 + 120 * x],
  ['detail__connections', 'Connections', 'short', (x) => 60 + 9 * x],
  ['detail__hits', 'Cache hits', 'percent', (x) => 70 + 5 * x],
  ['detail__payload', 'Payload', 'deckbytes', (x) => 30 + 4 * x],
];

/** A map of 48 services as nodes and edges; three of them do as services of another team do. */
export function serviceMap(refId: string): DataFrame[] {
  const { graph } = generateGraph({ nodes: teams.length * roles.length, seed: 1, contextual: 3, cliques: 0 });
  const nameOf = (i: number) => `${teams[i % teams.length]}-${roles[Math.floor(i / teams.length)]}`;
  const names = new Map(graph.nodes.map(({ id }, i) => [id, nameOf(i)]));
  const order = new Map(graph.nodes.map(({ id }, i) => [id, i]));
  // The generator gives every link in both directions; a call has one.
  const calls = graph.edges.filter(({ source, target }) => order.get(source)! < order.get(target)!);
  const meta = { preferredVisualisationType: 'nodeGraph' as const };
  return [
    createDataFrame({
      refId,
      name: 'nodes',
      meta,
      fields: [
        { name: 'id', type: FieldType.string, values: [...names.values()], config: {} },
        { name: 'title', type: FieldType.string, values: [...names.values()], config: {} },
        {
          name: 'subtitle',
          type: FieldType.string,
          values: graph.nodes.map((_, i) => teams[i % teams.length]!),
          config: {},
        },
        ...measures.map(([name, displayName, unit, measure], f) => ({
          name,
          type: FieldType.number,
          values: graph.nodes.map(({ features }) => measure(features[f]!)),
          config: { displayName, unit, decimals: 0 },
        })),
      ],
    }),
    createDataFrame({
      refId,
      name: 'edges',
      meta,
      fields: [
        { name: 'id', type: FieldType.string, values: calls.map((_, e) => `call-${e}`), config: {} },
        {
          name: 'source',
          type: FieldType.string,
          values: calls.map((call) => names.get(call.source)!),
          config: {},
        },
        {
          name: 'target',
          type: FieldType.string,
          values: calls.map((call) => names.get(call.target)!),
          config: {},
        },
      ],
    }),
  ];
}
