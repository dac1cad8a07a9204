import {
  createStream,
  sliceSeries,
  type AnomalyEvent,
  type Detection,
  type DetectorStream,
  type RunOptions,
  type Series,
} from '@heed/core';
import type { Detector } from '@heed/core';
import type { Recipe } from './protocol.js';

/** A live series: what was scored so far, and the stream that scores what follows. */
interface Live {
  readonly stream: DetectorStream;
  readonly detector: Detector;
  readonly recipe: string;
  series: Series;
  detection: Detection;
}

export interface LiveResult {
  readonly detection: Detection;
  /** Points that had to be scored. */
  readonly scoredPoints: number;
}

/** Live series per worker at most; the one unused for longest goes first. */
const keptAtMost = 200;
const lives = new Map<string, Live>();

/**
 * Scores a series that grows at its end by scoring its new points only. Falls back to a whole scoring when the
 * series does not continue the one seen before (another range, a corrected past).
 */
export async function scoreLive(
  id: string,
  series: Series,
  recipe: Recipe,
  prepare: () => Promise<Detector>,
  run: Pick<RunOptions, 'signal' | 'onProgress'>,
): Promise<LiveResult> {
  const recipeText = JSON.stringify(recipe);
  const live = lives.get(id);
  const known = live && live.recipe === recipeText ? continued(live.series, series) : 0;
  if (live && known > 0) {
    lives.delete(id);
    lives.set(id, live);
    const scoredPoints = series.time.length - known;
    if (scoredPoints === 0) return { detection: live.detection, scoredPoints };
    const update = await live.stream.append(sliceSeries(series, known, series.time.length), run);
    live.series = series;
    live.detection = extended(live.detection, known, update);
    return { detection: live.detection, scoredPoints };
  }
  drop(id);
  const scoredPoints = series.time.length;
  const detector = await prepare();
  const options = {
    ...run,
    ...(recipe.events ? { events: recipe.events } : {}),
    ...(recipe.feedback ? { feedback: recipe.feedback } : {}),
  };
  const detection = await detector.score(series, options);
  if (!detector.tags.streaming) {
    detector.dispose();
    return { detection, scoredPoints };
  }
  const stream = await createStream(detector, series, options);
  lives.set(id, { stream, detector, recipe: recipeText, series, detection });
  for (const oldest of lives.keys()) {
    if (lives.size <= keptAtMost) break;
    drop(oldest);
  }
  return { detection, scoredPoints };
}

function drop(id: string): void {
  const live = lives.get(id);
  if (!live) return;
  live.stream.dispose();
  live.detector.dispose();
  lives.delete(id);
}

/** Length of the old series where the new one begins with it, else 0. */
function continued(old: Series, next: Series): number {
  const n = old.time.length;
  if (next.time.length < n || next.channels.length !== old.channels.length) return 0;
  const same = (a: Float64Array, b: Float64Array) => {
    for (let i = 0; i < n; i++) if (!Object.is(a[i], b[i])) return false;
    return true;
  };
  const all =
    same(old.time, next.time) &&
    old.channels.every(
      (channel, c) =>
        channel.name === next.channels[c]!.name && same(channel.values, next.channels[c]!.values),
    );
  return all ? n : 0;
}

function extended(
  before: Detection,
  known: number,
  update: Awaited<ReturnType<DetectorStream['append']>>,
): Detection {
  const score = new Float32Array(known + update.score.length);
  score.set(before.score.subarray(0, known));
  score.set(update.score, known);
  const join = (old: readonly Float64Array[] | undefined, added: readonly Float64Array[] | undefined) =>
    old && added
      ? old.map((values, c) => {
          const out = new Float64Array(known + added[c]!.length);
          out.set(values.subarray(0, known));
          out.set(added[c]!, known);
          return out;
        })
      : undefined;
  const expected = join(before.expected, update.expected);
  const lower = join(before.lower, update.lower);
  const upper = join(before.upper, update.upper);
  const starts = new Set(update.events.map((event: AnomalyEvent) => event.start));
  const { expected: _e, lower: _l, upper: _u, ...rest } = before;
  return {
    ...rest,
    score,
    ...(expected ? { expected } : {}),
    ...(lower ? { lower } : {}),
    ...(upper ? { upper } : {}),
    // An event that goes on is reported again with the same start.
    events: [...before.events.filter((event) => !starts.has(event.start)), ...update.events],
    notes: [...new Set([...before.notes, ...update.notes])],
  };
}
