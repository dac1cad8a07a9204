export interface ActivityNote {
  readonly surface: 'query' | 'annotation' | 'panel' | 'page';
  readonly title: string;
  readonly detector: string;
  /** Name of the model that was asked for. */
  readonly model?: string;
  /** Points times channels. */
  readonly points: number;
}

export interface ActivityEntry extends ActivityNote {
  readonly id: number;
  /** Epoch ms. */
  readonly at: number;
  state: 'running' | 'done' | 'failed' | 'cancelled';
  /** Time in the engine, without waiting. */
  milliseconds?: number;
  where?: 'worker' | 'page';
  events?: number;
  /** Points that had to be scored: fewer than all where a live series was continued. */
  scoredPoints?: number;
  error?: string;
}

/** What a scoring that succeeded took and gave. */
export interface Spent extends Required<
  Pick<ActivityEntry, 'milliseconds' | 'where' | 'events' | 'scoredPoints'>
> {
  /** The one in the model, where one was asked for. */
  readonly detector?: string;
}

export interface ActivityTotals {
  readonly scorings: number;
  readonly hits: number;
  readonly points: number;
  readonly milliseconds: number;
  readonly failed: number;
  readonly cancelled: number;
}

const kept = 200;

/** What the page has scored lately and in all. */
export class ActivityLog {
  private readonly log: ActivityEntry[] = [];
  private readonly listeners = new Set<() => void>();
  private sums = { scorings: 0, hits: 0, points: 0, milliseconds: 0, failed: 0, cancelled: 0 };
  private sequence = 0;
  private notifying = false;

  begin(note: ActivityNote): ActivityEntry {
    const entry: ActivityEntry = { ...note, id: ++this.sequence, at: Date.now(), state: 'running' };
    this.log.unshift(entry);
    if (this.log.length > kept) this.log.length = kept;
    this.changed();
    return entry;
  }

  end(entry: ActivityEntry, outcome: Spent | { error: string; cancelled: boolean }): void {
    if ('error' in outcome) {
      entry.state = outcome.cancelled ? 'cancelled' : 'failed';
      if (outcome.cancelled) this.sums.cancelled++;
      else {
        this.sums.failed++;
        entry.error = outcome.error;
      }
    } else {
      Object.assign(entry, outcome, { state: 'done' });
      this.sums.scorings++;
      this.sums.points += outcome.scoredPoints;
      this.sums.milliseconds += outcome.milliseconds;
    }
    this.changed();
  }

  hit(_note: ActivityNote): void {
    this.sums.hits++;
    this.changed();
  }

  /** Newest first. */
  get entries(): readonly ActivityEntry[] {
    return this.log;
  }

  get totals(): ActivityTotals {
    return { ...this.sums };
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** At most one notification per 200 ms: 500 series finish within a second. */
  private changed(): void {
    if (this.notifying || this.listeners.size === 0) return;
    this.notifying = true;
    setTimeout(() => {
      this.notifying = false;
      for (const listener of this.listeners) listener();
    }, 200);
  }
}
