import type { Redis } from 'ioredis';
import type { IncidentRecord, Incidents } from '../ledger.js';
import { slot } from '../ledger.js';
import type { WatchedUnit } from '../units.js';

/** The incidents of all shards, as Redis has them and as changes tell. */
export class IncidentMirror implements Incidents {
  opened = 0;
  private open = new Map<string, IncidentRecord>();
  private closed = new Map<string, IncidentRecord>();

  /** @param tables keys of the hashes with the incidents of the shards */
  async load(redis: Redis, tables: readonly string[]): Promise<void> {
    const all = await Promise.all(tables.map((table) => redis.hvals(table)));
    const records = all.flat().map((text) => JSON.parse(text) as IncidentRecord);
    records.sort((a, b) => (a.closed ?? a.opened) - (b.closed ?? b.opened));
    this.open = new Map();
    this.closed = new Map();
    for (const record of records) this.take(record);
  }

  take(record: IncidentRecord): void {
    const key = slot(record);
    if (record.closed === undefined) {
      this.open.set(key, record);
      return;
    }
    if (this.open.get(key)?.id === record.id) this.open.delete(key);
    this.closed.set(record.id, record);
  }

  listOpen(): IncidentRecord[] {
    return [...this.open.values()].sort((a, b) => b.opened - a.opened);
  }

  listClosed(): IncidentRecord[] {
    return [...this.closed.values()].reverse();
  }

  of({ key }: WatchedUnit): IncidentRecord | undefined {
    return this.open.get(`anomaly ${key}`) ?? this.open.get(`missing ${key}`);
  }
}
