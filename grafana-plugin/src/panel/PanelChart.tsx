import type { PanelProps } from '@grafana/data';
import { LegendDisplayMode } from '@grafana/schema';
import { VizLayout, VizLegend } from '@grafana/ui';
import { Chart } from './Chart.js';
import type { Picture } from './drawing.js';
import type { DrawnSeries, GroupEvent } from './model.js';
import { PlotLayers } from './PlotLayers.js';
import type { HeedPanelOptions } from './types.js';
import type { useLegend } from './useLegend.js';

/** With more series than this bands and expectations would hide each other. */
const bandsAtMost = 8;

interface Props extends Pick<
  PanelProps<HeedPanelOptions>,
  'options' | 'timeRange' | 'timeZone' | 'width' | 'height' | 'onChangeTimeRange'
> {
  readonly series: readonly DrawnSeries[];
  readonly colors: readonly string[];
  readonly picture: Picture;
  readonly legend: Pick<ReturnType<typeof useLegend>, 'items' | 'toggle'>;
  readonly onPick: (event: GroupEvent) => void;
}

/** The chart with its legend beside or below it. */
export function PanelChart(props: Props) {
  const { options, series, colors, picture, width, height, timeRange, timeZone, onPick } = props;
  const { legend, tooltip } = options;
  const hasLegend = legend.showLegend && legend.displayMode !== LegendDisplayMode.Hidden;
  return (
    <VizLayout
      width={width}
      height={height}
      legend={
        hasLegend ? (
          <VizLayout.Legend placement={legend.placement} {...legendWidth(legend)}>
            <VizLegend
              placement={legend.placement}
              items={props.legend.items}
              displayMode={legend.displayMode}
              onLabelClick={props.legend.toggle}
            />
          </VizLayout.Legend>
        ) : null
      }
    >
      {(w: number, h: number) => (
        <Chart
          series={series}
          colors={colors}
          aligned={picture.aligned}
          picture={picture}
          showBand={options.showBand && series.length <= bandsAtMost}
          showExpected={options.showExpected && series.length <= bandsAtMost}
          showStrip={options.showStrip && h > 120}
          timeRange={timeRange}
          timeZone={timeZone}
          width={w}
          height={h}
          onPick={onPick}
        >
          {(config) => (
            <PlotLayers
              config={config}
              picture={picture}
              series={series}
              colors={colors}
              mode={tooltip.mode}
              timeZone={timeZone}
              width={w}
              onChangeTimeRange={props.onChangeTimeRange}
            />
          )}
        </Chart>
      )}
    </VizLayout>
  );
}

const legendWidth = ({ placement, width }: HeedPanelOptions['legend']) =>
  placement === 'right' && width ? { width } : {};
