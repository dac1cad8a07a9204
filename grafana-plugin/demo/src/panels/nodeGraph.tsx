// Grafana's own Node graph panel is not on npm. This stands in for it: it draws the documented fields of nodes and
// edges, shows the details of a node on a click, and knows nothing of Heed.
import { useMemo, useState, type KeyboardEvent } from 'react';
import {
  PanelPlugin,
  formattedValueToString,
  getFieldDisplayName,
  type DataFrame,
  type Field,
  type PanelProps,
} from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from 'd3-force';

interface Placed {
  readonly id: string;
  readonly row: number;
  x: number;
  y: number;
}

const radius = 15;
const detailsWidth = 420;
const detailsHeight = 340;
const margin = { x: 64, y: 24 };
const find = (frame: DataFrame | undefined, name: string) =>
  frame?.fields.find((field) => field.name.toLowerCase() === name);
const text = (field: Field | undefined, row: number): string => {
  const value: unknown = field?.values[row];
  if (!field || value === null || value === undefined || value === '') return '';
  return field.display ? formattedValueToString(field.display(value)) : String(value);
};

/** The same map in the same panel always lies the same way. */
function place(nodes: DataFrame, edges: DataFrame, width: number, height: number): Placed[] {
  const ids = find(nodes, 'id')!.values as string[];
  const placed: Placed[] = ids.map((id, row) => ({
    id,
    row,
    x: Math.cos(row * 2.4) * 8 * Math.sqrt(row),
    y: Math.sin(row * 2.4) * 8 * Math.sqrt(row),
  }));
  const [source, target] = [find(edges, 'source')!.values, find(edges, 'target')!.values];
  const known = new Set(ids);
  const links = Array.from({ length: edges.length }, (_, e) => ({
    source: source[e] as string,
    target: target[e] as string,
  })).filter((link) => known.has(link.source) && known.has(link.target));
  forceSimulation(placed)
    .force('charge', forceManyBody().strength(-160))
    .force(
      'link',
      forceLink<Placed, { source: string; target: string }>(links)
        .id((node) => node.id)
        .distance(60),
    )
    .force('collide', forceCollide(radius * 2))
    .force('x', forceX(0).strength(0.05))
    .force('y', forceY(0).strength(0.05 * (width / height)))
    .stop()
    .tick(300);
  const bounds = (values: number[]) => [Math.min(...values), Math.max(...values)] as const;
  const [x0, x1] = bounds(placed.map(({ x }) => x));
  const [y0, y1] = bounds(placed.map(({ y }) => y));
  for (const node of placed) {
    node.x = margin.x + ((node.x - x0) / Math.max(1, x1 - x0)) * (width - 2 * margin.x);
    node.y = margin.y + ((node.y - y0) / Math.max(1, y1 - y0)) * (height - 2 * margin.y - 16);
  }
  return placed;
}

