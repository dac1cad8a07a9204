/** Bytes of the typed arrays in a plain value, plus a little for the rest: the weight of a result in a cache. */
export function measureSize(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value === 'string') return 2 * value.length + 16;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + measureSize(item), 16);
  if (value && typeof value === 'object') {
    return Object.values(value).reduce((sum: number, item) => sum + measureSize(item), 32);
  }
  return 8;
}
