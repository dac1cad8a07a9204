import { checkRun, checkSeries } from '../check-argument.js';
import { checkNumber } from '../check-number.js';
import type { RawScores, RawStream, StreamRunOptions } from '../detectors/base/types.js';
import type { DetectorChoice, DetectorReference } from '../detectors/known.js';
import { HeedError, throwIfAborted } from '../errors.js';
import { createSeriesDetector } from '../detection/create.js';
import { SeriesDetector } from '../detection/series-detector.js';
import { buildDetection } from '../detection/detection.js';
import type { FilledSeries } from '../detection/gaps.js';
import type { Detector, ScoreOptions } from '../detection/detector-types.js';
import { scoresFromRaw } from '../detection/threshold/scores.js';
import type { AnomalyEvent, Detection, ThresholdReport } from '../detection/types.js';
import type { Series } from '../series/series.js';
import { appendTail, cutTail, type Tail } from './tail.js';
import { StreamTimes } from './times.js';

/** Options of a stream; the event options hold for all of it. */
export interface StreamOptions<D extends DetectorReference | Detector = DetectorReference | Detector>
  extends
    ScoreOptions,
    Pick<StreamRunOptions, 'lookback'>,
    Omit<DetectorChoice<Exclude<D, Detector>>, 'detector'> {
  /**
   * Id or definition, default `auto`; or a detector (fitted where it needs training), which stays yours to dispose and
   * has its options already.
   */
  readonly detector?: D;
  /** Latest points kept, so that an event grows over several appends; default 1000. */
  readonly keep?: number;
  /**
   * Tells of anomalous new points what normal points let expect of them, as `score` does, by a whole scoring for every
   * append that brings some. Default false: what the detector itself expects there, in O(n).
   */
  readonly explainByNormal?: boolean;
}

/** What new points brought. k new points, d channels. */
export interface StreamUpdate {
  /** Index of the first new point in the whole series, history included. */
  readonly startIndex: number;
  /** k scores; 1 = threshold. */
  readonly score: Float32Array;
  /** d × k. */
  readonly expected?: readonly Float64Array[];
  readonly lower?: readonly Float64Array[];
  readonly upper?: readonly Float64Array[];
  /**
   * Events that reach into the new points, also those that began before; indices into the whole series. An event
   * that goes on is reported again, longer, with the same start.
   */
  readonly events: readonly AnomalyEvent[];
  readonly notes: readonly string[];
}

/** Incremental scoring of one series. */
export interface DetectorStream {
  readonly detector: string;
  /** Set from the history, and kept. */
  readonly threshold: ThresholdReport;
  /** What `score` gives for the history. */
  readonly history: Detection;
  /** Points seen, history included. */
  readonly length: number;
  /**
   * Scores points that follow those seen so far. Their scores are those the detector gives to the last points of the
   * whole series, less what lies beyond the lookback, with the same threshold; where its tags say `calibrated`, those it gives with the history as calibration
   * (`calibratedLength`), so that scales, periods and weights stay the history's: start a new stream once the series has
   * grown much. A missing value is taken to be the last one seen.
   * @param points k > 0 points with the channels of the history
   * @throws HeedError channel-mismatch, non-monotonic-time, duplicate-time, cancelled
   */
  append(points: Series, options?: { readonly signal?: AbortSignal }): Promise<StreamUpdate>;
  dispose(): void;
}

/**
 * Starts incremental scoring after a history, from which the threshold is set.
 * @throws HeedError not-supported where the detector does not stream, and what `Detector.score` throws
 */
export async function createStream<const D extends DetectorReference | Detector = 'auto'>(
  history: Series,
  options: StreamOptions<D> = {},
): Promise<DetectorStream> {
  checkSeries(history, 'history');
  checkRun(options);
  const given: DetectorReference | Detector = options.detector ?? 'auto';
  const own = typeof given === 'string' || !('score' in given);
  const used = own ? await createSeriesDetector(given, options.options) : given;
  try {
    if (!(used instanceof SeriesDetector) || !used.raw.stream || (options.preparation ?? used.preparation)) {
      throw new HeedError(
        'not-supported',
        `the detector "${used.id}" does not score incrementally with these options`,
        'Score the whole series again, or choose a detector whose tags say streaming.',
      );
    }
    used.checkFitted();
    const filled = await used.prepare(history, options);
    const keep = checkKeep(options);
    // An event that is told of anew is explained by all its points.
    const lookback = Math.max(keep, checkLookback(options));
    const raw = await used.raw.stream(filled.series, { ...options, lookback });
    const scores = raw.history ?? (await used.raw.score(filled.series, options));
    const detection = await buildDetection({
      detector: used.id,
      given: history,
      filled,
      raw: scores,
      options,
      training: used.training,
      decides: true,
    });
    return new Stream(
      used,
      own,
      raw,
      detection,
      cutTail(filled, scores, keep),
      new StreamTimes(history.time, 2 * Math.max(lookback, history.time.length)),
      keep,
      options,
    );
  } catch (error) {
    if (own) used.dispose();
    throw error;
  }
}

function checkKeep({ keep = 1000 }: StreamOptions): number {
  checkNumber('"keep"', keep, { min: 0, whole: true }, 'Give a whole number of points, 0 or more.');
  return keep;
}

function checkLookback({ lookback = 10_000 }: StreamOptions): number {
  checkNumber('"lookback"', lookback, { min: 1, whole: true }, 'Give a whole number of points, 1 or more.');
  return lookback;
}

