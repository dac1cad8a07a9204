import { makeReference, largestDeviation, clearDeviation } from '../detection/events/deviation.js';
import { explainEvents } from '../detection/explain/explain.js';
import type { Series } from '../series/series.js';
import type { LiveIncident } from './types.js';

/** What an incident is, in words and in parts. */
export type Explanation = Pick<LiveIncident, 'kind' | 'direction' | 'channels' | 'attended' | 'reason'>;

/** What a channel is explained from: the n latest values, and of the k latest of them what was expected. */
interface ExplainedChannel {
  readonly name: string;
  readonly unit?: string;
  /** n values. */
  readonly values: Float64Array;
  /** k values. */
  readonly expected: Float64Array;
  readonly spread: Float64Array;
  readonly strength: Float64Array;
  /** What would be without the incident, so many points before the newest; NaN where that is not known. */
  readonly normal: (back: number) => number;
  /** Earlier periods like the newest, by their distance in points. */
  readonly similar: readonly { readonly lag: number; readonly length: number; readonly weight: number }[];
}

export interface IncidentContext {
  readonly channels: readonly ExplainedChannel[];
  /** Of the newest point, epoch ms. */
  readonly time: number;
  /** ms */
  readonly step: number;
  readonly indexTime?: boolean;
  readonly timeZone?: string;
  /** Points before the newest at which the incident starts, ends and peaks; below k. */
  readonly startsBefore: number;
  readonly endsBefore: number;
  readonly peaksBefore: number;
  readonly score: number;
  /** Similar periods where they are known already. */
  readonly attended?: Explanation['attended'];
}

/** The explanation that hindsight gives for an event, from what was known when the incident went on. */
export function explainIncident(context: IncidentContext): Explanation {
  const { channels, time, step, timeZone } = context;
  const n = channels[0]!.values.length;
  const kept = channels[0]!.expected.length;
  const series: Series = {
    time: Float64Array.from({ length: n }, (_, t) => time - (n - 1 - t) * step),
    channels: channels.map(({ name, unit, values }) => ({ name, values, ...(unit ? { unit } : {}) })),
    ...(context.indexTime ? { indexTime: true } : {}),
  };
  // From the points before those that are kept nothing but similar periods is told.
  const whole = (part: Float64Array, before: Float64Array): Float64Array => {
    const out = before.slice();
    out.set(part, n - kept);
    return out;
  };
  const attended = context.attended?.map((interval) => ({
    start: n - 1 - Math.round((time - interval.start) / step),
    end: n - 1 - Math.round((time - interval.end) / step),
    weight: interval.weight,
  }));
  const mostBlamed = channels.reduce((a, b) => (b.strength[kept - 1]! > a.strength[kept - 1]! ? b : a));
  const similar = mostBlamed.similar.map(({ lag, length, weight }) => ({
    start: Math.max(0, n - lag - length),
    end: n - 1 - lag,
    weight,
  }));
  const startIndex = n - 1 - context.startsBefore;
  const raw = {
    raw: new Float64Array(n),
    // A forecast follows an incident within some points; what is normal stays what it was before it.
    expected: channels.map(({ expected, values, normal }) => {
      const out = whole(expected, values);
      for (let t = startIndex, known = out[t]!; t < n; t++) {
        const now = normal(n - 1 - t);
        if (!Number.isNaN(now)) known = now;
        out[t] = known;
      }
      return out;
    }),
    spread: channels.map(({ spread }) => {
      const out = whole(spread, new Float64Array(n).fill(spread[0]!));
      return out.fill(out[startIndex]!, startIndex);
    }),
    contributions: channels.map(({ strength }) =>
      whole(
        strength.map((s) => s * s),
        new Float64Array(n),
      ),
    ),
    attend: () => (attended ? attended.filter(({ start }) => start >= 0) : similar),
  };
  const reference = makeReference(series, raw);
  const endIndex = n - 1 - context.endsBefore;
  const peakIndex = n - 1 - context.peaksBefore;
  const deviations = channels.map((_, c) => largestDeviation(series, reference, c, startIndex, endIndex));
  const furthest = deviations.reduce((a, b) => (b.spreads > a.spreads ? b : a));
  const direction = furthest.spreads < clearDeviation ? 'shape' : furthest.difference > 0 ? 'above' : 'below';
  const event = explainEvents(
    series,
    raw,
    reference,
    [{ startIndex, endIndex, peakIndex, score: context.score, direction }],
    { tellsStay: true, ...(timeZone === undefined ? {} : { timeZone }) },
  )[0]!;
  return {
    ...(event.kind ? { kind: event.kind } : {}),
    direction,
    channels: event.channels,
    attended:
      context.attended ??
      event.attended.map(({ startTime, endTime, weight }) => ({ start: startTime, end: endTime, weight })),
    reason: event.reason,
  };
}
