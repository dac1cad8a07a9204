import { css } from '@emotion/css';
import type { PanelProps } from '@grafana/data';
import { PanelDataErrorView } from '@grafana/runtime';
import { useStyles2 } from '@grafana/ui';
import { scoringService } from '../shared/services.js';
import { alertSubject } from './alertSubject.js';
import { EventList, isNarrow, listHeight } from './EventList.js';
import { feedbackOn, withFeedback } from './feedback.js';
import { PanelChart } from './PanelChart.js';
import { StatusLine, stateOf, statusHeight, statusOf } from './StatusLine.js';
import type { HeedPanelOptions, PanelFeedback } from './types.js';
import { useGroups } from './useGroups.js';
import { useLegend } from './useLegend.js';
import { usePicture } from './usePicture.js';
import { useSelection } from './useSelection.js';
import { useView } from './useView.js';
import { WhyDrawer } from './WhyDrawer.js';

/** A panel lower than this has room for the chart alone. */
const roomForList = 200;

export function HeedPanel(props: PanelProps<HeedPanelOptions>) {
  const { data, timeRange, timeZone, width, height, options, onOptionsChange, onChangeTimeRange } = props;
  const styles = useStyles2(getStyles);
  const service = scoringService();
  const { wanted, choose, viewOf } = useView();
  const found = useGroups(props, service, wanted);
  const { events } = found;
  const { listed, series, colors, ...legend } = useLegend(found, options.maxSeries);
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

  const feedback = options.feedback ?? noFeedback;
  const status = statusOf(found, listed.length);
  const view = viewOf(found);
  const state = stateOf(found, timeZone);
  const hasStatus = Boolean(status || view);
  const heightOfList =
    options.showEvents && events.length > 0 && height > roomForList
      ? listHeight(events.length, isNarrow(width), height)
      : 0;
  return (
    <div data-testid="heed-panel" data-busy={found.busy} className={styles.panel} style={{ width, height }}>
      <PanelChart
        options={options}
        series={series}
        colors={colors}
        picture={picture}
        legend={legend}
        timeRange={timeRange}
        timeZone={timeZone}
        width={width}
        height={height - heightOfList - (hasStatus ? statusHeight : 0)}
        onPick={pick}
        onChangeTimeRange={onChangeTimeRange}
      />
      {hasStatus && (
        <StatusLine
          text={status}
          state={state}
          view={view}
          onView={choose}
          alert={() => alertSubject(props)}
        />
      )}
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

const noFeedback: readonly PanelFeedback[] = [];

const getStyles = () => ({ panel: css({ position: 'relative' }) });
