import protobuf from 'protobufjs';
import { compress } from 'snappyjs';
import { labelName } from '../exposition.js';
import { HttpClient, type Endpoint } from '../http.js';
import { READING_HEAD } from '../monitor-host.js';
import type { WatchedUnit } from '../units.js';
import { Delivery, refusalOf } from './delivery.js';
import type { Output, OutputContext } from './output.js';

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

/** Writes the scores of every round to a server that takes Prometheus' remote write. */
export class RemoteWriteOutput implements Output {
  private readonly client: HttpClient;
  private readonly delivery: Delivery<Uint8Array>;

  constructor(
    readonly name: string,
    endpoint: Endpoint,
    context: OutputContext,
  ) {
    this.client = new HttpClient(endpoint);
    this.delivery = new Delivery({
      name,
      context: { ...context, most: Math.min(context.most, MOST_REQUESTS) },
      target: endpoint.url,
      kept: false,
      send: async (body, signal) =>
        refusalOf(
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
        ),
    });
  }

  get sent(): number {
    return this.delivery.sent;
  }
  get failures(): number {
    return this.delivery.failures;
  }
  get dropped(): number {
    return this.delivery.dropped;
  }
  get waiting(): number {
    return this.delivery.waiting;
  }
  get failure(): string | undefined {
    return this.delivery.failure;
  }

  scored(units: Iterable<WatchedUnit>, time: number): void {
    let series: TimeSeries[] = [];
    const flush = (): void => {
      if (series.length > 0) this.delivery.push(encode(series));
      series = [];
    };
    for (const unit of units) {
      series.push(...seriesOf(unit, time));
      if (series.length >= 4 * MOST_SERIES) flush();
    }
    flush();
  }

  async close(): Promise<void> {
    await this.delivery.close();
    await this.client.close();
  }
}

function encode(timeseries: readonly TimeSeries[]): Uint8Array {
  return compress(writeRequest.encode(writeRequest.create({ timeseries })).finish());
}

function seriesOf({ channels, reading, query, judgment }: WatchedUnit, timestamp: number): TimeSeries[] {
  return channels.flatMap(({ labels, value }, channel) => {
    if (Number.isNaN(value)) return [];
    const at = READING_HEAD + 3 * channel;
    const values = {
      heed_score: reading[0],
      heed_expected: reading[at],
      heed_lower: reading[at + 1],
      heed_upper: reading[at + 2],
    };
    const named = new Map<string, string>();
    for (const [name, text] of Object.entries({ ...judgment.labels, ...labels })) {
      if (text !== '') named.set(name === '__name__' ? 'metric' : labelName(name), text);
    }
    named.set('query', query.name);
    return Object.entries(values).flatMap(([name, number]) => {
      if (number === undefined || Number.isNaN(number)) return [];
      const all = [...named, ['__name__', name] as const].map(([label, text]) => ({
        name: label,
        value: text,
      }));
      // The receiver wants them in order.
      all.sort((a, b) => (a.name < b.name ? -1 : 1));
      return [{ labels: all, samples: [{ value: number, timestamp }] }];
    });
  });
}
