import { useCallback, useMemo, useState } from 'react';
import { isAnomalousNow } from './model.js';
import {
  filterFor,
  fleetFrom,
  listLabels,
  matches,
  groupRows,
  type GroupBy,
  type Look,
  type Row,
} from './triage.js';
import type { Groups } from './useGroups.js';

export interface Triage {
  /** What is left to see of what was found. */
  readonly shown: Groups;
  /** What the list says of it. */
  readonly rows: readonly Row[];
  /** Whether there are so many series that they are to be filtered and grouped. */
  readonly isFleet: boolean;
  readonly filter: string;
  readonly setFilter: (filter: string) => void;
  readonly groupBy: GroupBy;
  readonly setGroupBy: (groupBy: GroupBy) => void;
  readonly labels: readonly string[];
  /** Leaves the series with one value of a label. */
  readonly pickLabel: (label: string, value: string) => void;
  /** Series that are anomalous now, whatever the filter says. */
  readonly now: number;
  readonly nowOnly: boolean;
  readonly setNowOnly: (nowOnly: boolean) => void;
  /** The incident whose members alone are drawn. */
  readonly opened: string | undefined;
  readonly open: (id: string | undefined) => void;
}

/** What a person looks for among many series; the dashboard keeps nothing of it. */
export function useTriage(found: Groups, { from, to }: Look): Triage {
  const [filter, setFilter] = useState('');
  const [nowOnly, setNowOnly] = useState(false);
  const [groupBy, setGroupBy] = useState<GroupBy>({ by: 'incident' });
  const [opened, open] = useState<string | undefined>();
  const pickLabel = useCallback((label: string, value: string) => {
    setFilter(filterFor(label, value));
    setGroupBy({ by: 'incident' });
  }, []);
  const { groups } = found;
  const isFleet = groups.length >= fleetFrom;
  const labels = useMemo(() => (isFleet ? listLabels(groups) : []), [groups, isFleet]);
  const now = useMemo(() => (isFleet ? groups.filter(isAnomalousNow).length : 0), [groups, isFleet]);
  const filtered = useMemo(
    () =>
      isFleet && (filter.trim() || nowOnly)
        ? only(found, (group) => (!nowOnly || isAnomalousNow(group)) && matches(group, filter))
        : found,
    [found, isFleet, filter, nowOnly],
  );
  const rows = useMemo(
    () => groupRows(filtered.groups, filtered.events, isFleet ? groupBy : { by: 'event' }, { from, to }),
    [filtered, isFleet, groupBy, from, to],
  );
  const shown = useMemo(() => {
    const row = rows.find((candidate) => candidate.kind === 'incident' && candidate.id === opened);
    if (row?.kind !== 'incident') return filtered;
    const names = new Set(row.incident.members.map(({ series }) => series.name));
    return only(filtered, ({ name }) => names.has(name));
  }, [filtered, rows, opened]);
  return {
    shown,
    rows,
    isFleet,
    filter,
    setFilter,
    groupBy,
    setGroupBy,
    labels,
    pickLabel,
    now,
    nowOnly,
    setNowOnly,
    opened,
    open,
  };
}

/** What was found, of some groups alone. */
function only(found: Groups, isWanted: (group: Groups['groups'][number]) => boolean): Groups {
  const groups = found.groups.filter(isWanted);
  const names = new Set(groups.map(({ name }) => name));
  return {
    ...found,
    groups,
    ranked: found.ranked.filter(({ group }) => names.has(group)),
    declared: found.declared.filter(({ group }) => names.has(group)),
    events: found.events.filter(({ group }) => names.has(group.name)),
  };
}
