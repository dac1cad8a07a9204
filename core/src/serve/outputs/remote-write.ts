import protobuf from 'protobufjs';
import { compress } from 'snappyjs';
import { sentLabels } from '../exposition.js';
import type { Endpoint } from '../http.js';
import { READING_HEAD, readingSize } from '../monitor-host.js';
import type { WatchedUnit } from '../units.js';
import { DeliveredOutput } from './delivered.js';
import { toRefusal, type Refusal } from './delivery.js';
import type { OutputContext } from './output.js';

/** https://prometheus.io/docs/specs/prw/remote_write_spec, version 1. */
const { root } = protobuf.parse(`syntax = "proto3";
message WriteRequest { repeated TimeSeries timeseries = 1; }
message TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; }
message Label { string name = 1; string value = 2; }
message Sample { double value = 1; int64 timestamp = 2; }`);
const writeRequest = root.lookupType('WriteRequest');

/** Series of the source per request; each gives four. */
const MOST_SERIES = 500;
/** Requests that wait; scores are worth little when they are old. */
const MOST_REQUESTS = 200;

interface TimeSeries {
  readonly labels: readonly { readonly name: string; readonly value: string }[];
  readonly samples: readonly { readonly value: number; readonly timestamp: number }[];
}

/** Writes the scores of every point to a server that takes Prometheus' remote write. */
export class RemoteWriteOutput extends DeliveredOutput<Uint8Array> {
  constructor(name: string, endpoint: Endpoint, context: OutputContext) {
    super(endpoint, {
      name,
      context: { ...context, most: Math.min(context.most, MOST_REQUESTS) },
      target: endpoint.url,
      kept: false,
    });
  }

  readonly wantsTrail = true;

  protected async send(body: Uint8Array, signal: AbortSignal): Promise<Refusal | undefined> {
    return toRefusal(
      await this.client.send({
        method: 'POST',
        path: '',
        headers: {
          'Content-Encoding': 'snappy',
          'Content-Type': 'application/x-protobuf',
          'X-Prometheus-Remote-Write-Version': '0.1.0',
        },
        body,
        signal,
      }),
    );
  }

  scored(units: Iterable<WatchedUnit>): void {
    let series: TimeSeries[] = [];
    const flush = (): void => {
      if (series.length > 0) this.delivery.push(encode(series));
      series = [];
    };
    for (const unit of units) {
      series.push(...toTimeSeries(unit));
      if (series.length >= 4 * MOST_SERIES) flush();
    }
    flush();
  }
}

function encode(timeseries: readonly TimeSeries[]): Uint8Array {
  return compress(writeRequest.encode(writeRequest.create({ timeseries })).finish());
}

function toTimeSeries({ channels, trail, query, judgment }: WatchedUnit): TimeSeries[] {
  if (!trail) return [];
  const width = channels.length;
  const size = readingSize(width);
  return channels.flatMap(({ labels }, channel) => {
    const at = READING_HEAD + 3 * channel;
    const places = { heed_score: 0, heed_expected: at, heed_lower: at + 1, heed_upper: at + 2 };
    const named = new Map(sentLabels({ ...judgment.labels, ...labels }));
    named.set('query', query.name);
    return Object.entries(places).flatMap(([name, place]) => {
      const samples = [...trail.times].flatMap((timestamp, t) => {
        const value = trail.readings[t * size + place]!;
        return Number.isNaN(trail.values[t * width + channel]!) || Number.isNaN(value)
          ? []
          : [{ value, timestamp }];
      });
      if (samples.length === 0) return [];
      const all = [...named, ['__name__', name] as const].map(([label, text]) => ({
        name: label,
        value: text,
      }));
      // The receiver wants them in order.
      all.sort((a, b) => (a.name < b.name ? -1 : 1));
      return [{ labels: all, samples }];
    });
  });
}
