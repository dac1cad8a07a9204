import { FieldColorModeId, getFieldSeriesColor, type Field, type GrafanaTheme2 } from '@grafana/data';
import {
  AxisPlacement,
  GraphDrawStyle,
  ScaleDirection,
  ScaleOrientation,
  VisibilityMode,
} from '@grafana/schema';
import { UPlotConfigBuilder } from '@grafana/ui';
import { formatNumber } from '@heed/core/plot';
import type uPlot from 'uplot';
import type { Aligned } from './align.js';
import type { DrawnSeries, GroupEvent } from './model.js';
import type { HeedFieldConfig } from './types.js';

/** Blue of the Okabe–Ito palette: the expected band of a single series. */
const bandColor = '#56b4e9';

/** Colors by the field's own setting; the classic palette is dealt out by drawn series, not by every field of a frame. */
export function seriesColors(series: readonly DrawnSeries[], theme: GrafanaTheme2): string[] {
  return series.map(({ field }, i) => {
    const mode = field.config.color?.mode;
    if (mode && mode !== FieldColorModeId.PaletteClassic && mode !== FieldColorModeId.Thresholds) {
      return getFieldSeriesColor(field, theme).color;
    }
    const { palette } = theme.visualization;
    return theme.visualization.getColorByName(palette[i % palette.length]!);
  });
}

/** As the field's settings say; without a unit, numbers as the reasons say them (`26G`, not `26000000000`). */
export function formatValue(
  field: Field,
  value: number | null | undefined,
  decimals?: number | null,
): string {
  if (value === null || value === undefined) return '–';
  const { unit, mappings, decimals: wished } = field.config;
  const plain = (!unit || unit === 'none') && !mappings?.length && typeof wished !== 'number';
  const display = plain ? undefined : field.display?.(value, decimals);
  if (!display) return formatNumber(value, 4);
  return `${display.prefix ?? ''}${display.text}${display.suffix ?? ''}`;
}

export interface PlotSettings {
  readonly series: readonly DrawnSeries[];
  readonly colors: readonly string[];
  readonly aligned: Aligned;
  readonly showBand: boolean;
  readonly showExpected: boolean;
  readonly theme: GrafanaTheme2;
  readonly timeZone: string;
  /** Axes at most: those of further units would leave no room for the lines; the tooltip has their values. */
  readonly axesAtMost: number;
  /** Range of time as it is when uPlot draws. */
  readonly range: () => [number, number];
}

/** What changes of a drawing in kind: as long as it stays the same, values alone have changed. */
export function describeStructure({
  series,
  colors,
  aligned,
}: Pick<PlotSettings, 'series' | 'colors' | 'aligned'>): string {
  return series
    .map(({ name, field: { config } }, i) => {
      const parts = aligned.series[i];
      return JSON.stringify([
        name,
        colors[i],
        config.unit,
        config.min,
        config.max,
        parts?.lower,
        parts?.expected,
        config.custom ?? {},
      ]);
    })
    .join('\n');
}

export function preparePlot(settings: PlotSettings): UPlotConfigBuilder {
  const { series, colors, aligned, showBand, theme, timeZone } = settings;
  const builder = new UPlotConfigBuilder(timeZone);
  builder.addScale({
    scaleKey: 'x',
    isTime: true,
    orientation: ScaleOrientation.Horizontal,
    direction: ScaleDirection.Right,
    range: settings.range,
  });
  builder.addAxis({ scaleKey: 'x', isTime: true, placement: AxisPlacement.Bottom, timeZone, theme });
  builder.setCursor({ sync: { key: '__global_', scales: ['x', null] } });
  const scales = new Set<string>();
  const roles = describeColumns(aligned);
  aligned.columns.forEach((_, column) => {
    const { at, role } = roles[column]!;
    const scaleKey = `y-${series[at]!.field.config.unit ?? ''}`;
    if (!scales.has(scaleKey)) {
      addValueScale(builder, scaleKey, series[at]!.field, scales.size, settings);
      scales.add(scaleKey);
    }
    addColumn(builder, scaleKey, series[at]!.field, colors[at]!, role, settings);
  });
  if (showBand) {
    aligned.series.forEach((parts, at) => {
      if (parts.upper === undefined || parts.lower === undefined) return;
      const color = series.length === 1 ? bandColor : hex(colors[at]!, theme);
      builder.addBand({
        series: [parts.upper + 1, parts.lower + 1],
        fill: `${color}${theme.isDark ? '2e' : '33'}`,
        dir: -1,
      });
    });
  }
  return builder;
}

