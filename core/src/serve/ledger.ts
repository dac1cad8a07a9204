import { excludedPoints } from '../detection/events/calendar.js';
import type { LiveIncident } from '../live/types.js';
import { formatDuration } from '../series/time.js';
import type { Judgment, QueryConfig } from './config.js';
import type { UnitChange } from './monitor-host.js';
import type { Labels } from './source.js';
import type { Tables } from './store.js';
import type { WatchedUnit } from './units.js';

/** An incident as everybody outside sees it. Plain data. */
export interface IncidentRecord {
  /** The same at every change of it, and after a restart. */
  readonly id: string;
  /** Key of the unit. */
  readonly unit: string;
  readonly query: string;
  readonly expr: string;
  /** Name of the series. */
  readonly series: string;
  /** Of the series, and those that the configuration adds. */
  readonly labels: Labels;
  readonly rule: 'anomaly' | 'missing';
  /** `open` goes to false once. */
  readonly incident: LiveIncident;
  /** Largest distance from the expected value so far. */
  readonly deviation: number;
  readonly link?: string;
  /** Why outputs are not told of it; undefined where they are. */
  readonly muted?: string;
  /** Epoch ms by our clock. */
  readonly opened: number;
  readonly closed?: number;
  /** Why it was closed, where not because the series calmed down. */
  readonly closedBecause?: string;
  /** Counts changes that outputs were told of. */
  readonly sequence: number;
}

export type Change = 'opened' | 'updated' | 'closed';

/** What of a change goes to outputs. */
export type Tell = (change: Change, record: IncidentRecord) => void;

export interface LedgerOptions {
  readonly store: Pick<Tables, 'incidents'>;
  readonly now: () => number;
  readonly tell: Tell;
}

/** What can be asked about incidents. */
export interface Incidents {
  /** Open ones, latest first. */
  listOpen(): IncidentRecord[];
  /** Lately closed ones, latest first. */
  listClosed(): IncidentRecord[];
  /** The open one of a unit. */
  of(unit: WatchedUnit): IncidentRecord | undefined;
  /** Since the start. */
  readonly opened: number;
}

/** Closed incidents are known for so long, and so many of them, ms. */
const KEEP = 7 * 86_400_000;
const MOST_CLOSED = 20_000;

/** All incidents, open and lately closed, on disk and in memory: what has been told of, and what has not. */
export class Ledger implements Incidents {
  /** By unit and rule. */
  private readonly open = new Map<string, IncidentRecord>();
  /** By id, oldest first. */
  private readonly closed = new Map<string, IncidentRecord>();
  /** Open incidents whose monitor is new and has not found them yet. */
  private readonly orphans = new Set<string>();
  private readonly units = new Map<string, WatchedUnit>();
  opened = 0;

  constructor(private readonly options: LedgerOptions) {
    const { store, now } = options;
    const records = [...store.incidents.getRange()].map(({ value }) => value as IncidentRecord);
    records.sort((a, b) => a.opened - b.opened);
    for (const record of records) {
      if (record.closed === undefined) this.open.set(slot(record), record);
      else if (now() - record.closed < KEEP) this.closed.set(record.id, record);
      else void store.incidents.remove(record.id);
    }
  }

  /** Open ones, latest first. */
  listOpen(): IncidentRecord[] {
    return [...this.open.values()].sort((a, b) => b.opened - a.opened);
  }

  /** Lately closed ones, latest first. */
  listClosed(): IncidentRecord[] {
    return [...this.closed.values()].reverse();
  }

  of(unit: WatchedUnit): IncidentRecord | undefined {
    return this.open.get(`anomaly ${unit.key}`) ?? this.open.get(`missing ${unit.key}`);
  }

  /** What a monitor says. After a restart it may say again what it has said before; outputs are not told again. */
  changed(unit: WatchedUnit, { change, incident, deviation }: UnitChange): void {
    const key = `anomaly ${unit.key}`;
    const record = this.open.get(key);
    this.units.set(key, unit);
    if (record) {
      this.orphans.delete(key);
      const next = {
        ...record,
        incident: { ...incident, start: Math.min(record.incident.start, incident.start) },
        deviation,
      };
      if (change === 'closed') this.close(next, undefined);
      else if (change === 'updated' || incident.score > record.incident.score)
        this.put(unit, next, 'updated');
      return;
    }
    if (change !== 'opened') return;
    const id = `${incident.id}-${unit.key.slice(0, 8)}`;
    if (this.closed.has(id)) return;
    this.add(unit, { id, rule: 'anomaly', incident, deviation });
  }

  /** The monitor of a unit is new: what it had open must be found again in this round. */
  begun(unit: WatchedUnit): void {
    const key = `anomaly ${unit.key}`;
    if (this.open.has(key)) this.orphans.add(key);
  }

  forgotten(unit: WatchedUnit): void {
    for (const rule of ['anomaly', 'missing']) {
      const record = this.open.get(`${rule} ${unit.key}`);
      if (record) this.close(record, 'the series is gone');
      this.units.delete(`${rule} ${unit.key}`);
    }
  }

