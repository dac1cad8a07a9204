import type { DataFrame, Field, FieldColorModeId } from '@grafana/data';
import type { AnomalyEvent } from '@heed/core';
import type { GraphResult, NodeAnomaly } from '../shared/jobTypes.js';
import { severityClass } from '@heed/core';
import { type HeedMeta } from '../shared/heedMeta.js';
import { type FrameContext, type NamedEvent } from './frames.js';
import { Names, graphField, type NodeGraph } from './nodeGraph.js';

/** Grey that reads on light and dark ground: the part of a ring that is not anomalous. */
const ordinary = '#8a93a3';
const oddThickness = 4;

const field = (name: string, type: string, values: unknown[], config: Field['config'] = {}): Field =>
  ({ name, type, values, config }) as Field;
const detail = (name: string) => `${Names.detail}${name}`;

/**
 * The source's frames with what was found: per node score (1 is the threshold), severity, color and a ring that is
 * filled as far as the severity goes, and as details, which the panel shows on a click, why and compared with whom.
 */
export function scoredGraphFrames(
  { nodes, edges, edgeOfRow }: NodeGraph,
  result: GraphResult,
  context: FrameContext,
): DataFrame[] {
  const oddNodes = new Map(result.anomalies.map((anomaly) => [anomaly.index, anomaly]));
  const oddEdges = new Map(result.edgeAnomalies.map((anomaly) => [anomaly.index, anomaly]));
  let node = 0;
  let row = 0;
  return [
    ...nodes.map((frame) => {
      const from = node;
      node += frame.length;
      return nodeFrame(frame, Array.from(result.nodes.subarray(from, node)), from, oddNodes, context);
    }),
    ...edges.map((frame) => {
      const own = edgeOfRow.slice(row, row + frame.length);
      row += frame.length;
      const found = own.map((index) => oddEdges.get(index));
      return withMeta(frame, 'edges', context, [
        field(
          'score',
          'number',
          own.map((index) => (index < 0 ? null : result.edges[index]!)),
          scoreConfig,
        ),
        field(
          'severity',
          'number',
          found.map((edge) => (edge ? Math.round(edge.severity) : null)),
          severityConfig,
        ),
        ...overlaid(
          frame,
          Names.color,
          'string',
          found.map((edge) => edge && severityClass(edge.severity).color),
          ordinary,
        ),
        ...overlaid(
          frame,
          Names.thickness,
          'number',
          found.map((edge) => edge && oddThickness),
          1,
        ),
        field(
          detail('why'),
          'string',
          found.map((edge) => edge?.reason ?? ''),
          { displayName: 'Why' },
        ),
      ]);
    }),
  ];
}

const scoreConfig: Field['config'] = { decimals: 2, min: 0, displayName: 'Anomaly score' };
const severityConfig: Field['config'] = { decimals: 0, min: 0, max: 100, displayName: 'Severity' };

function nodeFrame(
  frame: DataFrame,
  scores: number[],
  from: number,
  odd: ReadonlyMap<number, NodeAnomaly>,
  context: FrameContext,
): DataFrame {
  const found = scores.map((_, i) => odd.get(from + i));
  const share = (anomaly: NodeAnomaly | undefined) => (anomaly ? anomaly.severity / 100 : 0);
  const worst = Math.max(0, ...found.map((anomaly) => anomaly?.severity ?? 0));
  const arc = (name: string, color: string, values: number[]) =>
    field(`${Names.arc}${name}`, 'number', values, {
      color: { mode: 'fixed' as FieldColorModeId, fixedColor: color },
      displayName: name,
    });
  return withMeta(
    // The source's own rings would hide ours; their numbers were scored all the same.
    { ...frame, fields: frame.fields.filter((own) => !own.name.toLowerCase().startsWith(Names.arc)) },
    'nodes',
    context,
    [
      field('score', 'number', scores, scoreConfig),
      field(
        'severity',
        'number',
        found.map((anomaly) => (anomaly ? Math.round(anomaly.severity) : null)),
        severityConfig,
      ),
      field(
        'anomaly',
        'number',
        found.map((anomaly) => (anomaly ? 1 : 0)),
        { displayName: 'Anomaly' },
      ),
      ...overlaid(
        frame,
        Names.color,
        'string',
        found.map((anomaly) => anomaly && severityClass(anomaly.severity).color),
        ordinary,
      ),
      arc('anomalous', severityClass(worst).color, found.map(share)),
      arc(
        'ordinary',
        ordinary,
        found.map((anomaly) => 1 - share(anomaly)),
      ),
      field(
        detail('anomaly'),
        'string',
        scores.map((score, i) => {
          const anomaly = found[i];
          const relative = `score ${score.toFixed(2)} where 1 is the threshold`;
          return anomaly
            ? `${severityClass(anomaly.severity).name}, ${Math.round(anomaly.severity)} of 100; ${relative}`
            : `none; ${relative}`;
        }),
        { displayName: 'Anomaly' },
      ),
      field(
        detail('why'),
        'string',
        found.map((anomaly) => anomaly?.reason ?? ''),
        { displayName: 'Why' },
      ),
      field(
        detail('attended'),
        'string',
        found.map((anomaly) => (anomaly ? attendedText(anomaly.attended) : '')),
        {
          displayName: 'Compared with',
        },
      ),
    ],
  );
}

