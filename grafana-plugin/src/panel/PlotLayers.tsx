import type { ComponentProps } from 'react';
import { DashboardCursorSync, type DataFrame, type PanelProps } from '@grafana/data';
import { TooltipDisplayMode } from '@grafana/schema';
import {
  EventBusPlugin,
  KeyboardPlugin,
  TooltipPlugin2,
  usePanelContext,
  type UPlotConfigBuilder,
} from '@grafana/ui';
import type { Picture } from './drawing.js';
import type { DrawnSeries } from './model.js';
import { Tip } from './Tip.js';
import type { HeedPanelOptions } from './types.js';

type HoverMode = ComponentProps<typeof TooltipPlugin2>['hoverMode'];
/** TooltipHoverMode is a const enum that @grafana/ui does not export. */
const hoverModes = { one: 0 as HoverMode, all: 1 as HoverMode };

interface Props extends Pick<PanelProps<HeedPanelOptions>, 'timeZone' | 'onChangeTimeRange' | 'width'> {
  readonly config: UPlotConfigBuilder;
  readonly picture: Picture;
  readonly series: readonly DrawnSeries[];
  readonly colors: readonly string[];
  readonly mode: TooltipDisplayMode;
}

/** What lies over the plot: keyboard, crosshair shared with other panels, tooltip, zoom. */
export function PlotLayers(props: Props) {
  const { config, picture, series, colors, mode, timeZone, onChangeTimeRange, width } = props;
  const context = usePanelContext();
  const sync = context.sync?.() ?? DashboardCursorSync.Off;
  const single = mode === TooltipDisplayMode.Single;
  return (
    <>
      <KeyboardPlugin config={config} />
      {sync !== DashboardCursorSync.Off && (
        <EventBusPlugin config={config} eventBus={context.eventBus} frame={cursorFrame} />
      )}
      {mode !== TooltipDisplayMode.None && (
        <TooltipPlugin2
          config={config}
          hoverMode={single ? hoverModes.one : hoverModes.all}
          queryZoom={onChangeTimeRange}
          clientZoom
          syncMode={sync}
          {...(context.eventsScope ? { syncScope: context.eventsScope } : {})}
          render={(_u, indices, column) => (
            <Tip
              aligned={picture.aligned}
              series={series}
              colors={colors}
              index={indices[0] ?? 0}
              column={column}
              single={single && series.length > 1}
              events={picture.events}
              timeZone={timeZone}
              narrow={width < 520}
            />
          )}
        />
      )}
    </>
  );
}

/** EventBusPlugin reads nothing of the frame but its presence. */
const cursorFrame: DataFrame = { fields: [], length: 0 };
