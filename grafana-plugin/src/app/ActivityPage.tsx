import { useEffect, useReducer } from 'react';
import { css, cx } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { Button, useStyles2 } from '@grafana/ui';
import type { ActivityEntry } from '../shared/activity.js';
import { scoringService } from '../shared/services.js';
import { t } from '../shared/i18n.js';

const surfaceName = (surface: ActivityEntry['surface']): string =>
  ({
    query: t('activity.query', 'query'),
    annotation: t('activity.annotation', 'annotation'),
    panel: t('activity.panel', 'panel'),
    page: t('activity.page', 'this page'),
  })[surface];

/** A model by its name, with the detector in it as soon as that is known. */
const nameDetector = ({ model, detector, state }: ActivityEntry) =>
  model === undefined ? detector : state === 'done' ? `${model} (${detector})` : model;

const tellState = (state: ActivityEntry['state']): string =>
  ({
    running: t('activity.is-running', 'running'),
    done: t('activity.done', 'done'),
    failed: t('activity.has-failed', 'failed'),
    cancelled: t('activity.cancelled', 'cancelled'),
  })[state];

/** What this browser tab has scored since it was opened. */
export function ActivityPage() {
  const styles = useStyles2(getStyles);
  const service = scoringService();
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  useEffect(() => service.activity.subscribe(redraw), [service]);
  const { entries, totals } = service.activity;
  const asked = totals.scorings + totals.hits;
  const figures: Array<[string, string]> = [
    [t('activity.scorings', 'scorings'), String(totals.scorings)],
    [
      t('activity.cached', 'answered from the cache'),
      asked ? `${totals.hits} (${Math.round((100 * totals.hits) / asked)}%)` : '0',
    ],
    [t('activity.points', 'points'), totals.points.toLocaleString('en')],
    [
      t('activity.per-scoring', 'per scoring'),
      totals.scorings ? `${(totals.milliseconds / totals.scorings).toFixed(1)} ms` : '–',
    ],
    [t('activity.running', 'running, waiting'), `${service.pool.running}, ${service.pool.waiting}`],
    [t('activity.failed', 'failed, cancelled'), `${totals.failed}, ${totals.cancelled}`],
    [t('activity.cache', 'cache'), `${(service.cachedBytes / 1048576).toFixed(1)} MB`],
    [
      t('activity.where', 'scored in'),
      service.where === 'worker'
        ? t('activity.workers', 'Web Workers')
        : t('activity.on-page', 'the page (workers are refused here)'),
    ],
  ];
  return (
    <div data-testid="heed-activity">
      <div className={styles.figures}>
        {figures.map(([name, value]) => (
          <div key={name}>
            <div className={styles.figure}>{value}</div>
            <div className={styles.faint}>{name}</div>
          </div>
        ))}
      </div>
      <div className={styles.action}>
        <Button size="sm" variant="secondary" onClick={() => (service.clearCache(), redraw())}>
          {t('activity.empty', 'Empty the cache')}
        </Button>
      </div>
      {entries.length === 0 ? (
        <p>
          {t(
            'activity.nothing',
            'Nothing has been scored in this tab yet. Open a dashboard that uses Heed, or the page “Try it”.',
          )}
        </p>
      ) : (
        <table className={cx('filter-table', styles.table)}>
          <thead>
            <tr>
              <th>{t('activity.when', 'when')}</th>
              <th>{t('activity.for', 'for')}</th>
              <th>{t('activity.series', 'series')}</th>
              <th>{t('activity.detector', 'detector or model')}</th>
              <th className={styles.right}>{t('activity.points', 'points')}</th>
              <th className={styles.right}>{t('activity.time', 'time')}</th>
              <th className={styles.right}>{t('activity.events', 'events')}</th>
              <th>{t('activity.state', 'state')}</th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <tr key={entry.id}>
                <td>{dateTimeFormat(entry.at, { format: 'HH:mm:ss' })}</td>
                <td>{surfaceName(entry.surface)}</td>
                <td>{entry.title}</td>
                <td>{nameDetector(entry)}</td>
                <td className={styles.right}>{(entry.scoredPoints ?? entry.points).toLocaleString('en')}</td>
                <td className={styles.right}>
                  {entry.milliseconds === undefined ? '' : `${entry.milliseconds.toFixed(1)} ms`}
                </td>
                <td className={styles.right}>{entry.events ?? ''}</td>
                <td>{entry.error ?? tellState(entry.state)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  figures: css({ display: 'flex', flexWrap: 'wrap', gap: 24, marginBottom: 16 }),
  figure: css({ fontSize: 20 }),
  faint: css({ color: theme.colors.text.secondary }),
  action: css({ marginBottom: 12 }),
  table: css({ width: '100%' }),
  right: css({ textAlign: 'right', fontVariantNumeric: 'tabular-nums' }),
});
