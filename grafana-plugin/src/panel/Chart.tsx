import {
  useDeferredValue,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type ReactNode,
} from 'react';
import { css } from '@emotion/css';
import type { TimeRange } from '@grafana/data';
import { UPlotChart, useStyles2, useTheme2, type UPlotConfigBuilder } from '@grafana/ui';
import type { AlignedData } from 'uplot';
import type uPlot from 'uplot';
import type { Aligned } from './align.js';
import { drawMarkers, drawRegions, type Picture } from './drawing.js';
import type { DrawnSeries, GroupEvent } from './model.js';
import { followClicks, preparePlot, describeStructure } from './plot.js';
import { ScoreStrip } from './ScoreStrip.js';

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

/** Narrower than this a second axis is the last that leaves room for the lines. */
const roomy = 520;

/** Lines, bands, regions, markers and the strip of scores. */
export function Chart(props: Props) {
  const { series, colors, aligned, picture, showBand, showExpected, timeRange, timeZone, width } = props;
  const theme = useTheme2();
  const styles = useStyles2(getStyles);
  const latest = useRef(props);
  useLayoutEffect(() => {
    latest.current = props;
  });
  const plot = useRef<uPlot | null>(null);
  const [box, setBox] = useState({ left: 0, width: 0 });
  const axesAtMost = width < roomy ? 2 : 4;

  // A new builder is a new uPlot instance: only when what is drawn changes in kind, not when values arrive.
  const structure = describeStructure(props);
  const config = useMemo(() => {
    const range = (): [number, number] => {
      const { from, to } = latest.current.timeRange;
      return [from.valueOf(), to.valueOf()];
    };
    const builder = preparePlot({
      series,
      colors,
      aligned,
      showBand,
      showExpected,
      theme,
      timeZone,
      axesAtMost,
      range,
    });
    builder.addHook('init', (u: uPlot) => {
      plot.current = u;
      followClicks(u, () => ({ events: latest.current.picture.events, onPick: latest.current.onPick }));
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
  }, [structure, theme, timeZone, showBand, showExpected, axesAtMost]);
  const data = useMemo(() => toPlotData(aligned), [aligned]);

  // Grafana 12's UPlotChart takes the new size alone of an update that brings new data, or a new config, as well: a new
  // config is a new chart here, and data that were left behind are handed on.
  useLayoutEffect(() => {
    if (plot.current && plot.current.data !== data) plot.current.setData(data);
  }, [data, config]);

  useEffect(() => {
    plot.current?.redraw(false, true);
  }, [picture]);

  // uPlot draws when it is mounted; legend and list, which are mounted in this task, come first (with React 19).
  const mounting = useDeferredValue(true, false);
  const stripHeight = !props.showStrip ? 0 : props.height > 160 ? 34 : 20;
  return (
    <div className={styles.chart} style={{ width, height: props.height }}>
      {mounting && (
        <UPlotChart
          key={getKey(config)}
          config={config}
          data={data}
          width={width}
          height={props.height - stripHeight}
        >
          {props.children?.(config)}
        </UPlotChart>
      )}
      {props.showStrip && box.width > 0 && (
        <ScoreStrip
          picture={picture}
          timeRange={timeRange}
          left={box.left}
          width={box.width}
          height={stripHeight}
        />
      )}
    </div>
  );
}

const toPlotData = ({ time, columns }: Aligned): AlignedData => [time, ...columns];

const keys = new WeakMap<UPlotConfigBuilder, number>();
let lastKey = 0;

/** A number of its own for every builder. */
function getKey(config: UPlotConfigBuilder): number {
  let key = keys.get(config);
  if (key === undefined) keys.set(config, (key = ++lastKey));
  return key;
}

const getStyles = () => ({ chart: css({ position: 'relative' }) });
