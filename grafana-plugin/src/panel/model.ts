import type { DataFrame, Field } from '@grafana/data';
import type { AnomalyEvent, Detection, Feedback, Series } from '@heed/core';
import type { ScoreConfig, SeriesState, VisibleRange } from '../shared/jobTypes.js';
import { heedMeta, type HeedMeta } from '../shared/heedMeta.js';
import { joinSeries } from '@heed/core';
import { seriesOfFrames, type FrameSeries } from '@heed/core/series';
import { peerDetector, type View } from '../datasource/types.js';
import type { HeedPanelOptions, PanelFeedback } from './types.js';

/** The options that decide how the panel itself scores. */
type ScoreOptions = Pick<
  HeedPanelOptions,
  'detector' | 'mode' | 'sensitivity' | 'direction' | 'feedback' | 'view' | 'budget'
> & {
  /** What the reader wants to see instead of what query and options say. */
  readonly wanted?: View | undefined;
  /** Names the panel, for what is watched. */
  readonly name?: string;
};

/** A series as the panel draws it. */
export interface DrawnSeries {
  readonly name: string;
  readonly group: string;
  /** The numeric field of the values, for color, unit and formatting. */
  readonly field: Field;
  readonly time: ArrayLike<number>;
  readonly values: ArrayLike<number | null>;
  readonly expected?: ArrayLike<number | null>;
  readonly lower?: ArrayLike<number | null>;
  readonly upper?: ArrayLike<number | null>;
  readonly score?: ArrayLike<number | null>;
  /** Index of its channel in the scored series, where it was scored together with others. */
  readonly channel?: number;
}

/** Groups that are scored together share one job. */
export interface GroupJob {
  readonly series: Series;
  readonly scoreConfig: ScoreConfig;
  /** Name of the model in the scoreConfig. */
  readonly model?: string;
  /** Names what is watched as it happens. */
  readonly live?: string;
  readonly range?: VisibleRange;
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
  readonly job?: GroupJob;
  /** One series, judged against the other channels of its scoring. */
  readonly peers?: boolean;
  /** Where it was watched as it happened. */
  readonly state?: SeriesState;
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
  options: ScoreOptions,
  name: (field: Field, frame: DataFrame) => string,
  recall: (key: string) => GroupJob | undefined,
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
  options: ScoreOptions,
  recall: (key: string) => GroupJob | undefined,
): Group[] {
  const byKey = new Map<string, { meta: HeedMeta; members: DrawnSeries[] }>();
  for (const frame of frames) {
    const meta = heedMeta(frame)!;
    const id = `${meta.refId} ${meta.group} ${meta.key}`;
    const entry = byKey.get(id) ?? { meta, members: [] };
    byKey.set(id, entry);
    entry.members.push(drawnFrame(frame, meta));
  }
  const entries = [...byKey.values()];
  const jobs = new Map<string, GroupJob | undefined>();
  /** What was said of any series of one scoring counts when it is done again. */
  const toJob = ({ key, peers }: HeedMeta, name: string): GroupJob | undefined => {
    if (!key) return undefined;
    if (!peers) return again(recall(key), feedbackFor(options.feedback, name), options);
    if (!jobs.has(key)) {
      const all = entries.filter(({ meta }) => meta.peers && meta.key === key);
      const names = all.map(({ meta, members }) => meta.group ?? members[0]!.name);
      jobs.set(key, again(recall(key), feedbackForPeers(options.feedback, names), options));
    }
    return jobs.get(key);
  };
  return entries.map(({ meta, members }) => {
    const name = meta.group ?? members[0]!.name;
    const job = toJob(meta, name);
    return {
      name,
      members,
      events: meta.events ?? [],
      detector: meta.detector ?? '',
      notes: meta.notes ?? [],
      ...(meta.key ? { key: meta.key } : {}),
      ...(job ? { job } : {}),
      ...(meta.peers ? { peers: true } : {}),
      ...(meta.state ? { state: meta.state } : {}),
    };
  });
}

/**
 * The query knows nothing of this panel's feedback, nor of what its reader wants to see: score again, history included,
 * with it. What a monitor said is not revised by feedback.
 */
function again(
  known: GroupJob | undefined,
  feedback: Feedback[],
  { wanted, sensitivity, direction }: ScoreOptions,
): GroupJob | undefined {
  if (!known) return undefined;
  const { series, model } = known;
  const isLive = known.scoreConfig.monitor !== undefined;
  const toHindsight = isLive && wanted === 'hindsight';
  if (!toHindsight && (isLive || feedback.length === 0)) return undefined;
  const scoreConfig: ScoreConfig = toHindsight
    ? { detector: 'auto', events: { sensitivity, direction } }
    : known.scoreConfig;
  if (feedback.length === 0) return { series, scoreConfig };
  return { series, scoreConfig: { ...scoreConfig, feedback }, ...(model === undefined ? {} : { model }) };
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
    ...(meta.channel === undefined ? {} : { channel: meta.channel }),
    ...pick('expected'),
    ...pick('lower'),
    ...pick('upper'),
    ...pick('score'),
  };
}

