import { useCallback, useDeferredValue, useMemo, useState } from 'react';
import {
  DashboardCursorSync,
  getFieldDisplayName,
  type DataFrame,
  type Field,
  type PanelProps,
} from '@grafana/data';
import { PanelDataErrorView } from '@grafana/runtime';
import { LegendDisplayMode, TooltipDisplayMode } from '@grafana/schema';
import {
  EventBusPlugin,
  KeyboardPlugin,
  TooltipPlugin2,
  VizLayout,
  VizLegend,
  usePanelContext,
  useTheme2,
  type VizLegendItem,
} from '@grafana/ui';
import { scoringService } from '../shared/services.js';
import { heedMeta } from '../shared/heedMeta.js';
import type { Detection } from '@heed/core';
import { alignSeries } from './align.js';
import { Chart, seriesColors } from './Chart.js';
import type { Picture } from './drawing.js';
import { EventList, listHeight } from './EventList.js';
import { feedbackOn } from './feedback.js';
import { allEvents, groupFrames, rankGroups, type DrawnSeries, type GroupEvent } from './model.js';
import { Tip } from './Tip.js';
import type { HeedPanelOptions, PanelFeedback } from './types.js';
import { useScoring } from './useScoring.js';
import { WhyDrawer } from './WhyDrawer.js';

