import { useMemo, useState } from 'react';
import { useTheme2, type VizLegendItem } from '@grafana/ui';
import type { DrawnSeries, GroupEvent } from './model.js';
import { seriesColors } from './plot.js';
import type { Groups } from './useGroups.js';
import { t } from '../shared/i18n.js';

interface Legend {
  readonly items: VizLegendItem[];
  /** Series in the legend: all, or the gravest of many. */
  readonly listed: readonly DrawnSeries[];
  /** Those of them that are drawn, and their colors. */
  readonly series: readonly DrawnSeries[];
  readonly colors: readonly string[];
  /** A click on a label leaves its series alone, and another brings the others back. */
  readonly toggle: (item: VizLegendItem) => void;
}

/** Which series are drawn, in which colors, and what the legend says of them. */
export function useLegend({ ranked, declared, events }: Groups, maxSeries: number): Legend {
  const theme = useTheme2();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  // The order of the data while everything fits: ranking would make lines change color with every refresh.
  const listed = ranked.length > maxSeries ? ranked.slice(0, maxSeries) : declared;
  const names = listed.map((s) => s.name).join('\n');
  const chooseColor = useMemo(() => {
    const colors = seriesColors(listed, theme);
    return new Map(listed.map((s, i) => [s.name, colors[i]!]));
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `names` stands for the series
  }, [names, theme]);
  const series = listed.filter((s) => !hidden.has(s.name));
  const counts = countByGroup(events);
  const items = listed.map((s): VizLegendItem => {
    const count = counts.get(s.group) ?? 0;
    return {
      label:
        count > 0
          ? t('legend.anomalies', '', {
              count,
              name: s.name,
              defaultValue_one: '{{name}} ({{count}} anomaly)',
              defaultValue_other: '{{name}} ({{count}} anomalies)',
            })
          : s.name,
      color: chooseColor.get(s.name)!,
      yAxis: 1,
      disabled: hidden.has(s.name),
      fieldName: s.name,
    };
  });
  const toggle = ({ fieldName: name }: VizLegendItem) => {
    if (name === undefined) return;
    const others = listed.map((s) => s.name).filter((other) => other !== name);
    const isAlone = others.every((other) => hidden.has(other)) && !hidden.has(name);
    setHidden(isAlone ? new Set() : new Set(others));
  };
  return { items, listed, series, colors: series.map((s) => chooseColor.get(s.name)!), toggle };
}

function countByGroup(events: readonly GroupEvent[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { group } of events) counts.set(group.name, (counts.get(group.name) ?? 0) + 1);
  return counts;
}
