import { useDeferredValue, useMemo } from 'react';
import { getFieldDisplayName, type DataFrame, type Field, type PanelProps } from '@grafana/data';
import { heedMeta, type Progress } from '../shared/heedMeta.js';
import type { View } from '../datasource/types.js';
import type { ScoringService } from '../shared/service.js';
import {
  allEvents,
  groupFrames,
  rankGroups,
  type DrawnSeries,
  type Group,
  type GroupEvent,
} from './model.js';
import type { HeedPanelOptions } from './types.js';
import { useScoring } from './useScoring.js';

export interface Groups {
  readonly groups: readonly Group[];
  /** Series of all groups, those with the gravest events first. */
  readonly ranked: readonly DrawnSeries[];
  /** The same in the order of the data. */
  readonly declared: readonly DrawnSeries[];
  readonly events: readonly GroupEvent[];
  /** Hundreds of series come in several pictures, of which the first ones hold some of them only. */
  readonly progress: Progress | undefined;
  readonly busy: boolean;
  /** Whether the newest data are still to be looked at. */
  readonly behind: boolean;
}

const noFrames: DataFrame[] = [];

/** What the panel's data hold, scored. */
export function useGroups(
  {
    data,
    id,
    options,
    title,
    timeRange,
  }: Pick<PanelProps<HeedPanelOptions>, 'id' | 'data' | 'options' | 'title' | 'timeRange'>,
  service: ScoringService,
  wanted: View | undefined,
): Groups {
  // Grafana has just worked through every field in this task; what we make of hundreds of them gets tasks of its own.
  const frames = useDeferredValue(data.series, noFrames);
  const { detector, mode, sensitivity, direction, feedback, view, budget } = options;
  const name = `panel ${id}`;
  const declaredGroups = useMemo(
    () =>
      groupFrames(
        frames,
        { detector, mode, sensitivity, direction, feedback, view, budget, wanted, name },
        (field: Field, frame: DataFrame) => getFieldDisplayName(field, frame, frames),
        (key) => service.recall(key),
      ),
    [frames, detector, mode, sensitivity, direction, feedback, view, budget, wanted, name, service],
  );
  const { groups, busy } = useScoring(declaredGroups, title, timeRange.from.valueOf(), service);
  const progress = useMemo(
    () =>
      [...(data.annotations ?? []), ...data.series].map((frame) => heedMeta(frame)?.progress).find(Boolean),
    [data],
  );
  const ranked = useMemo(() => rankGroups(groups).flatMap((group) => group.members), [groups]);
  const declared = useMemo(() => groups.flatMap((group) => group.members), [groups]);
  const events = useMemo(() => allEvents(groups), [groups]);
  const behind = frames !== data.series;
  return {
    groups,
    ranked,
    declared,
    events,
    progress,
    busy: busy || behind || progress !== undefined,
    behind,
  };
}
