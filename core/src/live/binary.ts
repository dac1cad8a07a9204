import crc32 from 'crc-32';
import { HeedError } from '../errors.js';

type Numbers = Float64Array | Float32Array | Uint8Array;

/** Bytes of the checksum that everything written ends with. */
const CHECKSUM = 4;

/** Writes numbers and typed arrays, little-endian on every machine that JavaScript runs on today, and a CRC-32 of them. */
export class BinaryWriter {
  private bytes = new Uint8Array(1 << 12);
  private at = 0;

  number(value: number): void {
    this.copy(new Uint8Array(Float64Array.of(value).buffer));
  }

  array(values: Numbers): void {
    this.number(values.length);
    this.copy(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }

  /** Numbers of which most are 0, as runs of the others: what a histogram comes down to. */
  sparse(values: Float32Array): void {
    let from = 0;
    let to = values.length;
    while (from < to && values[from] === 0) from++;
    while (to > from && values[to - 1] === 0) to--;
    this.number(from);
    this.array(values.subarray(from, to));
  }

  text(text: string): void {
    this.array(new TextEncoder().encode(text));
  }

  finish(): Uint8Array {
    const sum = crc32.buf(this.bytes.subarray(0, this.at));
    this.copy(new Uint8Array(Int32Array.of(sum).buffer));
    return this.bytes.slice(0, this.at);
  }

  private copy(added: Uint8Array): void {
    if (this.at + added.length > this.bytes.length) {
      const grown = new Uint8Array(2 * (this.at + added.length));
      grown.set(this.bytes.subarray(0, this.at));
      this.bytes = grown;
    }
    this.bytes.set(added, this.at);
    this.at += added.length;
  }
}

/** Reads what `BinaryWriter` wrote, in the same order. */
export class BinaryReader {
  private readonly bytes: Uint8Array;
  private at = 0;

  /** @param bytes any view, at any offset of its memory */
  constructor(bytes: Uint8Array) {
    // A Node Buffer slices without copying: a plain view does not.
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** @throws HeedError model-corrupt where the bytes are not those that were written */
  checkSum(): void {
    const end = this.bytes.length - CHECKSUM;
    if (end < this.at) throw corrupt();
    const written = new Int32Array(this.bytes.slice(end).buffer)[0]!;
    if (crc32.buf(this.bytes.subarray(0, end)) !== written) throw corrupt();
  }

  number(): number {
    return new Float64Array(this.take(8).buffer)[0]!;
  }

  /** @param values filled from its start; its length must not be below that of the array written */
  array(values: Numbers): number {
    const length = this.number();
    if (!(Number.isInteger(length) && length >= 0 && length <= values.length)) throw corrupt();
    const taken = this.take(length * values.BYTES_PER_ELEMENT);
    new Uint8Array(values.buffer, values.byteOffset, taken.length).set(taken);
    return length;
  }

  sparse(values: Float32Array): void {
    const from = this.number();
    if (!(Number.isInteger(from) && from >= 0 && from <= values.length)) throw corrupt();
    values.fill(0);
    this.array(values.subarray(from));
  }

  text(): string {
    const length = this.number();
    if (!(Number.isInteger(length) && length >= 0)) throw corrupt();
    return new TextDecoder().decode(this.take(length));
  }

  /** @throws HeedError model-corrupt where bytes are left over */
  end(): void {
    if (this.at !== this.bytes.length - CHECKSUM) throw corrupt();
  }

  private take(length: number): Uint8Array {
    if (this.at + length > this.bytes.length) throw corrupt();
    this.at += length;
    return this.bytes.slice(this.at - length, this.at);
  }
}

/** The fault of bytes that are no whole snapshot. */
export function corrupt(): HeedError {
  return new HeedError(
    'model-corrupt',
    'the snapshot of the monitor is damaged or cut short',
    'Take another snapshot, or start a new monitor.',
  );
}
