import { InlineField } from '@grafana/ui';
import { TextInput } from '../shared/inputs.js';
import { auto, type FieldsProps } from './fields.js';
import { t } from '../shared/i18n.js';

/** Distance of the points that are scored or watched. */
export function ResolutionField({ query, change, id, tooltip }: FieldsProps & { tooltip: string }) {
  return (
    <InlineField label={t('query.resolution', 'Resolution')} htmlFor={id('step')} tooltip={tooltip}>
      <TextInput
        id={id('step')}
        value={query.step}
        placeholder={auto}
        onCommit={(step) => change({ step: step || 'auto' })}
      />
    </InlineField>
  );
}
