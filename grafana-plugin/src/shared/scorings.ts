import { HeedError } from '@heed/core';
import { LRUCache } from 'lru-cache';
import type { ActivityLog, ActivityNote, Spent } from './activity.js';

interface InFlight<T> {
  readonly promise: Promise<T>;
  readonly abort: AbortController;
  waiting: number;
}

/** What one scoring gave, for those who asked and for the activity page. */
export interface Outcome<T> {
  readonly value: T;
  /** Size of the value while it is kept. */
  readonly bytes: number;
  readonly spent: Spent;
}

const cancelled = () => new HeedError('cancelled', 'the work was cancelled', 'Ask again to get a result.');

/**
 * Scorings by content: equal content is scored once, whoever asks and whenever, and the result is kept until newer
 * ones push it out.
 */
export class Scorings<T extends object> {
  /** Bounded by bytes: results of many wide queries must not fill the tab's memory. */
  private readonly cache: LRUCache<string, T>;
  private readonly inFlights = new Map<string, InFlight<T>>();

  constructor(
    private readonly activity: ActivityLog,
    bytes: number,
  ) {
    this.cache = new LRUCache({ maxSize: bytes });
  }

  /**
   * The result behind `key`: kept, on its way for somebody else, or from `start`.
   * @throws HeedError what the scoring throws, and cancelled
   */
  async get(
    key: string,
    note: ActivityNote,
    start: (signal: AbortSignal) => Promise<Outcome<T>>,
    signal?: AbortSignal,
  ): Promise<T> {
    const known = this.cache.get(key);
    if (known) {
      this.activity.hit(note);
      return known;
    }
    if (signal?.aborted) throw cancelled();
    let inFlight = this.inFlights.get(key);
    if (inFlight) this.activity.hit(note);
    else {
      inFlight = this.begin(key, note, start);
      this.inFlights.set(key, inFlight);
    }
    return join(inFlight, signal);
  }

  /** The result behind a key, while it is kept. */
  recall(key: string): T | undefined {
    return this.cache.get(key);
  }

  /** Everything that is kept, oldest use first. */
  values(): T[] {
    return [...this.cache.rvalues()] as T[];
  }

  get bytes(): number {
    return this.cache.calculatedSize;
  }

  clear(): void {
    this.cache.clear();
  }

  private begin(
    key: string,
    note: ActivityNote,
    start: (signal: AbortSignal) => Promise<Outcome<T>>,
  ): InFlight<T> {
    const abort = new AbortController();
    const entry = this.activity.begin(note);
    const promise = start(abort.signal)
      .then(
        ({ value, bytes, spent }) => {
          this.cache.set(key, value, { size: Math.max(1, bytes) });
          this.activity.end(entry, spent);
          return value;
        },
        (error: HeedError) => {
          this.activity.end(entry, { error: error.message, cancelled: error.code === 'cancelled' });
          throw error;
        },
      )
      .finally(() => this.inFlights.delete(key));
    return { promise, abort, waiting: 0 };
  }
}

/** Everybody who wants a run in flight holds on to it; when the last lets go, the work stops. */
function join<T>(inFlight: InFlight<T>, signal: AbortSignal | undefined): Promise<T> {
  inFlight.waiting++;
  if (!signal) return inFlight.promise;
  return new Promise((resolve, reject) => {
    const leave = () => {
      if (--inFlight.waiting === 0) inFlight.abort.abort();
      reject(cancelled());
    };
    signal.addEventListener('abort', leave, { once: true });
    inFlight.promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
