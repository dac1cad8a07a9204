import type { DataFrame, DataFrameType, DataTopic, Field, Labels } from '@grafana/data';
import { severityClass, type AnomalyEvent, type Detection } from '@heed/core';
import { toIncident, type HeedMeta, type Progress } from '../shared/heedMeta.js';
import type { SeriesState } from '../shared/jobTypes.js';

/** Part of one detection that one series shows. */
export interface ScoredChannel {
  readonly name: string;
  readonly group: string;
  readonly key: string;
  readonly channel: number;
  readonly unit?: string;
  readonly labels?: Labels;
  readonly config?: Field['config'];
  /** n epoch ms and values of the detection's own time axis. */
  readonly time: Float64Array;
  readonly values: Float64Array;
  /** For a series judged against its peers: the part of the detection that is its own. */
  readonly detection: Detection;
  readonly peers?: boolean;
  readonly state?: SeriesState;
}

const hidden = { viz: true, legend: true, tooltip: true };
const bandEdge = {
  lineWidth: 0,
  fillOpacity: 0,
  showPoints: 'never',
  pointSize: 1,
  hideFrom: { viz: false, legend: true, tooltip: true },
};

const number = (values: ArrayLike<number>, from: number): Array<number | null> => {
  const out = new Array<number | null>(values.length - from);
  for (let i = from; i < values.length; i++) out[i - from] = Number.isNaN(values[i]!) ? null : values[i]!;
  return out;
};

