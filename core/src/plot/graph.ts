import { checkParts, checkRecord, checkRecords } from '../check-argument.js';
import {
  forceCenter,
  forceCollide,
  forceLink,
  forceManyBody,
  forceSimulation,
  forceX,
  forceY,
  type SimulationNodeDatum,
} from 'd3-force';
import { HeedError } from '../errors.js';
import { formatNumber } from '../format.js';
import { drawLegend } from './legend.js';
import { plotHeight, plotWidth, type PlotOptions } from './options.js';
import { element, svgDocument, textElement, textWidth } from './svg.js';
import { severityClasses } from '../detection/severity.js';
import { colors } from './theme.js';

/** What `plotGraph` draws; any graph with these fields will do. */
export interface PlottedGraph {
  readonly nodes: readonly { readonly id: string }[];
  readonly edges: readonly { readonly source: string; readonly target: string; readonly weight?: number }[];
}

/** Options of `plotGraph`. */
export interface GraphPlotOptions extends PlotOptions {
  readonly height?: number;
  /** One score per node; 1 is the threshold: above 1 is anomalous. */
  readonly scores?: ArrayLike<number>;
  /** One attention weight 0…1 per edge; drawn as its width. */
  readonly edgeWeights?: ArrayLike<number>;
  /** True draws arrow heads at the targets. Default true. */
  readonly directed?: boolean;
}

interface Placed extends SimulationNodeDatum {
  id: string;
  radius: number;
  label: string;
}

const normal = '#9dbfdc';
/** In a larger graph only anomalous nodes get a label: the others' would cover each other. */
const mostLabeled = 40;
/** More edges than this are drawn paler, so that the nodes stand out. */
const manyEdges = 200;

/** Color of a node by its score: below the threshold pale blue, above it by the severity classes' colors. */
function nodeColor(score: number | undefined): string {
  if (score === undefined || !(score > 1)) return normal;
  return severityClasses[score > 3 ? 2 : score > 1.5 ? 1 : 0]!.color;
}

/**
 * Draws a graph (a service map) with a score per node: anomalous nodes are larger and colored, and of more than 40
 * nodes they alone have labels. The layout is
 * force-directed and the same for the same graph.
 * @returns a static SVG document
 * @throws HeedError empty-input, bad-graph, length-mismatch, bad-option
 */
