import type { AnomalyEvent } from '@heed/core';
import type { PanelFeedback } from './types.js';

/** The word that was given on an event; a later one replaces an earlier one. */
export function feedbackOn(
  all: readonly PanelFeedback[],
  series: string,
  event: Pick<AnomalyEvent, 'start' | 'end'>,
): PanelFeedback | undefined {
  return [...all]
    .reverse()
    .find((item) => item.series === series && item.start <= event.end && item.end >= event.start);
}

/** All answers with this one on the event; undefined takes back what was said of it. */
export function withFeedback(
  all: readonly PanelFeedback[],
  series: string,
  { start, end }: Pick<AnomalyEvent, 'start' | 'end'>,
  kind: PanelFeedback['kind'] | undefined,
): PanelFeedback[] {
  const others = all.filter((item) => !(item.series === series && item.start <= end && item.end >= start));
  return kind ? [...others, { series, start, end, kind }] : others;
}
