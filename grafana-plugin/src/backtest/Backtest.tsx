import { useState } from 'react';
import { css, cx } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { Alert, Button, useStyles2 } from '@grafana/ui';
import { formatNumber, humanDuration } from '@heed/core/plot';
import { AttendedPicture } from '../panel/AttendedPicture.js';
import { SeverityBadge } from '../panel/SeverityBadge.js';
import { seriesAtMost, useBacktest, type BudgetRow, type Page, type TestedSeries } from './useBacktest.js';
import { t } from '../shared/i18n.js';

interface Props {
  /** The series as they are now. */
  readonly series: () => readonly TestedSeries[];
  readonly budget: string;
  readonly timeZone: string;
  readonly onBudget: (budget: string) => void;
  /** Shows a page where there is a picture to show it in. */
  readonly onShow?: (page: Page) => void;
}

/** What alerting would have been like, by budget, before anyone is paged. */
export function Backtest({ series, budget, timeZone, onBudget, onShow }: Props) {
  const styles = useStyles2(getStyles);
  const { rows, problem, busy, run } = useBacktest();
  const [count, setCount] = useState(0);
  const start = () => {
    const all = series();
    setCount(all.length);
    run(all, budget);
  };
  const chosen = rows?.find((row) => row.budget === budget);
  return (
    <div data-testid="heed-backtest" className={styles.box}>
      <Button size="sm" variant="secondary" disabled={busy} onClick={start}>
        {busy
          ? t('backtest.running', 'Running…')
          : rows
            ? t('backtest.again', 'Run the backtest again')
            : t('backtest.run', 'Run a backtest')}
      </Button>
      {problem && (
        <Alert severity="warning" title={t('backtest.none', 'No backtest')}>
          {problem}
        </Alert>
      )}
      {rows && count === 0 && <p>{t('backtest.empty', 'There is no series to test.')}</p>}
      {rows && count > 0 && (
        <>
          <p className={styles.faint}>
            {t('backtest.lead', '', {
              count: Math.min(count, seriesAtMost),
              time: humanDuration(rows[0]!.days * 86_400_000),
              defaultValue_one:
                'How often this would have paged, over {{time}}, judged as the points came. Choose a budget.',
              defaultValue_other:
                'How often this would have paged, over {{time}} and {{count}} series, judged as the points came. Choose a budget.',
            })}
          </p>
          <BudgetTable rows={rows} budget={budget} onBudget={onBudget} />
          {chosen && <Pages row={chosen} timeZone={timeZone} {...(onShow ? { onShow } : {})} />}
        </>
      )}
    </div>
  );
}

interface TableProps extends Pick<Props, 'budget' | 'onBudget'> {
  readonly rows: readonly BudgetRow[];
}

function BudgetTable({ rows, budget, onBudget }: TableProps) {
  const styles = useStyles2(getStyles);
  const most = Math.max(...rows.map((row) => row.pagesPerWeek), 1e-9);
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th>{t('backtest.budget', 'budget')}</th>
          <th>{t('backtest.per-week', 'pages per week')}</th>
          <th>{t('backtest.pages', 'pages')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.budget} className={cx(row.budget === budget && styles.chosen)}>
            <td>
              <button
                type="button"
                className={styles.choice}
                aria-pressed={row.budget === budget}
                onClick={() => onBudget(row.budget)}
              >
                {row.budget}
              </button>
            </td>
            <td>
              <span className={styles.bar} style={{ width: Math.round((60 * row.pagesPerWeek) / most) }} />
              {formatNumber(row.pagesPerWeek, 2)}
            </td>
            <td>{row.pages.length}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const shownAtMost = 50;

function Pages({
  row,
  timeZone,
  onShow,
}: {
  row: BudgetRow;
  timeZone: string;
  onShow?: (page: Page) => void;
}) {
  const styles = useStyles2(getStyles);
  const [picked, setPicked] = useState<Page | undefined>();
  const isShown = picked && row.pages.includes(picked);
  if (row.pages.length === 0) return <p>{t('backtest.nobody', 'It would have paged nobody.')}</p>;
  return (
    <>
      <div role="list" aria-label={t('backtest.pages-label', 'Pages')} className={styles.pages}>
        {row.pages.slice(0, shownAtMost).map((page) => (
          <div role="listitem" key={`${page.tested.name} ${page.event.start}`}>
            <button
              type="button"
              className={cx(styles.page, page === picked && styles.chosen)}
              onClick={() => {
                setPicked(page);
                onShow?.(page);
              }}
            >
              <SeverityBadge severity={page.event.severity} />
              <span>{dateTimeFormat(page.event.start, { timeZone, format: 'MM-DD HH:mm' })}</span>
              <span className={styles.name}>{page.tested.name}</span>
            </button>
          </div>
        ))}
      </div>
      {isShown && (
        <div data-testid="heed-backtest-page">
          <p>{picked.event.reason}</p>
          <AttendedPicture
            series={picked.tested.series}
            channel={Math.max(
              0,
              picked.tested.series.channels.findIndex(({ name }) => name === picked.event.channels[0]?.name),
            )}
            event={picked.event}
            format={(value) => formatNumber(value, 3)}
          />
        </div>
      )}
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  box: css({ overflowWrap: 'anywhere' }),
  faint: css({ color: theme.colors.text.secondary, margin: '8px 0' }),
  table: css({ width: '100%', '& th': { fontWeight: theme.typography.fontWeightRegular } }),
  chosen: css({ background: theme.colors.action.selected }),
  choice: css({
    border: 0,
    padding: '4px 6px',
    background: 'none',
    color: theme.colors.text.primary,
    textDecoration: 'underline',
  }),
  bar: css({ display: 'inline-block', height: 8, marginRight: 6, background: theme.colors.text.secondary }),
  pages: css({ maxHeight: 190, overflowY: 'auto', margin: '8px 0' }),
  page: css({
    display: 'flex',
    gap: 8,
    alignItems: 'center',
    width: '100%',
    padding: '2px 4px',
    border: 0,
    background: 'none',
    color: 'inherit',
    fontSize: 12,
    textAlign: 'left',
    '&:hover': { background: theme.colors.action.hover },
  }),
  name: css({ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }),
});
