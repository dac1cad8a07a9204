import type { Detector, ScoreOptions } from '../detection/detector-types.js';
import type { AnomalyEvent, Detection } from '../detection/types.js';
import { formatCount } from '../format.js';
import { sliceSeries, type Series } from '../series/series.js';
import { createStream, type DetectorStream, type StreamUpdate } from './stream.js';

export interface SlidingUpdate {
  /** Of the whole range shown. */
  readonly detection: Detection;
  /** Points that had to be scored: all where the range does not continue the one before. */
  readonly scoredPoints: number;
}

/** How one update runs. */
export type SlidingRunOptions = Pick<ScoreOptions, 'signal' | 'onProgress'>;

/** Share of new points from which on scales, periods and the threshold are taken from the series as it is by then. */
const recalibrateAt = 0.1;

interface Shown {
  readonly stream: DetectorStream;
  readonly detector: Detector;
  /** Points scored as a whole before the stream began. */
  readonly calibration: number;
  /** Points of the stream that have left the range shown. */
  left: number;
  series: Series;
  detection: Detection;
}

/**
 * Scores a range that moves on: it grows at its end and may lose points at its start, as a dashboard's does. Only its
 * new points are scored, with what the whole scoring before told (scales, periods, threshold). Everything is scored
 * where the range does not continue the one before (another range, a corrected past), where feedback was given, where
 * the detector does not stream, and once a tenth of the points is new.
 */
export class SlidingStream {
  private shown: Shown | undefined;

  /**
   * @param prepare makes the detector; the stream disposes of it
   * @param options of every scoring
   */
  constructor(
    private readonly prepare: () => Promise<Detector>,
    private readonly options: Omit<ScoreOptions, 'signal' | 'onProgress'> = {},
  ) {}

  /** @throws HeedError what `Detector.score` and `DetectorStream.append` throw */
  async update(series: Series, run: SlidingRunOptions = {}): Promise<SlidingUpdate> {
    const { shown } = this;
    const dropped = shown && pointsDropped(shown.series, series);
    if (!shown || dropped === undefined) return this.startAnew(series, run);
    const known = shown.series.time.length - dropped;
    const scoredPoints = series.time.length - known;
    const appended = shown.stream.length - shown.calibration + scoredPoints;
    if (scoredPoints > 0 && appended > recalibrateAt * shown.calibration) return this.startAnew(series, run);
    try {
      const update =
        scoredPoints > 0
          ? await shown.stream.append(sliceSeries(series, known, series.time.length), run)
          : undefined;
      shown.left += dropped;
      shown.series = series;
      shown.detection = moved(shown, series, dropped, known, update);
    } catch (error) {
      // Whether the stream took the points is not known: the next scoring starts afresh.
      this.dispose();
      throw error;
    }
    return { detection: shown.detection, scoredPoints };
  }

  dispose(): void {
    this.shown?.stream.dispose();
    this.shown?.detector.dispose();
    this.shown = undefined;
  }

  private async startAnew(series: Series, run: SlidingRunOptions): Promise<SlidingUpdate> {
    this.dispose();
    const calibration = series.time.length;
    const detector = await this.prepare();
    const options = { ...this.options, ...run };
    try {
      const isPrepared = (options.preparation ?? detector.preparation) !== undefined;
      if (options.feedback?.length || isPrepared || !streams(detector, series)) {
        const detection = await detector.score(series, options);
        detector.dispose();
        return { detection, scoredPoints: calibration };
      }
      const stream = await createStream(series, { ...options, detector, explainByNormal: true });
      const detection = stream.history;
      this.shown = { stream, detector, calibration, left: 0, series, detection };
      return { detection, scoredPoints: calibration };
    } catch (error) {
      detector.dispose();
      throw error;
    }
  }
}

/** Detectors of one channel stream one channel; some options rule streaming out. */
function streams({ tags, options }: Detector, series: Series): boolean {
  return (
    tags.streaming &&
    (tags.multivariate || series.channels.length === 1) &&
    (options.normalization ?? 'none') === 'none'
  );
}

/**
 * How many of the old series' first points the new one no longer has, where it otherwise begins with the old one;
 * undefined where it does not continue it.
 */
function pointsDropped(old: Series, next: Series): number | undefined {
  const dropped = old.time.indexOf(next.time[0]!);
  const n = old.time.length - dropped;
  if (dropped < 0 || next.time.length < n || next.channels.length !== old.channels.length) return undefined;
  const same = (a: Float64Array, b: Float64Array) => {
    for (let i = 0; i < n; i++) if (!Object.is(a[dropped + i], b[i])) return false;
    return true;
  };
  const all =
    same(old.time, next.time) &&
    old.channels.every(
      (channel, c) =>
        channel.name === next.channels[c]!.name && same(channel.values, next.channels[c]!.values),
    );
  return all ? dropped : undefined;
}

/** The detection of what is shown now: without the points dropped, with the `known` that stay and those new. */
function moved(
  shown: Shown,
  series: Series,
  dropped: number,
  known: number,
  update: StreamUpdate | undefined,
): Detection {
  const before = shown.detection;
  if (dropped === 0 && !update) return { ...before, series };
  const added = update?.score.length ?? 0;
  const score = new Float32Array(known + added);
  score.set(before.score.subarray(dropped));
  if (update) score.set(update.score, known);
  const join = (old: readonly Float64Array[] | undefined, fresh: readonly Float64Array[] | undefined) =>
    old && (fresh || !update)
      ? old.map((values, c) => {
          const out = new Float64Array(known + added);
          out.set(values.subarray(dropped));
          if (fresh) out.set(fresh[c]!, known);
          return out;
        })
      : undefined;
  const expected = join(before.expected, update?.expected);
  const lower = join(before.lower, update?.lower);
  const upper = join(before.upper, update?.upper);
  const fresh = (update?.events ?? []).map((event) => shiftedBack(event, shown.left));
  const starts = new Set(fresh.map((event) => event.start));
  const { expected: _e, lower: _l, upper: _u, ...rest } = before;
  const appended = shown.stream.length - shown.calibration;
  return {
    ...rest,
    series,
    score,
    ...(expected ? { expected } : {}),
    ...(lower ? { lower } : {}),
    ...(upper ? { upper } : {}),
    // An event that goes on is reported again with the same start.
    events: [
      ...before.events
        .filter((event) => !starts.has(event.start))
        .map((event) => shiftedBack(event, dropped)),
      ...fresh,
    ].filter((event) => event.endIndex >= 0),
    notes: [
      ...new Set([...shown.stream.history.notes, ...(update?.notes ?? [])]),
      ...(appended > 0
        ? [
            `The last ${formatCount(appended, 'point')} ${appended === 1 ? 'was' : 'were'} scored as they came, by what the ${shown.calibration} before told; a reload scores all of them together.`,
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
