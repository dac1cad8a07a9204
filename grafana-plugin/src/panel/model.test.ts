import type { DataFrame, Field } from '@grafana/data';
import { describe, expect, it } from 'vitest';
import type { AnomalyEvent } from '@heed/core';
import { alignSeries, lowerEdge } from './align.js';
import { migrateOptions } from './migrate.js';
import { allEvents, feedbackFor, groupFrames, rankGroups, type DrawnSeries, type Group } from './model.js';
import { defaultOptions, type HeedPanelOptions } from './types.js';

const options = { ...defaultOptions } as HeedPanelOptions;
const field = (name: string, type: string, values: unknown[]): Field => ({
  name,
  type: type as Field['type'],
  values,
  config: {},
});
const plain = (name: string): DataFrame => ({
  length: 3,
  fields: [field('Time', 'time', [1, 2, 3]), field(name, 'number', [4, 5, 6])],
});
const event = (start: number, severity: number): AnomalyEvent =>
  ({ start, end: start + 1, severity }) as AnomalyEvent;
const ours = (name: string, key: string, group = name, events: AnomalyEvent[] = []): DataFrame => ({
  name,
  length: 3,
  fields: ['Time', 'value', 'lower', 'upper', 'score'].map((f) =>
    field(f, f === 'Time' ? 'time' : 'number', [1, 2, 3]),
  ),
  meta: { custom: { heed: { role: 'scored', key, refId: 'A', group, detector: 'auto', events } } },
});
const named = (f: Field) => f.name;

describe('groupFrames', () => {
  it('leaves plain frames to the panel, each by itself or all together', () => {
    const frames = [plain('a'), plain('b')];
    const each = groupFrames(frames, options, named, () => undefined);
    expect(each.map((group) => group.name)).toEqual(['a', 'b']);
    expect(each.every((group) => group.job?.scoreConfig.detector === 'auto')).toBe(true);
    const joint = groupFrames(frames, { ...options, mode: 'joint' }, named, () => undefined);
    expect(joint).toHaveLength(1);
    expect(joint[0]!.job!.series.channels.map((c) => c.name)).toEqual(['a', 'b']);
  });

  it('takes the scores our data source brought along, once for series scored together', () => {
    const groups = groupFrames(
      [ours('a', 'k', 'system', [event(2, 50)]), ours('b', 'k', 'system', [event(2, 50)])],
      options,
      named,
      () => undefined,
    );
    expect(groups).toHaveLength(1);
    expect(groups[0]!.members.map((m) => m.name)).toEqual(['a', 'b']);
    expect(groups[0]!.job).toBeUndefined();
    expect(allEvents(groups)).toHaveLength(1);
  });

  it('scores again, history included, where this panel has feedback', () => {
    const feedback = [{ series: 'a', start: 1, end: 2, kind: 'normal' as const }];
    const known = { series: { time: new Float64Array(9), channels: [] }, scoreConfig: { detector: 'auto' } };
    const [a, b] = groupFrames(
      [ours('a', 'k'), ours('b', 'l')],
      { ...options, feedback },
      named,
      () => known,
    );
    expect(a!.job).toEqual({
      series: known.series,
      scoreConfig: { detector: 'auto', feedback: feedbackFor(feedback, 'a') },
    });
    expect(b!.job).toBeUndefined();
  });

  it('does not score scores, nor frames without numbers', () => {
    expect(groupFrames([{ length: 0, fields: [] }], options, named, () => undefined)).toEqual([]);
  });
});

describe('ranking', () => {
  const group = (name: string, events: AnomalyEvent[]): Group => ({
    name,
    members: [],
    events,
    detector: '',
    notes: [],
  });

  it('puts the gravest series first and keeps the order of the rest', () => {
    const groups = [group('a', []), group('b', [event(1, 20)]), group('c', [event(1, 90)]), group('d', [])];
    expect(rankGroups(groups).map((g) => g.name)).toEqual(['c', 'b', 'a', 'd']);
    const live = groups.map((g) =>
      g.name === 'a' || g.name === 'd' ? { ...g, state: { state: 'anomalous' as const, since: 0 } } : g,
    );
    expect(rankGroups(live).map((g) => g.name)).toEqual(['a', 'd', 'c', 'b']);
  });

  it('lists the newest event first, of many series the gravest', () => {
    const few = [group('a', [event(1, 90), event(5, 10)])];
    expect(allEvents(few).map(({ event: e }) => e.start)).toEqual([5, 1]);
    const many = [...few, ...Array.from({ length: 30 }, (_, i) => group(`s${i}`, []))];
    expect(allEvents(many).map(({ event: e }) => e.start)).toEqual([1, 5]);
  });
});

describe('alignSeries', () => {
  const series = (name: string, time: number[], values: Array<number | null>) => ({
    name,
    group: name,
    field: field(name, 'number', []),
    time,
    values,
  });

  it('joins by time, with undefined where a series has no point and null where a value is missing', () => {
    const { time, columns } = alignSeries(
      [series('a', [1, 3], [10, null]), series('b', [2, 3], [20, NaN])],
      0,
      10,
    );
    expect(time).toEqual([1, 2, 3]);
    expect(columns).toEqual([
      [10, undefined, null],
      [undefined, 20, null],
    ]);
  });

  it('cuts to the range, one point beyond either edge', () => {
    const times = [1, 2, 3, 4, 5, 6];
    expect(alignSeries([series('a', times, times)], 3, 4).time).toEqual([2, 3, 4, 5]);
  });

  it('copes with nothing', () => {
    expect(alignSeries([], 0, 1).time).toEqual([]);
  });
});

describe('migrateOptions', () => {
  it('fills what older panels lack and keeps what they say', () => {
    const migrated = migrateOptions({ sensitivity: 70, showBand: false });
    expect(migrated).toMatchObject({
      sensitivity: 70,
      showBand: false,
      detector: 'auto',
      maxSeries: 24,
      feedback: [],
    });
  });

  it('is pure, and twice is once', () => {
    const before = Object.freeze({
      sensitivity: 150,
      feedback: Object.freeze([{ series: 'a', start: 1, end: 2, kind: 'normal' }, { kind: 'odd' }]),
    });
    const once = migrateOptions(before as never);
    expect(once.sensitivity).toBe(100);
    expect(once.feedback).toHaveLength(1);
    expect(migrateOptions(once)).toEqual(once);
  });

  it('survives options that are not there', () => {
    expect(migrateOptions(undefined).detector).toBe('auto');
  });
});

describe('the lower edge of a band', () => {
  const series = (values: number[], lower: number[]) =>
    ({ name: 'a', group: 'a', time: [1, 2], values, lower, upper: [9, 9] }) as unknown as DrawnSeries;

  it('stops at zero for what is never below', () => {
    expect(lowerEdge(series([3, 4], [-20, 2]))).toEqual([0, 2]);
    expect(lowerEdge(series([-1, 4], [-20, 2]))).toEqual([-20, 2]);
  });
});
