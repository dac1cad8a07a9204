import {
  useDeferredValue,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type ReactNode,
} from 'react';
import {
  FieldColorModeId,
  getFieldSeriesColor,
  type Field,
  type GrafanaTheme2,
  type TimeRange,
} from '@grafana/data';
import {
  AxisPlacement,
  GraphDrawStyle,
  ScaleDirection,
  ScaleOrientation,
  VisibilityMode,
} from '@grafana/schema';
import { UPlotChart, UPlotConfigBuilder, useTheme2 } from '@grafana/ui';
import type { AlignedData } from 'uplot';
import type uPlot from 'uplot';
import type { Aligned } from './align.js';
import { drawMarkers, drawRegions, drawStrip, type Picture } from './drawing.js';
import type { DrawnSeries, GroupEvent } from './model.js';
import type { HeedFieldConfig } from './types.js';

interface Props {
  readonly series: readonly DrawnSeries[];
  readonly colors: readonly string[];
  readonly aligned: Aligned;
  readonly picture: Picture;
  readonly showBand: boolean;
  readonly showExpected: boolean;
  readonly showStrip: boolean;
  readonly timeRange: TimeRange;
  readonly timeZone: string;
  readonly width: number;
  readonly height: number;
  readonly onPick: (event: GroupEvent) => void;
  readonly children?: (config: UPlotConfigBuilder) => ReactNode;
}

const stripHeight = 20;

