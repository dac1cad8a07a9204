import { useMemo, useRef, useState, type ChangeEvent } from 'react';
import { EventBusSrv, LoadingState, dateTime, type PanelProps, type TimeRange } from '@grafana/data';
import { LegendDisplayMode, SortOrder, TooltipDisplayMode } from '@grafana/schema';
import { Alert, Button, Combobox, InlineField, RadioButtonGroup, TextArea, useTheme2 } from '@grafana/ui';
import { scoringService } from '../shared/services.js';
import { useDetectors } from '../shared/useDetectors.js';
import { NumberInput } from '../shared/inputs.js';
import type { Series } from '@heed/core';
import { HeedPanel } from '../panel/HeedPanel.js';
import { defaultOptions, type HeedPanelOptions } from '../panel/types.js';
import { framesOf, sampleCsv } from './csvSource.js';
import { useWidth } from '../shared/useWidth.js';

const firstOptions: HeedPanelOptions = {
  ...defaultOptions,
  legend: { showLegend: true, displayMode: LegendDisplayMode.List, placement: 'bottom', calcs: [] },
  tooltip: { mode: TooltipDisplayMode.Multi, sort: SortOrder.None },
};

/** A table in, the picture out; nothing is stored. */
export function TryPage() {
  const theme = useTheme2();
  const [width, box] = useWidth();
  const detectors = useDetectors();
  const [text, setText] = useState('');
  const [read, setRead] = useState<{ series: Series; notes: readonly string[] }>();
  const [problem, setProblem] = useState('');
  const [options, setOptions] = useState(firstOptions);
  const [range, setRange] = useState<TimeRange>();
  const file = useRef<HTMLInputElement>(null);

  const take = async (csv: string, name?: string) => {
    setProblem('');
    try {
      const result = await scoringService().run({ kind: 'read-text', text: csv, ...(name ? { name } : {}) });
      const { time } = result.series;
      setRead(result);
      setRange(rangeOf(time[0]!, time[time.length - 1]!));
    } catch (error) {
      setRead(undefined);
      setProblem((error as Error).message);
    }
  };
  const onFile = async (event: ChangeEvent<HTMLInputElement>) => {
    const chosen = event.currentTarget.files?.[0];
    if (!chosen) return;
    const content = await chosen.text();
    setText(content.length > 200_000 ? '' : content);
    await take(content, chosen.name);
  };
  const frames = useMemo(() => (read ? framesOf(read.series, theme) : []), [read, theme]);
  const together = options.mode === 'joint';
  return (
    <div data-testid="heed-try">
      <p>
        Paste CSV or JSON as tools export it: a table with times, a long table, an answer of Prometheus. It is
        read and scored in your browser.
      </p>
      <TextArea
        aria-label="CSV"
        rows={6}
        value={text}
        placeholder={'time,requests\n2026-01-05T00:00:00Z,120\n2026-01-05T00:05:00Z,118'}
        onChange={(event) => setText(event.currentTarget.value)}
        style={{ fontFamily: 'monospace' }}
      />
      <div style={{ display: 'flex', gap: 8, margin: '8px 0', flexWrap: 'wrap' }}>
        <Button disabled={!text.trim()} onClick={() => void take(text)}>
          Score
        </Button>
        <Button variant="secondary" icon="upload" onClick={() => file.current?.click()}>
          Upload a file
        </Button>
        <Button
          variant="secondary"
          onClick={() => {
            const sample = sampleCsv();
            setText(sample);
            void take(sample, 'sample');
          }}
        >
          Use a sample
        </Button>
        <input
          ref={file}
          type="file"
          accept=".csv,.tsv,text/csv"
          style={{ display: 'none' }}
          aria-label="CSV file"
          onChange={(event) => void onFile(event)}
        />
      </div>
      {problem && (
        <Alert severity="error" title="This could not be read">
          {problem}
        </Alert>
      )}
      {read && range && (
        <>
          {read.notes.length > 0 && (
            <p style={{ color: theme.colors.text.secondary }}>{read.notes.join(' ')}</p>
          )}
          <div style={{ display: 'flex', gap: 8, flexWrap: 'wrap' }}>
            <InlineField label="Detector" htmlFor="heed-try-detector">
              <Combobox
                id="heed-try-detector"
                width={30}
                options={detectors
                  .filter(
                    ({ input, tags }) =>
                      !tags.needsTraining && input === 'series' && (!together || tags.multivariate),
                  )
                  .map((d) => ({ value: d.id, label: d.id, description: d.summary }))}
                value={options.detector}
                onChange={({ value }) => setOptions({ ...options, detector: value })}
              />
            </InlineField>
            <InlineField label="Sensitivity" htmlFor="heed-try-sensitivity">
              <NumberInput
                id="heed-try-sensitivity"
                min={0}
                max={100}
                value={options.sensitivity}
                onCommit={(sensitivity) => setOptions({ ...options, sensitivity: sensitivity ?? 50 })}
              />
            </InlineField>
            {read.series.channels.length > 1 && (
              <RadioButtonGroup<'each' | 'joint'>
                options={[
                  { value: 'each', label: 'Each series' },
                  { value: 'joint', label: 'Together' },
                ]}
                value={options.mode === 'joint' ? 'joint' : 'each'}
                onChange={(mode) => setOptions({ ...options, mode })}
              />
            )}
            <Button
              variant="secondary"
              fill="text"
              onClick={() =>
                setRange(rangeOf(read.series.time[0]!, read.series.time[read.series.time.length - 1]!))
              }
            >
              Whole range
            </Button>
          </div>
          <div ref={box} style={{ height: 460, border: `1px solid ${theme.colors.border.weak}`, padding: 8 }}>
            {width > 0 && (
              <HeedPanel
                {...({
                  id: 1,
                  title: '',
                  data: { state: LoadingState.Done, series: frames, timeRange: range, structureRev: 1 },
                  timeRange: range,
                  timeZone: 'browser',
                  options,
                  fieldConfig: { defaults: {}, overrides: [] },
                  width,
                  height: 442,
                  transparent: false,
                  renderCounter: 0,
                  eventBus,
                  replaceVariables: (value: string) => value,
                  onOptionsChange: setOptions,
                  onFieldConfigChange: () => undefined,
                  onChangeTimeRange: ({ from, to }: { from: number; to: number }) =>
                    setRange(rangeOf(from, to)),
                } as PanelProps<HeedPanelOptions>)}
              />
            )}
          </div>
        </>
      )}
    </div>
  );
}

const eventBus = new EventBusSrv();

function rangeOf(from: number, to: number): TimeRange {
  const range = { from: dateTime(from), to: dateTime(Math.max(to, from + 1)) };
  return { ...range, raw: range };
}
