import { InlineField } from '@grafana/ui';
import { BudgetSelect, findProblem } from '../shared/BudgetSelect.js';
import { labelWidth, type FieldsProps } from './fields.js';
import { ResolutionField } from './ResolutionField.js';
import { usualBudget } from './types.js';
import { t } from '../shared/i18n.js';

/** As it happened: a budget in place of a threshold. */
export function LiveFields({ query, change, id }: FieldsProps) {
  const budget = query.budget || usualBudget;
  const problem = findProblem(budget);
  return (
    <>
      <InlineField
        label={t('budget.label', 'Alert budget')}
        labelWidth={labelWidth}
        htmlFor={id('budget')}
        tooltip={t('budget.tip', 'At most so many false incidents per series; the threshold follows from it')}
        invalid={problem !== undefined}
        {...(problem === undefined ? {} : { error: problem })}
      >
        <BudgetSelect
          id={id('budget')}
          width={20}
          value={budget}
          onChange={(next) => change({ budget: next })}
        />
      </InlineField>
      <ResolutionField
        query={query}
        change={change}
        id={id}
        tooltip={t(
          'query.resolution-live',
          'Distance of the points that are watched: auto, or a duration such as 1m. A moment is judged after the 1,440 to 2,880 points before it, so a coarser one knows longer rhythms',
        )}
      />
    </>
  );
}
