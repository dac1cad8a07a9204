import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { t } from '../shared/i18n.js';
import type { GroupBy } from './triage.js';
import type { Triage } from './useTriage.js';

export const triageHeight = 32;

interface Props extends Pick<
  Triage,
  'filter' | 'setFilter' | 'groupBy' | 'setGroupBy' | 'labels' | 'now' | 'nowOnly' | 'setNowOnly'
> {
  readonly narrow: boolean;
}

/** Of many series: the odd ones alone, those that are looked for, and what they are grouped by. */
export function TriageBar(props: Props) {
  const { filter, setFilter, groupBy, setGroupBy, labels, now, nowOnly, setNowOnly, narrow } = props;
  const styles = useStyles2(getStyles);
  return (
    <div
      className={styles.bar}
      role="toolbar"
      aria-label={t('triage.bar', 'Series')}
      data-testid="heed-triage"
    >
      <button
        type="button"
        className={styles.now}
        aria-pressed={nowOnly}
        disabled={now === 0 && !nowOnly}
        title={t('triage.now-tip', 'Shows the series that are anomalous at their end, and no others')}
        onClick={() => setNowOnly(!nowOnly)}
      >
        {narrow
          ? t('triage.now-short', '{{now}} now', { now })
          : t('triage.now', '{{now}} anomalous now', { now })}
      </button>
      <input
        className={styles.filter}
        value={filter}
        placeholder={
          narrow
            ? t('triage.filter-short', 'Filter')
            : t('triage.filter', 'Filter: part of a name, or label=value')
        }
        aria-label={t('triage.filter-label', 'Filter series')}
        onChange={(event) => setFilter(event.currentTarget.value)}
      />
      <select
        className={styles.select}
        value={groupBy.by === 'label' ? `label ${groupBy.label}` : groupBy.by}
        aria-label={t('triage.group-by', 'Group by')}
        onChange={(event) => setGroupBy(toChoice(event.currentTarget.value))}
      >
        <option value="incident">{t('triage.by-incident', 'By incident')}</option>
        <option value="event">{t('triage.by-event', 'By event')}</option>
        {labels.map((label) => (
          <option key={label} value={`label ${label}`}>
            {t('triage.by-label', 'By {{label}}', { label })}
          </option>
        ))}
      </select>
    </div>
  );
}

const toChoice = (value: string): GroupBy =>
  value.startsWith('label ')
    ? { by: 'label', label: value.slice('label '.length) }
    : { by: value === 'event' ? 'event' : 'incident' };

const getStyles = (theme: GrafanaTheme2) => {
  const control = {
    height: 26,
    fontSize: 12,
    padding: '0 8px',
    borderRadius: theme.shape.radius.default,
    border: `1px solid ${theme.components.input.borderColor}`,
    background: theme.components.input.background,
    color: theme.colors.text.primary,
  } as const;
  return {
    bar: css({
      display: 'flex',
      alignItems: 'center',
      gap: 8,
      height: triageHeight,
      borderTop: `1px solid ${theme.colors.border.weak}`,
    }),
    now: css({
      ...control,
      whiteSpace: 'nowrap',
      '&[aria-pressed=true]': {
        background: theme.colors.error.main,
        borderColor: theme.colors.error.main,
        color: theme.colors.error.contrastText,
      },
      '&:disabled': { color: theme.colors.text.disabled },
    }),
    filter: css({
      ...control,
      flex: 1,
      minWidth: 0,
      '&::placeholder': { color: theme.colors.text.secondary },
    }),
    select: css({ ...control, maxWidth: '34%', textOverflow: 'ellipsis' }),
  };
};