class Stream implements DetectorStream {
  readonly detector: string;
  readonly threshold: ThresholdReport;
  /** Events so far: the last point of each by its first. */
  private readonly known = new Map<number, number>();

  constructor(
    private readonly source: Detector,
    private readonly own: boolean,
    private readonly raw: RawStream,
    readonly history: Detection,
    private tail: Tail,
    private readonly time: StreamTimes,
    private readonly keep: number,
    private readonly options: StreamOptions,
  ) {
    this.detector = source.id;
    this.threshold = history.threshold;
    for (const { startIndex, endIndex } of history.events) this.known.set(startIndex, endIndex);
  }

  get length(): number {
    return this.time.length;
  }

  async append(points: Series, run: { readonly signal?: AbortSignal } = {}): Promise<StreamUpdate> {
    checkSeries(points, 'points');
    checkRun(run);
    const { signal } = run;
    throwIfAborted(signal);
    const filled = this.accept(points);
    const { series, missing } = filled;
    const raw: RawScores = await this.raw.append(series, { ...this.options, signal });
    const startIndex = this.time.length;
    this.time.append(series.time);
    const before = this.tail.series.time.length;
    const offset = startIndex - before;
    this.tail = appendTail(this.tail, filled, raw);
    const detection = await buildDetection({
      detector: this.detector,
      given: this.tail.series,
      filled: this.tail,
      raw: this.explained(raw, offset, signal),
      options: this.options,
      threshold: this.threshold,
      whole: { offset, timeAt: (index) => this.time.at(index) },
    });
    const update: StreamUpdate = {
      startIndex,
      score: scoresFromRaw(raw.raw, this.threshold.value, missing),
      ...latest(detection, before),
      events: detection.events
        .filter(({ endIndex }) => endIndex >= before)
        .map((event) => shift(event, offset)),
      notes: [...filled.notes, ...(raw.notes ?? [])],
    };
    for (const { startIndex: first, endIndex } of update.events) this.known.set(first, endIndex);
    for (const [first, endIndex] of this.known) if (endIndex < this.time.first) this.known.delete(first);
    this.tail = cutTail(this.tail, this.tail.raw, this.keep);
    return update;
  }

  /**
   * The raw scores of the tail; where it is asked for and a new point is anomalous, with what normal points let expect.
   * @param added those of the new points
   * @param offset points before the tail
   */
  private explained(added: RawScores, offset: number, signal: AbortSignal | undefined): RawScores {
    const { raw: stream, tail } = this;
    const isAsked = this.options.explainByNormal && stream.explain;
    if (!isAsked || !added.raw.some((value) => value > this.threshold.value)) return tail.raw;
    const n = tail.series.time.length;
    const cut = (arrays: readonly Float64Array[]): Float64Array[] =>
      arrays.map((values) => values.slice(values.length - n));
    return {
      ...tail.raw,
      explain: async (intervals) => {
        const here = intervals.map((interval) => ({
          start: interval.start + offset,
          end: interval.end + offset,
        }));
        const earlier = [...this.known].map(([first, last]) => ({ start: first, end: last }));
        const run = { ...this.options, signal, onProgress: undefined };
        const { expected, spread, attend } = await stream.explain!(
          [...here, ...earlier.filter((interval) => interval.end < offset)],
          run,
        );
        return { expected: cut(expected), spread: cut(spread), attend };
      },
    };
  }

  dispose(): void {
    this.raw.dispose?.();
    if (this.own) this.source.dispose();
  }

  /** Checks new points and fills what is missing with the last value seen. */
  private accept(points: Series): FilledSeries {
    const names = this.tail.series.channels.map(({ name }) => name);
    const given = points.channels.map(({ name }) => name);
    if (names.length !== given.length || names.some((name, c) => name !== given[c])) {
      throw new HeedError(
        'channel-mismatch',
        `the stream has the channels ${names.join(', ')}, the new points have ${given.join(', ')}`,
        'Append points with the channels of the history, in that order.',
      );
    }
    const { last } = this.time;
    if (!(points.time[0]! > last)) {
      throw new HeedError(
        points.time[0] === last ? 'duplicate-time' : 'non-monotonic-time',
        `the first new point (${points.time[0]}) does not lie after the last one seen (${last})`,
        'Append only points that are later than all before.',
      );
    }
    const missing = new Uint8Array(points.time.length).fill(1);
    let filled = 0;
    const channels = points.channels.map((channel, c) => {
      let held = this.tail.last[c]!;
      const values = channel.values.map((value, t) => {
        if (Number.isNaN(value)) filled++;
        else {
          held = value;
          missing[t] = 0;
        }
        return held;
      });
      return { ...channel, values };
    });
    const note = `${filled} missing value${filled === 1 ? ' was' : 's were'} taken to be the last one seen.`;
    return {
      series: { ...points, channels },
      ...(missing.includes(1) ? { missing } : {}),
      notes: filled > 0 ? [note] : [],
    };
  }
}

function latest(
  { expected, lower, upper }: Detection,
  from: number,
): Pick<StreamUpdate, 'expected' | 'lower' | 'upper'> {
  const cut = (arrays: readonly Float64Array[]): Float64Array[] => arrays.map((values) => values.slice(from));
  return {
    ...(expected ? { expected: cut(expected) } : {}),
    ...(lower ? { lower: cut(lower) } : {}),
    ...(upper ? { upper: cut(upper) } : {}),
  };
}

function shift(event: AnomalyEvent, offset: number): AnomalyEvent {
  return {
    ...event,
    startIndex: event.startIndex + offset,
    endIndex: event.endIndex + offset,
    peakIndex: event.peakIndex + offset,
  };
}
