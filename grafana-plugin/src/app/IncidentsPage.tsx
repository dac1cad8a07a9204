import { css } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { Alert, LinkButton, useStyles2 } from '@grafana/ui';
import { humanDuration } from '@heed/core/plot';
import { SeverityBadge } from '../panel/SeverityBadge.js';
import type { ServedIncident } from '../serve/incidents.js';
import { useIncidents } from '../serve/useIncidents.js';
import { t } from '../shared/i18n.js';
import type { PageProps } from './pages.js';

const closedAtMost = 20;

/** What `heed serve`, which is always on, has open. */
export function IncidentsPage({ meta }: PageProps) {
  const styles = useStyles2(getStyles);
  const url = meta.jsonData?.serveUrl;
  const { found, problem, at } = useIncidents(Boolean(url));
  const settings = `/plugins/${meta.id}`;
  return (
    <div data-testid="heed-incidents">
      {!url && (
        <>
          <p>
            {t(
              'serve.none',
              'heed serve watches queries day and night, with the same monitor as the panels, and tells Alertmanager and others. Set its address, and its open incidents are listed here.',
            )}
          </p>
          <LinkButton href={settings}>{t('serve.configure', 'Set the address')}</LinkButton>
        </>
      )}
      {problem && (
        <Alert severity="warning" title={t('serve.problem', 'No news from heed serve at {{url}}', { url })}>
          <p>{problem}</p>
          {at !== undefined && (
            <p>
              {t('serve.stale', 'The list is as it was at {{time}}.', {
                time: dateTimeFormat(at, { format: 'HH:mm:ss' }),
              })}
            </p>
          )}
          <LinkButton size="sm" variant="secondary" href={settings}>
            {t('serve.check', 'Check the address')}
          </LinkButton>
        </Alert>
      )}
      {url && !found && !problem && <p role="status">{t('serve.asking', 'Asking heed serve…')}</p>}
      {found && (
        <>
          <h4>{t('serve.open', 'Open incidents: {{open}}', { open: found.open.length })}</h4>
          {found.open.length === 0 ? (
            <p>{t('serve.calm', 'Nothing is wrong.')}</p>
          ) : (
            <Incidents all={found.open} open />
          )}
          {found.closed.length > 0 && (
            <>
              <h4 className={styles.later}>{t('serve.closed', 'Lately closed')}</h4>
              <Incidents all={found.closed.slice(0, closedAtMost)} />
            </>
          )}
        </>
      )}
    </div>
  );
}

function Incidents({ all, open }: { all: readonly ServedIncident[]; open?: boolean }) {
  const styles = useStyles2(getStyles);
  return (
    <ul className={styles.list}>
      {all.map((incident) => (
        <li key={incident.id} className={styles.item}>
          <div className={styles.line}>
            <SeverityBadge severity={incident.severity} />
            <span className={styles.time}>
              {dateTimeFormat(incident.start, { format: 'MM-DD HH:mm:ss' })}
            </span>
            <span className={styles.faint}>
              {humanDuration(Math.max(0, (open ? Date.now() : incident.end) - incident.start))}
            </span>
            <b>{incident.query}</b>
            {incident.link ? <a href={incident.link}>{incident.series}</a> : <span>{incident.series}</span>}
          </div>
          <div className={styles.faint}>
            {incident.reason}
            {incident.muted && ` ${t('serve.muted', 'Nobody was told: {{why}}.', { why: incident.muted })}`}
          </div>
        </li>
      ))}
    </ul>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({ listStyle: 'none', padding: 0 }),
  item: css({
    padding: '6px 0',
    borderBottom: `1px solid ${theme.colors.border.weak}`,
    overflowWrap: 'anywhere',
  }),
  line: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: '2px 8px',
    '& a': { color: theme.colors.text.link },
  }),
  time: css({ whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }),
  faint: css({ color: theme.colors.text.secondary }),
  later: css({ marginTop: 20 }),
});
