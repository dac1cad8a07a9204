import { FieldColorModeId, FieldConfigProperty, PanelPlugin } from '@grafana/data';
import { commonOptionsBuilder } from '@grafana/ui';
import { BacktestOption } from './BacktestOption.js';
import { BudgetOption } from './BudgetOption.js';
import { DetectorOption } from './DetectorOption.js';
import { FeedbackOption } from './FeedbackOption.js';
import { HeedPanel } from './HeedPanel.js';
import { migrateOptions } from './migrate.js';
import { suggestPanel } from './suggestions.js';
import { defaultOptions as defaults, type HeedFieldConfig, type HeedPanelOptions } from './types.js';
import { initTranslations } from '../shared/i18n.js';

initTranslations();

const detection = ['Detection'];
const display = ['Anomalies'];
const isLive = ({ view, mode }: HeedPanelOptions) => view === 'live' && mode !== 'peers';

export const plugin = new PanelPlugin<HeedPanelOptions, HeedFieldConfig>(HeedPanel)
  .useFieldConfig({
    standardOptions: {
      [FieldConfigProperty.Color]: {
        settings: { byValueSupport: false, bySeriesSupport: true, preferThresholdsMode: false },
        defaultValue: { mode: FieldColorModeId.PaletteClassic },
      },
    },
    useCustomConfig: (builder) =>
      builder
        .addSliderInput({
          path: 'lineWidth',
          name: 'Line width',
          defaultValue: 1,
          settings: { min: 0, max: 10, step: 1 },
        })
        .addSliderInput({
          path: 'fillOpacity',
          name: 'Fill opacity',
          defaultValue: 0,
          settings: { min: 0, max: 100, step: 1 },
        }),
  })
  .setPanelOptions((builder) => {
    builder
      .addRadio({
        path: 'mode',
        name: 'Score',
        description:
          'For frames that have no score yet, from what they hold: the visible range. A query of the Heed data source brings its score along, and has the history before the range to compare with.',
        category: detection,
        defaultValue: defaults.mode,
        settings: {
          options: [
            { value: 'each', label: 'Each' },
            { value: 'joint', label: 'Together' },
            { value: 'peers', label: 'Peers' },
          ],
        },
      })
      .addRadio({
        path: 'view',
        name: 'View',
        description:
          'As it happened: what a monitor said of each point when it came, never revised. In hindsight: what the detector finds with all that is known by now. For frames that have no score yet; a query of the Heed data source says so itself.',
        category: detection,
        defaultValue: defaults.view,
        settings: {
          options: [
            { value: 'live', label: 'As it happened' },
            { value: 'hindsight', label: 'In hindsight' },
          ],
        },
        showIf: (options) => options.mode !== 'peers',
      })
      .addCustomEditor({
        id: 'budget',
        path: 'budget',
        name: 'Alert budget',
        description: 'At most so many false incidents per series.',
        category: detection,
        defaultValue: defaults.budget,
        editor: BudgetOption,
        showIf: isLive,
      })
      .addCustomEditor({
        id: 'detector',
        path: 'detector',
        name: 'Detector',
        category: detection,
        defaultValue: defaults.detector,
        editor: DetectorOption,
        showIf: (options) => options.mode !== 'peers' && !isLive(options),
      })
      .addSliderInput({
        path: 'sensitivity',
        name: 'Sensitivity',
        category: detection,
        defaultValue: defaults.sensitivity,
        settings: { min: 0, max: 100, step: 1 },
        showIf: (options) => !isLive(options),
      })
      .addRadio({
        path: 'direction',
        name: 'Direction',
        category: detection,
        defaultValue: defaults.direction,
        settings: {
          options: [
            { value: 'both', label: 'Both' },
            { value: 'above', label: 'Above' },
            { value: 'below', label: 'Below' },
          ],
        },
        showIf: (options) => !isLive(options),
      })
      .addCustomEditor({
        id: 'backtest',
        path: 'budget',
        name: 'Backtest',
        description:
          'How often alerting on these series would have paged, by alert budget. The choice is the budget of this panel; a query of the Heed data source has its own.',
        category: ['Backtest'],
        defaultValue: defaults.budget,
        editor: BacktestOption,
      })
      .addCustomEditor({
        id: 'feedback',
        path: 'feedback',
        name: 'Feedback',
        description: 'What people said of earlier events; the score takes it into account.',
        category: detection,
        defaultValue: defaults.feedback,
        editor: FeedbackOption,
      })
      .addBooleanSwitch({
        path: 'showBand',
        name: 'Expected band',
        description: 'Drawn for up to eight series.',
        category: display,
        defaultValue: defaults.showBand,
      })
      .addBooleanSwitch({
        path: 'showExpected',
        name: 'Expected line',
        category: display,
        defaultValue: defaults.showExpected,
      })
      .addBooleanSwitch({
        path: 'showStrip',
        name: 'Score strip',
        category: display,
        defaultValue: defaults.showStrip,
      })
      .addBooleanSwitch({
        path: 'showMarkers',
        name: 'Markers',
        category: display,
        defaultValue: defaults.showMarkers,
      })
      .addBooleanSwitch({
        path: 'showEvents',
        name: 'Event list',
        category: display,
        defaultValue: defaults.showEvents,
      })
      .addSliderInput({
        path: 'regionOpacity',
        name: 'Region opacity',
        category: display,
        defaultValue: defaults.regionOpacity,
        settings: { min: 0, max: 100, step: 1 },
      })
      .addNumberInput({
        path: 'maxSeries',
        name: 'Series drawn at most',
        description: 'Those with the gravest events first.',
        category: display,
        defaultValue: defaults.maxSeries,
        settings: { min: 1, max: 200, integer: true },
      });
    commonOptionsBuilder.addTooltipOptions(builder);
    commonOptionsBuilder.addLegendOptions(builder);
  })
  .setDataSupport({ annotations: true, alertStates: true })
  .setMigrationHandler((panel) => migrateOptions(panel.options as Partial<HeedPanelOptions>))
  .setSuggestionsSupplier(suggestPanel);
