import { WorkerPool, type RunTaskOptions, type WorkerPoolOptions } from '@heed/core/workers';
import { type Detection, type Progress, type Series } from '@heed/core';
import type {
  DetectorListing,
  FitJob,
  Job,
  ResultOf,
  ScoreConfig,
  SeriesState,
  VisibleRange,
} from './jobTypes.js';
import { ActivityLog } from './activity.js';
import { yieldIfDue } from './yield-if-due.js';
import { measureSize } from './size.js';
import { ContentHash, stableJson } from './hash.js';
import { Scorings, type Outcome } from './scorings.js';

/** Where a scoring was asked for, for the activity page. Text from data: show it as text only. */
export interface Origin {
  readonly surface: 'query' | 'annotation' | 'panel' | 'page';
  readonly title: string;
}

export interface ScoreRequest {
  readonly series: Series;
  readonly scoreConfig: ScoreConfig;
  /** Name of the model in the scoreConfig, for people. */
  readonly model?: string;
  readonly origin: Origin;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly priority?: number;
  /** Names a series that grows; see ScoreJob.live. */
  readonly live?: string;
  readonly range?: VisibleRange;
}

export interface Scored {
  /** Content key: equal series and scoreConfig give the same key on every surface. */
  readonly key: string;
  readonly series: Series;
  readonly scoreConfig: ScoreConfig;
  readonly model?: string;
  readonly detection: Detection;
  /** Where a monitor watched. */
  readonly state?: SeriesState;
}

/** Bytes of series and results kept for the whole page. */
const cacheBytes = 96 * 1024 * 1024;

/**
 * Scores series for every query and panel of the page: one pool, one cache, and one inFlight per content, so that an
 * annotation layer and five panels over the same data cost one scoring.
 */
export class ScoringService {
  readonly activity = new ActivityLog();
  readonly pool: WorkerPool<Job, unknown>;
  private readonly scorings = new Scorings<Scored>(this.activity, cacheBytes);
  private detectors: Promise<readonly DetectorListing[]> | undefined;

  constructor(options: WorkerPoolOptions) {
    this.pool = new WorkerPool(options);
  }

  /** @throws HeedError what the scoring throws, and cancelled */
  async score(request: ScoreRequest): Promise<Scored> {
    await yieldIfDue();
    const { series, scoreConfig, origin, live, range, onProgress, priority } = request;
    const key =
      makeKey(series, scoreConfig) +
      (range ? `-${range.from}-${range.until}` : '') +
      (live === undefined ? '' : `-${live}`);
    const model = request.model === undefined ? {} : { model: request.model };
    const points = series.time.length * series.channels.length;
    const start = async (signal: AbortSignal): Promise<Outcome<Scored>> => {
      const { result, milliseconds, where } = await this.runOn(
        {
          kind: 'score',
          series,
          scoreConfig,
          ...(live === undefined ? {} : { live }),
          ...(range ? { range } : {}),
        },
        {
          signal,
          ...(live === undefined ? {} : { affinity: live }),
          ...(onProgress ? { onProgress } : {}),
          ...(priority === undefined ? {} : { priority }),
        },
      );
      const { scoredPoints, state } = result;
      const detection = { ...result.detection, series };
      return {
        value: { key, series, scoreConfig, ...model, detection, ...(state ? { state } : {}) },
        bytes: measureSize(detection),
        spent: {
          milliseconds,
          where,
          events: detection.events.length,
          scoredPoints,
          ...(scoreConfig.model === undefined ? {} : { detector: detection.detector }),
        },
      };
    };
    const note = { ...origin, ...model, detector: scoreConfig.detector, points };
    return this.scorings.get(key, note, start, request.signal);
  }

  /** The series, scoreConfig and result behind a key, while it is kept. */
  recall(key: string): Scored | undefined {
    return this.scorings.recall(key);
  }

  /** Everything that is kept, oldest use first. */
  results(): Scored[] {
    return this.scorings.values();
  }

  list(): Promise<readonly DetectorListing[]> {
    this.detectors ??= this.run({ kind: 'list' });
    this.detectors.catch(() => (this.detectors = undefined));
    return this.detectors;
  }

  async fit(job: Omit<FitJob, 'kind'>, options: RunTaskOptions): Promise<ResultOf<FitJob>> {
    return this.run({ kind: 'fit', ...job }, { ...options, special: true });
  }

  async run<J extends Job>(job: J, options: RunTaskOptions = {}): Promise<ResultOf<J>> {
    return (await this.runOn(job, options)).result;
  }

  /** As `run`, with where it ran and how long. */
  async runOn<J extends Job>(
    job: J,
    options: RunTaskOptions = {},
  ): Promise<{ result: ResultOf<J>; milliseconds: number; where: 'worker' | 'page' }> {
    const { result, milliseconds, fallback } = await this.pool.run(job, options);
    return { result: result as ResultOf<J>, milliseconds, where: fallback ? 'page' : 'worker' };
  }

  /** Where work is done now, for people who wonder why it is slow. */
  get where(): 'worker' | 'page' {
    return this.pool.mode === 'worker' ? 'worker' : 'page';
  }

  get cachedBytes(): number {
    return this.scorings.bytes;
  }

  clearCache(): void {
    this.scorings.clear();
  }
}

/** Hash of everything that decides the result. */
export function makeKey(series: Series, scoreConfig: ScoreConfig): string {
  const hash = new ContentHash().numbers(series.time);
  for (const channel of series.channels) {
    hash
      .text(channel.name)
      .text(channel.unit ?? '')
      .numbers(channel.values);
  }
  return hash.text(stableJson(scoreConfig)).digest();
}
