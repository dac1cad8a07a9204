import { joinIncidents, type JoinedIncident, type JoinableSeries } from '@heed/core/live';
import { groupLabels, isAnomalousNow, type Group, type GroupEvent } from './model.js';

/** From so many series on a panel shows a fleet: it can be filtered and grouped, and what belongs together is joined. */
export const fleetFrom = 10;

interface Member extends JoinableSeries {
  readonly group: Group;
}

/** Events of several series that belong together. */
export type FleetIncident = JoinedIncident<GroupEvent['event'], Member>;

/** What the list says: an event, an incident of several series, or what is the matter with one value of a label. */
export type Row =
  | { readonly kind: 'event'; readonly item: GroupEvent }
  | {
      readonly kind: 'incident';
      readonly id: string;
      readonly incident: FleetIncident;
      readonly isOn: boolean;
    }
  | {
      readonly kind: 'label';
      readonly label: string;
      readonly value: string;
      readonly series: number;
      readonly now: number;
      readonly events: number;
      readonly severity: number;
    };

/** By incident (joined), by event, or by a label. */
export type GroupBy =
  { readonly by: 'incident' | 'event' } | { readonly by: 'label'; readonly label: string };

/** Labels that differ between series, those with the fewest values first. */
export function listLabels(groups: readonly Group[]): string[] {
  const values = new Map<string, Set<string>>();
  for (const group of groups) {
    for (const [key, value] of Object.entries(groupLabels(group)))
      values.set(key, (values.get(key) ?? new Set()).add(value));
  }
  return [...values]
    .filter(([, seen]) => seen.size > 1)
    .sort(([a, x], [b, y]) => x.size - y.size || (a < b ? -1 : 1))
    .map(([key]) => key);
}

/**
 * Whether a series is what the reader asks for: every word must be in its name or in the value of a label; `label=value`
 * is that value alone.
 */
export function matches(group: Group, filter: string): boolean {
  const labels = groupLabels(group);
  const has = (word: string) => {
    const [key, value] = split(word);
    if (key !== undefined && key in labels) return labels[key] === value;
    const wanted = word.toLowerCase();
    return [group.name, ...Object.values(labels)].some((text) => text.toLowerCase().includes(wanted));
  };
  return (filter.match(/[^\s"]+="[^"]*"|\S+/g) ?? []).every(has);
}

/** The filter that leaves one value of a label. */
export const filterFor = (label: string, value: string) =>
  /\s/.test(value) ? `${label}="${value}"` : `${label}=${value}`;

function split(word: string): [key: string | undefined, value: string] {
  const at = word.indexOf('=');
  return at > 0 ? [word.slice(0, at), word.slice(at + 1).replace(/^"(.*)"$/, '$1')] : [undefined, word];
}

export interface Look {
  /** Epoch ms. */
  readonly from: number;
  readonly to: number;
}

/** The rows of a fleet: what goes on first, then what concerns several series, then the gravest. */
export function groupRows(
  groups: readonly Group[],
  events: readonly GroupEvent[],
  groupBy: GroupBy,
  look: Look,
): Row[] {
  if (groupBy.by === 'event') return events.map((item) => ({ kind: 'event', item }));
  if (groupBy.by === 'label') return labelRows(groups, groupBy.label);
  const members = new Map(
    groups.map((group): [string, Member] => [
      group.name,
      { name: group.name, labels: groupLabels(group), group },
    ]),
  );
  const incidents = joinIncidents(
    events.map(({ group, event }) => ({ series: members.get(group.name)!, event })),
    [...members.values()],
    { ...look, step: findStep(groups) },
  );
  const joined = new Set(incidents.flatMap((incident) => incident.members.map(({ event }) => event)));
  const rows = [
    ...incidents.map((incident) => ({
      isOn: incident.members.some(({ series, event }) => isOn(series.group, event)),
      several: true,
      severity: incident.severity,
      start: incident.start,
      row: (isNow: boolean): Row => ({
        kind: 'incident',
        id: `${incident.start} ${incident.members[0]!.series.name}`,
        incident,
        isOn: isNow,
      }),
    })),
    ...events
      .filter(({ event }) => !joined.has(event))
      .map((item) => ({
        isOn: isOn(item.group, item.event),
        several: false,
        severity: item.event.severity,
        start: item.event.start,
        row: (): Row => ({ kind: 'event', item }),
      })),
  ];
  return rows
    .sort(
      (a, b) =>
        Number(b.isOn) - Number(a.isOn) ||
        Number(b.several) - Number(a.several) ||
        b.severity - a.severity ||
        b.start - a.start,
    )
    .map(({ row, isOn }) => row(isOn));
}

function labelRows(groups: readonly Group[], label: string): Row[] {
  const byValue = new Map<string, Group[]>();
  for (const group of groups) {
    const value = groupLabels(group)[label];
    if (value !== undefined) byValue.set(value, [...(byValue.get(value) ?? []), group]);
  }
  return [...byValue]
    .map(([value, members]) => ({
      kind: 'label' as const,
      label,
      value,
      series: members.length,
      now: members.filter(isAnomalousNow).length,
      events: members.reduce((sum, group) => sum + group.events.length, 0),
      severity: members.reduce(
        (most, group) => group.events.reduce((worst, event) => Math.max(worst, event.severity), most),
        -1,
      ),
    }))
    .sort((a, b) => b.now - a.now || b.severity - a.severity || b.events - a.events);
}

const isOn = (group: Group, event: GroupEvent['event']) =>
  isAnomalousNow(group) && event === group.events.reduce((a, b) => (b.end > a.end ? b : a));

/** ms between points, of the series with the most of them. */
function findStep(groups: readonly Group[]): number {
  const longest = groups.reduce<ArrayLike<number>>(
    (most, { members }) => (members[0]!.time.length > most.length ? members[0]!.time : most),
    [],
  );
  const n = longest.length;
  return n > 1 ? (longest[n - 1]! - longest[0]!) / (n - 1) : 0;
}
