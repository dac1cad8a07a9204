import { css } from '@emotion/css';
import type { PanelProps } from '@grafana/data';
import { PanelDataErrorView } from '@grafana/runtime';
import { useStyles2 } from '@grafana/ui';
import { scoringService } from '../shared/services.js';
import { alertSubject } from './alertSubject.js';
import { EventList, isNarrow, listHeight } from './EventList.js';
import { feedbackOn, withFeedback } from './feedback.js';
import { PanelChart } from './PanelChart.js';
import { TriageBar, triageHeight } from './TriageBar.js';
import { StatusLine, tellState, statusHeight, tellStatus } from './StatusLine.js';
import type { HeedPanelOptions, PanelFeedback } from './types.js';
import { useGroups } from './useGroups.js';
import { useLegend } from './useLegend.js';
import { usePicture } from './usePicture.js';
import { useSelection } from './useSelection.js';
import { useTriage } from './useTriage.js';
import { useView } from './useView.js';
import { WhyDrawer } from './WhyDrawer.js';

/** A panel lower than this has room for the chart alone. */
const roomForList = 200;

export function HeedPanel(props: PanelProps<HeedPanelOptions>) {
  const { data, timeRange, timeZone, width, height, options, onOptionsChange, onChangeTimeRange } = props;
  const styles = useStyles2(getStyles);
  const service = scoringService();
  const { wanted, choose, viewOf } = useView();
  const all = useGroups(props, service, wanted);
  const triage = useTriage(all, { from: timeRange.from.valueOf(), to: timeRange.to.valueOf() });
  const { shown: found, rows } = triage;
  const { listed, series, colors, ...legend } = useLegend(found, options.maxSeries);
  const { selected, pick, clear } = useSelection(all.events);
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

  if (all.ranked.length === 0) {
    if (all.behind) return null;
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
  const status = tellStatus(found, listed.length);
  const view = viewOf(found);
  const state = tellState(found, timeZone);
  const hasStatus = Boolean(status || view);
  const hasList = options.showEvents && height > roomForList;
  const heightOfBar = hasList && triage.isFleet ? triageHeight : 0;
  const opened = rows.find((row) => row.kind === 'incident' && row.id === triage.opened);
  const rowCount = rows.length + (opened?.kind === 'incident' ? opened.incident.members.length : 0);
  const heightOfList =
    hasList && rowCount > 0 ? listHeight(rowCount, isNarrow(width), height, triage.isFleet ? 7 : 4) : 0;
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
        height={height - heightOfList - heightOfBar - (hasStatus ? statusHeight : 0)}
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
      {heightOfBar > 0 && <TriageBar {...triage} narrow={isNarrow(width)} />}
      {heightOfList > 0 && (
        <EventList
          rows={rows}
          selected={selected}
          feedback={feedback}
          timeZone={timeZone}
          width={width}
          height={heightOfList}
          several={all.groups.length > 1}
          opened={triage.opened}
          onOpen={triage.open}
          onPick={pick}
          onLabel={triage.pickLabel}
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
