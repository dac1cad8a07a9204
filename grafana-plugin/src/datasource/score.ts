import type { DataFrame, Field } from '@grafana/data';
import type { Origin, ScoringService } from '../client/service.js';
import type { EventOptions, Recipe } from '../engine/protocol.js';
import {
  eventsFrame,
  eventsTable,
  overlayFrame,
  scoreFrame,
  visibleEvents,
  type FrameContext,
  type NamedEvent,
  type ScoredChannel,
} from './frames.js';
import { joinSeries, seriesOfFrames, type FieldSeries } from './series.js';
import type { HeedQuery } from './types.js';

/** Series per query at most: beyond that the picture says nothing and the browser suffers. */
export const seriesAtMost = 1000;

export interface ScoreOutcome {
  readonly frames: DataFrame[];
  readonly errors: readonly { series: string; message: string }[];
  readonly notes: readonly string[];
}

/** The part of a query that decides the numbers. */
export function recipeOf(query: HeedQuery, model: string | undefined): Recipe {
  const events: Record<string, unknown> = {};
  const put = <K extends keyof EventOptions>(key: K, value: EventOptions[K]) => {
    if (value !== undefined) events[key] = value;
  };
  put('sensitivity', query.sensitivity);
  put('direction', query.direction);
  put('minDeviation', query.minDeviation || undefined);
  put('minRelativeDeviation', query.minRelativeDeviation || undefined);
  put('minLength', query.minLength || undefined);
  put('exclude', query.exclude?.length ? query.exclude : undefined);
  return {
    detector: query.mode === 'peers' ? 'peer-attention' : (query.detector ?? 'auto'),
    ...(query.detectorOptions && query.mode !== 'peers' ? { options: query.detectorOptions } : {}),
    ...(model === undefined ? {} : { model }),
    events: events as EventOptions,
  };
}

/** Scores the frames of the inner source and builds the frames of ours. */
export async function scoreFrames(input: {
  readonly frames: readonly DataFrame[];
  readonly query: HeedQuery;
  readonly recipe: Recipe;
  readonly context: FrameContext;
  readonly service: Pick<ScoringService, 'score'>;
  readonly name: (field: Field, frame: DataFrame) => string;
  readonly surface: Origin['surface'];
  readonly annotation: boolean;
  readonly signal: AbortSignal;
}): Promise<ScoreOutcome> {
  const { query, recipe, context, service, signal } = input;
  const all = seriesOfFrames(input.frames, input.name);
  const parts = all.slice(0, seriesAtMost).filter((part) => part.series.time.length > 0);
  const notes =
    all.length > seriesAtMost ? [`only the first ${seriesAtMost} of ${all.length} series were scored`] : [];
  const scoredChannels: ScoredChannel[] = [];
  const errors: { series: string; message: string }[] = [];
  if (parts.length === 0) return { frames: query.output === 'events' || input.annotation ? [eventsFrame([], context)] : [], errors, notes };

  const jobs =
    query.mode === 'joint' || query.mode === 'peers'
      ? [{ group: groupName(query, parts), parts, series: joinSeries(groupName(query, parts), parts.map((p) => p.series)) }]
      : parts.map((part) => ({ group: part.name, parts: [part], series: part.series }));

  await Promise.all(
    jobs.map(async ({ group, parts: members, series }) => {
      try {
        const { key, detection } = await service.score({
          series,
          recipe,
          origin: { surface: input.surface, title: group },
          signal,
          priority: input.surface === 'annotation' ? 1 : 0,
        });
        members.forEach((part, channel) => scoredChannels.push(channelOf(part, group, key, channel, series, detection)));
      } catch (error) {
        const { code, message } = error as { code?: string; message: string };
        if (code === 'cancelled' || signal.aborted) throw error;
        errors.push({ series: group, message });
        // The values are still worth seeing.
        if (query.output === 'overlay' && !input.annotation) members.forEach((part) => scoredChannels.push(unscored(part, group)));
      }
    }),
  );

  const order = new Map(parts.map((part, i) => [part.name, i]));
  scoredChannels.sort((a, b) => order.get(a.name)! - order.get(b.name)!);
  const scored = scoredChannels.filter((channel) => channel.key !== '');
  const firstOfGroup = scored.filter((channel) => channel.channel === 0);
  const events: NamedEvent[] = firstOfGroup
    .flatMap(({ group, detection }) => visibleEvents(detection, context).map((event) => ({ group, event })))
    .sort((a, b) => a.event.start - b.event.start);
  notes.push(...new Set(firstOfGroup.flatMap(({ detection }) => detection.notes)));

  if (input.annotation) return { frames: [eventsFrame(events, context)], errors, notes };
  if (query.output === 'events') return { frames: [eventsTable(events, context)], errors, notes };
  if (query.output === 'scores') return { frames: firstOfGroup.map((c) => scoreFrame(c, context)), errors, notes };
  return {
    frames: [
      ...scoredChannels.map((c) => (c.key === '' ? plainFrame(c, context) : overlayFrame(c, context))),
      eventsFrame(events, context),
    ],
    errors,
    notes,
  };
}

function groupName(query: HeedQuery, parts: readonly FieldSeries[]): string {
  const what = query.mode === 'peers' ? 'peers' : 'system';
  return parts.length === 1 ? parts[0]!.name : `${what} of ${parts.length}`;
}

function channelOf(
  part: FieldSeries,
  group: string,
  key: string,
  channel: number,
  series: { time: Float64Array; channels: readonly { values: Float64Array }[] },
  detection: ScoredChannel['detection'],
): ScoredChannel {
  const { field } = part;
  return {
    name: part.name,
    group,
    key,
    channel,
    ...(field.config?.unit ? { unit: field.config.unit } : {}),
    ...(field.labels ? { labels: field.labels } : {}),
    ...(field.config ? { config: field.config } : {}),
    time: series.time,
    values: series.channels[channel]!.values,
    detection,
  };
}

function unscored(part: FieldSeries, group: string): ScoredChannel {
  const nothing = {
    detector: '',
    score: new Float32Array(part.series.time.length),
    threshold: { method: 'fixed', border: 1, points: 0, sensitivity: 50, parameters: {} },
    events: [],
    notes: [],
  } as const;
  return { ...channelOf(part, group, '', 0, part.series, nothing) };
}

function plainFrame(channel: ScoredChannel, context: FrameContext): DataFrame {
  const frame = overlayFrame(channel, context);
  return { ...frame, fields: frame.fields.slice(0, 2), meta: {} };
}
