/** Least recently used first out, bounded by bytes: results of many wide queries must not fill the tab's memory. */
export class ByteBoundCache<V> {
  private readonly entries = new Map<string, { value: V; bytes: number }>();
  private total = 0;

  /** @param limit most bytes held; an entry larger than that is not kept at all */
  constructor(private readonly limit: number) {}

  get(key: string): V | undefined {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: V, bytes: number): void {
    this.delete(key);
    if (bytes > this.limit) return;
    this.entries.set(key, { value, bytes });
    this.total += bytes;
    for (const oldest of this.entries.keys()) {
      if (this.total <= this.limit) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const entry = this.entries.get(key);
    if (!entry) return;
    this.total -= entry.bytes;
    this.entries.delete(key);
  }

  clear(): void {
    this.entries.clear();
    this.total = 0;
  }

  /** Values, longest unused first. */
  values(): V[] {
    return [...this.entries.values()].map(({ value }) => value);
  }

  get bytes(): number {
    return this.total;
  }

  get size(): number {
    return this.entries.size;
  }
}

/** Bytes of the typed arrays in a plain value, plus a little for the rest. */
export function sizeOf(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value === 'string') return 2 * value.length + 16;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + sizeOf(item), 16);
  if (value && typeof value === 'object') {
    return Object.values(value).reduce((sum: number, item) => sum + sizeOf(item), 32);
  }
  return 8;
}
