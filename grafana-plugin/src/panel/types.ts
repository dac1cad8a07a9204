import { usualBudget, type View } from '../datasource/types.js';
import type { OptionsWithLegend, OptionsWithTooltip } from '@grafana/schema';

/** A user's word on an interval of one series; saved with the panel. */
export interface PanelFeedback {
  /** Name of the series (of the group, for series scored together). */
  readonly series: string;
  /** Epoch ms, inclusive. */
  readonly start: number;
  readonly end: number;
  readonly kind: 'anomaly' | 'normal';
}

/** Saved in dashboards: only ever add fields, and say in the migration handler what older panels meant. */
export interface HeedPanelOptions extends OptionsWithLegend, OptionsWithTooltip {
  detector: string;
  mode: 'each' | 'joint' | 'peers';
  /** For frames that have no score yet. */
  view: View;
  /** As it happened: at most so many false incidents, `1/week`. */
  budget: string;
  sensitivity: number;
  direction: 'both' | 'above' | 'below';
  showBand: boolean;
  showExpected: boolean;
  showStrip: boolean;
  showMarkers: boolean;
  showEvents: boolean;
  regionOpacity: number;
  /** Most series drawn at once; those with the gravest events first. */
  maxSeries: number;
  feedback: PanelFeedback[];
}

export interface HeedFieldConfig {
  lineWidth: number;
  fillOpacity: number;
  hideFrom?: { viz: boolean; legend: boolean; tooltip: boolean };
}

export const defaultOptions: Omit<HeedPanelOptions, keyof OptionsWithLegend | keyof OptionsWithTooltip> = {
  detector: 'auto',
  mode: 'each',
  view: 'hindsight',
  budget: usualBudget,
  sensitivity: 50,
  direction: 'both',
  showBand: true,
  showExpected: false,
  showStrip: true,
  showMarkers: true,
  showEvents: true,
  regionOpacity: 22,
  maxSeries: 24,
  feedback: [],
};
