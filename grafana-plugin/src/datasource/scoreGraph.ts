import type { DataFrame } from '@grafana/data';
import type { GraphScoring } from '../shared/graphs.js';
import type { Origin } from '../shared/service.js';
import { eventsFrame, type FrameContext } from './frames.js';
import { graphEvents, graphTable, scoredGraphFrames } from './graphFrames.js';
import { readNodeGraph } from './nodeGraph.js';
import type { ScoreOutcome } from './score.js';
import type { HeedQuery } from './types.js';

/** Scores the frames of a node graph and hands them back with what was found. */
export async function scoreGraphFrames(input: {
  readonly frames: readonly DataFrame[];
  readonly query: HeedQuery;
  readonly context: FrameContext;
  readonly scoring: Pick<GraphScoring, 'score'>;
  readonly surface: Origin['surface'];
  readonly annotation: boolean;
  readonly signal: AbortSignal;
}): Promise<ScoreOutcome> {
  const { query, context, signal } = input;
  const read = readNodeGraph(input.frames);
  const title = `map of ${read.graph.nodes.length}`;
  try {
    const result = await input.scoring.score(
      { ...read.graph, sensitivity: query.sensitivity ?? 50 },
      { surface: input.surface, title },
      signal,
    );
    const events = graphEvents(read, result, context);
    const frames = input.annotation
      ? [eventsFrame(events, context)]
      : query.output === 'events'
        ? [graphTable(events, context)]
        : scoredGraphFrames(read, result, context);
    return { frames, errors: [], notes: read.notes };
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === 'cancelled' || signal.aborted) throw error;
    // The map itself is still worth seeing.
    return {
      frames: input.annotation ? [] : [...input.frames],
      errors: [{ series: title, message }],
      notes: read.notes,
    };
  }
}
