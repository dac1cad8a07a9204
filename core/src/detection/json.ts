import { checkDetection } from './check-detection.js';
import { checkRecord } from '../check-argument.js';
import type { InputSummary } from '../series/index.js';
import type { AnomalyEvent, Detection, ThresholdReport } from './types.js';

/** A normal interval an event was compared with: times as in the event, indices into the input rows (inclusive). */
export interface AttendedJson {
  readonly start: number;
  readonly end: number;
  readonly startIndex: number;
  readonly endIndex: number;
  readonly weight: number;
}

/** One anomalous interval in `DetectionJson`. */
export interface AnomalyEventJson {
  /** Epoch ms of the first and last anomalous point; row numbers where the input had no time column. */
  readonly start: number;
  readonly end: number;
  /** Indices into the input rows, from 0, both inclusive. */
  readonly startIndex: number;
  readonly endIndex: number;
  readonly peakIndex: number;
  /** 0…100. */
  readonly severity: number;
  /** Largest share first. */
  readonly channels: readonly { readonly name: string; readonly share: number }[];
  /** Heaviest first. */
  readonly attended: readonly AttendedJson[];
  /** Channels compared with at the same time, heaviest first; absent where the detector compares with the past. */
  readonly peers?: readonly { readonly name: string; readonly weight: number }[];
  /** What the event is: `spike`, `dip`, `level shift` … */
  readonly kind?: string;
  readonly reason: string;
}

/** What `heed detect --format json` prints and what programs exchange; described by `detectionJsonSchema`. */
export interface DetectionJson {
  readonly detector: string;
  /** What was understood of the input; only where it was read from a file or a source. */
  readonly input?: InputSummary;
  /** Number of points scored (n). */
  readonly points: number;
  /** Points after which the series repeats itself; null where no period was found. */
  readonly period: number | null;
  readonly threshold: ThresholdReport;
  readonly events: readonly AnomalyEventJson[];
  /** The channels with events of their own, where the detector judges every channel by itself. */
  readonly channels?: readonly { readonly name: string; readonly events: readonly AnomalyEventJson[] }[];
  /** `learning` where there is too little history to know what is normal; null where the detector does not tell. */
  readonly state: 'learning' | 'ready' | null;
  /** What the reader must know of the scores. */
  readonly notes: readonly string[];
  /** n scores; above 1 is anomalous. Equal to the detection's 32-bit scores after `Math.fround`. */
  readonly score: readonly number[];
}

/** The shortest decimal number that gives the same 32-bit float: a third of the digits, not one bit lost. */
function shortestFloat32(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(9));
}

function eventToJson(event: AnomalyEvent): AnomalyEventJson {
  return {
    start: event.start,
    end: event.end,
    startIndex: event.startIndex,
    endIndex: event.endIndex,
    peakIndex: event.peakIndex,
    severity: event.severity,
    // Sums of shares may round to a bit above 1.
    channels: event.channels.map(({ name, share }) => ({ name, share: Math.min(share, 1) })),
    attended: event.attended.map(({ start, end, startTime, endTime, weight }) => ({
      start: startTime,
      end: endTime,
      startIndex: start,
      endIndex: end,
      weight: Math.min(weight, 1),
    })),
    ...(event.peers
      ? { peers: event.peers.map(({ name, weight }) => ({ name, weight: Math.min(weight, 1) })) }
      : {}),
    ...(event.kind ? { kind: event.kind } : {}),
    reason: event.reason,
  };
}

/** A detection as plain JSON values, in the shape that `detectionJsonSchema` describes. */
export function detectionToJson(detection: Detection, input?: InputSummary): DetectionJson {
  checkDetection(detection);
  if (input !== undefined) checkRecord('input', input);
  const { method, value, points, sensitivity, parameters } = detection.threshold;
  return {
    detector: detection.detector,
    ...(input ? { input } : {}),
    points: detection.score.length,
    period: detection.period ?? null,
    threshold: { method, value, points, sensitivity, parameters },
    events: detection.events.map(eventToJson),
    ...(detection.channels
      ? {
          channels: detection.channels
            .filter(({ events }) => events.length > 0)
            .map(({ name, events }) => ({ name, events: events.map(eventToJson) })),
        }
      : {}),
    state: detection.state ?? null,
    notes: detection.notes,
    score: Array.from(detection.score, shortestFloat32),
  };
}

const index = { type: 'integer', minimum: 0 } as const;
const share = { type: 'number', minimum: 0, maximum: 1 } as const;

