// Editors of panel options and field settings. Grafana owns the real ones, which are not on npm; the processors that
// apply field settings are public, and the editors here are enough for the demo's options pane.
import type { ComponentType } from 'react';
import {
  FieldColorModeId,
  ThresholdsMode,
  booleanOverrideProcessor,
  dataLinksOverrideProcessor,
  displayNameOverrideProcessor,
  identityOverrideProcessor,
  numberOverrideProcessor,
  standardEditorsRegistry,
  standardFieldConfigEditorRegistry,
  standardTransformers,
  standardTransformersRegistry,
  stringOverrideProcessor,
  thresholdsOverrideProcessor,
  unitOverrideProcessor,
  valueMappingsOverrideProcessor,
  type FieldConfigPropertyItem,
  type StandardEditorProps,
} from '@grafana/data';
import { Input, RadioButtonGroup, Slider, Switch } from '@grafana/ui';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the registry holds editors of every type
type Editor = ComponentType<StandardEditorProps<any, any>>;

const editors: Record<string, Editor> = {
  text: ({ value, onChange, id }) => (
    <Input id={id ?? ''} value={value ?? ''} onChange={(event) => onChange(event.currentTarget.value)} />
  ),
  number: ({ value, onChange, id }) => (
    <Input
      id={id ?? ''}
      type="number"
      value={value ?? ''}
      onChange={(event) => onChange(event.currentTarget.valueAsNumber)}
    />
  ),
  slider: ({ value, onChange, item }) => (
    <Slider
      min={item.settings?.min ?? 0}
      max={item.settings?.max ?? 100}
      step={item.settings?.step ?? 1}
      value={value}
      onChange={onChange}
    />
  ),
  boolean: ({ value, onChange, id }) => (
    <Switch
      id={id ?? ''}
      value={Boolean(value)}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  ),
  radio: ({ value, onChange, item }) => (
    <RadioButtonGroup options={item.settings?.options ?? []} value={value} onChange={onChange} />
  ),
};

const editorIds =
  'text number slider boolean radio select unit links actions stats-picker color multi-select field-name dashboard-uid strings timezone fieldColor thresholds mappings color-value data-links cell-type file dropdown'.split(
    ' ',
  );

function property(
  id: string,
  process: FieldConfigPropertyItem['process'],
  extra: Partial<FieldConfigPropertyItem> = {},
): FieldConfigPropertyItem {
  return {
    id,
    path: id,
    name: id,
    description: '',
    editor: editors.text!,
    override: editors.text!,
    process,
    settings: {},
    shouldApply: () => true,
    category: ['Standard options'],
    ...extra,
  } as FieldConfigPropertyItem;
}

export function initRegistries(): void {
  standardEditorsRegistry.setInit(() =>
    editorIds.map((id) => ({ id, name: id, editor: editors[id] ?? editors.text! }) as never),
  );
  standardFieldConfigEditorRegistry.setInit(() => [
    property('unit', unitOverrideProcessor as never),
    property('min', numberOverrideProcessor as never),
    property('max', numberOverrideProcessor as never),
    property('fieldMinMax', booleanOverrideProcessor as never),
    property('decimals', numberOverrideProcessor as never),
    property('displayName', displayNameOverrideProcessor as never),
    property('color', identityOverrideProcessor, { defaultValue: { mode: FieldColorModeId.PaletteClassic } }),
    property('noValue', stringOverrideProcessor as never),
    property('links', dataLinksOverrideProcessor as never),
    property('actions', identityOverrideProcessor),
    property('mappings', valueMappingsOverrideProcessor as never, { defaultValue: [] }),
    property('thresholds', thresholdsOverrideProcessor as never, {
      defaultValue: { mode: ThresholdsMode.Absolute, steps: [{ value: -Infinity, color: 'green' }] },
    }),
    property('filterable', booleanOverrideProcessor as never, { hideFromDefaults: true }),
  ]);
  standardTransformersRegistry.setInit(() =>
    Object.values(standardTransformers).map(
      (transformer) =>
        ({
          id: transformer.id,
          name: transformer.name,
          transformation: transformer,
          editor: () => null,
        }) as never,
    ),
  );
}
