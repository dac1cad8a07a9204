import type { Field } from '@grafana/data';
import type { AnomalyEvent } from '@heed/core';
import { describe, expect, it } from 'vitest';
import { isAnomalousNow, type Group } from './model.js';
import { filterFor, listLabels, matches, groupRows } from './triage.js';

const n = 200;
const time = Float64Array.from({ length: n }, (_, i) => i * 1000);

/** Pod `i` of three applications on five nodes. */
function pod(i: number, events: Array<Partial<AnomalyEvent>> = [], extra: Partial<Group> = {}): Group {
  const labels = { pod: `pod-${i}`, app: ['web', 'api', 'cart'][i % 3]!, node: `rack ${i % 5}` };
  const field = { name: 'value', type: 'number', values: [], config: {}, labels } as unknown as Field;
  return {
    name: `latency pod-${i}`,
    members: [{ name: `latency pod-${i}`, group: `latency pod-${i}`, field, time, values: time }],
    events: events.map((event) => ({ severity: 50, reason: '', ...event }) as AnomalyEvent),
    detector: 'auto',
    notes: [],
    ...extra,
  };
}
const at = (start: number, end = start + 20, severity = 50) => ({
  start: start * 1000,
  end: end * 1000,
  severity,
});
const eventsOf = (groups: readonly Group[]) =>
  groups.flatMap((group) => group.events.map((event) => ({ group, event })));
const look = { from: 0, to: (n - 1) * 1000 };

describe('isAnomalousNow', () => {
  it('asks the monitor where there is one, and else where the last event ends', () => {
    expect(isAnomalousNow(pod(0, [at(150, 199)]))).toBe(true);
    expect(isAnomalousNow(pod(0, [at(150, 190)]))).toBe(false);
    expect(isAnomalousNow(pod(0))).toBe(false);
    const state = { state: 'normal', since: 0 } as const;
    expect(isAnomalousNow(pod(0, [at(150, 199)], { state }))).toBe(false);
    expect(isAnomalousNow(pod(0, [], { state: { state: 'anomalous', since: 0 } }))).toBe(true);
  });
});

describe('filtering', () => {
  it('takes every word for a part of a name or label, and label=value for that value', () => {
    const group = pod(1); // app api, node "rack 1"
    for (const filter of ['', '  ', 'POD-1', 'api', 'lat rack', 'app=api', 'node="rack 1" pod'])
      expect(matches(group, filter), filter).toBe(true);
    for (const filter of ['app=ap', 'app=API', 'web', 'api web', 'node="rack 2"'])
      expect(matches(group, filter), filter).toBe(false);
    expect(matches(group, filterFor('node', 'rack 1'))).toBe(true);
    expect(matches(pod(2), filterFor('node', 'rack 1'))).toBe(false);
    expect(filterFor('app', 'api')).toBe('app=api');
  });

  it('knows the labels that differ, those with the fewest values first', () => {
    expect(listLabels(Array.from({ length: 15 }, (_, i) => pod(i)))).toEqual(['app', 'node', 'pod']);
    expect(listLabels([pod(0), pod(3)])).toEqual(['node', 'pod']);
  });
});

describe('the rows of a fleet', () => {
  // A fault of rack 1 that goes on, one pod by itself that is graver, and one long ago.
  const groups = Array.from({ length: 30 }, (_, i) =>
    i % 5 === 1
      ? pod(i, [at(150 + (2 * (i - 1)) / 5, 199, 40 + i)])
      : i === 2
        ? pod(i, [at(60, 70, 95)])
        : pod(i),
  );
  const events = eventsOf(groups);

  it('join what belongs together, and put what goes on first', () => {
    const rows = groupRows(groups, events, { by: 'incident' }, look);
    expect(rows.map(({ kind }) => kind)).toEqual(['incident', 'event']);
    const [row] = rows;
    if (row?.kind !== 'incident') throw new Error('no incident');
    expect(row.isOn).toBe(true);
    expect(row.incident).toMatchObject({ affected: 6, of: 6, by: 'pod', shared: { node: 'rack 1' } });
    expect(row.incident.members[0]!.series.group.name).toBe('latency pod-1');
  });

  it('are the events themselves, or the values of a label', () => {
    expect(groupRows(groups, events, { by: 'event' }, look)).toHaveLength(events.length);
    const rows = groupRows(groups, events, { by: 'label', label: 'node' }, look);
    expect(rows.map((row) => row.kind === 'label' && [row.value, row.now, row.events])).toEqual([
      ['rack 1', 6, 6],
      ['rack 2', 0, 1],
      ['rack 0', 0, 0],
      ['rack 3', 0, 0],
      ['rack 4', 0, 0],
    ]);
  });

  it('of no group, and of a label that some lack, are none or fewer', () => {
    expect(groupRows([], [], { by: 'incident' }, look)).toEqual([]);
    expect(groupRows(groups, events, { by: 'label', label: 'zone' }, look)).toEqual([]);
  });
});