function NodeGraphPanel({ data, width, height }: PanelProps) {
  const theme = useTheme2();
  const edges = data.series.find((frame) => find(frame, 'source') && find(frame, 'target'));
  const nodes = data.series.find((frame) => frame !== edges && find(frame, 'id'));
  const [open, setOpen] = useState<string>();
  const placed = useMemo(
    () => (nodes && edges ? place(nodes, edges, width, height) : []),
    [nodes, edges, width, height],
  );
  if (!nodes || !edges) return <div data-testid="node-graph-empty">No data</div>;
  const at = new Map(placed.map((node) => [node.id, node]));
  const [title, color, stat] = ['title', 'color', 'mainstat'].map((name) => find(nodes, name));
  const arcs = nodes.fields.filter((field) => field.name.toLowerCase().startsWith('arc__'));
  const [source, target] = [find(edges, 'source')!, find(edges, 'target')!];
  const [edgeColor, thickness] = [find(edges, 'color'), find(edges, 'thickness')];
  const line = theme.colors.border.strong;
  const opened = open === undefined ? undefined : at.get(open);
  return (
    <div style={{ width, height, position: 'relative', overflow: 'hidden' }} data-testid="node-graph">
      <svg width={width} height={height} role="group" aria-label="Map">
        {Array.from({ length: edges.length }, (_, e) => {
          const [from, to] = [at.get(source.values[e] as string), at.get(target.values[e] as string)];
          if (!from || !to) return null;
          return (
            <line
              key={e}
              x1={from.x}
              y1={from.y}
              x2={to.x}
              y2={to.y}
              stroke={(edgeColor?.values[e] as string | undefined) ?? line}
              strokeWidth={Number(thickness?.values[e] ?? 1)}
              opacity={0.45}
            />
          );
        })}
        {placed.map(({ id, row, x, y }) => {
          const show = () => setOpen(open === id ? undefined : id);
          return (
            <g
              key={id}
              transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`}
              role="button"
              tabIndex={0}
              aria-label={text(title, row) || id}
              data-node={id}
              style={{ cursor: 'pointer' }}
              onClick={show}
              onKeyDown={(event: KeyboardEvent) => (event.key === 'Enter' || event.key === ' ') && show()}
            >
              <circle r={radius} fill={theme.colors.background.primary} />
              <Ring arcs={arcs} row={row} otherwise={(color?.values[row] as string | undefined) ?? line} />
              <text textAnchor="middle" y={3} fontSize={9} fill={theme.colors.text.primary}>
                {text(stat, row)}
              </text>
              <text textAnchor="middle" y={radius + 12} fontSize={10} fill={theme.colors.text.secondary}>
                {text(title, row) || id}
              </text>
            </g>
          );
        })}
      </svg>
      {opened && (
        <Details
          frame={nodes}
          row={opened.row}
          x={opened.x + 24 + detailsWidth > width ? Math.max(0, opened.x - 24 - detailsWidth) : opened.x + 24}
          y={Math.min(opened.y, Math.max(0, height - detailsHeight))}
          onClose={() => setOpen(undefined)}
        />
      )}
    </div>
  );
}

/** One circle, cut into the shares of the arc fields. */
function Ring({ arcs, row, otherwise }: { arcs: Field[]; row: number; otherwise: string }) {
  const around = 2 * Math.PI * radius;
  const shares = arcs.map((arc) => Math.max(0, Number(arc.values[row]) || 0));
  const parts = shares.some((share) => share > 0)
    ? shares.map((share, i) => ({
        share,
        before: shares.slice(0, i).reduce((sum, each) => sum + each, 0),
        color: arcs[i]!.config.color?.fixedColor ?? otherwise,
      }))
    : [{ share: 1, before: 0, color: otherwise }];
  return (
    <>
      {parts
        .filter(({ share }) => share > 0)
        .map(({ share, before, color }, i) => (
          <circle
            key={i}
            r={radius}
            fill="none"
            stroke={color}
            strokeWidth={4}
            strokeDasharray={`${share * around} ${around}`}
            transform={`rotate(${-90 + 360 * before})`}
          />
        ))}
    </>
  );
}

function Details(props: { frame: DataFrame; row: number; x: number; y: number; onClose: () => void }) {
  const theme = useTheme2();
  const { frame, row } = props;
  const shown = frame.fields.filter(
    ({ name }) => /^(mainstat|secondarystat)$/i.test(name) || name.toLowerCase().startsWith('detail__'),
  );
  return (
    <div
      role="dialog"
      aria-label={text(find(frame, 'title'), row)}
      data-testid="node-details"
      style={{
        position: 'absolute',
        left: props.x,
        top: props.y,
        width: detailsWidth,
        maxHeight: detailsHeight,
        overflow: 'auto',
        padding: 10,
        fontSize: 12,
        background: theme.colors.background.elevated ?? theme.colors.background.secondary,
        border: `1px solid ${theme.colors.border.medium}`,
        borderRadius: 4,
        boxShadow: theme.shadows.z3,
      }}
    >
      <div style={{ display: 'flex' }}>
        <b style={{ flex: 1 }}>
          {text(find(frame, 'title'), row)} · {text(find(frame, 'subtitle'), row)}
        </b>
        <button
          type="button"
          aria-label="Close"
          onClick={props.onClose}
          style={{ background: 'none', border: 0, color: 'inherit', cursor: 'pointer' }}
        >
          ×
        </button>
      </div>
      <table style={{ width: '100%' }}>
        <tbody>
          {shown
            .filter((field) => text(field, row) !== '')
            .map((field) => (
              <tr key={field.name}>
                <td style={{ color: theme.colors.text.secondary, verticalAlign: 'top', width: 110 }}>
                  {getFieldDisplayName(field, frame)}
                </td>
                <td>{text(field, row)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}

export const nodeGraphPlugin = new PanelPlugin(NodeGraphPanel).useFieldConfig();
