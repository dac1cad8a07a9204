import type { DataFrame, Field } from '@grafana/data';
import type { AnomalyEvent, Detection, Feedback, PlainSeries, Recipe } from '../engine/protocol.js';
import { heedMeta, type HeedMeta } from '../datasource/frames.js';
import { joinSeries, seriesOfFrames, type FieldSeries } from '../datasource/series.js';
import { peerDetector } from '../datasource/types.js';
import type { HeedPanelOptions, PanelFeedback } from './types.js';

/** A series as the panel draws it. */
export interface DrawnSeries {
  readonly name: string;
  readonly group: string;
  /** The numeric field of the values, for colour, unit and formatting. */
  readonly field: Field;
  readonly time: ArrayLike<number>;
  readonly values: ArrayLike<number | null>;
  readonly expected?: ArrayLike<number | null>;
  readonly lower?: ArrayLike<number | null>;
  readonly upper?: ArrayLike<number | null>;
  readonly score?: ArrayLike<number | null>;
}

/** Series that were, or are to be, scored together. */
export interface Group {
  readonly name: string;
  readonly members: readonly DrawnSeries[];
  readonly events: readonly AnomalyEvent[];
  readonly detector: string;
  readonly notes: readonly string[];
  /** Content key of the scoring, where it has been scored. */
  readonly key?: string;
  /** What to score, where the panel has to do it. */
  readonly job?: { readonly series: PlainSeries; readonly recipe: Recipe };
  readonly error?: string;
}

/** An event with the group it belongs to. */
export interface GroupEvent {
  readonly group: Group;
  readonly event: AnomalyEvent;
}

/** Splits frames into those our data source scored and those that are left to the panel. */
export function groupFrames(
  frames: readonly DataFrame[],
  options: HeedPanelOptions,
  name: (field: Field, frame: DataFrame) => string,
  recall: (key: string) => { series: PlainSeries; recipe: Recipe } | undefined,
): Group[] {
  const scored = frames.filter((frame) => heedMeta(frame)?.role === 'scored');
  // On their way: our data source will send them again with their scores.
  const pending = frames.filter((frame) => heedMeta(frame)?.role === 'values');
  const plain = frames.filter((frame) => !heedMeta(frame));
  return [
    ...scoredGroups(scored, options, recall),
    ...pending.map((frame): Group => {
      const member = drawnFrame(frame, heedMeta(frame)!);
      return { name: member.name, members: [member], events: [], detector: '', notes: [] };
    }),
    ...plainGroups(plain, options, name),
  ];
}

function scoredGroups(
  frames: readonly DataFrame[],
  options: HeedPanelOptions,
  recall: (key: string) => { series: PlainSeries; recipe: Recipe } | undefined,
): Group[] {
  const byKey = new Map<string, { meta: HeedMeta; members: DrawnSeries[] }>();
  for (const frame of frames) {
    const meta = heedMeta(frame)!;
    const id = `${meta.refId} ${meta.group} ${meta.key}`;
    const entry = byKey.get(id) ?? { meta, members: [] };
    byKey.set(id, entry);
    entry.members.push(drawnFrame(frame, meta));
  }
  return [...byKey.values()].map(({ meta, members }) => {
    const name = meta.group ?? members[0]!.name;
    const feedback = feedbackFor(options.feedback, name);
    // The query knows nothing of this panel's feedback: score again, history included, with it.
    const known = feedback.length > 0 && meta.key ? recall(meta.key) : undefined;
    return {
      name,
      members,
      events: meta.events ?? [],
      detector: meta.detector ?? '',
      notes: meta.notes ?? [],
      ...(meta.key ? { key: meta.key } : {}),
      ...(known ? { job: { series: known.series, recipe: { ...known.recipe, feedback } } } : {}),
    };
  });
}

