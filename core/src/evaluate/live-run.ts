import { HeedError } from '../errors.js';
import { createMonitor } from '../live/monitor.js';
import type { MonitorOptions } from '../live/types.js';
import { fillMissing } from '../preprocess/fill.js';
import { findPeriodTsbAd } from '../preprocess/period/benchmark.js';
import type { Interval } from '../series/interval.js';
import type { Series } from '../series/series.js';
import { judgeIncidents, liveHistoryLength, mergeIncidents, type LiveCounts } from './live.js';
import { livePeers } from './live-peers.js';
import { nabScore } from './nab-score.js';
import { volumeUnderSurface } from './vus.js';

/** The id of Heed's monitor among what `evaluateLive` measures. */
export const MONITOR = 'monitor';

/** Factors on the threshold at which the trade-off between finding and false alarms is read. */
export const LIVE_FACTORS: readonly number[] = [
  0.5, 0.7, 0.85, 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 7, 10, 15, 25, 50, 100,
];
/** Delays up to which an event counts as found in time, in points. */
const DELAYS = [3, 7, Infinity];

export interface LiveOptions {
  /** Leading points known to be normal. */
  readonly trainLength?: number;
  readonly budget?: string;
  readonly sensitivity?: number;
}

/** Weights of events and of false points, as EasyTSAD (arXiv 2402.10802) has them. */
export interface EventWeights {
  readonly found: number;
  readonly missed: number;
  readonly falsePoints: number;
}

/** What one live detector came to on one file. */
export interface LiveRun extends LiveCounts {
  /** Of the points after the history; absent without a labeled event there. */
  readonly vusPr?: number;
  /** The Numenta benchmark's score of the moments of notice, and the windows it has; without one nothing but the cost. */
  readonly nab: number;
  readonly nabWindows: number;
  /** By delay of at most 3, 7, any number of points. */
  readonly eventWeights: readonly EventWeights[];
  /** Found events and false incidents with the threshold times each of `LIVE_FACTORS`. */
  readonly tradeOff: readonly { readonly found: number; readonly falseIncidents: number }[];
  readonly seconds: number;
}

/**
 * Gives a labeled series to a live detector point by point, as it would have arrived, and judges what it said.
 * @param detector `monitor`, or the id of one of `livePeers`
 * @throws HeedError labels-missing, unknown-detector, bad-option
 */
export function evaluateLive(detector: string, series: Series, options: LiveOptions = {}): LiveRun {
  const { labels } = series;
  if (!labels) {
    throw new HeedError(
      'labels-missing',
      'the series has no labels',
      'Add a column "label" with 1 at anomalous points and 0 elsewhere.',
    );
  }
  const history = liveHistoryLength(labels.length, options.trainLength ?? 0);
  const started = performance.now();
  const { score, incidents } =
    detector === MONITOR ? runMonitor(series, options) : runPeer(detector, series, history);
  const seconds = (performance.now() - started) / 1000;
  const noticed = new Uint8Array(labels.length);
  for (const { start } of incidents) noticed[start] = 1;
  const judged = labels.subarray(history);
  const period = findPeriodTsbAd(series.channels[0]!.values);
  return {
    ...judgeIncidents(incidents, labels, history),
    ...(judged.includes(1) ? { vusPr: volumeUnderSurface(judged, score.subarray(history), period).pr } : {}),
    ...scoreNab(labels, noticed),
    eventWeights: DELAYS.map((delay) => eventWeights(score, labels, history, delay)),
    tradeOff: LIVE_FACTORS.map((factor) => {
      const counts = judgeIncidents(mergeIncidents(score, factor), labels, history);
      return { found: counts.found, falseIncidents: counts.falseIncidents.length };
    }),
    seconds,
  };
}

interface Said {
  /** n scores. */
  readonly score: Float64Array;
  /** From notice to end. */
  readonly incidents: readonly Interval[];
}

function runMonitor(series: Series, { budget, sensitivity }: LiveOptions): Said {
  const n = series.time.length;
  const options: MonitorOptions = {
    channels: series.channels.map(({ name, unit }) => (unit === undefined ? { name } : { name, unit })),
    // Rows stand for points on a regular axis here, whatever their times.
    indexTime: true,
    ...(budget === undefined ? {} : { budget }),
    ...(sensitivity === undefined ? {} : { sensitivity }),
  };
  const monitor = createMonitor(options);
  const score = new Float64Array(n);
  const incidents: { start: number; end: number }[] = [];
  for (let t = 0; t < n; t++) {
    const { points, incidents: changes } = monitor.append(
      t,
      series.channels.map(({ values }) => values[t]!),
    );
    const point = points[0]!;
    // A missing point says nothing new.
    score[t] = point.missing && t > 0 ? score[t - 1]! * 0.9 : point.score;
    for (const { change, incident } of changes) {
      if (change === 'opened') incidents.push({ start: incident.noticed, end: incident.end });
      else incidents[incidents.length - 1]!.end = incident.end;
    }
    if (point.incident !== undefined && point.score >= 1) incidents[incidents.length - 1]!.end = t;
  }
  return { score, incidents };
}

function runPeer(id: string, series: Series, history: number): Said {
  const peer = livePeers.find((other) => other.id === id);
  if (!peer) {
    throw new HeedError(
      'unknown-detector',
      `there is no live detector "${id}"`,
      `Choose ${[MONITOR, ...livePeers.map((other) => other.id)].join(', ')}.`,
    );
  }
  const score = new Float64Array(series.time.length);
  for (const { values } of series.channels) {
    peer.score(fillMissing(values, { method: 'forward' }), history).forEach((value, t) => {
      score[t] = Math.max(score[t]!, Math.min(value, 1e6));
    });
  }
  return { score, incidents: mergeIncidents(score, 1) };
}

/** Points that alarm cost alike where there is no window to be in. */
const FALSE_ALARM_COST = 0.11;

function scoreNab(labels: Uint8Array, noticed: Uint8Array): { nab: number; nabWindows: number } {
  let nabWindows = 0;
  for (let t = 0; t < labels.length; t++) if (labels[t] && !labels[t - 1]) nabWindows++;
  if (nabWindows > 0) return { nab: nabScore(labels, noticed), nabWindows };
  const probation = Math.floor(Math.min(0.15 * labels.length, 750));
  const alarms = noticed.subarray(probation).reduce((sum, on) => sum + on, 0);
  // Two points per window lie between silence and perfection; a file without one only subtracts.
  return { nab: -50 * FALSE_ALARM_COST * alarms, nabWindows: 0 };
}

function eventWeights(score: Float64Array, labels: Uint8Array, history: number, delay: number): EventWeights {
  let found = 0;
  let missed = 0;
  let falsePoints = 0;
  for (let t = history; t < labels.length; t++) {
    if (!labels[t]) {
      if (score[t]! >= 1) falsePoints++;
      continue;
    }
    const start = t;
    let first = Infinity;
    while (t < labels.length && labels[t]) {
      if (score[t]! >= 1) first = Math.min(first, t);
      t++;
    }
    const weight = Math.floor(Math.log(t - start + 3) / Math.log(3));
    if (Number.isFinite(first) && first - start <= delay) found += weight;
    else missed += weight;
    t--;
  }
  return { found, missed, falsePoints };
}