const eventsSchema = {
  type: 'array',
  items: {
    type: 'object',
    additionalProperties: false,
    required: [
      'start',
      'end',
      'startIndex',
      'endIndex',
      'peakIndex',
      'severity',
      'channels',
      'attended',
      'reason',
    ],
    properties: {
      start: {
        type: 'number',
        description: 'Epoch ms; the row number where the input has no time column.',
      },
      end: { type: 'number', description: 'Time of the last anomalous point.' },
      startIndex: index,
      endIndex: index,
      peakIndex: index,
      severity: { type: 'number', minimum: 0, maximum: 100 },
      channels: {
        type: 'array',
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['name', 'share'],
          properties: { name: { type: 'string' }, share },
        },
      },
      attended: {
        type: 'array',
        description: 'The normal intervals the event was compared with, heaviest first.',
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['start', 'end', 'startIndex', 'endIndex', 'weight'],
          properties: {
            start: { type: 'number' },
            end: { type: 'number' },
            startIndex: index,
            endIndex: index,
            weight: share,
          },
        },
      },
      peers: {
        type: 'array',
        description: 'Channels compared with at the same time, heaviest first.',
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['name', 'weight'],
          properties: { name: { type: 'string' }, weight: share },
        },
      },
      kind: { type: 'string', minLength: 1, description: 'What the event is, such as spike or level shift.' },
      reason: { type: 'string', minLength: 1 },
    },
  },
} as const;

const inputSchema = {
  type: 'object',
  description: 'What was understood of the input.',
  additionalProperties: false,
  required: ['points', 'start', 'end', 'step', 'channels', 'labels', 'notes'],
  properties: {
    points: { type: 'integer', minimum: 1 },
    start: {
      type: 'number',
      description: 'Epoch ms; the row number where the input has no time column.',
    },
    end: { type: 'number' },
    step: { type: ['number', 'null'], description: 'Usual distance of points in ms (1 for rows).' },
    channels: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name', 'unit', 'min', 'max', 'missing'],
        properties: {
          name: { type: 'string' },
          unit: { type: ['string', 'null'] },
          min: { type: 'number' },
          max: { type: 'number' },
          missing: { ...index, description: 'Points without a value.' },
        },
      },
    },
    labels: {
      type: ['object', 'null'],
      description: 'Ground truth beside the channels, which detectors do not see.',
      additionalProperties: false,
      required: ['column', 'anomalous'],
      properties: {
        column: { type: 'string' },
        anomalous: { ...index, description: 'Points labeled anomalous.' },
      },
    },
    notes: { type: 'array', items: { type: 'string', minLength: 1 } },
  },
} as const;

/** JSON Schema (draft 2020-12 vocabulary, also valid as draft-07) of `DetectionJson`. */
export const detectionJsonSchema = {
  title: 'Heed detection',
  description: 'What `heed detect --format json` prints. Indices count input rows from 0 and are inclusive.',
  type: 'object',
  additionalProperties: false,
  required: ['detector', 'points', 'period', 'threshold', 'events', 'state', 'notes', 'score'],
  properties: {
    detector: { type: 'string' },
    input: inputSchema,
    points: { type: 'integer', minimum: 1 },
    period: { type: ['number', 'null'], exclusiveMinimum: 0 },
    threshold: {
      type: 'object',
      additionalProperties: false,
      required: ['method', 'value', 'points', 'sensitivity', 'parameters'],
      properties: {
        method: { enum: ['fixed', 'three-sigma', 'mad', 'quantile', 'pot', 'learned'] },
        value: { type: 'number', description: "Raw value at score 1, in the detector's own unit." },
        points: { ...index, description: 'Points the threshold was estimated from.' },
        sensitivity: { type: 'number', minimum: 0, maximum: 100 },
        parameters: { type: 'object', additionalProperties: { type: 'number' } },
      },
    },
    events: eventsSchema,
    channels: {
      type: 'array',
      description: 'Channels with events of their own, where the detector judges every channel by itself.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name', 'events'],
        properties: { name: { type: 'string' }, events: eventsSchema },
      },
    },
    state: {
      enum: ['learning', 'ready', null],
      description: '`learning` where there is too little history to know what is normal.',
    },
    notes: { type: 'array', items: { type: 'string', minLength: 1 } },
    score: {
      type: 'array',
      description: 'One score per row; above 1 is anomalous.',
      items: { type: 'number', minimum: 0 },
    },
  },
};
