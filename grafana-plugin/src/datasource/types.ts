import type { DataSourceJsonData } from '@grafana/data';
import type { DataQuery, DataSourceRef } from '@grafana/schema';
import type { Exclusion } from '@heed/core/detection';

/** `each` series by itself, all `joint`ly as one system, or each against its `peers`. */
export type Mode = 'each' | 'joint' | 'peers';
/** What a monitor said as points came, never revised, or what the detector finds looking back. */
export type View = 'live' | 'hindsight';
/** What a query returns: values with the expected band and events, the scores alone, or a table of events. */
export type Output = 'overlay' | 'scores' | 'events';

/** Saved in dashboards: only ever add fields. */
export interface HeedQuery extends DataQuery {
  source?: DataSourceRef;
  inner?: DataQuery & Record<string, unknown>;
  detector?: string;
  detectorOptions?: Record<string, unknown>;
  /** Name of a model of the Models page; wins over `detector`. */
  model?: string;
  mode?: Mode;
  /** Absent, as in dashboards of before: hindsight. */
  view?: View;
  /** As it happened: at most so many false incidents, `1/week`. */
  budget?: string;
  output?: Output;
  /** 0…100. */
  sensitivity?: number;
  direction?: 'both' | 'above' | 'below';
  minDeviation?: number;
  /** Share of the expected value, 0…1. */
  minRelativeDeviation?: number;
  /** Points. */
  minLength?: number;
  /** `auto` or a duration (`6h`, `2d`), variables allowed. */
  lookback?: string;
  /** `auto` or a duration, variables allowed. */
  step?: string;
  exclude?: Exclusion[];
  /** Annotations: leave out events below this severity, 0…100. */
  minSeverity?: number;
}

export type HeedDataSourceOptions = DataSourceJsonData;

/** Attends across series instead of across time. */
export const peerDetector = 'peer-attention';

export const dataSourceId = 'heed-anomaly-datasource';

export const defaultQuery: Partial<HeedQuery> = {
  detector: 'auto',
  mode: 'each',
  output: 'overlay',
  sensitivity: 50,
  direction: 'both',
  lookback: 'auto',
  step: 'auto',
};

export const usualBudget = '1/week';

/** What a query starts with that is made now. */
export const newQuery: Partial<HeedQuery> = { ...defaultQuery, view: 'live', budget: usualBudget };

/** Whether a monitor can watch what a query asks for: it is a detector of its own. */
export const isWatchable = ({ detector, detectorOptions, model, mode }: Partial<HeedQuery>) =>
  (detector ?? 'auto') === 'auto' && !detectorOptions && !model && mode !== 'peers';
