import { useMemo } from 'react';
import type { DataFrame } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import type { Detection } from '@heed/core';
import { heedMeta } from '../shared/heedMeta.js';
import type { ScoringService } from '../shared/service.js';
import { alignSeries } from './align.js';
import type { Picture } from './drawing.js';
import type { DrawnSeries, GroupEvent } from './model.js';
import type { HeedPanelOptions } from './types.js';
import type { Groups } from './useGroups.js';

/** What is drawn of the series on show: values on one time axis, events, other layers' annotations. */
export function usePicture(input: {
  readonly series: readonly DrawnSeries[];
  readonly found: Groups;
  readonly selected: GroupEvent | undefined;
  readonly annotations: readonly DataFrame[] | undefined;
  readonly from: number;
  readonly to: number;
  readonly options: Pick<HeedPanelOptions, 'regionOpacity' | 'showMarkers'>;
  readonly service: ScoringService;
}): Picture {
  const { series, found, selected, annotations, from, to, options, service } = input;
  const { groups, events: all } = found;
  const { regionOpacity, showMarkers } = options;
  const theme = useTheme2();
  const seriesKey = series.map((s) => s.name).join('\n');
  const aligned = useMemo(() => {
    const keys = new Map(groups.map((group) => [group.name, group.key]));
    return alignSeries(
      series.map((s) => withScore(s, service.recall(keys.get(s.group) ?? '')?.detection)),
      from,
      to,
    );
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `groups` and `seriesKey` stand for the series
  }, [groups, seriesKey, from, to]);
  const events = useMemo(() => {
    const drawn = new Set(seriesKey.split('\n'));
    return all.filter(({ group }) => group.members.some((member) => drawn.has(member.name)));
  }, [all, seriesKey]);
  const notes = useMemo(
    () => otherAnnotations(annotations ?? [], (name) => theme.visualization.getColorByName(name)),
    [annotations, theme],
  );
  return useMemo(
    () => ({
      aligned,
      events,
      names: seriesKey.split('\n'),
      selected,
      regionOpacity,
      showMarkers,
      notes,
      background: theme.colors.background.primary,
    }),
    [aligned, events, seriesKey, selected, regionOpacity, showMarkers, notes, theme],
  );
}

/** Of hundreds of series the quiet ones come without their scores. */
function withScore(series: DrawnSeries, detection: Detection | undefined): DrawnSeries {
  const score = detection?.channels?.[series.channel ?? 0]?.score ?? detection?.score;
  if (series.score || !score || score.length < series.time.length) return series;
  return { ...series, score: score.subarray(score.length - series.time.length) };
}

/** Annotations that are not our own events: other layers of the dashboard. */
function otherAnnotations(frames: readonly DataFrame[], color: (name: string) => string) {
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
