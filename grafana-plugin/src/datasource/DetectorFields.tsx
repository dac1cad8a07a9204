import { useState } from 'react';
import { Combobox, InlineField, InlineFieldRow, Input, RadioButtonGroup } from '@grafana/ui';
import { useDetectors, useModels } from '../shared/useDetectors.js';
import { CalendarEditor } from './CalendarEditor.js';
import { defaultQuery, peerDetector, type HeedQuery, type Mode } from './types.js';

interface Props {
  readonly query: HeedQuery;
  readonly onChange: (query: HeedQuery) => void;
  readonly onRunQuery: () => void;
  readonly annotation?: boolean;
}

const labelWidth = 20;

/** Everything about detection, in the order in which people need it; the rest is folded away. */
export function DetectorFields({ query, onChange, onRunQuery, annotation }: Props) {
  const detectors = useDetectors();
  const models = useModels();
  const [more, setMore] = useState(false);
  const full = { ...defaultQuery, ...query };
  const change = (part: Partial<HeedQuery>) => {
    onChange({ ...query, ...part });
    onRunQuery();
  };
  const id = (name: string) => `heed-${query.refId}-${name}`;
  const choices = [
    ...detectors
      .filter(
        ({ input, tags }) =>
          !tags.needsTraining && input === 'series' && (full.mode === 'each' || tags.multivariate),
      )
      .map((d) => ({ value: d.id, label: d.id, description: d.summary })),
    ...models.map((m) => ({ value: `model:${m.name}`, label: m.name, description: `model (${m.detector})` })),
  ];
  const current = query.model ? `model:${query.model}` : (full.detector ?? 'auto');
  if (!choices.some(({ value }) => value === current))
    choices.unshift({ value: current, label: current, description: '' });
  return (
    <div data-testid="heed-detector-fields">
      <InlineFieldRow>
        <InlineField
          label="Score"
          labelWidth={labelWidth}
          tooltip="One by one, all together as one system, or each against the others"
        >
          <RadioButtonGroup<Mode>
            id={id('mode')}
            options={[
              { value: 'each', label: 'Each series' },
              { value: 'joint', label: 'Together' },
              ...(detectors.some((d) => d.id === peerDetector) || full.mode === 'peers'
                ? [{ value: 'peers' as const, label: 'Against peers' }]
                : []),
            ]}
            value={full.mode!}
            onChange={(mode) => change({ mode })}
          />
        </InlineField>
        {full.mode !== 'peers' && (
          <InlineField label="Detector" htmlFor={id('detector')}>
            <Combobox
              id={id('detector')}
              width={34}
              options={choices}
              value={current}
              onChange={({ value }) =>
                change(
                  value.startsWith('model:') ? { model: value.slice(6) } : { detector: value, model: '' },
                )
              }
            />
          </InlineField>
        )}
      </InlineFieldRow>
      <InlineFieldRow>
        <InlineField
          label="Sensitivity"
          labelWidth={labelWidth}
          htmlFor={id('sensitivity')}
          tooltip="0 reports only the gravest, 100 everything that looks unusual; the ranking stays the same"
        >
          <NumberInput
            id={id('sensitivity')}
            value={full.sensitivity}
            min={0}
            max={100}
            onCommit={(sensitivity) => change({ sensitivity: sensitivity ?? 50 })}
          />
        </InlineField>
        <InlineField label="Direction">
          <RadioButtonGroup
            id={id('direction')}
            options={[
              { value: 'both' as const, label: 'Both' },
              { value: 'above' as const, label: 'Above' },
              { value: 'below' as const, label: 'Below' },
            ]}
            value={full.direction!}
            onChange={(direction) => change({ direction })}
          />
        </InlineField>
        {annotation ? (
          <InlineField
            label="Least severity"
            htmlFor={id('severity')}
            tooltip="0 to 100; milder events are left out"
          >
            <NumberInput
              id={id('severity')}
              value={query.minSeverity}
              min={0}
              max={100}
              onCommit={(minSeverity) => change({ minSeverity: minSeverity ?? 0 })}
            />
          </InlineField>
        ) : (
          <InlineField label="Return">
            <RadioButtonGroup
              id={id('output')}
              options={[
                { value: 'overlay' as const, label: 'Values and band' },
                { value: 'scores' as const, label: 'Scores' },
                { value: 'events' as const, label: 'Events' },
              ]}
              value={full.output!}
              onChange={(output) => change({ output })}
            />
          </InlineField>
        )}
      </InlineFieldRow>
      <button
        type="button"
        aria-expanded={more}
        onClick={() => setMore(!more)}
        style={{ background: 'none', border: 0, padding: '4px 0', color: 'inherit', cursor: 'pointer' }}
      >
        {more ? '▾' : '▸'} History, resolution, smallest deviation, calendar
      </button>
      {more && (
        <>
          <InlineFieldRow>
            <InlineField
              label="History"
              labelWidth={labelWidth}
              htmlFor={id('lookback')}
              tooltip="What came before the visible range and is learned from: auto, or a duration such as 6h"
            >
              <TextInput
                id={id('lookback')}
                value={full.lookback}
                placeholder="auto"
                onCommit={(lookback) => change({ lookback: lookback || 'auto' })}
              />
            </InlineField>
            <InlineField
              label="Resolution"
              htmlFor={id('step')}
              tooltip="Distance of the scored points: auto, or a duration such as 1m. It does not depend on the panel's width, so every panel shows the same events"
            >
              <TextInput
                id={id('step')}
                value={full.step}
                placeholder="auto"
                onCommit={(step) => change({ step: step || 'auto' })}
              />
            </InlineField>
            <InlineField label="Shortest event" htmlFor={id('minlength')} tooltip="Points">
              <NumberInput
                id={id('minlength')}
                value={query.minLength}
                min={1}
                onCommit={(minLength) => change({ minLength })}
              />
            </InlineField>
          </InlineFieldRow>
          <InlineFieldRow>
            <InlineField
              label="Smallest deviation"
              labelWidth={labelWidth}
              htmlFor={id('deviation')}
              tooltip="In the unit of the series; smaller ones never count"
            >
              <NumberInput
                id={id('deviation')}
                value={query.minDeviation}
                min={0}
                onCommit={(minDeviation) => change({ minDeviation })}
              />
            </InlineField>
            <InlineField label="or share" htmlFor={id('share')} tooltip="Of the expected value, 0.1 = 10%">
              <NumberInput
                id={id('share')}
                value={query.minRelativeDeviation}
                min={0}
                onCommit={(minRelativeDeviation) => change({ minRelativeDeviation })}
              />
            </InlineField>
          </InlineFieldRow>
          <CalendarEditor value={query.exclude ?? []} onChange={(exclude) => change({ exclude })} />
        </>
      )}
    </div>
  );
}

