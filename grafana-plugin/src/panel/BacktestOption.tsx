import type { StandardEditorProps } from '@grafana/data';
import { Backtest } from '../backtest/Backtest.js';
import { seriesIn } from '../backtest/seriesIn.js';

/** In the panel's editor: what alerting on its series would have been like. */
export function BacktestOption({ value, onChange, context }: StandardEditorProps<string>) {
  return (
    <Backtest series={() => seriesIn(context.data)} budget={value} timeZone="browser" onBudget={onChange} />
  );
}
