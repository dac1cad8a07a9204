import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, useStyles2 } from '@grafana/ui';
import type { PanelFeedback } from './types.js';
import { t } from '../shared/i18n.js';

interface Props {
  readonly feedback: PanelFeedback | undefined;
  /** Of an incident, whose score is not revised. */
  readonly isLive: boolean;
  readonly onFeedback: (kind: PanelFeedback['kind'] | undefined) => void;
}

const answers = [
  { kind: 'normal', label: () => t('feedback.is-normal', 'This is normal'), icon: 'check' },
  { kind: 'anomaly', label: () => t('feedback.is-anomaly', 'This is an anomaly'), icon: 'bell' },
] as const;

/** Where a person answers. */
export function FeedbackSection({ feedback, isLive, onFeedback }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <section>
      <h5>{t('feedback.question', 'Is this right?')}</h5>
      <div className={styles.buttons}>
        {answers.map(({ kind, label, icon }) => (
          <Button
            key={kind}
            variant={feedback?.kind === kind ? 'primary' : 'secondary'}
            icon={icon}
            aria-pressed={feedback?.kind === kind}
            onClick={() => onFeedback(kind)}
          >
            {label()}
          </Button>
        ))}
        {feedback && (
          <Button variant="secondary" fill="text" onClick={() => onFeedback(undefined)}>
            {t('feedback.take-back', 'Take back')}
          </Button>
        )}
      </div>
      <div className={styles.faint}>
        {isLive
          ? t(
              'feedback.live',
              'What was said as it happened is never revised. Your answer is saved with the panel, and counts in hindsight.',
            )
          : t(
              'feedback.hindsight',
              'Your answer changes the score of this and of similar intervals, and is saved with the panel.',
            )}
      </div>
    </section>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  buttons: css({ display: 'flex', gap: 8, alignItems: 'center', flexWrap: 'wrap' }),
  faint: css({ color: theme.colors.text.secondary, marginTop: 4 }),
});
