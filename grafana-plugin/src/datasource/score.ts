import type { DataFrame, Field } from '@grafana/data';
import { throwIfAborted, joinSeries, type EventOptions, type Series } from '@heed/core';
import { seriesOfFrames, type FrameSeries } from '@heed/core/series';
import { yieldIfDue } from '../shared/yield-if-due.js';
import type { Origin, ScoringService } from '../shared/service.js';
import type { ScoreConfig } from '../shared/jobTypes.js';
import { type Progress } from '../shared/heedMeta.js';
import {
  eventsFrame,
  eventsTable,
  overlayFrame,
  scoreFrame,
  valueFrame,
  visibleEvents,
  type FrameContext,
  type NamedEvent,
  type ScoredChannel,
} from './frames.js';
import { peerDetector, usualBudget, type HeedQuery } from './types.js';

/** Series per query at most: beyond that the picture says nothing and the browser suffers. */
const seriesAtMost = 1000;

export interface ScoreOutcome {
  readonly frames: DataFrame[];
  readonly errors: readonly { series: string; message: string }[];
  readonly notes: readonly string[];
}

/** Series per query that are watched at most: a monitor takes a third of a second for a series that it has not seen. */
export const watchedAtMost = 60;

/** Of a query that is to be shown as it happened: by one monitor per series. */
export function readMonitorConfig(query: HeedQuery, step: number): ScoreConfig {
  return { detector: 'auto', monitor: { budget: query.budget || usualBudget, step, anchored: true } };
}

/** The part of a query that decides the numbers, in hindsight. */
export function readScoreConfig(query: HeedQuery, model: string | undefined): ScoreConfig {
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
    detector: query.mode === 'peers' ? peerDetector : (query.detector ?? 'auto'),
    ...(query.detectorOptions && query.mode !== 'peers' ? { options: query.detectorOptions } : {}),
    // A model brings its own detector, and none of them compares series.
    ...(model === undefined || query.mode === 'peers' ? {} : { model }),
    events: events as EventOptions,
  };
}

/** Scores the frames of the inner source and builds the frames of ours. */
export async function scoreFrames(input: {
  readonly frames: readonly DataFrame[];
  readonly query: HeedQuery;
  readonly scoreConfig: ScoreConfig;
  /** Name of the model in the scoreConfig. */
  readonly model?: string;
  readonly context: FrameContext;
  readonly service: Pick<ScoringService, 'score'>;
  readonly name: (field: Field, frame: DataFrame) => string;
  readonly surface: Origin['surface'];
  readonly annotation: boolean;
  readonly signal: AbortSignal;
  /** Set where the inner source streams: names this query, so that only new points are scored. */
  readonly live?: string;
  readonly onPartial?: (outcome: ScoreOutcome) => void;
}): Promise<ScoreOutcome> {
  const { query, context, service, signal } = input;
  const all: FrameSeries<DataFrame>[] = [];
  for (const frame of input.frames) {
    await yieldIfDue();
    throwIfAborted(signal);
    all.push(...seriesOfFrames([frame], input.name));
  }
  const parts = all.slice(0, seriesAtMost).filter((part) => part.series.time.length > 0);
  const notes =
    all.length > seriesAtMost ? [`only the first ${seriesAtMost} of ${all.length} series were scored`] : [];
  const errors: { series: string; message: string }[] = [];
  const outcome = (frames: DataFrame[]): ScoreOutcome => ({ frames, errors, notes });
  const wantsLive = input.scoreConfig.monitor !== undefined;
  if (wantsLive && parts.length > watchedAtMost)
    notes.push(
      `In hindsight: ${parts.length} series are more than the ${watchedAtMost} that are watched as it happens.`,
    );
  const scoreConfig =
    wantsLive && parts.length > watchedAtMost ? readScoreConfig(query, undefined) : input.scoreConfig;
  if (parts.length === 0) return outcome(input.annotation ? [eventsFrame([], context)] : []);

  const together = (query.mode === 'joint' || query.mode === 'peers') && parts.length > 1;
  const name = groupName(query, parts);
  const jobs: Job[] = together
    ? [
        {
          group: name,
          parts,
          series: joinSeries(
            name,
            parts.map((part) => part.series),
          ),
          channels: [],
          over: false,
        },
      ]
    : parts.map((part) => ({
        group: part.name,
        parts: [part],
        series: part.series,
        channels: [],
        over: false,
      }));
  const build = (some: readonly Job[], progress?: Progress) =>
    buildFrames(some, query, context, input.annotation, parts.length, progress);
  const showPartial = () => {
    const waiting = new Set(jobs.filter((job) => !job.over).slice(waitingShown));
    const progress = { scored: jobs.filter((job) => job.over).length, total: jobs.length };
    input.onPartial?.(
      outcome(
        build(
          jobs.filter((job) => !waiting.has(job)),
          progress,
        ),
      ),
    );
  };

  if (jobs.length > 20) showPartial();
  let shown = performance.now();
  await Promise.all(
    jobs.map(async (job) => {
      try {
        const { key, detection, state } = await service.score({
          series: job.series,
          scoreConfig,
          origin: { surface: input.surface, title: job.group },
          ...(input.model && scoreConfig.model !== undefined ? { model: input.model } : {}),
          signal,
          ...(input.live ? { live: `${input.live} ${job.group}` } : {}),
          ...(scoreConfig.monitor
            ? { range: { from: context.from, until: context.until ?? context.to } }
            : {}),
          priority: input.surface === 'annotation' ? 1 : 0,
        });
        job.channels = job.parts.map((part, c) => ({
          ...toChannel(part, job.group, key, c, job.series, detection),
          ...(state ? { state } : {}),
        }));
      } catch (error) {
        const { code, message } = error as { code?: string; message: string };
        if (code === 'cancelled' || signal.aborted) throw error;
        errors.push({ series: job.group, message });
      }
      job.over = true;
      // Hundreds of series take a while: show what is there, seldom enough to leave the page alone.
      if (performance.now() - shown > partialEvery && !signal.aborted) {
        shown = performance.now();
        showPartial();
      }
    }),
  );
  notes.push(...new Set(jobs.flatMap((job) => job.channels[0]?.detection.notes ?? [])));
  return outcome(build(jobs));
}

