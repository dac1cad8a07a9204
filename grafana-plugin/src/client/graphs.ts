import type { GraphJob, GraphResult } from '../engine/protocol.js';
import { ByteBoundCache, sizeOf } from './cache.js';
import { ContentHash, stableJson } from './hash.js';
import { JobError } from './pool.js';
import type { Origin, ScoringService } from './service.js';

interface Flight {
  readonly promise: Promise<GraphResult>;
  readonly abort: AbortController;
  waiting: number;
}

const cacheBytes = 8 * 1024 * 1024;

/** Scores maps for every query and layer of the page: one scoring per content, kept until it is pushed out. */
export class GraphScoring {
  private readonly cache = new ByteBoundCache<GraphResult>(cacheBytes);
  private readonly flights = new Map<string, Flight>();

  constructor(private readonly service: Pick<ScoringService, 'pool' | 'activity'>) {}

  /** @throws JobError with the code of the core's HeedError, or `cancelled` */
  async score(map: Omit<GraphJob, 'kind'>, origin: Origin, signal: AbortSignal): Promise<GraphResult> {
    if (signal.aborted) throw new JobError('the work was cancelled', 'cancelled');
    const key = new ContentHash().text(stableJson(map)).digest();
    const note = { ...origin, detector: 'graph-attention', points: map.nodes.length };
    const known = this.cache.get(key);
    if (known) {
      this.service.activity.hit(note);
      return known;
    }
    let flight = this.flights.get(key);
    if (flight) this.service.activity.hit(note);
    else {
      flight = this.start(key, map, note);
      this.flights.set(key, flight);
    }
    return join(flight, signal);
  }

  private start(
    key: string,
    map: Omit<GraphJob, 'kind'>,
    note: Parameters<ScoringService['activity']['hit']>[0],
  ): Flight {
    const abort = new AbortController();
    const { activity, pool } = this.service;
    const entry = activity.begin(note);
    const promise = pool
      .run({ kind: 'graph', ...map }, { signal: abort.signal })
      .then(
        ({ result, milliseconds, where }) => {
          this.cache.set(key, result, sizeOf(result));
          const events = result.anomalies.length;
          activity.end(entry, { milliseconds, where, events, scoredPoints: map.nodes.length });
          return result;
        },
        (error: JobError) => {
          activity.end(entry, { error: error.message, cancelled: error.code === 'cancelled' });
          throw error;
        },
      )
      .finally(() => this.flights.delete(key));
    return { promise, abort, waiting: 0 };
  }
}

/** When the last who wants a flight lets go, the work stops. */
function join(flight: Flight, signal: AbortSignal): Promise<GraphResult> {
  flight.waiting++;
  return new Promise((resolve, reject) => {
    const leave = () => {
      if (--flight.waiting === 0) flight.abort.abort();
      reject(new JobError('the work was cancelled', 'cancelled'));
    };
    signal.addEventListener('abort', leave, { once: true });
    flight.promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
