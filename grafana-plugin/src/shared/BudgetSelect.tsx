import { Combobox } from '@grafana/ui';
import { parseBudget } from '@heed/core/live';
import { t } from './i18n.js';

const usual = () => [
  { value: '3/day', label: t('budget.3-day', '3 per day') },
  { value: '1/day', label: t('budget.1-day', '1 per day') },
  { value: '3/week', label: t('budget.3-week', '3 per week') },
  { value: '1/week', label: t('budget.1-week', '1 per week') },
  { value: '1/month', label: t('budget.1-month', '1 per month') },
];

interface Props {
  readonly id?: string;
  readonly value: string | undefined;
  readonly onChange: (budget: string) => void;
  readonly width?: number;
}

/** At most so many false incidents per time: usual ones, or one's own (`2/12h`). */
export function BudgetSelect({ id, value, onChange, width }: Props) {
  const known = usual();
  const options =
    value && !known.some((option) => option.value === value)
      ? [{ value, label: value, description: findProblem(value) ?? '' }, ...known]
      : known;
  return (
    <Combobox
      {...(id ? { id } : {})}
      {...(width ? { width } : {})}
      options={options}
      value={value ?? '1/week'}
      createCustomValue
      aria-label={t('budget.label', 'Alert budget')}
      onChange={(option) => onChange(option.value)}
    />
  );
}

/** What is wrong with a budget; undefined where nothing is. Variables are somebody else's to read. */
export function findProblem(budget: string): string | undefined {
  if (budget.includes('$')) return undefined;
  try {
    parseBudget(budget);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
