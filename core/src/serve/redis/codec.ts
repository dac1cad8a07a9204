import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { FeedOptions } from '../fleet.js';
import type { Labels, SourceSeries } from '../source.js';
import type { StoredUnit } from '../store.js';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);
/** Speed is worth more here than the last tenth. */
const fast = { level: 1 };

/** Points of the series of one shard, and all that decides what they mean: whoever judges them comes to the same. */
export interface Batch extends FeedOptions {
  readonly times: Float64Array;
  readonly series: readonly SourceSeries[];
  /** By the clock of who read them, epoch ms. */
  readonly now: number;
}

/** Of what can be read; other versions begin anew. */
const VERSION = 1;

interface BatchHead extends Omit<Batch, 'times' | 'series' | 'trailAfter'> {
  readonly version: number;
  readonly labels: readonly Labels[];
  readonly names: readonly (string | null)[];
  readonly points: number;
  /** As text: JSON has no infinity. */
  readonly trailAfter: string;
}

/** JSON with numbers after it, deflated: `length of the JSON (32 bits), JSON, times, values of every series (64 bits)`. */
export async function encodeBatch({ times, series, trailAfter, ...rest }: Batch): Promise<Buffer> {
  const head: BatchHead = {
    ...rest,
    version: VERSION,
    labels: series.map(({ labels }) => labels),
    names: series.map(({ name = null }) => name),
    points: times.length,
    trailAfter: String(trailAfter),
  };
  const numbers = [times, ...series.map(({ values }) => values)].map((values) =>
    Buffer.from(values.buffer, values.byteOffset, values.byteLength),
  );
  return deflate(Buffer.concat([...framed(Buffer.from(JSON.stringify(head))), ...numbers]), fast);
}

/** @throws Error where it was written by another version */
export async function decodeBatch(data: Buffer): Promise<Batch> {
  const { first, rest } = unframed(await inflate(data));
  const { version, labels, names, points, trailAfter, ...head } = JSON.parse(first.toString()) as BatchHead;
  if (version !== VERSION) throw new Error(`a batch has version ${version}, not ${VERSION}`);
  const numbers = new Float64Array(rest.length / 8);
  new Uint8Array(numbers.buffer).set(rest);
  return {
    ...head,
    trailAfter: Number(trailAfter),
    times: numbers.slice(0, points),
    series: labels.map((one, i) => ({
      labels: one,
      name: names[i] ?? undefined,
      values: numbers.slice((i + 1) * points, (i + 2) * points),
    })),
  };
}

/** What a shard goes on from: its units, and their monitors as its thread packs them. */
export interface ShardSnapshot {
  /** Number of the newest batch that they have judged. */
  readonly position: number;
  readonly units: readonly (readonly [string, StoredUnit])[];
  readonly monitors: Uint8Array;
}

export async function encodeSnapshot({ position, units, monitors }: ShardSnapshot): Promise<Buffer> {
  const head = await deflate(Buffer.from(JSON.stringify({ version: VERSION, position, units })), fast);
  return Buffer.concat([...framed(head), monitors]);
}

/** @throws Error where it was written by another version, or is none */
export async function decodeSnapshot(data: Buffer): Promise<ShardSnapshot> {
  const { first, rest } = unframed(data);
  const { version, ...head } = JSON.parse((await inflate(first)).toString()) as ShardSnapshot & {
    version: number;
  };
  if (version !== VERSION) throw new Error(`a snapshot has version ${version}, not ${VERSION}`);
  return { ...head, monitors: rest };
}

function framed(first: Buffer): readonly Buffer[] {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(first.length);
  return [length, first];
}

function unframed(data: Buffer): { readonly first: Buffer; readonly rest: Buffer } {
  const end = 4 + data.readUInt32LE(0);
  return { first: data.subarray(4, end), rest: data.subarray(end) };
}