export function HeedPanel(props: PanelProps<HeedPanelOptions>) {
  const {
    data,
    timeRange,
    timeZone,
    width,
    height,
    options,
    fieldConfig,
    id,
    title,
    onOptionsChange,
    onChangeTimeRange,
  } = props;
  const theme = useTheme2();
  const context = usePanelContext();
  const sync = context.sync?.() ?? DashboardCursorSync.Off;
  const service = scoringService();
  const from = timeRange.from.valueOf();
  const to = timeRange.to.valueOf();

  // Grafana has just worked through every field in this task; what we make of hundreds of them gets tasks of its own.
  const frames = useDeferredValue(data.series, noFrames);
  const { detector, mode, sensitivity, direction, feedback } = options;
  const declared = useMemo(
    () =>
      groupFrames(
        frames,
        { detector, mode, sensitivity, direction, feedback } as HeedPanelOptions,
        (field: Field, frame: DataFrame) => getFieldDisplayName(field, frame, frames),
        (key) => service.recall(key),
      ),
    [frames, detector, mode, sensitivity, direction, feedback, service],
  );
  const scoring = useScoring(declared, title, from, service);
  const { groups } = scoring;
  // Hundreds of series come in several pictures, of which the first ones hold some of them only.
  const progress = useMemo(
    () =>
      [...(data.annotations ?? []), ...data.series].map((frame) => heedMeta(frame)?.progress).find(Boolean),
    [data],
  );
  const busy = scoring.busy || frames !== data.series || progress !== undefined;
  const ranked = useMemo(() => rankGroups(groups), [groups]);
  const drawable = useMemo(() => ranked.flatMap((group) => group.members), [ranked]);

  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const listed =
    drawable.length > options.maxSeries
      ? drawable.slice(0, options.maxSeries)
      : declaredOrder(drawable, declared);
  const series = listed.filter((s) => !hidden.has(s.name));
  const colorOf = useMemo(() => {
    const colors = seriesColors(listed, theme);
    return new Map(listed.map((s, i) => [s.name, colors[i]!]));
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [listed.map((s) => s.name).join('\n'), theme]);
  const colors = series.map((s) => colorOf.get(s.name)!);

  const seriesKey = series.map((s) => s.name).join('\n');
  const aligned = useMemo(() => {
    const keys = new Map(groups.map((group) => [group.name, group.key]));
    return alignSeries(
      series.map((s) => withScore(s, service.recall(keys.get(s.group) ?? '')?.detection)),
      from,
      to,
    );
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [drawable, seriesKey, from, to]);
  const events = useMemo(() => {
    const drawn = new Set(seriesKey.split('\n'));
    return allEvents(groups).filter(({ group }) => group.members.some((member) => drawn.has(member.name)));
  }, [groups, seriesKey]);
  const everyEvent = useMemo(() => allEvents(groups), [groups]);

  const [picked, setPicked] = useState<{ group: string; start: number; item: GroupEvent } | undefined>();
  // After a refresh or feedback the event may be another object, or gone; the drawer keeps showing what was asked.
  const selected = picked
    ? (everyEvent.find(({ group, event }) => group.name === picked.group && event.start === picked.start) ??
      picked.item)
    : undefined;
  const onPick = useCallback(
    (item: GroupEvent) => setPicked({ group: item.group.name, start: item.event.start, item }),
    [],
  );

  const notes = useMemo(
    () =>
      foreignAnnotations(
        data.annotations ?? [],
        theme.visualization.getColorByName.bind(theme.visualization),
      ),
    [data.annotations, theme],
  );
  const picture: Picture = useMemo(
    () => ({
      aligned,
      events,
      names: seriesKey.split('\n'),
      selected,
      regionOpacity: options.regionOpacity,
      showMarkers: options.showMarkers,
      notes,
      background: theme.colors.background.primary,
    }),
    [aligned, events, seriesKey, selected, options.regionOpacity, options.showMarkers, notes, theme],
  );

  if (drawable.length === 0) {
    if (frames !== data.series) return null;
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

  const showList = options.showEvents && everyEvent.length > 0 && height > 240;
  const heightOfList = listHeight(everyEvent.length);
  const vizHeight =
    height -
    (showList ? heightOfList : 0) -
    (drawable.length > listed.length || busy || groups.some((g) => g.error) ? 18 : 0);
  const counts = new Map<string, number>();
  for (const { group } of everyEvent) counts.set(group.name, (counts.get(group.name) ?? 0) + 1);
  const items: VizLegendItem[] = listed.map((s) => {
    const count = counts.get(s.group) ?? 0;
    return {
      label: count > 0 ? `${s.name} (${count} ${count === 1 ? 'anomaly' : 'anomalies'})` : s.name,
      color: colorOf.get(s.name)!,
      yAxis: 1,
      disabled: hidden.has(s.name),
      data: { name: s.name },
    } as VizLegendItem;
  });
  const toggle = (item: VizLegendItem) => {
    const name = (item as VizLegendItem<{ name: string }>).data!.name;
    const others = listed.map((s) => s.name).filter((other) => other !== name);
    const isolated = others.every((other) => hidden.has(other)) && !hidden.has(name);
    setHidden(isolated ? new Set() : new Set(others));
  };
  const failed = groups.filter((group) => group.error);
  const { legend, tooltip } = options;

  return (
    <div data-testid="heed-panel" data-busy={busy} style={{ width, height, position: 'relative' }}>
      <VizLayout
        width={width}
        height={vizHeight}
        legend={
          legend.showLegend && legend.displayMode !== LegendDisplayMode.Hidden ? (
            <VizLayout.Legend
              placement={legend.placement}
              {...(legend.placement === 'right' && legend.width ? { width: legend.width } : {})}
            >
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
            aligned={aligned}
            picture={picture}
            showBand={options.showBand && series.length <= 8}
            showExpected={options.showExpected && series.length <= 8}
            showStrip={options.showStrip && h > 120}
            timeRange={timeRange}
            timeZone={timeZone}
            width={w}
            height={h}
            onPick={onPick}
          >
            {(config) => (
              <>
                <KeyboardPlugin config={config} />
                {sync !== DashboardCursorSync.Off && (
                  <EventBusPlugin config={config} eventBus={context.eventBus} frame={cursorFrame} />
                )}
                {tooltip.mode !== TooltipDisplayMode.None && (
                  <TooltipPlugin2
                    config={config}
                    // TooltipHoverMode is a const enum that @grafana/ui does not export: 0 = xOne, 1 = xAll.
                    hoverMode={(tooltip.mode === TooltipDisplayMode.Single ? 0 : 1) as never}
                    queryZoom={onChangeTimeRange}
                    clientZoom
                    syncMode={sync}
                    {...(context.eventsScope ? { syncScope: context.eventsScope } : {})}
                    render={(_u, indices, column) => (
                      <Tip
                        aligned={aligned}
                        series={series}
                        colors={colors}
                        index={indices[0] ?? 0}
                        column={column}
                        single={tooltip.mode === TooltipDisplayMode.Single && series.length > 1}
                        events={events}
                        timeZone={timeZone}
                      />
                    )}
                  />
                )}
              </>
            )}
          </Chart>
        )}
      </VizLayout>
      <div
        style={{
          fontSize: 12,
          lineHeight: '18px',
          color: theme.colors.text.secondary,
          overflow: 'hidden',
          whiteSpace: 'nowrap',
          textOverflow: 'ellipsis',
        }}
        role="status"
        data-testid="heed-status"
      >
        {[
          drawable.length > listed.length
            ? `${listed.length} of ${progress?.total ?? drawable.length} series shown, the gravest first`
            : '',
          progress ? `${progress.scored} scored so far…` : busy ? 'scoring…' : '',
          failed.length > 0
            ? `${failed[0]!.name}: ${failed[0]!.error}${failed.length > 1 ? ` (and ${failed.length - 1} more)` : ''}`
            : '',
        ]
          .filter(Boolean)
          .join(' · ')}
      </div>
      {showList && (
        <EventList
          events={everyEvent}
          selected={selected}
          feedback={options.feedback ?? noFeedback}
          timeZone={timeZone}
          height={heightOfList}
          onPick={onPick}
        />
      )}
      {selected && (
        <WhyDrawer
          item={selected}
          series={selected.group.key ? service.recall(selected.group.key)?.series : undefined}
          feedback={feedbackOn(options.feedback ?? [], selected.group.name, selected.event)}
          timeZone={timeZone}
          onFeedback={(kind) => {
            const { event, group } = selected;
            const others = (options.feedback ?? []).filter(
              (f) => !(f.series === group.name && f.start <= event.end && f.end >= event.start),
            );
            const added = kind ? [{ series: group.name, start: event.start, end: event.end, kind }] : [];
            onOptionsChange({ ...options, feedback: [...others, ...added] });
          }}
          onZoom={(start, end) => {
            const margin = 0.1 * (end - start);
            setPicked(undefined);
            onChangeTimeRange({ from: Math.floor(start - margin), to: Math.ceil(end + margin) });
          }}
          onClose={() => setPicked(undefined)}
        />
      )}
    </div>
  );
}

/** The order of the data while everything fits; ranking would make lines change color with every refresh. */
function declaredOrder<T extends { name: string }>(
  drawable: readonly T[],
  declared: ReadonlyArray<{ members: readonly { name: string }[] }>,
): T[] {
  const order = new Map(declared.flatMap((group) => group.members).map((member, i) => [member.name, i]));
  return [...drawable].sort((a, b) => (order.get(a.name) ?? 0) - (order.get(b.name) ?? 0));
}

/** Of hundreds of series the quiet ones come without their scores. */
function withScore(series: DrawnSeries, detection: Detection | undefined): DrawnSeries {
  const score = detection?.channels?.[series.channel ?? 0]?.score ?? detection?.score;
  if (series.score || !score || score.length < series.time.length) return series;
  return { ...series, score: score.subarray(score.length - series.time.length) };
}

/** Annotations that are not our own events: other layers of the dashboard. */
function foreignAnnotations(frames: readonly DataFrame[], color: (name: string) => string) {
  const out: Array<readonly [number, number, string]> = [];
  for (const frame of frames) {
    if (heedMeta(frame)) continue;
    const find = (name: string) => frame.fields.find((field) => field.name === name)?.values;
    const start = find('time');
    const end = find('timeEnd');
    const colors = find('color');
    for (let i = 0; i < frame.length; i++) {
      const t = Number(start?.[i]);
      if (!Number.isFinite(t)) continue;
      out.push([t, Number(end?.[i] ?? t) || t, color((colors?.[i] as string) || 'blue')]);
    }
  }
  return out;
}

const noFeedback: readonly PanelFeedback[] = [];
const noFrames: DataFrame[] = [];

/** EventBusPlugin reads nothing of the frame but its presence. */
const cursorFrame: DataFrame = { fields: [], length: 0 };
