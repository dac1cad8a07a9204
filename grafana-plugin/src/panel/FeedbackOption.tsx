import { css } from '@emotion/css';
import { dateTimeFormat, type StandardEditorProps } from '@grafana/data';
import { Button, useStyles2 } from '@grafana/ui';
import type { PanelFeedback } from './types.js';
import { t } from '../shared/i18n.js';

export function FeedbackOption({ value, onChange }: StandardEditorProps<PanelFeedback[]>) {
  const styles = useStyles2(getStyles);
  const list = value ?? [];
  if (list.length === 0)
    return <span>{t('feedback.none', 'None yet. Open an event with Why to give some.')}</span>;
  return (
    <ul className={styles.list}>
      {list.map((item, i) => (
        <li key={i}>
          <span>
            {item.kind === 'normal' ? t('feedback.normal', 'normal') : t('feedback.anomaly', 'anomaly')}:{' '}
            {item.series}, {dateTimeFormat(item.start)}
          </span>
          <Button
            size="sm"
            variant="secondary"
            icon="trash-alt"
            aria-label={t('feedback.remove', 'Remove this feedback')}
            onClick={() => onChange(list.filter((_, k) => k !== i))}
          />
        </li>
      ))}
    </ul>
  );
}

const getStyles = () => ({
  list: css({ listStyle: 'none', '& li': { display: 'flex', justifyContent: 'space-between', gap: 8 } }),
});