/** Commits on blur and Enter: every keystroke would score the whole dashboard anew. */
export function TextInput(props: {
  id: string;
  value: string | undefined;
  placeholder?: string;
  width?: number;
  onCommit: (value: string) => void;
}) {
  const [text, setText] = useState<string | undefined>();
  const commit = () => {
    if (text !== undefined && text !== (props.value ?? '')) props.onCommit(text);
    setText(undefined);
  };
  return (
    <Input
      id={props.id}
      width={props.width ?? 14}
      placeholder={props.placeholder ?? ''}
      value={text ?? props.value ?? ''}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={(event) => event.key === 'Enter' && commit()}
    />
  );
}

export function NumberInput(props: {
  id: string;
  value: number | undefined;
  min?: number;
  max?: number;
  onCommit: (value: number | undefined) => void;
}) {
  const [text, setText] = useState<string | undefined>();
  const commit = () => {
    if (text !== undefined) {
      const parsed = text.trim() === '' ? undefined : Number(text);
      if (parsed === undefined) props.onCommit(undefined);
      else if (Number.isFinite(parsed))
        props.onCommit(Math.min(props.max ?? Infinity, Math.max(props.min ?? -Infinity, parsed)));
    }
    setText(undefined);
  };
  return (
    <Input
      id={props.id}
      type="number"
      width={10}
      min={props.min}
      max={props.max}
      value={text ?? props.value ?? ''}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={(event) => event.key === 'Enter' && commit()}
    />
  );
}
