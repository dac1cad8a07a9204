import type {
  DetectorListing,
  Detection,
  FitJob,
  Job,
  PlainSeries,
  Progress,
  Recipe,
  ResultOf,
} from '../engine/protocol.js';
import { ActivityLog } from './activity.js';
import { ByteBoundCache, sizeOf } from './cache.js';
import { ContentHash, stableJson } from './hash.js';
import { JobError, WorkerPool, type PoolOptions, type RunJobOptions } from './pool.js';

/** Where a scoring was asked for, for the activity page. Text from data: show it as text only. */
export interface Origin {
  readonly surface: 'query' | 'annotation' | 'panel' | 'page';
  readonly title: string;
}

export interface ScoreRequest {
  readonly series: PlainSeries;
  readonly recipe: Recipe;
  readonly origin: Origin;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly priority?: number;
  /** Names a series that grows; see ScoreJob.live. */
  readonly live?: string;
}

export interface Scored {
  /** Content key: equal series and recipe give the same key on every surface. */
  readonly key: string;
  readonly series: PlainSeries;
  readonly recipe: Recipe;
  readonly detection: Detection;
}

interface Flight {
  readonly promise: Promise<Scored>;
  readonly abort: AbortController;
  waiting: number;
}

/** Bytes of series and results kept for the whole page. */
const cacheBytes = 96 * 1024 * 1024;

/**
 * Scores series for every query and panel of the page: one pool, one cache, and one flight per content, so that an
 * annotation layer and five panels over the same data cost one scoring.
 */
export class ScoringService {
  readonly activity = new ActivityLog();
  readonly pool: WorkerPool;
  private readonly cache = new ByteBoundCache<Scored>(cacheBytes);
  private readonly flights = new Map<string, Flight>();
  private detectors: Promise<readonly DetectorListing[]> | undefined;

  constructor(options: PoolOptions) {
    this.pool = new WorkerPool(options);
  }

  /** @throws JobError with the code of the core's HeedError, or `cancelled` */
  async score(request: ScoreRequest): Promise<Scored> {
    await breathe();
    const key =
      keyOf(request.series, request.recipe) + (request.live === undefined ? '' : `-${request.live}`);
    const points = request.series.time.length * request.series.channels.length;
    const note = { ...request.origin, detector: request.recipe.detector, points };
    const known = this.cache.get(key);
    if (known) {
      this.activity.hit(note);
      return known;
    }
    if (request.signal?.aborted) throw new JobError('the work was cancelled', 'cancelled');
    let flight = this.flights.get(key);
    if (flight) this.activity.hit(note);
    else {
      flight = this.start(key, request, note);
      this.flights.set(key, flight);
    }
    return this.join(flight, request.signal);
  }

  /** The series, recipe and result behind a key, while it is kept. */
  recall(key: string): Scored | undefined {
    return this.cache.get(key);
  }

  /** Everything that is kept, oldest use first. */
  results(): Scored[] {
    return this.cache.values();
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
    return this.cache.bytes;
  }

  clearCache(): void {
    this.cache.clear();
  }

  private start(key: string, request: ScoreRequest, note: Parameters<ActivityLog['hit']>[0]): Flight {
    const abort = new AbortController();
    const { series, recipe } = request;
    const entry = this.activity.begin(note);
    const promise = this.pool
      .run(
        { kind: 'score', series, recipe, ...(request.live === undefined ? {} : { live: request.live }) },
        {
          ...(request.live === undefined ? {} : { affinity: request.live }),
          signal: abort.signal,
          ...(request.onProgress ? { onProgress: request.onProgress } : {}),
          ...(request.priority === undefined ? {} : { priority: request.priority }),
        },
      )
      .then(
        ({ result, milliseconds, where }) => {
          const scored: Scored = { key, series, recipe, detection: result.detection };
          this.cache.set(key, scored, sizeOf(series) + sizeOf(result.detection));
          this.activity.end(entry, {
            milliseconds,
            where,
            events: result.detection.events.length,
            scoredPoints: result.scoredPoints,
          });
          return scored;
        },
        (error: JobError) => {
          this.activity.end(entry, { error: error.message, cancelled: error.code === 'cancelled' });
          throw error;
        },
      )
      .finally(() => this.flights.delete(key));
    return { promise, abort, waiting: 0 };
  }

  /** Everybody who wants a flight holds on to it; when the last lets go, the work stops. */
  private join(flight: Flight, signal: AbortSignal | undefined): Promise<Scored> {
    flight.waiting++;
    if (!signal) return flight.promise;
    return new Promise((resolve, reject) => {
      const leave = () => {
        if (--flight.waiting === 0) flight.abort.abort();
        reject(new JobError('the work was cancelled', 'cancelled'));
      };
      signal.addEventListener('abort', leave, { once: true });
      flight.promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
    });
  }
}

let sliceBegan = 0;

/** Hundreds of series arrive in one task; hashing them all in it would hold the page up. */
async function breathe(): Promise<void> {
  if (performance.now() - sliceBegan < 8) return;
  await new Promise<void>((resolve) => setTimeout(resolve, 0));
  sliceBegan = performance.now();
}

/** Hash of everything that decides the result. */
export function keyOf(series: PlainSeries, recipe: Recipe): string {
  const hash = new ContentHash().numbers(series.time);
  for (const channel of series.channels) {
    hash
      .text(channel.name)
      .text(channel.unit ?? '')
      .numbers(channel.values);
  }
  return hash.text(stableJson(recipe)).digest();
}
