import type { DataFrame } from '@grafana/data';
import type { AnomalyEvent } from '@heed/core';
import type { IncidentEvent } from '@heed/core/live';
import type { SeriesState } from './jobTypes.js';

/** What a frame of ours says about itself, so that our panel finds scores, reasons and the series behind them. */
export interface HeedMeta {
  /** `values`: not scored (yet); `graph`: nodes or edges of a scored map. */
  readonly role: 'scored' | 'values' | 'scores' | 'events' | 'graph';
  /** Content key of the scoring (ScoringService.recall). */
  readonly key?: string;
  readonly refId?: string;
  readonly detector?: string;
  /** Channel of the detection that this frame shows. */
  readonly channel?: number;
  readonly events?: readonly AnomalyEvent[];
  readonly notes?: readonly string[];
  /** Series scored together share a group; series judged against each other have one each. */
  readonly group?: string;
  /** Judged against the other channels of its scoring. */
  readonly peers?: boolean;
  /** Where it was watched as it happened: what is thought of it at its end. Its events are incidents. */
  readonly state?: SeriesState;
  /** Of a picture of unfinished work: series scored so far, of so many. */
  readonly progress?: Progress;
}

/** How far the scoring of many series has come. */
export interface Progress {
  readonly scored: number;
  readonly total: number;
}

export function heedMeta(frame: DataFrame): HeedMeta | undefined {
  return (frame.meta?.custom as { heed?: HeedMeta } | undefined)?.heed;
}

/** The incident that an event is, where a monitor told it. */
export function toIncident(event: AnomalyEvent): IncidentEvent | undefined {
  return 'id' in event ? (event as IncidentEvent) : undefined;
}
