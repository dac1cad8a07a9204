import type { Gauge, Registry } from 'prom-client';
import type { PrometheusChannel } from '../node/prometheus.js';
import type { Detection } from '../detection/types.js';

type PromClient = typeof import('prom-client');

/** One scored channel: what the exporter says of it is the detection's last point. */
export interface ExportedChannel {
  readonly channel: PrometheusChannel;
  /** The query's text, or the name it was given. */
  readonly query: string;
  readonly detection: Detection;
  /** Index of the channel in the detection. */
  readonly index: number;
}

const gauges = {
  value: 'Latest value of the series, as it was read.',
  expected: 'What the detector expected of the latest value.',
  lower: 'Lower edge of the expected band.',
  upper: 'Upper edge of the expected band.',
  score: 'Anomaly score of the latest point: 1 is the threshold, above 1 is anomalous.',
  severity:
    'Severity, 0 to 100, of the event that the latest point belongs to and the series takes part in; else 0.',
} as const;
type GaugeName = keyof typeof gauges;

/** Channels that make less of an event are not said to take part in it. */
const LEAST_SHARE = 0.1;

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
    Object.entries(gauges).map(([name, help]) => [
      name,
      new PromGauge({ name: `heed_${name}`, help, labelNames, registers: [registry] }),
    ]),
  ) as Record<GaugeName, Gauge>;
  for (const { channel, detection, index, labels } of labeled) {
    const last = channel.values.length - 1;
    const value = channel.values[last]!;
    if (Number.isNaN(value)) continue;
    const event = detection.events.find(({ startIndex, endIndex }) => startIndex <= last && endIndex >= last);
    const share = event?.channels.find(({ name }) => name === channel.name)?.share ?? 0;
    const latest: Record<GaugeName, number | undefined> = {
      value,
      expected: detection.expected?.[index]?.[last],
      lower: detection.lower?.[index]?.[last],
      upper: detection.upper?.[index]?.[last],
      score: detection.score[last],
      severity: event && share >= LEAST_SHARE ? event.severity : 0,
    };
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
