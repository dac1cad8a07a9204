import {
  DataFrameType,
  FieldType,
  VisualizationSuggestionScore,
  type PanelDataSummary,
  type PreferredVisualisationType,
  type VisualizationSuggestion,
} from '@grafana/data';
import type { HeedFieldConfig, HeedPanelOptions } from './types.js';
import { t } from '../shared/i18n.js';

/** With fewer points there is hardly a past to compare the present with. */
const fewestRows = 30;

/** Frames that have times and numbers, and are something else than series over time. */
const otherTypes = [
  DataFrameType.TimeSeriesLong,
  DataFrameType.HeatmapRows,
  DataFrameType.HeatmapCells,
  DataFrameType.Histogram,
  DataFrameType.LogLines,
  DataFrameType.NumericWide,
  DataFrameType.NumericMulti,
  DataFrameType.NumericLong,
];
const otherPictures: PreferredVisualisationType[] = ['table', 'logs', 'trace', 'nodeGraph', 'flamegraph'];

/**
 * What Grafana 13's list of suggested visualizations, and Grafana 12.4's, offer of this panel for some data: one card
 * where there are series over time, nothing otherwise.
 */
export function suggestPanel(
  data: PanelDataSummary,
): Array<VisualizationSuggestion<HeedPanelOptions, HeedFieldConfig>> | undefined {
  const series = data.hasFieldType(FieldType.time) && data.hasFieldType(FieldType.number) && !data.isInstant;
  const other =
    otherTypes.some((type) => data.hasDataFrameType(type)) ||
    (!data.hasPreferredVisualisationType('graph') &&
      otherPictures.some((picture) => data.hasPreferredVisualisationType(picture)));
  if (!series || other || data.rowCountMax <= fewestRows) return undefined;
  return [
    {
      name: t('suggestion.name', 'Heed anomalies'),
      description: t(
        'suggestion.description',
        'The series with what was expected of them, and their anomalies.',
      ),
      // First among the panels that are not built in: those come before all others, whatever the score.
      score: VisualizationSuggestionScore.Best,
      // The card is small, and drawn for every look at the list.
      cardOptions: {
        maxSeries: 1,
        previewModifier: (card) => {
          card.options = {
            ...card.options,
            showEvents: false,
            showStrip: false,
            legend: { ...card.options?.legend, showLegend: false } as HeedPanelOptions['legend'],
          };
        },
      },
    },
  ];
}
