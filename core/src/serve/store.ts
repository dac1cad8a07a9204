import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { open, type RootDatabase } from 'lmdb';
import { HeedError } from '../errors.js';
import type { LiveIncident } from '../live/types.js';
import type { Labels } from './source.js';

/** What is kept of a monitor. */
export interface StoredMonitor {
  /** Of the settings it was made with; another print means a new monitor. */
  readonly print: string;
  /** Epoch ms of the newest point it has judged. */
  readonly until: number;
  readonly snapshot: Uint8Array;
  /** Its open incident, if there is one, and how far it has been from what was expected. */
  readonly incident?: LiveIncident;
  readonly deviation: number;
  /** What opened up to then is history, and told only if it is still open. */
  readonly quietUntil: number;
}

/** What is kept of a unit, so that it is known before it is read again. */
export interface StoredUnit {
  readonly query: string;
  readonly channels: readonly { readonly name: string; readonly labels: Labels }[];
  /** Epoch ms of its newest value. */
  readonly seen: number;
}

/** Rows by key: of the embedded database, or of what stands in for it. */
export interface Table<V, K = string> {
  get(key: K): V | undefined;
  put(key: K, value: V): Promise<unknown>;
  remove(key: K): Promise<unknown>;
  /** In the order of their keys, from start up to end. */
  getRange(range?: {
    readonly start?: K;
    readonly end?: K;
  }): Iterable<{ readonly key: K; readonly value: V }>;
}

/** What is kept for good, by who needs it. */
export interface Tables {
  readonly monitors: Table<StoredMonitor>;
  readonly units: Table<StoredUnit>;
  readonly incidents: Table<unknown>;
  readonly outbox: Table<unknown, [string, number]>;
  readonly meta: Table<unknown>;
}

/** The embedded database: one folder, several tables. */
export interface Store extends Tables {
  close(): Promise<void>;
}

/**
 * Opens the state; threads of one process may all do so.
 * @throws HeedError output-unwritable
 */
export function openStore(path: string): Store {
  let root: RootDatabase;
  try {
    makeFolder(resolve(path));
    root = open({ path: `${path}/heed.mdb`, maxDbs: 8, noMemInit: true });
  } catch (cause) {
    throw new HeedError(
      'output-unwritable',
      `the state folder ${path} cannot be used: ${(cause as Error).message}`,
      'Check who may write it, and the space on its disk.',
    );
  }
  return {
    monitors: root.openDB({ name: 'monitors' }),
    units: root.openDB({ name: 'units' }),
    incidents: root.openDB({ name: 'incidents' }),
    outbox: root.openDB({ name: 'outbox' }),
    meta: root.openDB({ name: 'meta' }),
    close: () => root.close(),
  };
}

/** One folder after the other: Node's recursive mkdir never ends below /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another thread was faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** A process that says so less often than this, ms, does not hold the state any more. */
const HEARTBEAT = 2_000;
const DEAD = 3 * HEARTBEAT;

/** Of this process. */
const held = new Set<string>();

interface Holder {
  readonly id: string;
  readonly pid: number;
  readonly host: string;
  readonly beat: number;
}

/**
 * Takes the state for this process alone. What a process left that was killed is taken over: at once where it ran on
 * this machine, else after some seconds.
 * @returns gives it back
 * @throws HeedError output-unwritable where another process holds it
 */
export async function lockStore({ meta }: Store, path: string): Promise<() => Promise<void>> {
  const id = randomUUID();
  const inUse = ({ pid, host }: Holder): HeedError =>
    new HeedError(
      'output-unwritable',
      `the state folder ${path} is in use by process ${pid} on ${host}`,
      'Stop that one first, or give this one another folder.',
    );
  const holder = () => meta.get('holder') as Holder | undefined;
  const before = holder();
  if (before && held.has(before.id)) throw inUse(before);
  if (before && isAlive(before)) {
    // A holder that lives says so again.
    await sleep(before.host === hostname() && before.pid !== process.pid ? 2 * HEARTBEAT : DEAD);
    const now = holder();
    if (now && (now.id !== before.id || now.beat !== before.beat)) {
      throw inUse(now);
    }
  }
  let beat = 0;
  held.add(id);
  const write = () => meta.put('holder', { id, pid: process.pid, host: hostname(), beat: beat++ });
  await write();
  const timer = setInterval(() => void write().catch(() => {}), HEARTBEAT);
  timer.unref();
  return async () => {
    clearInterval(timer);
    held.delete(id);
    if (holder()?.id === id) await meta.remove('holder');
  };
}

function isAlive({ host, pid }: Holder): boolean {
  if (host !== hostname()) return true;
  // In a container every process is number 1.
  if (pid === process.pid) return pid === 1;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
