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
import { initTranslations, t } from '../shared/i18n.js';

initTranslations();

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
          name: t('options.line-width', 'Line width'),
          defaultValue: 1,
          settings: { min: 0, max: 10, step: 1 },
        })
        .addSliderInput({
          path: 'fillOpacity',
          name: t('options.fill-opacity', 'Fill opacity'),
          defaultValue: 0,
          settings: { min: 0, max: 100, step: 1 },
        }),
  })
  .setPanelOptions((builder) => {
    const detection = [t('options.detection', 'Detection')];
    const display = [t('options.anomalies', 'Anomalies')];
    builder
      .addRadio({
        path: 'mode',
        name: t('options.score', 'Score'),
        description: t(
          'options.for-frames-that-have-no-score-yet-fr',
          'For frames that have no score yet, from what they hold: the visible range. A query of the Heed data source brings its score along, and has the history before the range to compare with.',
        ),
        category: detection,
        defaultValue: defaults.mode,
        settings: {
          options: [
            { value: 'each', label: t('options.each', 'Each') },
            { value: 'joint', label: t('options.together', 'Together') },
            { value: 'peers', label: t('options.peers', 'Peers') },
          ],
        },
      })
      .addRadio({
        path: 'view',
        name: t('options.view', 'View'),
        description: t(
          'options.as-it-happened-what-a-monitor-said-o',
          'As it happened: what a monitor said of each point when it came, never revised. In hindsight: what the detector finds with all that is known by now. For frames that have no score yet; a query of the Heed data source says so itself.',
        ),
        category: detection,
        defaultValue: defaults.view,
        settings: {
          options: [
            { value: 'live', label: t('options.as-it-happened', 'As it happened') },
            { value: 'hindsight', label: t('options.in-hindsight', 'In hindsight') },
          ],
        },
        showIf: (options) => options.mode !== 'peers',
      })
      .addCustomEditor({
        id: 'budget',
        path: 'budget',
        name: t('options.alert-budget', 'Alert budget'),
        description: t(
          'options.at-most-so-many-false-incidents-per',
          'At most so many false incidents per series.',
        ),
        category: detection,
        defaultValue: defaults.budget,
        editor: BudgetOption,
        showIf: isLive,
      })
      .addCustomEditor({
        id: 'detector',
        path: 'detector',
        name: t('options.detector', 'Detector'),
        category: detection,
        defaultValue: defaults.detector,
        editor: DetectorOption,
        showIf: (options) => options.mode !== 'peers' && !isLive(options),
      })
      .addSliderInput({
        path: 'sensitivity',
        name: t('options.sensitivity', 'Sensitivity'),
        category: detection,
        defaultValue: defaults.sensitivity,
        settings: { min: 0, max: 100, step: 1 },
        showIf: (options) => !isLive(options),
      })
      .addRadio({
        path: 'direction',
        name: t('options.direction', 'Direction'),
        category: detection,
        defaultValue: defaults.direction,
        settings: {
          options: [
            { value: 'both', label: t('options.both', 'Both') },
            { value: 'above', label: t('options.above', 'Above') },
            { value: 'below', label: t('options.below', 'Below') },
          ],
        },
        showIf: (options) => !isLive(options),
      })
      .addCustomEditor({
        id: 'backtest',
        path: 'budget',
        name: t('options.backtest', 'Backtest'),
        description: t(
          'options.how-often-alerting-on-these-series-w',
          'How often alerting on these series would have paged, by alert budget. The choice is the budget of this panel; a query of the Heed data source has its own.',
        ),
        category: [t('options.backtest', 'Backtest')],
        defaultValue: defaults.budget,
        editor: BacktestOption,
      })
      .addCustomEditor({
        id: 'feedback',
        path: 'feedback',
        name: t('options.feedback', 'Feedback'),
        description: t(
          'options.what-people-said-of-earlier-events-t',
          'What people said of earlier events; the score takes it into account.',
        ),
        category: detection,
        defaultValue: defaults.feedback,
        editor: FeedbackOption,
      })
      .addBooleanSwitch({
        path: 'showBand',
        name: t('options.expected-band', 'Expected band'),
        description: t('options.drawn-for-up-to-eight-series', 'Drawn for up to eight series.'),
        category: display,
        defaultValue: defaults.showBand,
      })
      .addBooleanSwitch({
        path: 'showExpected',
        name: t('options.expected-line', 'Expected line'),
        category: display,
        defaultValue: defaults.showExpected,
      })
      .addBooleanSwitch({
        path: 'showStrip',
        name: t('options.score-strip', 'Score strip'),
        category: display,
        defaultValue: defaults.showStrip,
      })
      .addBooleanSwitch({
        path: 'showMarkers',
        name: t('options.markers', 'Markers'),
        category: display,
        defaultValue: defaults.showMarkers,
      })
      .addBooleanSwitch({
        path: 'showEvents',
        name: t('options.event-list', 'Event list'),
        category: display,
        defaultValue: defaults.showEvents,
      })
      .addSliderInput({
        path: 'regionOpacity',
        name: t('options.region-opacity', 'Region opacity'),
        category: display,
        defaultValue: defaults.regionOpacity,
        settings: { min: 0, max: 100, step: 1 },
      })
      .addNumberInput({
        path: 'maxSeries',
        name: t('options.series-drawn-at-most', 'Series drawn at most'),
        description: t('options.those-with-the-gravest-events-first', 'Those with the gravest events first.'),
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
