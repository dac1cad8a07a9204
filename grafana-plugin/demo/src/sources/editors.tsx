import { useEffect, useState } from 'react';
import type { QueryEditorProps } from '@grafana/data';
import { Combobox, InlineField, Input, MultiCombobox } from '@grafana/ui';
import type { IncidentDataSource, IncidentQuery } from './incident.js';
import type { PrometheusDataSource, PromQuery } from './prometheus.js';
import type { ScenarioDataSource, ScenarioQuery } from './scenario.js';

export function IncidentEditor({
  datasource,
  query,
  onChange,
  onRunQuery,
}: QueryEditorProps<IncidentDataSource, IncidentQuery>) {
  const [names, setNames] = useState<string[]>([]);
  useEffect(() => {
    void datasource.columnNames().then(setNames, () => setNames([]));
  }, [datasource]);
  return (
    <InlineField label="Columns" labelWidth={16} grow shrink>
      <MultiCombobox
        options={names.map((name) => ({ value: name, label: name }))}
        value={query.columns ?? []}
        onChange={(chosen) => {
          onChange({ ...query, columns: chosen.map(({ value }) => value) });
          onRunQuery();
        }}
      />
    </InlineField>
  );
}

export function PromEditor({
  query,
  onChange,
  onRunQuery,
}: QueryEditorProps<PrometheusDataSource, PromQuery>) {
  return (
    <InlineField label="PromQL" labelWidth={16} grow>
      <Input
        value={query.expr ?? ''}
        onChange={(event) => onChange({ ...query, expr: event.currentTarget.value })}
        onBlur={onRunQuery}
      />
    </InlineField>
  );
}

const scenarios = [
  'service',
  'fleet',
  'balanced',
  'system',
  'map',
  'error',
  'warning',
  'empty',
  'missing',
  'long',
  'stream',
] as const;

export function ScenarioEditor({
  query,
  onChange,
  onRunQuery,
}: QueryEditorProps<ScenarioDataSource, ScenarioQuery>) {
  return (
    <InlineField label="Scenario" labelWidth={16}>
      <Combobox
        width={30}
        options={scenarios.map((value) => ({ value, label: value }))}
        value={query.scenario ?? 'service'}
        onChange={({ value }) => {
          onChange({ ...query, scenario: value });
          onRunQuery();
        }}
      />
    </InlineField>
  );
}
