import type { Change, IncidentRecord, Incidents } from '../ledger.js';
import type { Log } from '../log.js';
import type { Tables } from '../store.js';
import type { WatchedUnit } from '../units.js';

/** Where incidents, or scores, are sent. Nothing that happens to one holds up another, or the rounds. */
export interface Output {
  /** Distinct. */
  readonly name: string;
  readonly sent: number;
  readonly failures: number;
  readonly dropped: number;
  readonly waiting: number;
  /** Why the last attempt failed; undefined where it did not. */
  readonly failure: string | undefined;
  /** An incident opened, changed or closed. */
  told?(change: Change, record: IncidentRecord): void;
  /** Whether units are to bring all their points, not the latest alone. */
  readonly wantsTrail?: boolean;
  /** Points came up to then (epoch ms). */
  scored?(units: Iterable<WatchedUnit>, time: number): void;
  /** Stops; what waits is kept where there is a state to keep it in. */
  close(): Promise<void>;
}

/** What outputs work with. */
export interface OutputContext {
  readonly store: Pick<Tables, 'outbox'>;
  readonly log: Log;
  readonly now: () => number;
  readonly ledger: () => Pick<Incidents, 'listOpen' | 'listClosed'>;
  /** Most messages that wait. */
  readonly most: number;
}
