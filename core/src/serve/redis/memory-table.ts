import type { Table } from '../store.js';

/** A table in memory that knows what has been changed in it: what is kept elsewhere, and written at the right moment. */
export class MemoryTable<V, K = string> implements Table<V, K> {
  private readonly rows = new Map<string, { readonly key: K; readonly value: V }>();
  private dirty = new Set<string>();

  /** @param onChange called when something was changed */
  constructor(
    rows: Iterable<readonly [K, V]> = [],
    private readonly onChange: () => void = () => {},
  ) {
    for (const [key, value] of rows) this.rows.set(JSON.stringify(key), { key, value });
  }

  get(key: K): V | undefined {
    return this.rows.get(JSON.stringify(key))?.value;
  }

  put(key: K, value: V): Promise<unknown> {
    const text = JSON.stringify(key);
    this.rows.set(text, { key, value });
    return this.changed(text);
  }

  remove(key: K): Promise<unknown> {
    const text = JSON.stringify(key);
    this.rows.delete(text);
    return this.changed(text);
  }

  *getRange(range?: { readonly start?: K; readonly end?: K }): IterableIterator<{ key: K; value: V }> {
    const rows = [...this.rows.values()].sort((a, b) => compare(a.key, b.key));
    for (const row of rows) {
      if (range?.start !== undefined && compare(row.key, range.start) < 0) continue;
      if (range?.end !== undefined && compare(row.key, range.end) >= 0) continue;
      yield row;
    }
  }

  /** What was changed since the last call: rows that are there, as JSON, and keys of those that are not. */
  takeChanges(toText: (key: K) => string): {
    readonly written: readonly (readonly [string, string])[];
    readonly removed: readonly string[];
  } {
    const written: [string, string][] = [];
    const removed: string[] = [];
    for (const text of this.dirty) {
      const row = this.rows.get(text);
      const name = toText(JSON.parse(text) as K);
      if (row) written.push([name, JSON.stringify(row.value)]);
      else removed.push(name);
    }
    this.dirty = new Set();
    return { written, removed };
  }

  private changed(text: string): Promise<unknown> {
    this.dirty.add(text);
    this.onChange();
    return Promise.resolve();
  }
}

/** As LMDB orders keys: text by its characters, lists by their first difference. */
function compare(a: unknown, b: unknown): number {
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let i = 0; i < Math.min(a.length, b.length); i++) {
      const order = compare(a[i], b[i]);
      if (order !== 0) return order;
    }
    return a.length - b.length;
  }
  return (a as string) < (b as string) ? -1 : (a as string) > (b as string) ? 1 : 0;
}
