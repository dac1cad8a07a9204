import type { Scored, ScoreRequest, ScoringService } from '../client/service.js';
import type { AnomalyEvent, Feedback } from '../engine/protocol.js';
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

/**
 * Judgements as they are meant today: of the whole event. Another time range has another step, and the edges of an
 * event move with it; the stretch that was judged then would leave crumbs of the event beside it.
 * @param events of the same series, scored without feedback
 */
export function wholeEvents(
  feedback: readonly Feedback[],
  events: readonly Pick<AnomalyEvent, 'start' | 'end'>[],
): Feedback[] {
  return feedback.map((word) => {
    const meant = events.filter((event) => {
      const shared = Math.min(event.end, word.end) - Math.max(event.start, word.start);
      return shared >= 0 && 2 * shared >= Math.min(event.end - event.start, word.end - word.start);
    });
    return {
      ...word,
      start: Math.min(word.start, ...meant.map((event) => event.start)),
      end: Math.max(word.end, ...meant.map((event) => event.end)),
    };
  });
}

/** Scores as the recipe says. Its feedback is on events, so those are found first, without it; that is cached. */
export async function scoreWithFeedback(
  service: Pick<ScoringService, 'score'>,
  request: ScoreRequest,
): Promise<Scored> {
  const { feedback, ...recipe } = request.recipe;
  if (!feedback?.length) return service.score(request);
  const { detection } = await service.score({ ...request, recipe });
  // Where every channel is judged by itself, a word on one of them means an event of that one.
  const eventsOf = ({ channel }: Feedback) =>
    detection.channels?.find(({ name }) => name === channel)?.events ?? detection.events;
  return service.score({
    ...request,
    recipe: { ...recipe, feedback: feedback.flatMap((word) => wholeEvents([word], eventsOf(word))) },
  });
}
