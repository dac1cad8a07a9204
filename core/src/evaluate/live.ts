import type { Interval } from '../series/interval.js';
import { anomalyIntervals } from './labeled-scores.js';

/** Incidents at most this many points apart count as one. */
const MERGE = 16;
/** Points before a labeled event at which an incident may begin, and after it. */
const EARLY = 16;
const LATE = 64;

/** What a monitor's incidents come to on one file. */
export interface LiveCounts {
  /** Points judged: those after the history. */
  readonly points: number;
  /** Labeled events that begin after the history, and those of them that an incident was opened for. */
  readonly events: number;
  readonly found: number;
  /** Per event found: points from its first one to the moment it was noticed; 0 where it was noticed before. */
  readonly delays: readonly number[];
  readonly falseIncidents: readonly Interval[];
  /** Points within incidents. */
  readonly inIncident: number;
}

/**
 * Points that count as history where the points of a file arrive one by one: 1,000, or the file's own training prefix
 * where that is longer, at most half of the file.
 * @param n points of the file
 */
export function liveHistoryLength(n: number, trainLength: number): number {
  return Math.floor(Math.max(Math.min(1000, n / 2), Math.min(trainLength, n / 2)));
}

/**
 * Judges incidents as they happened. An incident is false where it overlaps no labeled event and does not begin in the
 * 16 points before one or the 64 points after one. An event is found where an incident lies in it, or at most 16 points
 * away, that did not begin more than 64 points before it, unless it belongs to the event before.
 * @param incidents from the moment they were noticed to their end, in order
 * @param labels n values
 * @param history leading points that are not judged
 */
export function judgeIncidents(
  incidents: readonly Interval[],
  labels: ArrayLike<number>,
  history: number,
): LiveCounts {
  const n = labels.length;
  const merged = mergeNear(incidents, history);
  const events = eventsAfter(labels, history);
  const falseIncidents = merged.filter(
    ({ start, end }) =>
      !events.some(
        (event) =>
          (start <= event.end && end >= event.start) ||
          (start >= event.start - EARLY && start <= event.end + LATE),
      ),
  );
  const used = new Set<Interval>();
  const delays: number[] = [];
  const begun = history > 0 && labels[history - 1] ? 1 : 0;
  const whole = events.filter(({ start }) => !begun || start > history);
  for (const event of whole) {
    const hit = merged.find(
      (incident) =>
        incident.start <= event.end + EARLY &&
        incident.end >= event.start - EARLY &&
        (incident.start >= event.start - LATE || used.has(incident)),
    );
    if (!hit) continue;
    used.add(hit);
    delays.push(Math.max(0, hit.start - event.start));
  }
  return {
    points: n - history,
    events: whole.length,
    found: delays.length,
    delays,
    falseIncidents,
    inIncident: merged.reduce((sum, { start, end }) => sum + end - start + 1, 0),
  };
}

/** Labeled runs after the history; one that reaches into it begins with it. */
function eventsAfter(labels: ArrayLike<number>, history: number): Interval[] {
  return anomalyIntervals(Array.from(labels).slice(history)).map(({ start, end }) => ({
    start: start + history,
    end: end + history,
  }));
}

function mergeNear(incidents: readonly Interval[], history: number): Interval[] {
  const merged: { start: number; end: number }[] = [];
  for (const { start, end } of incidents) {
    if (end < history) continue;
    const last = merged[merged.length - 1];
    if (last && start - last.end <= MERGE) last.end = Math.max(last.end, end);
    else merged.push({ start: Math.max(start, history), end });
  }
  return merged;
}

/**
 * Runs of scores of at least a threshold, those at most 16 points apart as one.
 * @param score n values
 */
export function mergeIncidents(score: ArrayLike<number>, threshold: number): Interval[] {
  const runs: Interval[] = [];
  for (let t = 0; t < score.length; t++) {
    if (!(score[t]! >= threshold)) continue;
    const start = t;
    while (t + 1 < score.length && score[t + 1]! >= threshold) t++;
    runs.push({ start, end: t });
  }
  return mergeNear(runs, 0);
}
