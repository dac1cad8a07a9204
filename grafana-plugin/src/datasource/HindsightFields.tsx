import { InlineField, RadioButtonGroup } from '@grafana/ui';
import { NumberInput } from '../shared/inputs.js';
import { labelWidth, type FieldsProps } from './fields.js';
import { t } from '../shared/i18n.js';

export function HindsightFields({ query, change, id }: FieldsProps) {
  return (
    <>
      <InlineField
        label={t('query.sensitivity', 'Sensitivity')}
        labelWidth={labelWidth}
        htmlFor={id('sensitivity')}
        tooltip={t(
          'query.sensitivity-tip',
          '0 reports only the gravest, 100 everything that looks unusual; the ranking stays the same',
        )}
      >
        <NumberInput
          id={id('sensitivity')}
          value={query.sensitivity}
          min={0}
          max={100}
          onCommit={(sensitivity) => change({ sensitivity: sensitivity ?? 50 })}
        />
      </InlineField>
      <InlineField label={t('query.direction', 'Direction')}>
        <RadioButtonGroup
          id={id('direction')}
          options={[
            { value: 'both' as const, label: t('query.both', 'Both') },
            { value: 'above' as const, label: t('query.above', 'Above') },
            { value: 'below' as const, label: t('query.below', 'Below') },
          ]}
          value={query.direction!}
          onChange={(direction) => change({ direction })}
        />
      </InlineField>
    </>
  );
}