/** Lines, bands, regions, markers and the strip of scores. */
export function Chart(props: Props) {
  const { series, colors, aligned, picture, showBand, showExpected, timeRange, timeZone } = props;
  const theme = useTheme2();
  const latest = useRef(props);
  useLayoutEffect(() => {
    latest.current = props;
  });
  const plot = useRef<uPlot | null>(null);
  const strip = useRef<HTMLCanvasElement | null>(null);
  const [box, setBox] = useState({ left: 0, width: 0 });

  // A new builder is a new uPlot instance: only when what is drawn changes in kind, not when values arrive.
  const structure = series
    .map((s, i) => {
      const parts = aligned.series[i];
      return `${s.name}|${colors[i]}|${s.field.config.unit ?? ''}|${s.field.config.min}|${s.field.config.max}|${parts?.lower ?? ''}|${parts?.expected ?? ''}|${JSON.stringify(s.field.config.custom ?? {})}`;
    })
    .join('\n');
  const config = useMemo(() => {
    const builder = prepare(latest, series, colors, aligned, showBand, showExpected, theme, timeZone);
    builder.addHook('init', (u: uPlot) => {
      plot.current = u;
      followClicks(u, () => latest.current);
    });
    builder.addHook('destroy', () => {
      plot.current = null;
    });
    builder.addHook('drawClear', (u: uPlot) => drawRegions(u, latest.current.picture));
    builder.addHook('draw', (u: uPlot) => {
      drawMarkers(u, latest.current.picture);
      const left = Math.round(u.bbox.left / devicePixelRatio);
      const width = Math.round(u.bbox.width / devicePixelRatio);
      // After the drawing: setting state while uPlot draws would resize it under its own feet.
      queueMicrotask(() =>
        setBox((old) => (old.left === left && old.width === width ? old : { left, width })),
      );
    });
    return builder;
    // `structure` stands for series, colors and columns.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [structure, theme, timeZone, showBand, showExpected]);
  const data = useMemo(() => [aligned.time, ...aligned.columns] as unknown as AlignedData, [aligned]);

  useEffect(() => {
    plot.current?.redraw(false, true);
  }, [picture]);

  // uPlot draws when it is mounted; legend and list, which are mounted in this task, come first (with React 19).
  const mounting = useDeferredValue(true, false);

  const from = timeRange.from.valueOf();
  const to = timeRange.to.valueOf();
  useEffect(() => {
    if (strip.current && box.width > 0) {
      drawStrip(strip.current, picture, [from, to], {
        bar: theme.colors.text.disabled,
        threshold: theme.colors.text.secondary,
      });
    }
    // A strip that is shown again is a new, empty canvas.
  }, [picture, box, from, to, theme, props.showStrip]);

  const chartHeight = props.height - (props.showStrip ? stripHeight : 0);
  return (
    <div style={{ position: 'relative', width: props.width, height: props.height }}>
      {mounting && (
        <UPlotChart config={config} data={data} width={props.width} height={chartHeight}>
          {props.children?.(config)}
        </UPlotChart>
      )}
      {props.showStrip && box.width > 0 && (
        <>
          <span
            style={{
              position: 'absolute',
              bottom: 2,
              left: 0,
              width: box.left - 6,
              textAlign: 'right',
              fontSize: 11,
              color: theme.colors.text.secondary,
            }}
          >
            score
          </span>
          <canvas
            ref={strip}
            data-testid="heed-score-strip"
            aria-label="Anomaly score over time; the dotted line is the threshold"
            role="img"
            width={Math.round(box.width * devicePixelRatio)}
            height={Math.round((stripHeight - 3) * devicePixelRatio)}
            style={{
              position: 'absolute',
              bottom: 0,
              left: box.left,
              width: box.width,
              height: stripHeight - 3,
            }}
          />
        </>
      )}
    </div>
  );
}

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

export function formatValue(
  field: Field,
  value: number | null | undefined,
  decimals?: number | null,
): string {
  if (value === null || value === undefined) return '–';
  const display = field.display?.(value, decimals);
  if (!display) return Number(value.toPrecision(4)).toString();
  return `${display.prefix ?? ''}${display.text}${display.suffix ?? ''}`;
}

function prepare(
  latest: { readonly current: Props },
  series: readonly DrawnSeries[],
  colors: readonly string[],
  aligned: Aligned,
  showBand: boolean,
  showExpected: boolean,
  theme: GrafanaTheme2,
  timeZone: string,
): UPlotConfigBuilder {
  const builder = new UPlotConfigBuilder(timeZone);
  builder.addScale({
    scaleKey: 'x',
    isTime: true,
    orientation: ScaleOrientation.Horizontal,
    direction: ScaleDirection.Right,
    range: () => [latest.current.timeRange.from.valueOf(), latest.current.timeRange.to.valueOf()],
  });
  builder.addAxis({ scaleKey: 'x', isTime: true, placement: AxisPlacement.Bottom, timeZone, theme });
  builder.setCursor({ sync: { key: '__global_', scales: ['x', null as never] } });

  const scales = new Set<string>();
  const roles = describeColumns(aligned);
  aligned.columns.forEach((_, column) => {
    const { at, role } = roles[column]!;
    const { field } = series[at]!;
    const custom = (field.config.custom ?? {}) as Partial<HeedFieldConfig>;
    const scaleKey = `y-${field.config.unit ?? ''}`;
    if (!scales.has(scaleKey)) {
      builder.addScale({
        scaleKey,
        orientation: ScaleOrientation.Vertical,
        direction: ScaleDirection.Up,
        min: field.config.min ?? null,
        max: field.config.max ?? null,
      });
      builder.addAxis({
        scaleKey,
        theme,
        ticks: { show: false },
        placement: scales.size === 0 ? AxisPlacement.Left : AxisPlacement.Right,
        formatValue: (value: number, decimals?: number | null) => formatValue(field, value, decimals),
      });
      scales.add(scaleKey);
    }
    const isEdge = role === 'lower' || role === 'upper';
    builder.addSeries({
      scaleKey,
      theme,
      show: role === 'value' || (isEdge && showBand) || (role === 'expected' && showExpected),
      drawStyle: GraphDrawStyle.Line,
      lineColor: isEdge ? 'transparent' : role === 'expected' ? `${hex(colors[at]!, theme)}99` : colors[at]!,
      lineWidth: isEdge ? 0 : role === 'expected' ? 1 : (custom.lineWidth ?? 1),
      ...(role === 'expected' ? { lineStyle: { fill: 'dash' as const, dash: [5, 4] } } : {}),
      fillOpacity: role === 'value' ? (custom.fillOpacity ?? 0) : 0,
      showPoints: role === 'value' ? VisibilityMode.Auto : VisibilityMode.Never,
      pointSize: role === 'value' ? 5 : 0,
      spanNulls: false,
    } as never);
  });
  if (showBand) {
    aligned.series.forEach((parts, at) => {
      if (parts.upper === undefined || parts.lower === undefined) return;
      const color = series.length === 1 ? '#56b4e9' : hex(colors[at]!, theme);
      builder.addBand({
        series: [parts.upper + 1, parts.lower + 1],
        fill: `${color}${theme.isDark ? '2e' : '33'}`,
        dir: -1,
      });
    });
  }
  return builder;
}

const hex = (color: string, theme: GrafanaTheme2) => {
  const named = theme.visualization.getColorByName(color);
  return /^#[0-9a-f]{6}$/i.test(named) ? named : '#56b4e9';
};

function describeColumns(aligned: Aligned) {
  const roles: Array<{ at: number; role: 'value' | 'expected' | 'lower' | 'upper' }> = [];
  aligned.series.forEach((parts, at) => {
    for (const role of ['value', 'expected', 'lower', 'upper'] as const) {
      const column = parts[role];
      if (column !== undefined) roles[column] = { at, role };
    }
  });
  return roles;
}

/** A click on a region opens its reason; a drag is a zoom and everything else belongs to the tooltip. */
function followClicks(u: uPlot, current: () => Props): void {
  const eventAt = (event: MouseEvent): GroupEvent | undefined => {
    const x = event.clientX - u.over.getBoundingClientRect().left;
    const { events } = current().picture;
    const near = u.posToVal(x + 4, 'x') - u.posToVal(x, 'x');
    const time = u.posToVal(x, 'x');
    return events
      .filter((item) => time >= item.event.start - near && time <= item.event.end + near)
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
