import type {
  DetectorListing,
  Detection,
  FitJob,
  Job,
  PlainSeries,
  Progress,
  ScoreConfig,
  ResultOf,
} from '../engine/protocol.js';
import { ActivityLog } from './activity.js';
import { yieldIfDue } from './yield-if-due.js';
import { sizeOf } from './cache.js';
import { ContentHash, stableJson } from './hash.js';
import { WorkerPool, type PoolOptions, type RunJobOptions } from './pool.js';
import { Scorings, type Outcome } from './scorings.js';

/** Where a scoring was asked for, for the activity page. Text from data: show it as text only. */
export interface Origin {
  readonly surface: 'query' | 'annotation' | 'panel' | 'page';
  readonly title: string;
}

export interface ScoreRequest {
  readonly series: PlainSeries;
  readonly scoreConfig: ScoreConfig;
  /** Name of the model in the scoreConfig, for people. */
  readonly model?: string;
  readonly origin: Origin;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly priority?: number;
  /** Names a series that grows; see ScoreJob.live. */
  readonly live?: string;
}

export interface Scored {
  /** Content key: equal series and scoreConfig give the same key on every surface. */
  readonly key: string;
  readonly series: PlainSeries;
  readonly scoreConfig: ScoreConfig;
  readonly model?: string;
  readonly detection: Detection;
}

/** Bytes of series and results kept for the whole page. */
const cacheBytes = 96 * 1024 * 1024;

/**
 * Scores series for every query and panel of the page: one pool, one cache, and one inFlight per content, so that an
 * annotation layer and five panels over the same data cost one scoring.
 */
export class ScoringService {
  readonly activity = new ActivityLog();
  readonly pool: WorkerPool;
  private readonly scorings = new Scorings<Scored>(this.activity, cacheBytes);
  private detectors: Promise<readonly DetectorListing[]> | undefined;

  constructor(options: PoolOptions) {
    this.pool = new WorkerPool(options);
  }

  /** @throws JobError with the code of the core's HeedError, or `cancelled` */
  async score(request: ScoreRequest): Promise<Scored> {
    await yieldIfDue();
    const key =
      keyOf(request.series, request.scoreConfig) + (request.live === undefined ? '' : `-${request.live}`);
    const { series, scoreConfig, origin, live, onProgress, priority } = request;
    const model = request.model === undefined ? {} : { model: request.model };
    const points = series.time.length * series.channels.length;
    const start = async (signal: AbortSignal): Promise<Outcome<Scored>> => {
      const { result, milliseconds, where } = await this.pool.run(
        { kind: 'score', series, scoreConfig, ...(live === undefined ? {} : { live }) },
        {
          signal,
          ...(live === undefined ? {} : { affinity: live }),
          ...(onProgress ? { onProgress } : {}),
          ...(priority === undefined ? {} : { priority }),
        },
      );
      const { detection, scoredPoints } = result;
      return {
        value: { key, series, scoreConfig, ...model, detection },
        bytes: sizeOf(series) + sizeOf(detection),
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
    this.detectors ??= this.pool.run({ kind: 'list' }).then(({ result }) => result);
    this.detectors.catch(() => (this.detectors = undefined));
    return this.detectors;
  }

  async fit(job: Omit<FitJob, 'kind'>, options: RunJobOptions): Promise<ResultOf<FitJob>> {
    return this.run({ kind: 'fit', ...job }, options);
  }

  async run<J extends Job>(job: J, options: RunJobOptions = {}): Promise<ResultOf<J>> {
    return (await this.pool.run(job, options)).result;
  }

  get cachedBytes(): number {
    return this.scorings.bytes;
  }

  clearCache(): void {
    this.scorings.clear();
  }
}

/** Hash of everything that decides the result. */
export function keyOf(series: PlainSeries, scoreConfig: ScoreConfig): string {
  const hash = new ContentHash().numbers(series.time);
  for (const channel of series.channels) {
    hash
      .text(channel.name)
      .text(channel.unit ?? '')
      .numbers(channel.values);
  }
  return hash.text(stableJson(scoreConfig)).digest();
}
