import { css } from '@emotion/css';
import type { PanelProps } from '@grafana/data';
import { PanelDataErrorView } from '@grafana/runtime';
import { LegendDisplayMode } from '@grafana/schema';
import { VizLayout, VizLegend, useStyles2 } from '@grafana/ui';
import { scoringService } from '../shared/services.js';
import { Chart } from './Chart.js';
import { EventList, isNarrow, listHeight } from './EventList.js';
import { feedbackOn, withFeedback } from './feedback.js';
import { PlotLayers } from './PlotLayers.js';
import { StatusLine, statusHeight, statusOf } from './StatusLine.js';
import type { HeedPanelOptions, PanelFeedback } from './types.js';
import { useGroups } from './useGroups.js';
import { useLegend } from './useLegend.js';
import { usePicture } from './usePicture.js';
import { useSelection } from './useSelection.js';
import { WhyDrawer } from './WhyDrawer.js';

/** With more series than this bands and expectations would hide each other. */
const bandsAtMost = 8;
/** A panel lower than this has room for the chart alone. */
const roomForList = 200;

export function HeedPanel(props: PanelProps<HeedPanelOptions>) {
  const { data, timeRange, timeZone, width, height, options, onOptionsChange, onChangeTimeRange } = props;
  const styles = useStyles2(getStyles);
  const service = scoringService();
  const found = useGroups(props, service);
  const { events } = found;
  const { items, listed, series, colors, toggle } = useLegend(found, options.maxSeries);
  const { selected, pick, clear } = useSelection(events);
  const picture = usePicture({
    series,
    found,
    selected,
    annotations: data.annotations,
    from: timeRange.from.valueOf(),
    to: timeRange.to.valueOf(),
    options,
    service,
  });

  if (found.ranked.length === 0) {
    if (found.behind) return null;
    const { id, fieldConfig } = props;
    return (
      <PanelDataErrorView
        panelId={id}
        fieldConfig={fieldConfig}
        data={data}
        needsTimeField
        needsNumberField
      />
    );
  }

  const { legend, tooltip } = options;
  const feedback = options.feedback ?? noFeedback;
  const status = statusOf(found, listed.length);
  const heightOfList =
    options.showEvents && events.length > 0 && height > roomForList
      ? listHeight(events.length, isNarrow(width), height)
      : 0;
  const hasLegend = legend.showLegend && legend.displayMode !== LegendDisplayMode.Hidden;
  return (
    <div data-testid="heed-panel" data-busy={found.busy} className={styles.panel} style={{ width, height }}>
      <VizLayout
        width={width}
        height={height - heightOfList - (status ? statusHeight : 0)}
        legend={
          hasLegend ? (
            <VizLayout.Legend placement={legend.placement} {...legendWidth(legend)}>
              <VizLegend
                placement={legend.placement}
                items={items}
                displayMode={legend.displayMode}
                onLabelClick={toggle}
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
            onPick={pick}
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
                onChangeTimeRange={onChangeTimeRange}
              />
            )}
          </Chart>
        )}
      </VizLayout>
      <StatusLine text={status} />
      {heightOfList > 0 && (
        <EventList
          events={events}
          selected={selected}
          feedback={feedback}
          timeZone={timeZone}
          width={width}
          height={heightOfList}
          several={found.groups.length > 1}
          onPick={pick}
        />
      )}
      {selected && (
        <WhyDrawer
          item={selected}
          series={selected.group.key ? service.recall(selected.group.key)?.series : undefined}
          feedback={feedbackOn(feedback, selected.group.name, selected.event)}
          timeZone={timeZone}
          onFeedback={(kind) =>
            onOptionsChange({
              ...options,
              feedback: withFeedback(feedback, selected.group.name, selected.event, kind),
            })
          }
          onZoom={(start, end) => {
            clear();
            onChangeTimeRange(withMargin(start, end));
          }}
          onClose={clear}
        />
      )}
    </div>
  );
}

const withMargin = (start: number, end: number) => {
  const margin = 0.1 * (end - start);
  return { from: Math.floor(start - margin), to: Math.ceil(end + margin) };
};

const legendWidth = ({ placement, width }: HeedPanelOptions['legend']) =>
  placement === 'right' && width ? { width } : {};

const noFeedback: readonly PanelFeedback[] = [];

const getStyles = () => ({ panel: css({ position: 'relative' }) });
