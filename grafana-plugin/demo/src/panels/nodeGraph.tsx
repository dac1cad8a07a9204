import { PanelPlugin, type PanelProps } from '@grafana/data';

/** Stands in for Grafana's Node graph panel, which is not on npm: circles, lines and a ring for the score. */
function NodeGraphPanel({ data, width, height }: PanelProps) {
  return <div style={{ width, height }}>{data.series.length} frames</div>;
}

export const nodeGraphPlugin = new PanelPlugin(NodeGraphPanel).useFieldConfig();
