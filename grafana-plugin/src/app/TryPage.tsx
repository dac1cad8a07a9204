import { useMemo, useState } from 'react';
import { css } from '@emotion/css';
import {
  EventBusSrv,
  LoadingState,
  dateTime,
  type GrafanaTheme2,
  type PanelProps,
  type TimeRange,
} from '@grafana/data';
import { LegendDisplayMode, SortOrder, TooltipDisplayMode } from '@grafana/schema';
import { Alert, Button, useStyles2, useTheme2 } from '@grafana/ui';
import type { Series } from '@heed/core';
import { Backtest } from '../backtest/Backtest.js';
import { seriesIn } from '../backtest/seriesIn.js';
import { HeedPanel } from '../panel/HeedPanel.js';
import { defaultOptions, type HeedPanelOptions } from '../panel/types.js';
import { scoringService } from '../shared/services.js';
import { useWidth } from '../shared/useWidth.js';
import { toFrames } from './csvSource.js';
import { TryInput } from './TryInput.js';
import { TryOptions } from './TryOptions.js';
import { t } from '../shared/i18n.js';

const firstOptions: HeedPanelOptions = {
  ...defaultOptions,
  legend: { showLegend: true, displayMode: LegendDisplayMode.List, placement: 'bottom', calcs: [] },
  tooltip: { mode: TooltipDisplayMode.Multi, sort: SortOrder.None },
};

/** A table in, the picture out; nothing is stored. */
export function TryPage() {
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const [width, box] = useWidth();
  const [read, setRead] = useState<{ series: Series; notes: readonly string[] }>();
  const [problem, setProblem] = useState('');
  const [options, setOptions] = useState(firstOptions);
  const [range, setRange] = useState<TimeRange>();
  const frames = useMemo(() => (read ? toFrames(read.series, theme) : []), [read, theme]);

  const take = async (content: string | Blob, name?: string) => {
    setProblem('');
    try {
      const result = await scoringService().run({ kind: 'read', content, ...(name ? { name } : {}) });
      setRead(result);
      setRange(wholeRange(result.series));
    } catch (error) {
      setRead(undefined);
      setProblem((error as Error).message);
    }
  };
  return (
    <div data-testid="heed-try">
      <p>
        {t(
          'try.lead',
          'Paste CSV or JSON as tools export it: a table with times, a long table, an answer of Prometheus; or upload it as a file, also Parquet, Excel, gzip or zstd. It is read and scored in your browser.',
        )}
      </p>
      <TryInput onContent={(content, name) => void take(content, name)} onProblem={setProblem} />
      {problem && (
        <Alert severity="error" title={t('try.unreadable', 'This could not be read')}>
          {problem}
        </Alert>
      )}
      {read && range && (
        <>
          {read.notes.length > 0 && <p className={styles.notes}>{read.notes.join(' ')}</p>}
          <div className={styles.options}>
            <TryOptions options={options} several={read.series.channels.length > 1} onChange={setOptions} />
            <Button variant="secondary" fill="text" onClick={() => setRange(wholeRange(read.series))}>
              {t('try.whole', 'Whole range')}
            </Button>
          </div>
          <div ref={box} className={styles.box}>
            {width > 0 && (
              <HeedPanel {...panelProps({ frames, range, options, width, setOptions, setRange })} />
            )}
          </div>
          <h4>{t('options.backtest', 'Backtest')}</h4>
          <Backtest
            series={() => seriesIn(frames)}
            budget={options.budget}
            timeZone="browser"
            onBudget={(budget) => setOptions({ ...options, budget, view: 'live' })}
            onShow={({ event }) => setRange(around(event, read.series))}
          />
        </>
      )}
    </div>
  );
}

const height = 442;
const eventBus = new EventBusSrv();

/** What Grafana would give the panel on a dashboard. */
function panelProps(input: {
  readonly frames: ReturnType<typeof toFrames>;
  readonly range: TimeRange;
  readonly options: HeedPanelOptions;
  readonly width: number;
  readonly setOptions: (options: HeedPanelOptions) => void;
  readonly setRange: (range: TimeRange) => void;
}): PanelProps<HeedPanelOptions> {
  const { frames, range, options, width, setOptions, setRange } = input;
  return {
    id: 1,
    title: '',
    data: { state: LoadingState.Done, series: frames, timeRange: range, structureRev: 1 },
    timeRange: range,
    timeZone: 'browser',
    options,
    fieldConfig: { defaults: {}, overrides: [] },
    width,
    height,
    transparent: false,
    renderCounter: 0,
    eventBus,
    replaceVariables: (value: string) => value,
    onOptionsChange: setOptions,
    onFieldConfigChange: () => undefined,
    onChangeTimeRange: ({ from, to }) => setRange(toTimeRange(from, to)),
  };
}

const wholeRange = ({ time }: Series): TimeRange => toTimeRange(time[0]!, time[time.length - 1]!);

/** An event with as much around it as shows what is usual. */
function around({ start, end }: { start: number; end: number }, { time }: Series): TimeRange {
  const margin = Math.max(2 * (end - start), (time[time.length - 1]! - time[0]!) / 40);
  return toTimeRange(start - margin, end + margin);
}

function toTimeRange(from: number, to: number): TimeRange {
  const range = { from: dateTime(from), to: dateTime(Math.max(to, from + 1)) };
  return { ...range, raw: range };
}

const getStyles = (theme: GrafanaTheme2) => ({
  notes: css({ color: theme.colors.text.secondary }),
  options: css({ display: 'flex', gap: 8, flexWrap: 'wrap' }),
  box: css({
    height: height + 18,
    border: `1px solid ${theme.colors.border.weak}`,
    padding: 8,
    marginBottom: 16,
  }),
});
