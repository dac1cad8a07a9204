import { checkEach, checkRecord } from '../check-argument.js';

/** An anomalous interval, as events and incidents have it. Times are epoch ms. */
export interface JoinableEvent {
  readonly start: number;
  readonly end: number;
  /** 0…100. */
  readonly severity: number;
}

/** One of many series that are looked at together. */
export interface JoinableSeries {
  /** Unique among them. */
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

export interface IncidentMember<E extends JoinableEvent, S extends JoinableSeries> {
  readonly series: S;
  readonly event: E;
}

/** Events of several series that began so close to each other that chance does not explain it. */
export interface JoinedIncident<E extends JoinableEvent, S extends JoinableSeries> {
  /**
   * The likely cause first: the gravest of those that began within a step of the first. Then the others as they began, and
   * last those that went on at the same time, with the same labels, from another beginning.
   */
  readonly members: readonly IncidentMember<E, S>[];
  readonly start: number;
  readonly end: number;
  /** Of the gravest member. */
  readonly severity: number;
  /** Labels with one value in all members, but not in all series. */
  readonly shared: Readonly<Record<string, string>>;
  /** The label that tells the members apart; absent where no single one does. */
  readonly by?: string;
  /** Members by that label (else by series), of how many there are with the shared labels. */
  readonly affected: number;
  readonly of: number;
}

export interface JoinOptions {
  /** The time that was looked at, epoch ms. */
  readonly from: number;
  readonly to: number;
  /** ms between points. */
  readonly step: number;
  /** Steps from the first to the last beginning, at most; default 12. */
  readonly reach?: number;
}

/** Chance clusters that are taken for incidents, per look. */
const FALSE_JOINS = 0.01;

/**
 * Joins events of many series that begin close together: a scan statistic (Naus, 1965) over all windows of up to
 * `reach` steps, where a window's number of series is compared with the Poisson rate of the events outside it. The
 * least likely window is joined first, and then its events no longer count.
 * @param series all series that were looked at, with or without events
 * @returns the gravest first; events that stand alone are in none of them
 */
export function joinIncidents<E extends JoinableEvent, S extends JoinableSeries>(
  events: readonly IncidentMember<E, S>[],
  series: readonly S[],
  options: JoinOptions,
): JoinedIncident<E, S>[] {
  checkEach('event', events, checkRecord);
  checkEach('series', series, checkRecord, 'series');
  checkRecord('options', options);
  const { from, to, step, reach = 12 } = options;
  if (!(step > 0) || !(to > from)) return [];
  // What was on when the look began did not begin together.
  let left = events.filter(({ event }) => event.start > from).sort((a, b) => a.event.start - b.event.start);
  const joined: JoinedIncident<E, S>[] = [];
  for (;;) {
    const found = densest(left, (to - from) / step, step, reach);
    if (!found) break;
    const begun = left.slice(found.first, found.last + 1);
    const others = [...left.slice(0, found.first), ...left.slice(found.last + 1)];
    const incident = describe(begun, [], series, step);
    const adopted = others.filter((member) => belongs(member, incident));
    joined.push(adopted.length > 0 ? describe(begun, adopted, series, step) : incident);
    left = others.filter((member) => !adopted.includes(member));
  }
  return joined.sort((a, b) => b.severity - a.severity || b.start - a.start);
}

/** The window of events, in the order of their starts, that chance explains worst; undefined where it explains all. */
function densest(
  events: readonly IncidentMember<JoinableEvent, JoinableSeries>[],
  points: number,
  step: number,
  reach: number,
): { first: number; last: number } | undefined {
  const limit = Math.log(FALSE_JOINS / Math.max(1, events.length));
  let best = limit;
  let found: { first: number; last: number } | undefined;
  events.forEach(({ event }, first) => {
    const names = new Set<string>();
    for (let last = first; last < events.length; last++) {
      const span = (events[last]!.event.start - event.start) / step;
      if (span > reach) break;
      names.add(events[last]!.series.name);
      const next = events[last + 1]?.event.start;
      if (names.size < 2 || next === events[last]!.event.start) continue;
      const width = span + 1;
      // One more than were seen outside: none of a few does not mean that there never is one.
      const rate = (events.length - (last - first)) / Math.max(1, points - width);
      const chance = logTail(names.size - 1, rate * width);
      if (chance < best) {
        best = chance;
        found = { first, last };
      }
    }
  });
  return found;
}

/**
 * Whether an event that began at another time is part of an incident all the same: it goes on at the same time, and its
 * series has the labels by which most of the incident's series are told from the others.
 */
function belongs(
  { series, event }: IncidentMember<JoinableEvent, JoinableSeries>,
  { shared, affected, of, start, end }: JoinedIncident<JoinableEvent, JoinableSeries>,
): boolean {
  const labels = Object.entries(shared);
  if (labels.length === 0 || 2 * affected < of) return false;
  if (labels.some(([key, value]) => series.labels?.[key] !== value)) return false;
  const overlap = Math.min(end, event.end) - Math.max(start, event.start);
  return overlap > 0 && 2 * overlap >= Math.min(end - start, event.end - event.start);
}

/** log P(N >= k) of a Poisson distribution with this mean; k >= 1. */
function logTail(k: number, mean: number): number {
  if (k <= mean) return 0;
  // The terms from k on fall by at least mean / (k + 1).
  let logTerm = -mean + k * Math.log(mean);
  for (let j = 2; j <= k; j++) logTerm -= Math.log(j);
  let sum = 1;
  let term = 1;
  for (let j = k + 1; term > 1e-12 * sum; j++) {
    term *= mean / j;
    sum += term;
  }
  return logTerm + Math.log(sum);
}

function describe<E extends JoinableEvent, S extends JoinableSeries>(
  begun: readonly IncidentMember<E, S>[],
  adopted: readonly IncidentMember<E, S>[],
  all: readonly S[],
  step: number,
): JoinedIncident<E, S> {
  const start = begun[0]!.event.start;
  const early = begun.filter(({ event }) => event.start <= start + step);
  const cause = early.reduce((a, b) => (b.event.severity > a.event.severity ? b : a));
  const members = [cause, ...begun.filter((item) => item !== cause), ...adopted];
  const affected = [...new Map(members.map(({ series }) => [series.name, series])).values()];
  const shared = sharedLabels(affected, all);
  const population = all.filter((series) =>
    Object.entries(shared).every(([key, value]) => series.labels?.[key] === value),
  );
  const by = tellingLabel(affected, all);
  return {
    members,
    start,
    end: Math.max(...members.map(({ event }) => event.end)),
    severity: Math.max(...members.map(({ event }) => event.severity)),
    shared,
    ...(by === undefined ? {} : { by }),
    affected: affected.length,
    of: by === undefined ? population.length : selectValues(population, by).size,
  };
}

const selectValues = (series: readonly JoinableSeries[], key: string) =>
  new Set(series.flatMap(({ labels }) => (labels?.[key] === undefined ? [] : [labels[key]])));

function sharedLabels(
  members: readonly JoinableSeries[],
  all: readonly JoinableSeries[],
): Record<string, string> {
  const entries = Object.entries(members[0]!.labels ?? {});
  return Object.fromEntries(
    entries.filter(
      ([key, value]) =>
        members.every(({ labels }) => labels?.[key] === value) &&
        all.some(({ labels }) => labels?.[key] !== value),
    ),
  );
}

/** The label that has another value in each member; of several the one that names series best, then by name. */
function tellingLabel(
  members: readonly JoinableSeries[],
  all: readonly JoinableSeries[],
): string | undefined {
  return Object.keys(members[0]!.labels ?? {})
    .filter((key) => selectValues(members, key).size === members.length)
    .map((key) => ({ key, count: selectValues(all, key).size }))
    .sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1))[0]?.key;
}
