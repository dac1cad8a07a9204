// Grafana's own Time series panel is not on npm. This stands in for it with the chart component that is: it draws
// what a query returns and every annotation, as the real one does, and knows nothing of Heed.
import { useLayoutEffect, useRef } from 'react';
import { PanelPlugin, colorManipulator, type DataFrame, type PanelProps } from '@grafana/data';
import { GraphDrawStyle, LegendDisplayMode, VisibilityMode } from '@grafana/schema';
import {
  TimeSeries,
  TooltipPlugin2,
  graphFieldOptions,
  useTheme2,
  type UPlotConfigBuilder,
} from '@grafana/ui';
import type uPlot from 'uplot';

function Annotations({ config, frames }: { config: UPlotConfigBuilder; frames: readonly DataFrame[] }) {
  const theme = useTheme2();
  const latest = useRef(frames);
  const plot = useRef<uPlot | null>(null);
  useLayoutEffect(() => {
    latest.current = frames;
    plot.current?.redraw();
  }, [frames]);
  useLayoutEffect(() => {
    config.addHook('init', (u: uPlot) => {
      plot.current = u;
    });
    config.addHook('draw', (u: uPlot) => {
      const { ctx } = u;
      ctx.save();
      ctx.beginPath();
      ctx.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
      ctx.clip();
      for (const frame of latest.current) {
        const values = (name: string) => frame.fields.find((field) => field.name === name)?.values;
        const [start, end, color] = [values('time'), values('timeEnd'), values('color')];
        for (let i = 0; i < frame.length; i++) {
          const stroke = theme.visualization.getColorByName((color?.[i] as string) || 'red');
          const x0 = u.valToPos(Number(start?.[i]), 'x', true);
          const x1 = u.valToPos(Number(end?.[i] ?? start?.[i]), 'x', true);
          ctx.fillStyle = colorManipulator.alpha(stroke, 0.15);
          ctx.fillRect(x0, u.bbox.top, Math.max(2, x1 - x0), u.bbox.height);
          ctx.strokeStyle = stroke;
          ctx.setLineDash([5, 5]);
          ctx.strokeRect(x0, u.bbox.top - 2, Math.max(2, x1 - x0), u.bbox.height + 4);
        }
      }
      ctx.restore();
    });
  }, [config, theme]);
  return null;
}

function TimeSeriesPanel({ data, timeRange, timeZone, width, height, onChangeTimeRange }: PanelProps) {
  const frames = data.series.filter((frame) => frame.length > 0);
  if (frames.length === 0) return <div data-testid="time-series-empty">No data</div>;
  const annotations = data.annotations ?? [];
  return (
    <div
      data-testid="time-series"
      data-annotations={annotations.reduce((sum, frame) => sum + frame.length, 0)}
      style={{ position: 'relative' }}
    >
      <TimeSeries
        frames={frames}
        {...(data.structureRev === undefined ? {} : { structureRev: data.structureRev })}
        timeRange={timeRange}
        timeZone={timeZone}
        width={width}
        height={height}
        legend={{ showLegend: true, displayMode: LegendDisplayMode.List, placement: 'bottom', calcs: [] }}
      >
        {(config) => (
          <>
            <Annotations config={config} frames={annotations} />
            <TooltipPlugin2
              config={config}
              hoverMode={1 as never}
              queryZoom={onChangeTimeRange}
              clientZoom
              render={() => null}
            />
          </>
        )}
      </TimeSeries>
    </div>
  );
}

export const timeSeriesPlugin = new PanelPlugin(TimeSeriesPanel)
  .useFieldConfig({
    useCustomConfig: (builder) => {
      builder
        .addRadio({
          path: 'drawStyle',
          name: 'Style',
          defaultValue: GraphDrawStyle.Line,
          settings: { options: graphFieldOptions.drawStyle },
        })
        .addSliderInput({
          path: 'lineWidth',
          name: 'Line width',
          defaultValue: 1,
          settings: { min: 0, max: 10, step: 1 },
        })
        .addSliderInput({
          path: 'fillOpacity',
          name: 'Fill opacity',
          defaultValue: 0,
          settings: { min: 0, max: 100, step: 1 },
        })
        .addRadio({
          path: 'showPoints',
          name: 'Show points',
          defaultValue: VisibilityMode.Auto,
          settings: { options: graphFieldOptions.showPoints },
        });
    },
  })
  .setDataSupport({ annotations: true });
