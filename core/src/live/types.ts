import type { AnomalyEvent } from '../detection/types.js';

/** What a monitor thinks of a series at one moment. */
export type MonitorState = 'learning' | 'normal' | 'anomalous' | 'recovering' | 'no data';

/** One point as it was judged when it came; never revised. d channels. */
export interface MonitorPoint {
  /** Epoch ms; a point that did not come has the time at which it should have. */
  readonly time: number;
  /** >= 0; at 1 and above the point is anomalous. 0 where it is missing. */
  readonly score: number;
  readonly missing: boolean;
  readonly state: MonitorState;
  /** d values: what was expected before the point was seen, and the band around it; NaN while nothing is known. */
  readonly expected: readonly number[];
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  /** Of the incident that is open, if one is. */
  readonly incident?: string;
}

/** A time in which a series was anomalous, as it was known while it went on. */
export interface LiveIncident {
  /** The same from its first to its last change, and wherever the same points are monitored. */
  readonly id: string;
  /** Epoch ms: when it began, when it was noticed, and its latest anomalous point. */
  readonly start: number;
  readonly noticed: number;
  readonly end: number;
  readonly peak: number;
  readonly open: boolean;
  /** Highest so far; 1 is the threshold. */
  readonly score: number;
  /** 0…100, of the highest score so far. */
  readonly severity: number;
  /** What it is so far, told from its points. */
  readonly kind?: AnomalyEvent['kind'];
  readonly direction: AnomalyEvent['direction'];
  readonly channels: AnomalyEvent['channels'];
  /** The most similar earlier times, epoch ms, heaviest first; as they were when it was noticed. */
  readonly attended: readonly { readonly start: number; readonly end: number; readonly weight: number }[];
  readonly reason: string;
}

export interface IncidentChange {
  readonly change: 'opened' | 'updated' | 'closed';
  /** Epoch ms of the point that brought it. */
  readonly time: number;
  readonly incident: LiveIncident;
}

/** What points brought. */
export interface MonitorUpdate {
  readonly points: readonly MonitorPoint[];
  readonly incidents: readonly IncidentChange[];
  readonly notes: readonly string[];
}

export interface MonitorOptions {
  /** `auto` is the only detector with a causal read-out so far. */
  readonly detector?: 'auto';
  /** d names of what is measured; default one channel, `value`. */
  readonly channels?: readonly { readonly name: string; readonly unit?: string }[];
  /** Most false incidents: `1/week` (default), `3/day`, `1/month`, `1/12h`. */
  readonly budget?: string;
  /** 0…100, default 50: moves the threshold that follows from the budget, a factor of 2 for 25. */
  readonly sensitivity?: number;
  /** ms between points; default what the first points tell. */
  readonly step?: number;
  /** Steps that a skipped point is waited for; default 2. */
  readonly lateness?: number;
  /** True where `time` counts rows; the budget then takes a row to be a minute. */
  readonly indexTime?: boolean;
  /** IANA zone of the times in reasons; UTC where absent. */
  readonly timeZone?: string;
}
