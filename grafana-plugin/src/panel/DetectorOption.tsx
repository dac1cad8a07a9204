import type { StandardEditorProps } from '@grafana/data';
import { Combobox } from '@grafana/ui';
import { useDetectors } from '../shared/useDetectors.js';
import type { HeedPanelOptions } from './types.js';

export function DetectorOption({
  value,
  onChange,
  context,
  id,
}: StandardEditorProps<string, unknown, HeedPanelOptions>) {
  const together = context.options?.mode === 'joint';
  const options = useDetectors()
    .filter(
      ({ input, tags }) => !tags.needsTraining && input === 'series' && (!together || tags.multivariate),
    )
    .map((d) => ({ value: d.id, label: d.id, description: d.summary }));
  if (!options.some((option) => option.value === value))
    options.unshift({ value, label: value, description: '' });
  return (
    <Combobox
      {...(id ? { id } : {})}
      options={options}
      value={value}
      onChange={(option) => onChange(option.value)}
    />
  );
}