/** First index of the visible range: the history is scored, not returned. */
function firstVisible(time: Float64Array, from: number): number {
  let low = 0;
  let high = time.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (time[middle]! < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The values alone, as the inner source gave them, cut to the visible range. */
export function valueFrame(
  series: { name: string; time: Float64Array; values: Float64Array; field: Field },
  context: FrameContext,
): DataFrame {
  const at = firstVisible(series.time, context.from);
  return {
    refId: context.refId,
    name: series.name,
    length: series.time.length - at,
    fields: [
      {
        name: 'Time',
        type: 'time' as Field['type'],
        values: number(series.time, at),
        config: { interval: context.step },
      },
      {
        name: 'value',
        type: 'number' as Field['type'],
        values: number(series.values, at),
        config: { ...series.field.config, displayNameFromDS: series.name },
        ...(series.field.labels ? { labels: series.field.labels } : {}),
      },
    ],
    meta: {
      type: 'timeseries-wide' as DataFrameType,
      custom: { heed: { role: 'values', refId: context.refId } satisfies HeedMeta },
    },
  };
}

/**
 * One series with everything known about it, drawn as line and band by the built-in Time series panel. A `quiet`
 * one comes with its value only; our panel finds its score by the key.
 */
export function overlayFrame(scored: ScoredChannel, context: FrameContext, quiet = false): DataFrame {
  const { detection, channel: c, name, time } = scored;
  const at = firstVisible(time, context.from);
  const unit = scored.unit ? { unit: scored.unit } : {};
  const labels = scored.labels && Object.keys(scored.labels).length > 0 ? { labels: scored.labels } : {};
  const field = (suffix: string, values: unknown[], config: Field['config'], type = 'number'): Field =>
    ({
      name: suffix,
      type,
      values,
      ...labels,
      config: { ...config, displayNameFromDS: suffix === 'value' ? name : `${name} ${suffix}` },
    }) as Field;
  const severity = new Array<number | null>(time.length - at).fill(null);
  const anomaly = new Array<number>(time.length - at).fill(0);
  for (const event of detection.events) {
    for (let i = Math.max(at, event.startIndex); i <= event.endIndex; i++) {
      severity[i - at] = Math.max(severity[i - at] ?? 0, event.severity);
      anomaly[i - at] = 1;
    }
  }
  const { custom, ...config } = scored.config ?? {};
  const fields: Field[] = [
    {
      name: 'Time',
      type: 'time' as Field['type'],
      values: number(time, at),
      config: { interval: context.step },
    },
    field('value', number(scored.values, at), { ...config, ...unit, ...(custom ? { custom } : {}) }),
  ];
  if (detection.expected?.[c] && !quiet) {
    fields.push(
      field('expected', number(detection.expected[c], at), {
        ...unit,
        custom: {
          hideFrom: hidden,
          axisPlacement: 'hidden',
          lineStyle: { fill: 'dash', dash: [4, 4] },
          showPoints: 'never',
        },
      }),
    );
  }
  if (detection.lower?.[c] && detection.upper?.[c] && !quiet) {
    fields.push(
      field('lower', number(detection.lower[c], at), { ...unit, color: bandColor, custom: bandEdge }),
      field('upper', number(detection.upper[c], at), {
        ...unit,
        color: bandColor,
        custom: { ...bandEdge, fillBelowTo: `${name} lower`, fillOpacity: 14 },
      }),
    );
  }
  if (!quiet) {
    const aside = { hideFrom: hidden, axisPlacement: 'hidden' };
    fields.push(
      field('score', number(detection.score, at), { decimals: 2, min: 0, custom: aside }),
      field('severity', severity, { decimals: 0, min: 0, max: 100, custom: aside }),
      field('anomaly', anomaly, { decimals: 0, custom: aside }),
    );
  }
  return {
    refId: context.refId,
    name,
    length: time.length - at,
    fields,
    meta: { type: 'timeseries-wide' as DataFrameType, custom: { heed: makeMeta('scored', scored, context) } },
  };
}

const bandColor = { mode: 'fixed', fixedColor: 'super-light-blue' };

/** The score alone; 1 is the threshold. */
export function scoreFrame(scored: ScoredChannel, context: FrameContext): DataFrame {
  const at = firstVisible(scored.time, context.from);
  return {
    refId: context.refId,
    name: scored.group,
    length: scored.time.length - at,
    fields: [
      {
        name: 'Time',
        type: 'time' as Field['type'],
        values: number(scored.time, at),
        config: { interval: context.step },
      },
      {
        name: 'score',
        type: 'number' as Field['type'],
        values: number(scored.detection.score, at),
        config: { displayNameFromDS: `${scored.group} score`, decimals: 2, min: 0 },
        ...(scored.labels ? { labels: scored.labels } : {}),
      },
    ],
    meta: { type: 'timeseries-wide' as DataFrameType, custom: { heed: makeMeta('scores', scored, context) } },
  };
}

export interface FrameContext {
  readonly refId: string;
  /** First visible moment, epoch ms. */
  readonly from: number;
  /** Last visible moment, epoch ms. */
  readonly to: number;
  readonly step: number;
  /** Last visible moment, or now where that is earlier, epoch ms. */
  readonly until?: number;
  readonly minSeverity?: number;
}

function makeMeta(role: HeedMeta['role'], scored: ScoredChannel, context: FrameContext): HeedMeta {
  const { detection } = scored;
  return {
    role,
    key: scored.key,
    refId: context.refId,
    detector: detection.detector,
    channel: scored.channel,
    events: visibleEvents(detection, context),
    notes: detection.notes,
    group: scored.group,
    ...(scored.peers ? { peers: true } : {}),
    ...(scored.state ? { state: scored.state } : {}),
  };
}

export function visibleEvents(detection: Detection, context: FrameContext): AnomalyEvent[] {
  const least = context.minSeverity ?? 0;
  return detection.events.filter(
    (event) => event.end >= context.from && event.start <= context.to && event.severity >= least,
  );
}

export interface NamedEvent {
  readonly group: string;
  readonly event: AnomalyEvent;
}

/**
 * Events as range annotations. `dataTopic` makes a normal query response draw them on any time series panel;
 * the annotation runner ignores it and reads the fields. The text is data, never markup: angle brackets and
 * ampersands of series names are replaced, because Grafana renders annotation texts as (sanitised) HTML.
 */
export function eventsFrame(
  events: readonly NamedEvent[],
  context: FrameContext,
  progress?: Progress,
): DataFrame {
  const values = <T>(pick: (item: NamedEvent) => T) => events.map(pick);
  const field = (name: string, type: string, list: unknown[]): Field =>
    ({ name, type, values: list, config: {} }) as Field;
  return {
    refId: context.refId,
    name: 'anomalies',
    length: events.length,
    meta: {
      dataTopic: 'annotations' as DataTopic,
      custom: {
        heed: {
          role: 'events',
          refId: context.refId,
          ...(progress ? { progress } : {}),
        } satisfies HeedMeta,
      },
    },
    fields: [
      field(
        'time',
        'time',
        values(({ event }) => event.start),
      ),
      field(
        'timeEnd',
        'time',
        values(({ event }) => Math.max(event.end, event.start + context.step)),
      ),
      field(
        'title',
        'string',
        values(({ group, event }) => plainText(`${group}: ${severityClass(event.severity).name} anomaly`)),
      ),
      field(
        'text',
        'string',
        values(({ event }) => plainText(event.reason)),
      ),
      field(
        'tags',
        'other',
        values(({ group, event }) => [
          plainText(group),
          `severity ${Math.round(event.severity)}`,
          ...(event.direction === 'shape' ? [] : [event.direction]),
          ...(toIncident(event) ? [`incident ${toIncident(event)!.id}`] : []),
        ]),
      ),
      field(
        'isRegion',
        'boolean',
        values(() => true),
      ),
      field(
        'color',
        'string',
        values(({ event }) => severityClass(event.severity).color),
      ),
      // Grafana offers "edit" and "delete" on annotations with an id of its own; these are nobody's to edit.
      field(
        'id',
        'number',
        values(() => 0),
      ),
    ],
  };
}

const namedPeers = 5;

/** Events as rows for the Table panel. */
export function eventsTable(events: readonly NamedEvent[], context: FrameContext): DataFrame {
  const field = (
    name: string,
    type: string,
    pick: (item: NamedEvent) => unknown,
    config: Field['config'] = {},
  ): Field => ({ name, type, values: events.map(pick), config }) as Field;
  return {
    refId: context.refId,
    name: 'events',
    length: events.length,
    meta: { preferredVisualisationType: 'table', custom: { heed: { role: 'events', refId: context.refId } } },
    fields: [
      field('start', 'time', ({ event }) => event.start),
      field('end', 'time', ({ event }) => event.end),
      field('duration', 'number', ({ event }) => event.end - event.start, { unit: 'ms' }),
      field('series', 'string', ({ group }) => group),
      field('severity', 'number', ({ event }) => Math.round(event.severity), { min: 0, max: 100 }),
      field('score', 'number', ({ event }) => event.score, { decimals: 2 }),
      field('direction', 'string', ({ event }) => event.direction),
      field('channels', 'string', ({ event }) =>
        event.channels.map(({ name, share }) => `${name} ${Math.round(100 * share)}%`).join(', '),
      ),
      ...(events.some(({ event }) => event.peers)
        ? [
            field('compared with', 'string', ({ event }) =>
              (event.peers ?? [])
                .slice(0, namedPeers)
                .map(({ name, weight }) => `${name} ${Math.round(100 * weight)}%`)
                .join(', '),
            ),
          ]
        : []),
      ...(events.some(({ event }) => toIncident(event))
        ? [
            field('incident', 'string', ({ event }) => toIncident(event)?.id ?? ''),
            field('noticed', 'time', ({ event }) => toIncident(event)?.noticed ?? event.start),
            field('open', 'boolean', ({ event }) => toIncident(event)?.open ?? false),
          ]
        : []),
      field('reason', 'string', ({ event }) => event.reason),
    ],
  };
}

/** Characters that could start markup become look-alikes; names keep their length and stay readable. */
function plainText(text: string): string {
  return text.replace(/[<>&]/g, (c) => (c === '<' ? '‹' : c === '>' ? '›' : '＆'));
}