function plainGroups(
  frames: readonly DataFrame[],
  options: ScoreOptions,
  name: (field: Field, frame: DataFrame) => string,
): Group[] {
  const parts = seriesOfFrames(frames, name).filter((part) => part.series.time.length > 0);
  if (parts.length === 0) return [];
  const drawn = (
    part: FrameSeries<DataFrame>,
    group: string,
    channel: number,
    name = part.name,
  ): DrawnSeries => ({
    name,
    channel,
    group,
    field: part.field,
    time: part.series.time,
    values: part.series.channels[0]!.values,
  });
  const isLive = (options.wanted ?? options.view) === 'live' && options.mode !== 'peers';
  const scoreConfig = (feedback: Feedback[], series: Series): ScoreConfig => {
    if (isLive)
      return {
        detector: 'auto',
        monitor: { budget: options.budget, step: usualStep(series.time), anchored: false },
      };
    return {
      detector: options.mode === 'peers' ? peerDetector : options.detector,
      events: { sensitivity: options.sensitivity, direction: options.direction },
      ...(feedback.length > 0 ? { feedback } : {}),
    };
  };
  const together = options.mode !== 'each' && parts.length > 1;
  if (together && options.mode === 'peers') {
    const series = joinSeries(
      `peers of ${parts.length}`,
      parts.map((part) => part.series),
    );
    const names = series.channels.map((channel) => channel.name);
    const job = { series, scoreConfig: scoreConfig(feedbackForPeers(options.feedback, names), series) };
    return parts.map((part, c) => ({
      name: names[c]!,
      members: [drawn(part, names[c]!, c, names[c]!)],
      events: [],
      detector: peerDetector,
      notes: [],
      peers: true,
      job,
    }));
  }
  const sets = together
    ? [{ name: `system of ${parts.length}`, parts }]
    : parts.map((part) => ({ name: part.name, parts: [part] }));
  return sets.map((set) => {
    const series =
      set.parts.length === 1
        ? set.parts[0]!.series
        : joinSeries(
            set.name,
            set.parts.map((part) => part.series),
          );
    const { time } = series;
    return {
      name: set.name,
      members: set.parts.map((part, c) => drawn(part, set.name, c)),
      events: [],
      detector: options.detector,
      notes: [],
      job: {
        series,
        scoreConfig: scoreConfig(feedbackFor(options.feedback, set.name), series),
        ...(isLive
          ? {
              live: `${options.name ?? ''} ${set.name}`,
              range: { from: time[0]!, until: time[time.length - 1]! },
            }
          : {}),
      },
    };
  });
}

/** Median distance of the points, ms. */
function usualStep(time: Float64Array): number {
  const steps = time.slice(1).map((at, t) => at - time[t]!);
  return steps.sort()[steps.length >> 1] || 1000;
}

export function feedbackFor(all: readonly PanelFeedback[], series: string): Feedback[] {
  return all.filter((item) => item.series === series).map(({ start, end, kind }) => ({ start, end, kind }));
}

/** What was said of each of several series, each by the name of its channel. */
function feedbackForPeers(all: readonly PanelFeedback[], names: readonly string[]): Feedback[] {
  const known = new Set(names);
  return all
    .filter(({ series }) => known.has(series))
    .map(({ series, start, end, kind }) => ({ start, end, kind, channel: series }));
}

/** The group with a detection in place of what it carried. */
export function withDetection(
  group: Group,
  key: string,
  series: Series,
  detection: Detection,
  from: number,
  state?: SeriesState,
): Group {
  const { state: _before, ...rest } = group;
  const own = group.peers ? detection.channels?.[group.members[0]!.channel ?? 0] : undefined;
  const { score, events } = own ?? detection;
  return {
    ...rest,
    ...(state ? { state } : {}),
    key,
    events: events.filter((event) => event.end >= from),
    detector: detection.detector,
    notes: detection.notes,
    members: group.members.map((member, i) => {
      const c = member.channel ?? i;
      return {
        ...member,
        time: series.time,
        values: series.channels[c]!.values,
        score,
        ...(detection.expected?.[c] ? { expected: detection.expected[c] } : {}),
        ...(detection.lower?.[c] && detection.upper?.[c]
          ? { lower: detection.lower[c], upper: detection.upper[c] }
          : {}),
      };
    }),
  };
}

/** Steps between the end of an event and the last point, up to which it goes on. */
const still = 2;

/** Whether a series is anomalous at its end: as its monitor says, or, in hindsight, by where its last event ends. */
export function isAnomalousNow({ state, events, members }: Group): boolean {
  if (state) return state.state === 'anomalous';
  const time = members[0]?.time ?? [];
  const n = time.length;
  if (n < 2 || events.length === 0) return false;
  const step = (time[n - 1]! - time[0]!) / (n - 1);
  return events.some(({ end }) => end >= time[n - 1]! - still * step);
}

/** Labels that all series of a group have. */
export function groupLabels({ members }: Group): Readonly<Record<string, string>> {
  const [first, ...others] = members.map(({ field }) => field.labels ?? {});
  if (others.length === 0) return first ?? {};
  const entries = Object.entries(first!);
  return Object.fromEntries(
    entries.filter(([key, value]) => others.every((labels) => labels[key] === value)),
  );
}

/** Above every severity. */
const gravest = 1000;

/** Those that are anomalous now first, then the gravest; groups without events last, in their own order. */
export function rankGroups(groups: readonly Group[]): Group[] {
  const gravity = (group: Group) =>
    group.events.reduce((most, event) => Math.max(most, event.severity), -1) +
    (isAnomalousNow(group) ? gravest : 0);
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