function drawnFrame(frame: DataFrame, meta: HeedMeta): DrawnSeries {
  const find = (name: string) => frame.fields.find((field) => field.name === name);
  const pick = (key: 'expected' | 'lower' | 'upper' | 'score') => {
    const field = find(key);
    return field ? { [key]: field.values as ArrayLike<number | null> } : {};
  };
  const value = find('value')!;
  return {
    name: frame.name ?? value.name,
    group: meta.group ?? frame.name ?? value.name,
    field: value,
    time: frame.fields[0]!.values as ArrayLike<number>,
    values: value.values as ArrayLike<number | null>,
    ...pick('expected'),
    ...pick('lower'),
    ...pick('upper'),
    ...pick('score'),
  };
}

function plainGroups(
  frames: readonly DataFrame[],
  options: HeedPanelOptions,
  name: (field: Field, frame: DataFrame) => string,
): Group[] {
  const parts = seriesOfFrames(frames, name).filter((part) => part.series.time.length > 0);
  if (parts.length === 0) return [];
  const drawn = (part: FieldSeries, group: string): DrawnSeries => ({
    name: part.name,
    group,
    field: part.field,
    time: part.series.time,
    values: part.series.channels[0]!.values,
  });
  const recipe = (group: string): Recipe => {
    const feedback = feedbackFor(options.feedback, group);
    return {
      detector: options.mode === 'peers' ? peerDetector : options.detector,
      events: { sensitivity: options.sensitivity, direction: options.direction },
      ...(feedback.length > 0 ? { feedback } : {}),
    };
  };
  const together = options.mode !== 'each' && parts.length > 1;
  const sets = together
    ? [{ name: `${options.mode === 'peers' ? 'peers' : 'system'} of ${parts.length}`, parts }]
    : parts.map((part) => ({ name: part.name, parts: [part] }));
  return sets.map((set) => ({
    name: set.name,
    members: set.parts.map((part) => drawn(part, set.name)),
    events: [],
    detector: options.detector,
    notes: [],
    job: {
      series:
        set.parts.length === 1
          ? set.parts[0]!.series
          : joinSeries(
              set.name,
              set.parts.map((part) => part.series),
            ),
      recipe: recipe(set.name),
    },
  }));
}

export function feedbackFor(all: readonly PanelFeedback[], series: string): Feedback[] {
  return all.filter((item) => item.series === series).map(({ start, end, kind }) => ({ start, end, kind }));
}

/** The group with a detection in place of what it carried. */
export function withDetection(
  group: Group,
  key: string,
  series: PlainSeries,
  detection: Detection,
  from: number,
): Group {
  return {
    ...group,
    key,
    events: detection.events.filter((event) => event.end >= from),
    detector: detection.detector,
    notes: detection.notes,
    members: group.members.map((member, c) => ({
      ...member,
      time: series.time,
      values: series.channels[c]!.values,
      score: detection.score,
      ...(detection.expected?.[c] ? { expected: detection.expected[c] } : {}),
      ...(detection.lower?.[c] && detection.upper?.[c]
        ? { lower: detection.lower[c], upper: detection.upper[c] }
        : {}),
    })),
  };
}

/** Gravest first; groups without events last, in their own order. */
export function rankGroups(groups: readonly Group[]): Group[] {
  const gravity = (group: Group) => group.events.reduce((most, event) => Math.max(most, event.severity), -1);
  return groups
    .map((group, i) => ({ group, i, gravity: gravity(group) }))
    .sort((a, b) => b.gravity - a.gravity || a.i - b.i)
    .map(({ group }) => group);
}

/** With more groups than this the gravest events come first: nobody reads the newest of five hundred series. */
const newestFirstUpTo = 20;

/** Events of all groups: newest first, of many series gravest first. */
export function allEvents(groups: readonly Group[]): GroupEvent[] {
  const byGravity = groups.length > newestFirstUpTo;
  return groups
    .flatMap((group) => group.events.map((event) => ({ group, event })))
    .sort((a, b) =>
      byGravity
        ? b.event.severity - a.event.severity || b.event.start - a.event.start
        : b.event.start - a.event.start || b.event.severity - a.event.severity,
    );
}
