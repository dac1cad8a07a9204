/**
 * A content hash for cache keys: two independent 32-bit multiplicative hashes over the words, 64 bits in all.
 * Not cryptographic; a page holds some thousand entries at most, so a collision is out of reach.
 */
export class ContentHash {
  private a = 0x811c9dc5;
  private b = 0x9747b28c;

  text(value: string): this {
    for (let i = 0; i < value.length; i++) this.word(value.charCodeAt(i));
    return this.word(value.length);
  }

  /** Values by their bits, so that NaN equals NaN and 0 differs from −0 (the detector may see the difference). */
  numbers(values: Float64Array): this {
    const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
    for (let i = 0; i < words.length; i++) this.word(words[i]!);
    return this.word(words.length);
  }

  digest(): string {
    return (this.a >>> 0).toString(36) + (this.b >>> 0).toString(36);
  }

  private word(value: number): this {
    this.a = Math.imul(this.a ^ value, 0x01000193);
    this.a ^= this.a >>> 15;
    this.b = Math.imul((this.b << 13) | (this.b >>> 19), 5) + Math.imul(value, 0xcc9e2d51);
    this.b ^= this.b >>> 16;
    return this;
  }
}

/** JSON with sorted keys, so that equal options give equal keys in whatever order they were written. */
export function stableJson(value: unknown): string {
  return (
    JSON.stringify(value, (_key, item: unknown) =>
      item && typeof item === 'object' && !Array.isArray(item) && !ArrayBuffer.isView(item)
        ? Object.fromEntries(Object.entries(item).sort(([x], [y]) => (x < y ? -1 : x > y ? 1 : 0)))
        : item,
    ) ?? 'undefined'
  );
}