  /** To be called after a round that brought points up to then: series that stay away, mutes that end. */
  settle(query: QueryConfig, units: Iterable<WatchedUnit>, until: number): void {
    for (const key of this.orphans) {
      const record = this.open.get(key);
      if (record && record.query !== query.name) continue;
      this.orphans.delete(key);
      if (record) this.close(record, 'its monitor began anew');
    }
    for (const unit of units) {
      const { missingAfter } = unit.judgment;
      const known = this.of(unit);
      if (known) this.units.set(slot(known), unit);
      const key = `missing ${unit.key}`;
      const record = this.open.get(key);
      const isMissing = missingAfter !== undefined && until - unit.seen >= missingAfter;
      if (record && !isMissing)
        this.close({ ...record, incident: { ...record.incident, end: unit.seen } }, undefined);
      if (!record && isMissing) {
        this.add(unit, {
          id: `${Math.round(unit.seen).toString(36)}-missing-${unit.key.slice(0, 8)}`,
          rule: 'missing',
          incident: missingIncident(unit, until),
          deviation: 0,
        });
      }
    }
    for (const [key, record] of this.open) {
      const unit = this.units.get(key);
      if (record.muted !== undefined && record.query === query.name && unit)
        this.put(unit, record, 'updated');
    }
  }

  /** Closes what belongs to no query any more. */
  keepOnly(queries: ReadonlySet<string>): void {
    for (const record of this.open.values()) {
      if (!queries.has(record.query)) this.close(record, 'the query was removed');
    }
  }

  private add(unit: WatchedUnit, part: Pick<IncidentRecord, 'id' | 'rule' | 'incident' | 'deviation'>): void {
    const { query, judgment, channels } = unit;
    const [first] = channels;
    const common = channels.length === 1 ? first!.labels : commonLabels(channels.map(({ labels }) => labels));
    const labels = { ...common, ...judgment.labels };
    this.opened++;
    const record: IncidentRecord = {
      ...part,
      unit: unit.key,
      query: query.name,
      expr: query.expr,
      series: channels.length === 1 ? first!.name : query.name,
      labels,
      opened: this.options.now(),
      sequence: 0,
      ...(query.link === undefined
        ? {}
        : { link: filledLink(query.link, query.name, labels, part.incident) }),
      muted: 'new',
    };
    this.units.set(slot(record), unit);
    this.put(unit, record, 'opened');
  }

  /** Writes a record down and tells of it, unless it is to be kept quiet. */
  private put(unit: WatchedUnit, record: IncidentRecord, change: Change): void {
    const muted = mutedBecause(record, unit.judgment, unit.query, this.options.now());
    const isNew = record.muted !== undefined;
    // What was told once is not taken back by a rule.
    if (isNew && muted !== undefined) {
      this.write({ ...record, muted });
      return;
    }
    const { muted: _, ...told } = record;
    const next = { ...told, sequence: record.sequence + 1 };
    this.write(next);
    this.options.tell(isNew ? 'opened' : change, next);
  }

  private write(record: IncidentRecord): void {
    this.open.set(slot(record), record);
    void this.options.store.incidents.put(record.id, record).catch(() => {});
  }

  private close(record: IncidentRecord, because: string | undefined): void {
    const next: IncidentRecord = {
      ...record,
      incident: { ...record.incident, open: false },
      closed: this.options.now(),
      sequence: record.sequence + 1,
      ...(because === undefined ? {} : { closedBecause: because }),
    };
    this.open.delete(slot(record));
    this.closed.set(next.id, next);
    if (this.closed.size > MOST_CLOSED) {
      const [oldest] = this.closed.keys();
      this.closed.delete(oldest!);
      void this.options.store.incidents.remove(oldest!);
    }
    void this.options.store.incidents.put(next.id, next).catch(() => {});
    if (record.muted === undefined) this.options.tell('closed', next);
  }
}

export const slot = ({ rule, unit }: Pick<IncidentRecord, 'rule' | 'unit'>): string => `${rule} ${unit}`;

function mutedBecause(
  { rule, incident, deviation }: IncidentRecord,
  { direction, minDeviation, minSeverity }: Judgment,
  { exclude }: QueryConfig,
  now: number,
): string | undefined {
  if (excludedPoints(Float64Array.of(now), exclude)?.[0]) return 'an excluded time';
  if (rule === 'missing') return undefined;
  if (direction !== 'both' && incident.direction !== direction)
    return `its direction is ${incident.direction}`;
  if (deviation < minDeviation) return 'below min_deviation';
  if (incident.severity < minSeverity) return 'below min_severity';
  return undefined;
}

function missingIncident({ channels, seen, key }: WatchedUnit, until: number): LiveIncident {
  const name = channels.length === 1 ? channels[0]!.name : `all ${channels.length} series`;
  return {
    id: key,
    start: seen,
    noticed: until,
    end: until,
    peak: until,
    open: true,
    score: 1,
    severity: 50,
    direction: 'below',
    channels: [],
    attended: [],
    reason: `${name} has had no value for ${formatDuration(until - seen)}.`,
  };
}

function commonLabels(all: readonly Labels[]): Labels {
  const [first = {}, ...rest] = all;
  return Object.fromEntries(
    Object.entries(first).filter(
      ([name, value]) => name !== '__name__' && rest.every((labels) => labels[name] === value),
    ),
  );
}

function filledLink(link: string, query: string, labels: Labels, { start, end }: LiveIncident): string {
  const margin = Math.max(15 * 60_000, end - start);
  return link.replace(/\{(start|end|query|label:([^}]*))\}/g, (_, what: string, label?: string) =>
    encodeURIComponent(
      what === 'start'
        ? String(start - margin)
        : what === 'end'
          ? String(end + margin)
          : what === 'query'
            ? query
            : (labels[label!] ?? ''),
    ),
  );
}