export function plotGraph(graph: PlottedGraph, options: GraphPlotOptions = {}): string {
  checkParts('graph', graph, { nodes: checkRecords, edges: checkRecords });
  checkRecord('options', options);
  const { scores, edgeWeights } = options;
  const n = graph.nodes.length;
  if (n === 0) throw new HeedError('empty-input', 'the graph has no node', 'Give at least one.');
  if (scores && scores.length !== n) {
    throw new HeedError(
      'length-mismatch',
      `there are ${scores.length} scores for ${n} nodes`,
      'Give one per node.',
    );
  }
  if (edgeWeights && edgeWeights.length !== graph.edges.length) {
    throw new HeedError(
      'length-mismatch',
      `there are ${edgeWeights.length} weights for ${graph.edges.length} edges`,
      'Give one per edge.',
    );
  }
  const known = new Set(graph.nodes.map(({ id }) => id));
  for (const { source, target } of graph.edges) {
    const missing = [source, target].find((id) => !known.has(id));
    if (missing !== undefined) {
      throw new HeedError(
        'bad-graph',
        `an edge names the node "${missing}", which is not there`,
        'Add the node.',
      );
    }
  }
  const width = plotWidth({ width: options.width ?? 640 });
  const height = plotHeight(options.height ?? Math.min(900, Math.max(260, 70 * Math.sqrt(n) + 160)));
  const top = options.title ? 60 : 36;

  const nodes: Placed[] = graph.nodes.map(({ id }, i) => ({
    id,
    label: scores ? `${id} ${formatNumber(scores[i]!, 2)}` : id,
    radius: scores && scores[i]! > 1 ? 13 : 9,
  }));
  const simulation = forceSimulation(nodes)
    .force(
      'link',
      forceLink<Placed, { source: string | Placed; target: string | Placed }>(
        graph.edges.map(({ source, target }) => ({ source, target })),
      )
        .id((node) => node.id)
        .distance(80),
    )
    .force('charge', forceManyBody().strength(-320))
    .force('center', forceCenter(0, 0))
    // Gently held together, so that parts without edges between them stay near.
    .force('x', forceX(0).strength(0.04))
    .force('y', forceY(0).strength(0.09))
    .force(
      'room',
      forceCollide<Placed>((node) => node.radius + 14),
    )
    .stop();
  simulation.tick(300);

  const xs = nodes.map((node) => node.x!);
  const ys = nodes.map((node) => node.y!);
  const widest = Math.min(width * 0.3, Math.max(...nodes.map(({ label }) => textWidth(label))));
  const margin = widest / 2 + 12;
  const fit = (values: number[], from: number, to: number) => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return (value: number) =>
      high > low ? from + ((value - low) / (high - low)) * (to - from) : (from + to) / 2;
  };
  const fx = fit(xs, margin, width - margin);
  const fy = fit(ys, top + 30, height - 34);
  const place = new Map(
    nodes.map((node) => [node.id, { x: fx(node.x!), y: fy(node.y!), radius: node.radius }]),
  );

  const heaviest = edgeWeights ? Math.max(...Array.from(edgeWeights), 1e-12) : 1;
  const edges = graph.edges.map(({ source, target }, e) => {
    const [a, b] = [place.get(source)!, place.get(target)!];
    const length = Math.hypot(b.x - a.x, b.y - a.y);
    if (length < 1e-6) return '';
    const [ux, uy] = [(b.x - a.x) / length, (b.y - a.y) / length];
    const [x1, y1] = [a.x + ux * a.radius, a.y + uy * a.radius];
    const [x2, y2] = [b.x - ux * (b.radius + 2), b.y - uy * (b.radius + 2)];
    const weight = edgeWeights ? edgeWeights[e]! / heaviest : 0.25;
    const line = element('path', {
      d: `M${x1.toFixed(1)},${y1.toFixed(1)}L${x2.toFixed(1)},${y2.toFixed(1)}`,
      stroke: colors.axis,
      'stroke-width': 0.8 + 3.6 * weight,
      ...(graph.edges.length > manyEdges ? { 'stroke-opacity': 0.3 } : {}),
    });
    if (options.directed === false) return line;
    const [bx, by] = [x2 - ux * 8, y2 - uy * 8];
    const head = `M${x2.toFixed(1)},${y2.toFixed(1)}L${(bx - uy * 4).toFixed(1)},${(by + ux * 4).toFixed(1)}L${(bx + uy * 4).toFixed(1)},${(by - ux * 4).toFixed(1)}z`;
    const faint = graph.edges.length > manyEdges ? { 'fill-opacity': 0.3 } : {};
    return line + element('path', { d: head, fill: colors.axis, ...faint });
  });
  // A label stands on the side of its node where fewer edges run.
  const pull = new Map<string, number>();
  for (const { source, target } of graph.edges) {
    const slope = place.get(target)!.y - place.get(source)!.y;
    pull.set(source, (pull.get(source) ?? 0) + Math.sign(slope));
    pull.set(target, (pull.get(target) ?? 0) - Math.sign(slope));
  }
  const circles = nodes.map((node, i) => {
    const { x, y, radius } = place.get(node.id)!;
    const anomalous = scores !== undefined && scores[i]! > 1;
    const baseline = (pull.get(node.id) ?? 0) > 0 ? y - radius - 6 : y + radius + 13;
    const text = { anchor: 'middle', maxWidth: widest, bold: anomalous } as const;
    return [
      element('circle', {
        cx: x,
        cy: y,
        r: radius,
        fill: nodeColor(scores?.[i]),
        stroke: anomalous ? colors.text : '#ffffff',
        'stroke-width': 1.5,
      }),
      ...(scores && n > mostLabeled && !anomalous
        ? []
        : [
            // A white edge keeps labels readable where lines run below them.
            element(
              'g',
              { stroke: '#ffffff', 'stroke-width': 3, 'stroke-linejoin': 'round', 'aria-hidden': 'true' },
              textElement(x, baseline, node.label, text),
            ),
            textElement(x, baseline, node.label, text),
          ]),
    ].join('');
  });
  const parts: string[] = [];
  if (options.title)
    parts.push(textElement(12, 22, options.title, { size: 15, bold: true, maxWidth: width - 24 }));
  const legend = drawLegend(
    scores
      ? [
          { kind: 'dot', color: normal, label: 'normal (score up to 1)' },
          { kind: 'dot', color: severityClasses[0]!.color, label: 'up to 1.5' },
          { kind: 'dot', color: severityClasses[1]!.color, label: 'up to 3' },
          { kind: 'dot', color: severityClasses[2]!.color, label: 'above 3' },
        ]
      : [],
    12,
    top - 18,
    width - 24,
  );
  parts.push(legend.svg, ...edges, ...circles);
  return svgDocument(width, height, options.title ?? 'Graph', parts);
}
