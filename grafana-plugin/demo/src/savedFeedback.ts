// In Grafana one saves a dashboard; here what people say of events is kept in the browser, panel by panel.
import type { VizPanel } from '@grafana/scenes';
import type { PanelView } from './dashboard.js';
import { anchor, onAnchorMove } from './sources/clock.js';

interface Interval {
  readonly start: number;
  readonly end: number;
}
type WithFeedback = { readonly feedback?: readonly Interval[] };

const slots = 'demo.panel.';
const slotOf = (uid: string, id: number) => `${slots}${uid}.${id}`;

const shifted = (feedback: readonly Interval[], by: number): Interval[] =>
  feedback.map((given) => ({ ...given, start: given.start + by, end: given.end + by }));

/** What the demo makes up or replays moves on with the anchor, and what was said of it has to move along. */
function movesAlong(panel: PanelView): boolean {
  const sources = (panel.targets ?? []).map(
    (target) => (target as { source?: { type?: string } }).source ?? target.datasource ?? panel.datasource,
  );
  return sources.some((source) => source?.type === 'incident' || source?.type === 'scenario');
}

/** Feedback given on a panel before, as options. */
export function savedFeedback(uid: string, panel: PanelView): WithFeedback {
  try {
    const saved = JSON.parse(localStorage.getItem(slotOf(uid, panel.id)) ?? '{}') as WithFeedback;
    return saved.feedback && movesAlong(panel) ? { feedback: shifted(saved.feedback, anchor()) } : saved;
  } catch {
    return {};
  }
}

/** Keeps the feedback of a panel that is shown. The function that is returned ends it. */
export function keepFeedback(uid: string, panel: PanelView, viz: VizPanel): () => void {
  const moves = movesAlong(panel);
  const subscription = viz.subscribeToState((now, before) => {
    const { feedback } = now.options as WithFeedback;
    if (feedback === (before.options as WithFeedback).feedback) return;
    const kept = feedback && moves ? shifted(feedback, -anchor()) : feedback;
    localStorage.setItem(slotOf(uid, panel.id), JSON.stringify({ feedback: kept }));
  });
  const stop = onAnchorMove((by) => {
    const { feedback } = viz.state.options as WithFeedback;
    if (moves && feedback?.length) viz.onOptionsChange({ feedback: shifted(feedback, by) });
  });
  return () => {
    subscription.unsubscribe();
    stop();
  };
}

/** Forgets all that was said on all panels. */
export function forgetFeedback(): void {
  for (const key of Object.keys(localStorage)) if (key.startsWith(slots)) localStorage.removeItem(key);
}
