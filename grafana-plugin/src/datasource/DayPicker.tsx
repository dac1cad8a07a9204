import { css } from '@emotion/css';
import { Button, useStyles2 } from '@grafana/ui';
import type { Exclusion } from '@heed/core/detection';
import { t } from '../shared/i18n.js';

type Recurring = Extract<Exclusion, { kind: 'recurring' }>;

const dayNames = () => [
  t('days.su', 'Su'),
  t('days.mo', 'Mo'),
  t('days.tu', 'Tu'),
  t('days.we', 'We'),
  t('days.th', 'Th'),
  t('days.fr', 'Fr'),
  t('days.sa', 'Sa'),
];

/** Days of the week on which a quiet time recurs. */
export function DayPicker({ item, onChange }: { item: Recurring; onChange: (item: Recurring) => void }) {
  const styles = useStyles2(getStyles);
  const days = item.days ?? [0, 1, 2, 3, 4, 5, 6];
  return (
    <div className={styles.days} role="group" aria-label={t('days.label', 'Days')}>
      {dayNames().map((name, day) => (
        <Button
          key={name}
          size="md"
          variant="secondary"
          fill={days.includes(day) ? 'solid' : 'outline'}
          aria-pressed={days.includes(day)}
          onClick={() =>
            onChange({
              ...item,
              days: days.includes(day) ? days.filter((d) => d !== day) : [...days, day].sort(),
            })
          }
        >
          {name}
        </Button>
      ))}
    </div>
  );
}

const getStyles = () => ({ days: css({ display: 'flex', gap: 2 }) });
