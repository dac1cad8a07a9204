import { InlineField, InlineFieldRow } from '@grafana/ui';
import { NumberInput, TextInput } from '../shared/inputs.js';
import { CalendarEditor } from './CalendarEditor.js';
import { auto, labelWidth, type FieldsProps } from './fields.js';
import { ResolutionField } from './ResolutionField.js';
import { t } from '../shared/i18n.js';

/** What few people need, of hindsight. */
export function MoreFields({ query, change, id }: FieldsProps) {
  return (
    <>
      <InlineFieldRow>
        <InlineField
          label={t('query.history', 'History')}
          labelWidth={labelWidth}
          htmlFor={id('lookback')}
          tooltip={t(
            'query.history-tip',
            'What came before the visible range and is learned from: auto, or a duration such as 6h',
          )}
        >
          <TextInput
            id={id('lookback')}
            value={query.lookback}
            placeholder={auto}
            onCommit={(lookback) => change({ lookback: lookback || 'auto' })}
          />
        </InlineField>
        <ResolutionField
          query={query}
          change={change}
          id={id}
          tooltip={t(
            'query.resolution-tip',
            "Distance of the scored points: auto, or a duration such as 1m. It does not depend on the panel's width, so every panel shows the same events",
          )}
        />
        <InlineField
          label={t('query.shortest', 'Shortest event')}
          htmlFor={id('minlength')}
          tooltip={t('query.points', 'Points')}
        >
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
          label={t('query.deviation', 'Smallest deviation')}
          labelWidth={labelWidth}
          htmlFor={id('deviation')}
          tooltip={t('query.deviation-tip', 'In the unit of the series; smaller ones never count')}
        >
          <NumberInput
            id={id('deviation')}
            value={query.minDeviation}
            min={0}
            onCommit={(minDeviation) => change({ minDeviation })}
          />
        </InlineField>
        <InlineField
          label={t('query.share', 'or share')}
          htmlFor={id('share')}
          tooltip={t('query.share-tip', 'Of the expected value, 0.1 = 10%')}
        >
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
  );
}
