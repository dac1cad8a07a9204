import type { Incidents } from './ledger.js';
import { READING_HEAD, states } from './monitor-host.js';
import type { Labels } from './source.js';
import type { WatchedUnit } from './units.js';

/** Labels that are ours; a series' own of that name is exported as `exported_NAME`, as Prometheus does it. */
const reserved = new Set(['query', 'metric', 'state']);

/** Gives every channel a set of labels that Prometheus takes, and that no other has. */
export class LabelBook {
  private readonly texts = new WeakMap<WatchedUnit, string[]>();
  private readonly owners = new Map<string, WatchedUnit>();

  /** @param onCollision told of labels that had to be given another name */
  constructor(private readonly onCollision: (message: string, unit: WatchedUnit) => void) {}

  /** `query="…",instance="…"` of one channel. */
  of(unit: WatchedUnit, channel: number): string {
    let texts = this.texts.get(unit);
    if (!texts) {
      texts = unit.channels.map(({ labels }) => this.formatText(unit, labels));
      this.texts.set(unit, texts);
    }
    return texts[channel]!;
  }

  /** The unit is gone. */
  release(unit: WatchedUnit): void {
    for (const text of this.texts.get(unit) ?? []) {
      if (this.owners.get(text) === unit) this.owners.delete(text);
    }
    this.texts.delete(unit);
  }

  private formatText(unit: WatchedUnit, labels: Labels): string {
    const all: Record<string, string> = { ...unit.judgment.labels, ...labels };
    const used = new Map<string, string>([['query', unit.query.name]]);
    if (all['__name__'] !== undefined) used.set('metric', all['__name__']);
    for (const [name, value] of Object.entries(all)) {
      if (name === '__name__') continue;
      const escaped = labelName(name);
      let free = escaped;
      for (let n = 2; used.has(free); n++) free = `${escaped}_${n}`;
      if (free !== escaped) this.onCollision(`two labels come to be called ${escaped}; one is ${free}`, unit);
      used.set(free, value);
    }
    let text = [...used].map(([name, value]) => `${name}="${escapeValue(value)}"`).join(',');
    const owner = this.owners.get(text);
    if (owner !== undefined && owner !== unit) {
      this.onCollision('two series have the same labels once escaped; one has heed_series besides', unit);
      text = `${text},heed_series="${unit.key.slice(0, 12)}"`;
    }
    this.owners.set(text, unit);
    return text;
  }
}

/** A name that every version of Prometheus takes: what is no letter, digit or underscore becomes an underscore. */
function labelName(name: string): string {
  if (reserved.has(name)) return `exported_${name}`;
  const escaped = name.replace(/[^a-zA-Z0-9_]/gu, '_').replace(/^(?=\d)/, '_');
  // Two underscores in front are Prometheus' own.
  return escaped === '' ? '_' : escaped.replace(/^__+/, '_');
}

/** Labels as other programs take them: without empty ones, and with the metric's name as `metric`. */
export function sentLabels(labels: Readonly<Record<string, string>>): [name: string, value: string][] {
  return Object.entries(labels)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => [name === '__name__' ? 'metric' : labelName(name), value]);
}

function escapeValue(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}

interface Gauge {
  readonly name: string;
  readonly help: string;
  /** Undefined where there is nothing to say. */
  value(unit: WatchedUnit, channel: number, ledger: Incidents): number | undefined;
  /** One more label. */
  label?(unit: WatchedUnit): string;
}

const reading =
  (index: (channel: number) => number) =>
  (unit: WatchedUnit, channel: number): number | undefined => {
    // Without a latest value no alert may rest on its score.
    if (Number.isNaN(unit.channels[channel]!.value)) return undefined;
    const value = unit.reading[index(channel)];
    return value === undefined || Number.isNaN(value) ? undefined : value;
  };

/** Channels that make less of an incident are not said to take part in it. */
const LEAST_SHARE = 0.1;

function findIncident(unit: WatchedUnit, channel: number, ledger: Incidents) {
  const record = ledger.of(unit);
  if (!record || record.muted !== undefined) return undefined;
  if (unit.channels.length === 1 || record.rule === 'missing') return record;
  const { name } = unit.channels[channel]!;
  const takesPart = record.incident.channels.some((one) => one.name === name && one.share >= LEAST_SHARE);
  return takesPart ? record : undefined;
}

const gauges: readonly Gauge[] = [
  {
    name: 'heed_value',
    help: 'Latest value of the series, as it was read.',
    value: (unit, channel) => {
      const { value } = unit.channels[channel]!;
      return Number.isNaN(value) ? undefined : value;
    },
  },
  {
    name: 'heed_expected',
    help: 'What was expected of the latest value before it was seen.',
    value: reading((channel) => READING_HEAD + 3 * channel),
  },
  {
    name: 'heed_lower',
    help: 'Lower edge of the expected band.',
    value: reading((channel) => READING_HEAD + 3 * channel + 1),
  },
  {
    name: 'heed_upper',
    help: 'Upper edge of the expected band.',
    value: reading((channel) => READING_HEAD + 3 * channel + 2),
  },
  {
    name: 'heed_score',
    help: 'Anomaly score of the latest point: 1 is the threshold, above 1 is anomalous.',
    value: reading(() => 0),
  },
  {
    name: 'heed_incident',
    help: '1 while an incident is open, within the alert budget; else 0.',
    value: (unit, channel, ledger) => (findIncident(unit, channel, ledger) ? 1 : 0),
  },
  {
    name: 'heed_severity',
    help: 'Severity, 0 to 100, of the open incident that the series takes part in; else 0.',
    value: (unit, channel, ledger) => findIncident(unit, channel, ledger)?.incident.severity ?? 0,
  },
  {
    name: 'heed_incident_start_timestamp_seconds',
    help: 'When the open incident began.',
    value: (unit, channel, ledger) => {
      const start = findIncident(unit, channel, ledger)?.incident.start;
      return start === undefined ? undefined : start / 1000;
    },
  },
  {
    name: 'heed_state',
    help: 'State of the series, as a label: learning, normal, anomalous, recovering, no data.',
    value: () => 1,
    label: ({ reading: values }) => `state="${states[values[1] ?? 0] ?? 'learning'}"`,
  },
];

/** Characters of a piece of the text. */
const PIECE = 64 * 1024;

/** The latest point of every channel as gauges, piece by piece: there may be a million of them. */
export function* exposition(
  units: readonly WatchedUnit[],
  ledger: Incidents,
  book: LabelBook,
): Generator<string, void, undefined> {
  let piece = '';
  for (const { name, help, value, label } of gauges) {
    piece += `# HELP ${name} ${help}\n# TYPE ${name} gauge\n`;
    for (const unit of units) {
      for (let channel = 0; channel < unit.channels.length; channel++) {
        const number = value(unit, channel, ledger);
        if (number === undefined) continue;
        const more = label ? `,${label(unit)}` : '';
        piece += `${name}{${book.of(unit, channel)}${more}} ${number}\n`;
        if (piece.length > PIECE) {
          yield piece;
          piece = '';
        }
      }
    }
  }
  yield piece;
}