function attendedText(attended: NodeAnomaly['attended']): string {
  return attended.map(({ node, weight }) => `${node} ${Math.round(100 * weight)}%`).join(', ');
}

/** Our values where there are any, the source's own elsewhere. */
function overlaid(
  frame: DataFrame,
  name: string,
  type: string,
  values: unknown[],
  otherwise: unknown,
): Field[] {
  const own = graphField(frame, name);
  const usable = own?.type === type ? own : undefined;
  return [
    field(
      name,
      type,
      values.map((value, i) => value ?? usable?.values[i] ?? otherwise),
    ),
  ];
}

function withMeta(
  frame: DataFrame,
  name: 'nodes' | 'edges',
  context: FrameContext,
  added: Field[],
): DataFrame {
  const names = new Set(added.map((each) => each.name));
  const kept = frame.fields.filter((own) => !names.has(own.name.toLowerCase()));
  const isDetail = (own: Field) => own.name.toLowerCase().startsWith(Names.detail);
  return {
    ...frame,
    name: frame.name ?? name,
    refId: context.refId,
    // Panels show details in the order of the fields: why comes before what was measured.
    fields: [...kept.filter((own) => !isDetail(own)), ...added, ...kept.filter(isDetail)],
    meta: {
      ...frame.meta,
      preferredVisualisationType: 'nodeGraph',
      custom: { ...frame.meta?.custom, heed: { role: 'graph', refId: context.refId } satisfies HeedMeta },
    },
  };
}

/** A map is of the whole range asked for, and so are its anomalies. */
export function graphEvents(
  { nodes }: NodeGraph,
  { anomalies }: GraphResult,
  context: FrameContext,
): NamedEvent[] {
  const titles = nodes.flatMap((frame) => {
    const [title, id] = [graphField(frame, Names.title), graphField(frame, Names.id)];
    return Array.from({ length: frame.length }, (_, i) => String(title?.values[i] ?? id?.values[i] ?? ''));
  });
  return anomalies
    .filter(({ severity }) => severity >= (context.minSeverity ?? 0))
    .map(({ index, score, severity, attended, reason }) => {
      const event: AnomalyEvent = {
        start: context.from,
        end: context.to,
        peak: context.to,
        startIndex: 0,
        endIndex: 0,
        peakIndex: 0,
        score,
        severity,
        direction: 'shape',
        channels: [{ name: titles[index]!, share: 1 }],
        attended: [],
        peers: attended.map(({ node, weight }) => ({ name: node, weight })),
        reason,
      };
      return { group: titles[index]!, event };
    });
}

/** The anomalous nodes as rows for the Table panel, gravest first. */
export function graphTable(events: readonly NamedEvent[], context: FrameContext): DataFrame {
  const column = (
    name: string,
    type: string,
    pick: (event: AnomalyEvent) => unknown,
    config: Field['config'] = {},
  ): Field =>
    field(
      name,
      type,
      events.map(({ event }) => pick(event)),
      config,
    );
  return {
    refId: context.refId,
    name: 'anomalies',
    length: events.length,
    meta: { preferredVisualisationType: 'table', custom: { heed: { role: 'events', refId: context.refId } } },
    fields: [
      field(
        'node',
        'string',
        events.map(({ group }) => group),
      ),
      column('severity', 'number', (event) => Math.round(event.severity), { min: 0, max: 100 }),
      column('score', 'number', (event) => event.score, { decimals: 2 }),
      column('reason', 'string', (event) => event.reason),
      column('compared with', 'string', (event) =>
        attendedText((event.peers ?? []).map(({ name, weight }) => ({ node: name, weight }))),
      ),
    ],
  };
}