function addValueScale(
  builder: UPlotConfigBuilder,
  scaleKey: string,
  field: Field,
  nth: number,
  { theme, axesAtMost }: PlotSettings,
): void {
  builder.addScale({
    scaleKey,
    orientation: ScaleOrientation.Vertical,
    direction: ScaleDirection.Up,
    min: field.config.min ?? null,
    max: field.config.max ?? null,
  });
  if (nth >= axesAtMost) return;
  builder.addAxis({
    scaleKey,
    theme,
    ticks: { show: false },
    placement: nth === 0 ? AxisPlacement.Left : AxisPlacement.Right,
    formatValue: (value: number, decimals?: number | null) => formatValue(field, value, decimals),
  });
}

type Role = 'value' | 'expected' | 'lower' | 'upper';

function addColumn(
  builder: UPlotConfigBuilder,
  scaleKey: string,
  field: Field,
  color: string,
  role: Role,
  { theme, showBand, showExpected }: PlotSettings,
): void {
  const custom = (field.config.custom ?? {}) as Partial<HeedFieldConfig>;
  const isEdge = role === 'lower' || role === 'upper';
  builder.addSeries({
    scaleKey,
    theme,
    show: role === 'value' || (isEdge && showBand) || (role === 'expected' && showExpected),
    drawStyle: GraphDrawStyle.Line,
    lineColor: isEdge ? 'transparent' : role === 'expected' ? `${hex(color, theme)}99` : color,
    lineWidth: isEdge ? 0 : role === 'expected' ? 1 : (custom.lineWidth ?? 1),
    ...(role === 'expected' ? { lineStyle: { fill: 'dash' as const, dash: [5, 4] } } : {}),
    fillOpacity: role === 'value' ? (custom.fillOpacity ?? 0) : 0,
    showPoints: role === 'value' ? VisibilityMode.Auto : VisibilityMode.Never,
    pointSize: role === 'value' ? 5 : 0,
    spanNulls: false,
  });
}

const hex = (color: string, theme: GrafanaTheme2) => {
  const named = theme.visualization.getColorByName(color);
  return /^#[0-9a-f]{6}$/i.test(named) ? named : bandColor;
};

function describeColumns(aligned: Aligned) {
  const roles: Array<{ at: number; role: Role }> = [];
  aligned.series.forEach((parts, at) => {
    for (const role of ['value', 'expected', 'lower', 'upper'] as const) {
      const column = parts[role];
      if (column !== undefined) roles[column] = { at, role };
    }
  });
  return roles;
}

/** A click on a region opens its reason; a drag is a zoom and everything else belongs to the tooltip. */
export function followClicks(
  u: uPlot,
  current: () => { readonly events: readonly GroupEvent[]; readonly onPick: (event: GroupEvent) => void },
): void {
  const eventAt = (event: MouseEvent): GroupEvent | undefined => {
    const x = event.clientX - u.over.getBoundingClientRect().left;
    const near = u.posToVal(x + 4, 'x') - u.posToVal(x, 'x');
    const time = u.posToVal(x, 'x');
    return current()
      .events.filter((item) => time >= item.event.start - near && time <= item.event.end + near)
      .sort((a, b) => b.event.severity - a.event.severity)[0];
  };
  let downAt: number | undefined;
  u.over.addEventListener('mousedown', (event) => (downAt = event.clientX), true);
  u.over.addEventListener(
    'click',
    (event) => {
      if (downAt !== undefined && Math.abs(event.clientX - downAt) > 4) return;
      const found = eventAt(event);
      if (!found) return;
      event.stopImmediatePropagation();
      current().onPick(found);
    },
    true,
  );
  u.over.addEventListener('mousemove', (event) => {
    u.over.style.cursor = eventAt(event) ? 'pointer' : '';
  });
}
