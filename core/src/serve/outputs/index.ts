import type { Config } from '../config.js';
import type { IncidentRecord } from '../ledger.js';
import type { Log } from '../log.js';
import type { Store } from '../store.js';
import type { Output } from './output.js';

export interface OutputContext {
  readonly store: Store;
  readonly log: Log;
  readonly now: () => number;
  /** Open incidents. */
  readonly open: () => readonly IncidentRecord[];
}

/** The outputs that a configuration names. */
export function createOutputs(_config: Config, _context: OutputContext): Output[] {
  return [];
}
