import { useEffect, useReducer } from 'react';
import { css, cx } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { Button, useStyles2 } from '@grafana/ui';
import type { ActivityEntry } from '../shared/activity.js';
import { scoringService } from '../shared/services.js';

const surfaces = { query: 'query', annotation: 'annotation', panel: 'panel', page: 'this page' } as const;

/** A model by its name, with the detector in it as soon as that is known. */
const detectorOf = ({ model, detector, state }: ActivityEntry) =>
  model === undefined ? detector : state === 'done' ? `${model} (${detector})` : model;

/** What this browser tab has scored since it was opened. */
export function ActivityPage() {
  const styles = useStyles2(getStyles);
  const service = scoringService();
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  useEffect(() => service.activity.subscribe(redraw), [service]);
  const { entries, totals } = service.activity;
  const asked = totals.scorings + totals.hits;
  const figures: Array<[string, string]> = [
    ['scorings', String(totals.scorings)],
    ['answered from the cache', asked ? `${totals.hits} (${Math.round((100 * totals.hits) / asked)}%)` : '0'],
    ['points', totals.points.toLocaleString('en')],
    ['per scoring', totals.scorings ? `${(totals.milliseconds / totals.scorings).toFixed(1)} ms` : '–'],
    ['running, waiting', `${service.pool.running}, ${service.pool.waiting}`],
    ['failed, cancelled', `${totals.failed}, ${totals.cancelled}`],
    ['cache', `${(service.cachedBytes / 1048576).toFixed(1)} MB`],
    ['scored in', service.where === 'worker' ? 'Web Workers' : 'the page (workers are refused here)'],
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
          Empty the cache
        </Button>
      </div>
      {entries.length === 0 ? (
        <p>Nothing has been scored in this tab yet. Open a dashboard that uses Heed, or the page “Try it”.</p>
      ) : (
        <table className={cx('filter-table', styles.table)}>
          <thead>
            <tr>
              <th>when</th>
              <th>for</th>
              <th>series</th>
              <th>detector or model</th>
              <th className={styles.right}>points</th>
              <th className={styles.right}>time</th>
              <th className={styles.right}>events</th>
              <th>state</th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <tr key={entry.id}>
                <td>{dateTimeFormat(entry.at, { format: 'HH:mm:ss' })}</td>
                <td>{surfaces[entry.surface]}</td>
                <td>{entry.title}</td>
                <td>{detectorOf(entry)}</td>
                <td className={styles.right}>{(entry.scoredPoints ?? entry.points).toLocaleString('en')}</td>
                <td className={styles.right}>
                  {entry.milliseconds === undefined ? '' : `${entry.milliseconds.toFixed(1)} ms`}
                </td>
                <td className={styles.right}>{entry.events ?? ''}</td>
                <td>{entry.error ?? entry.state}</td>
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
