import { createHash } from 'node:crypto';
import { nameSeries } from '../series/read/series-names.js';
import { unitOfName } from '../series/units.js';
import type { Judgment, QueryConfig } from './config.js';
import type { UnitSpec } from './monitor-host.js';
import type { Labels, SourceSeries } from './source.js';

/** A channel of a unit: a series of the source, and its latest value. */
export interface WatchedChannel {
  readonly name: string;
  readonly labels: Labels;
  /** NaN where the latest point has none. */
  value: number;
}

/** Points that were judged together. */
export interface Trail {
  /** Epoch ms. */
  readonly times: Float64Array;
  /** For time after time, of every channel. */
  readonly values: Float64Array;
  /** For time after time, as `HostResult.readings` has it. */
  readonly readings: Float64Array;
}

/** What one monitor watches, as the main thread knows it. */
export interface WatchedUnit {
  readonly id: number;
  readonly key: string;
  readonly query: QueryConfig;
  readonly judgment: Judgment;
  readonly channels: readonly WatchedChannel[];
  readonly shard: number;
  /** Epoch ms up to which it was given points; NaN before. */
  until: number;
  /** Epoch ms of its newest value. */
  seen: number;
  /** As `HostResult.readings` has it; empty while there is none. */
  reading: Float64Array;
  /** The points of the answer before it is handed to outputs, where one of them wants every point. */
  trail: Trail | undefined;
  failures: number;
  failure: string | undefined;
}

const digest = (text: string): string => createHash('sha1').update(text).digest('base64url');

/** The same for the same series of the same query, always. */
export function unitKey(query: string, labels: Labels): string {
  return digest(`${query}\n${canonical(labels)}`);
}

export function canonical(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** Which of n services watches a unit: the same for all of them. */
export function assignPart(key: string, of: number): number {
  // Other bits than those that choose the thread.
  return createHash('sha1').update(key).digest().readUInt32LE(4) % of;
}

let nextId = 0;

export function createUnit(
  query: QueryConfig,
  judgment: Judgment,
  channels: readonly { readonly name: string; readonly labels: Labels }[],
  shards: number,
): WatchedUnit {
  const key = query.together
    ? digest(`${query.name}\ntogether\n${channels.map(({ labels }) => canonical(labels)).join('\n')}`)
    : unitKey(query.name, channels[0]!.labels);
  return {
    id: nextId++,
    key,
    query,
    judgment,
    channels: channels.map((channel) => ({ ...channel, value: NaN })),
    // By the key, so that a series goes to the same thread after a restart.
    shard: createHash('sha1').update(key).digest().readUInt32LE(0) % shards,
    until: NaN,
    seen: NaN,
    reading: new Float64Array(0),
    trail: undefined,
    failures: 0,
    failure: undefined,
  };
}

/** What the thread needs to know of a unit. */
export function toSpec({ id, key, query, judgment, channels }: WatchedUnit, quietUntil: number): UnitSpec {
  const { budget, sensitivity } = judgment;
  const { expr, step, together } = query;
  return {
    id,
    key,
    print: digest(JSON.stringify({ expr, step, together, budget, sensitivity, unit: query.unit })),
    quietUntil,
    options: {
      budget,
      sensitivity,
      step,
      // Points are given in order, and each once: what a round did not bring is missing.
      lateness: 0,
      channels: channels.map(({ name, labels }) => {
        const unit = query.unit ?? unitOfName(labels['__name__'] ?? '');
        return { name, ...(unit === undefined ? {} : { unit }) };
      }),
    },
  };
}

/** Names of the series of an answer, by the labels in which they differ. */
export function nameChannels(series: readonly SourceSeries[], query: QueryConfig): string[] {
  if (series.every(({ name }) => name !== undefined)) return series.map(({ name }) => name!);
  return nameSeries(
    series.map(({ labels }) => labels),
    query.expr.trim(),
  );
}
