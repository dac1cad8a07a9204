import {
  createStream,
  sliceSeries,
  type AnomalyEvent,
  type Detection,
  type DetectorStream,
  type RunOptions,
  type Series,
  type StreamUpdate,
} from '@heed/core';
import type { Detector } from '@heed/core';
import type { ScoreConfig } from './protocol.js';

/** A live series: what was scored so far, and the stream that scores what follows. */
interface Live {
  readonly stream: DetectorStream;
  readonly detector: Detector;
  readonly scoreConfig: string;
  /** Points scored as a whole before the stream began. */
  readonly calibration: number;
  /** Points of the stream that have left the range shown. */
  left: number;
  /** What is shown. */
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
/** Share of new points from which on scales, periods and the threshold are taken from the series as it is by then. */
const recalibrateAt = 0.1;
const liveSeries = new Map<string, Live>();

/**
 * Scores a series that grows at its end, and may lose points at its start as a dashboard's range moves on, by scoring
 * its new points only, with what the whole scoring before told (scales, periods, threshold). Scores everything where the
 * series does not continue the one seen before (another range, a corrected past), where the user has judged events,
 * and once a tenth of the points is new; a page that is loaded again always does.
 */
export async function scoreLive(
  id: string,
  series: Series,
  scoreConfig: ScoreConfig,
  prepare: () => Promise<Detector>,
  run: Pick<RunOptions, 'signal' | 'onProgress'>,
): Promise<LiveResult> {
  const scoreConfigText = JSON.stringify(scoreConfig);
  const live = liveSeries.get(id);
  const gone = live && live.scoreConfig === scoreConfigText ? pointsGone(live.series, series) : undefined;
  if (live && gone !== undefined) {
    const known = live.series.time.length - gone;
    const scoredPoints = series.time.length - known;
    const appended = live.stream.length - live.calibration + scoredPoints;
    if (scoredPoints === 0 || appended <= recalibrateAt * live.calibration) {
      liveSeries.delete(id);
      liveSeries.set(id, live);
      try {
        const update =
          scoredPoints > 0
            ? await live.stream.append(sliceSeries(series, known, series.time.length), run)
            : undefined;
        live.left += gone;
        live.series = series;
        live.detection = moved(live, gone, known, update);
      } catch (error) {
        // Whether the stream took the points is not known: the next scoring starts afresh.
        drop(id);
        throw error;
      }
      return { detection: live.detection, scoredPoints };
    }
  }
  drop(id);
  const scoredPoints = series.time.length;
  const detector = await prepare();
  const options = {
    ...run,
    ...(scoreConfig.events ? { events: scoreConfig.events } : {}),
    ...(scoreConfig.feedback ? { feedback: scoreConfig.feedback } : {}),
  };
  try {
    if (!detector.tags.streaming || scoreConfig.feedback?.length || !streams(detector, series)) {
      const detection = await detector.score(series, options);
      detector.dispose();
      return { detection, scoredPoints };
    }
    const stream = await createStream(detector, series, { ...options, explainByNormal: true });
    const detection = stream.history;
    const calibration = series.time.length;
    liveSeries.set(id, {
      stream,
      detector,
      scoreConfig: scoreConfigText,
      calibration,
      left: 0,
      series,
      detection,
    });
  } catch (error) {
    detector.dispose();
    throw error;
  }
  for (const oldest of liveSeries.keys()) {
    if (liveSeries.size <= keptAtMost) break;
    drop(oldest);
  }
  return { detection: liveSeries.get(id)!.detection, scoredPoints };
}

/** Detectors of one channel stream one channel; some options rule streaming out. */
function streams(detector: Detector, series: Series): boolean {
  return (
    (detector.tags.multivariate || series.channels.length === 1) &&
    (detector.options.normalization ?? 'none') === 'none'
  );
}

function drop(id: string): void {
  const live = liveSeries.get(id);
  if (!live) return;
  live.stream.dispose();
  live.detector.dispose();
  liveSeries.delete(id);
}

/**
 * How many of the old series' first points the new one no longer has, where it otherwise begins with the old one;
 * undefined where it does not continue it.
 */
function pointsGone(old: Series, next: Series): number | undefined {
  const gone = old.time.indexOf(next.time[0]!);
  const n = old.time.length - gone;
  if (gone < 0 || next.time.length < n || next.channels.length !== old.channels.length) return undefined;
  const same = (a: Float64Array, b: Float64Array) => {
    for (let i = 0; i < n; i++) if (!Object.is(a[gone + i], b[i])) return false;
    return true;
  };
  const all =
    same(old.time, next.time) &&
    old.channels.every(
      (channel, c) =>
        channel.name === next.channels[c]!.name && same(channel.values, next.channels[c]!.values),
    );
  return all ? gone : undefined;
}

/** The detection of what is shown now: without the points gone, with the `known` that stay and those new. */
function moved(live: Live, gone: number, known: number, update: StreamUpdate | undefined): Detection {
  const before = live.detection;
  if (gone === 0 && !update) return before;
  const added = update?.score.length ?? 0;
  const score = new Float32Array(known + added);
  score.set(before.score.subarray(gone));
  if (update) score.set(update.score, known);
  const join = (old: readonly Float64Array[] | undefined, fresh: readonly Float64Array[] | undefined) =>
    old && (fresh || !update)
      ? old.map((values, c) => {
          const out = new Float64Array(known + added);
          out.set(values.subarray(gone));
          if (fresh) out.set(fresh[c]!, known);
          return out;
        })
      : undefined;
  const expected = join(before.expected, update?.expected);
  const lower = join(before.lower, update?.lower);
  const upper = join(before.upper, update?.upper);
  const fresh = (update?.events ?? []).map((event) => shiftedBack(event, live.left));
  const starts = new Set(fresh.map((event) => event.start));
  const { expected: _e, lower: _l, upper: _u, ...rest } = before;
  const appended = live.stream.length - live.calibration;
  return {
    ...rest,
    score,
    ...(expected ? { expected } : {}),
    ...(lower ? { lower } : {}),
    ...(upper ? { upper } : {}),
    // An event that goes on is reported again with the same start.
    events: [
      ...before.events.filter((event) => !starts.has(event.start)).map((event) => shiftedBack(event, gone)),
      ...fresh,
    ].filter((event) => event.endIndex >= 0),
    notes: [
      ...new Set([...live.stream.history.notes, ...(update?.notes ?? [])]),
      ...(appended > 0
        ? [
            `The last ${appended} point${appended === 1 ? ' was' : 's were'} scored as they came, by what the ${live.calibration} before told; a reload scores all of them together.`,
          ]
        : []),
    ],
  };
}

/** An event as the range shown counts; what lies before that range is cut off. */
function shiftedBack(event: AnomalyEvent, by: number): AnomalyEvent {
  if (by === 0) return event;
  return {
    ...event,
    startIndex: Math.max(0, event.startIndex - by),
    endIndex: event.endIndex - by,
    peakIndex: Math.max(0, event.peakIndex - by),
    attended: event.attended
      .filter((interval) => interval.start >= by)
      .map((interval) => ({ ...interval, start: interval.start - by, end: interval.end - by })),
  };
}
