import { HeedError } from '../errors.js';
import { createMonitor, type Monitor } from '../live/monitor.js';
import type { LiveIncident, MonitorPoint } from '../live/types.js';
import type { PrometheusChannel } from '../node/prometheus.js';
import type { ExportedChannel } from './exporter-metrics.js';
import type { ExporterFlags } from './exporter.js';

/** Scoring flags that say how hindsight finds events; a monitor has a budget instead. */
const hindsightFlags = [
  'model',
  'feedback',
  'threshold',
  'thresholdValue',
  'direction',
  'minLength',
  'mergeGap',
  'minDeviation',
  'minRelativeDeviation',
  'exclude',
] as const;

interface Watched {
  readonly monitor: Monitor;
  last: MonitorPoint | undefined;
  incident: LiveIncident | undefined;
  /** Epoch ms of the newest row taken. */
  until: number;
}

/** A monitor for every series that is read, or one for all; each row is given to it once. */
export class MonitoredChannels {
  private readonly watched = new Map<string, Watched>();

  /** @throws HeedError bad-option */
  constructor(private readonly flags: ExporterFlags) {
    const given = hindsightFlags.find(
      (name) => (flags as unknown as Record<string, unknown>)[name] !== undefined,
    );
    const isOther = flags.detector !== undefined && flags.detector !== 'auto';
    if (given !== undefined || isOther) {
      throw new HeedError(
        'bad-option',
        `--budget was given with --${isOther ? 'detector' : given!.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`,
        'A monitor needs a budget alone; leave one of the two out.',
      );
    }
    createMonitor({ budget: flags.budget! });
  }

  /** Gives new rows to the monitors. The last row may still change at its source; it is taken once. */
  read(time: Float64Array, channels: readonly PrometheusChannel[]): ExportedChannel[] {
    const queryOf = (channel: PrometheusChannel): string => this.flags.query[channel.query]!;
    const groups = this.flags.together ? [channels] : channels.map((channel) => [channel]);
    return groups.flatMap((group) => {
      const watched = this.watch(group, time);
      const { last, incident } = watched;
      if (!last) return [];
      return group.map((channel, c) => ({
        channel,
        query: queryOf(channel),
        reading: {
          expected: known(last.expected[c]),
          lower: known(last.lower[c]),
          upper: known(last.upper[c]),
          score: last.score,
          severity: incident && takesPart(incident, c) ? incident.severity : 0,
          incident: incident && takesPart(incident, c) ? 1 : 0,
        },
      }));
    });
  }

  private watch(group: readonly PrometheusChannel[], time: Float64Array): Watched {
    const key = JSON.stringify(group.map(({ query, labels, name }) => [query, name, labels]));
    const step = time.length > 1 ? time[1]! - time[0]! : undefined;
    let watched = this.watched.get(key);
    if (!watched) {
      const { budget, sensitivity } = this.flags;
      const monitor = createMonitor({
        budget: budget!,
        ...(sensitivity === undefined ? {} : { sensitivity }),
        ...(step === undefined ? {} : { step }),
        channels: group.map(({ name }, i) => ({ name: group.length > 1 ? `${i}: ${name}` : name })),
      });
      watched = { monitor, last: undefined, incident: undefined, until: -Infinity };
      this.watched.set(key, watched);
    }
    for (let t = 0; t < time.length; t++) {
      if (time[t]! <= watched.until) continue;
      // The newest point of a slow source may still come.
      const isPending = t === time.length - 1 && group.every(({ values }) => Number.isNaN(values[t]!));
      if (isPending) break;
      const { points, incidents } = watched.monitor.append(
        time[t]!,
        group.map(({ values }) => values[t]!),
      );
      watched.until = time[t]!;
      watched.last = points[points.length - 1] ?? watched.last;
      for (const { incident } of incidents) watched.incident = incident.open ? incident : undefined;
    }
    return watched;
  }
}

/** Channels that make less of an incident are not said to take part in it. */
const LEAST_SHARE = 0.1;

function takesPart({ channels }: LiveIncident, c: number): boolean {
  if (channels.length < 2) return true;
  return channels.some(({ name, share }) => name.startsWith(`${c}: `) && share >= LEAST_SHARE);
}

function known(value: number | undefined): number | undefined {
  return value === undefined || Number.isNaN(value) ? undefined : value;
}
