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
