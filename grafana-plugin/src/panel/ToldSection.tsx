import { css } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { humanDuration } from '@heed/core/plot';
import { severityClass } from '@heed/core';
import { type IncidentEvent } from '@heed/core/live';
import { t } from '../shared/i18n.js';

/** Of an incident: when it was noticed, what was said of it as it went on, and whether it is over. */
export function ToldSection({ incident, timeZone }: { incident: IncidentEvent; timeZone: string }) {
  const styles = useStyles2(getStyles);
  const { id, start, noticed, open, path } = incident;
  const time = (when: number) => dateTimeFormat(when, { timeZone, format: 'HH:mm:ss' });
  return (
    <section data-testid="heed-told">
      <h5>{t('view.live', 'As it happened')}</h5>
      <div>
        {noticed > start
          ? t('told.noticed-after', 'Noticed at {{time}}, {{delay}} after it began.', {
              time: time(noticed),
              delay: humanDuration(noticed - start),
            })
          : t('told.noticed', 'Noticed at {{time}}, when it began.', { time: time(noticed) })}{' '}
        {open
          ? t('told.open', 'It is still open.')
          : t('told.closed', 'Closed at {{time}}.', { time: time(path[path.length - 1]![0]) })}
      </div>
      <div className={styles.path}>
        {t('told.severity', 'Severity:')}{' '}
        {path.filter(isNew).map(([when, severity]) => (
          <span key={`${when} ${severity}`} className={styles.step} title={time(when)}>
            <span className={styles.dot} style={{ background: severityClass(severity).color }} />
            {Math.round(severity)}
          </span>
        ))}
      </div>
      <div className={styles.faint}>
        {t('told.id', 'Incident {{id}}: the same on every panel, layer and page that watches this series.', {
          id,
        })}
      </div>
    </section>
  );
}

/** Whether a severity is another than the one told before it. */
const isNew: (step: IncidentEvent['path'][number], at: number, path: IncidentEvent['path']) => boolean = (
  [, severity],
  at,
  path,
) => at === 0 || Math.round(severity) !== Math.round(path[at - 1]![1]);

const getStyles = (theme: GrafanaTheme2) => ({
  path: css({ display: 'flex', flexWrap: 'wrap', gap: 8, margin: '4px 0' }),
  step: css({ whiteSpace: 'nowrap' }),
  dot: css({ display: 'inline-block', width: 8, height: 8, borderRadius: 4, marginRight: 4 }),
  faint: css({ color: theme.colors.text.secondary }),
});