/** ms between two pictures of unfinished work. */
const partialEvery = 2000;

/** Series without a score in such a picture: Grafana works through every field of it in one task. */
const waitingShown = 50;

/** With more series than this, quiet ones come without a band: nobody sees hundreds of bands, and they cost time. */
const bandsAtMost = 40;

interface Job {
  readonly group: string;
  readonly parts: readonly FrameSeries<DataFrame>[];
  readonly series: Series;
  /** Filled when it has been scored. */
  channels: ScoredChannel[];
  /** Scored, or failed. */
  over: boolean;
}

function buildFrames(
  jobs: readonly Job[],
  query: HeedQuery,
  context: FrameContext,
  annotation: boolean,
  count: number,
  progress: Progress | undefined,
): DataFrame[] {
  const firsts = jobs.flatMap((job) => (job.channels[0]?.peers ? job.channels : job.channels.slice(0, 1)));
  const events: NamedEvent[] = firsts
    .flatMap(({ group, detection }) => visibleEvents(detection, context).map((event) => ({ group, event })))
    .sort((a, b) => a.event.start - b.event.start);
  if (annotation) return [eventsFrame(events, context)];
  if (query.output === 'events') return [eventsTable(events, context)];
  if (query.output === 'scores') return firsts.map((channel) => scoreFrame(channel, context));
  const frames = jobs.flatMap((job) => {
    if (job.channels.length === 0) return job.parts.map((part) => plainFrame(part, context));
    return job.channels.map((channel) => {
      const quiet = count > bandsAtMost && visibleEvents(channel.detection, context).length === 0;
      return overlayFrame(channel, context, quiet);
    });
  });
  return [...frames, eventsFrame(events, context, progress)];
}

function groupName(query: HeedQuery, parts: readonly FrameSeries<DataFrame>[]): string {
  const what = query.mode === 'peers' ? 'peers' : 'system';
  return parts.length === 1 ? parts[0]!.name : `${what} of ${parts.length}`;
}

function toChannel(
  part: FrameSeries<DataFrame>,
  group: string,
  key: string,
  channel: number,
  series: { time: Float64Array; channels: readonly { values: Float64Array }[] },
  detection: ScoredChannel['detection'],
): ScoredChannel {
  const { field } = part;
  const own = detection.channels?.[channel];
  return {
    // Hosts of the same name have different ones as channels of one scoring.
    name: own?.name ?? part.name,
    group: own?.name ?? group,
    ...(own ? { peers: true } : {}),
    key,
    channel,
    ...(field.config?.unit ? { unit: field.config.unit } : {}),
    ...(field.labels ? { labels: field.labels } : {}),
    ...(field.config ? { config: field.config } : {}),
    time: series.time,
    values: series.channels[channel]!.values,
    detection: own ? { ...detection, score: own.score, events: own.events } : detection,
  };
}

/** A series without a score: not scored yet, or not scorable. Its values are still worth seeing. */
function plainFrame(part: FrameSeries<DataFrame>, context: FrameContext): DataFrame {
  const { time, channels } = part.series;
  return valueFrame({ name: part.name, time, values: channels[0]!.values, field: part.field }, context);
}
