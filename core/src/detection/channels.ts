import type { Feedback, RawScores } from '../detectors/base/types.js';
import { explainEvents, type ExplainContext } from './explain/explain.js';
import type { Reference } from './events/deviation.js';
import { findEvents } from './events/events.js';
import { applyFeedback } from '../feedback/similar.js';
import { coverWholeIntervals } from './events/labeled-runs.js';
import { scoresFromRaw } from './threshold/scores.js';
import type { ChannelDetection, EventOptions } from './types.js';
import type { Series } from '../series/series.js';
import type { FilledSeries } from './gaps.js';

/** What the channels of a series give when each is judged by itself. */
export interface ScoredChannels {
  /** n values: the highest score of any channel. */
  readonly score: Float32Array;
  /** d × n: how far each channel lies above the threshold; what events blame. */
  readonly contributions: readonly Float64Array[];
  readonly channels: readonly ChannelDetection[];
}

interface ChannelsInput {
  readonly filled: FilledSeries;
  readonly raw: RawScores;
  readonly perChannel: readonly Float64Array[];
  readonly threshold: number;
  readonly reference: Reference;
  readonly feedback: readonly Feedback[];
  readonly events: EventOptions;
  readonly explain: ExplainContext;
}

/**
 * Scores and events of every channel. All share one threshold, so that their scores compare; where a channel itself
 * has no value its score is 0, whatever the others show.
 */
export function scoreChannels(input: ChannelsInput): ScoredChannels {
  const { filled, raw, perChannel, threshold, reference, feedback, events, explain } = input;
  const { series, missingIn } = filled;
  const highest = new Float32Array(series.time.length);
  const contributions: Float64Array[] = [];
  const channels = series.channels.map((channel, c): ChannelDetection => {
    const missing = missingIn?.[c];
    const alone: Series = { ...series, channels: [channel] };
    const withoutFeedback = scoresFromRaw(perChannel[c]!, threshold, missing);
    const meant = feedback.filter((said) => said.channel === undefined || said.channel === channel.name);
    const score =
      meant.length > 0
        ? applyFeedback(
            alone,
            withoutFeedback,
            coverWholeIntervals(series.time, withoutFeedback, meant, events.mergeGap),
          )
        : withoutFeedback;
    for (let t = 0; t < score.length; t++) if (score[t]! > highest[t]!) highest[t] = score[t]!;
    contributions.push(Float64Array.from(score, (value) => Math.max(0, value - 1)));
    const own: Reference = {
      expected: [reference.expected[c]!],
      spread: [reference.spread[c]!],
      range: [reference.range[c]!],
      fromDetector: reference.fromDetector,
    };
    const runs = findEvents(alone, score, own, events, missing);
    return {
      name: channel.name,
      score,
      events:
        runs.length === 0
          ? []
          : explainEvents(series, { ...raw, contributions: only(c, series) }, reference, runs, {
              ...explain,
              ...(missing ? { missing } : {}),
            }),
    };
  });
  return { score: highest, contributions, channels };
}

/** Contributions that blame one channel alone. */
function only(channel: number, { channels, time }: Series): Float64Array[] {
  const none = new Float64Array(time.length);
  const all = new Float64Array(time.length).fill(1);
  return channels.map((_, c) => (c === channel ? all : none));
}
