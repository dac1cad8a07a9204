import type { Gauge, Registry } from 'prom-client';
import type { PrometheusChannel } from '../node/prometheus.js';
import type { Detection } from '../detection/types.js';

type PromClient = typeof import('prom-client');

/** Channels that make less of an event are not said to take part in it. */
const LEAST_SHARE = 0.1;

/** One scored channel: what the exporter says of it is the detection's last point. */
export interface ExportedChannel {
  readonly channel: PrometheusChannel;
  /** The query's text, or the name it was given. */
  readonly query: string;
  readonly reading: Reading;
}

/** What is said of a channel's latest point. */
export interface Reading {
  readonly expected?: number | undefined;
  readonly lower?: number | undefined;
  readonly upper?: number | undefined;
  readonly score: number;
  readonly severity: number;
  /** 1 while an incident is open, else 0; only where a monitor watches. */
  readonly incident?: number;
}

/** Of the last point of a detection. */
export function lastReading(detection: Detection, channel: PrometheusChannel, index: number): Reading {
  const last = channel.values.length - 1;
  const event = detection.events.find(({ startIndex, endIndex }) => startIndex <= last && endIndex >= last);
  const share = event?.channels.find(({ name }) => name === channel.name)?.share ?? 0;
  return {
    expected: detection.expected?.[index]?.[last],
    lower: detection.lower?.[index]?.[last],
    upper: detection.upper?.[index]?.[last],
    score: detection.score[last]!,
    severity: event && share >= LEAST_SHARE ? event.severity : 0,
  };
}

const gauges = {
  value: 'Latest value of the series, as it was read.',
  expected: 'What the detector expected of the latest value.',
  lower: 'Lower edge of the expected band.',
  upper: 'Upper edge of the expected band.',
  score: 'Anomaly score of the latest point: 1 is the threshold, above 1 is anomalous.',
  severity:
    'Severity, 0 to 100, of the event that the latest point belongs to and the series takes part in; else 0.',
  incident: '1 while an incident is open, within the alert budget; else 0.',
} as const;
type GaugeName = keyof typeof gauges;

/**
 * The latest point of every channel as Prometheus gauges `heed_value`, `heed_score`, `heed_severity`, …, with the
 * labels of the series they were read from and the label `query`. A label of that name becomes `exported_query`, as
 * Prometheus itself does it. A channel whose latest value is missing is left out, so that no alert rests on it.
 */
export function channelMetrics(
  { Gauge: PromGauge, Registry: PromRegistry }: PromClient,
  channels: readonly ExportedChannel[],
): Registry {
  const registry = new PromRegistry();
  const labeled = channels.map((exported) => ({ ...exported, labels: labelsOf(exported) }));
  const labelNames = [...new Set(labeled.flatMap(({ labels }) => Object.keys(labels)))];
  const registered = Object.fromEntries(
    Object.entries(gauges)
      .filter(
        ([name]) => name !== 'incident' || channels.some(({ reading }) => reading.incident !== undefined),
      )
      .map(([name, help]) => [
        name,
        new PromGauge({ name: `heed_${name}`, help, labelNames, registers: [registry] }),
      ]),
  ) as Record<GaugeName, Gauge>;
  for (const { channel, reading, labels } of labeled) {
    const value = channel.values[channel.values.length - 1]!;
    if (Number.isNaN(value)) continue;
    const latest: Partial<Record<GaugeName, number | undefined>> = { value, ...reading };
    for (const [name, number] of Object.entries(latest)) {
      if (number !== undefined) registered[name as GaugeName].set(labels, number);
    }
  }
  return registry;
}

function labelsOf({ channel, query }: ExportedChannel): Record<string, string> {
  const labels: Record<string, string> = { query };
  for (const [name, value] of Object.entries(channel.labels)) {
    if (name === '__name__') labels['metric'] = value;
    else labels[name === 'query' || name === 'metric' ? `exported_${name}` : name] = value;
  }
  return labels;
}
