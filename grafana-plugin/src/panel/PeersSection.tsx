import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { fitScaler } from '@heed/core/preprocess';
import type { AnomalyEvent, Series } from '@heed/core';
import { lowerBound } from './align.js';

import { ComparisonPicture } from './ComparisonPicture.js';
import { attendedColor } from './drawing.js';
import type { DrawnSeries } from './model.js';
import { formatValue } from './plot.js';
import { t } from '../shared/i18n.js';

interface Props {
  readonly event: AnomalyEvent;
  readonly peers: NonNullable<AnomalyEvent['peers']>;
  /** The series that the event is about. */
  readonly member: DrawnSeries;
  /** All the series that were scored together, where they are still known. */
  readonly series: Series | undefined;
}

const shown = 8;

/** The peers that one series was compared with at the same time, in a picture and with their weights. */
export function PeersSection({ event, peers, member, series }: Props) {
  const more = peers.length - shown;
  const styles = useStyles2(getStyles);
  const valueAtPeak = (name: string): string => {
    const channel = series?.channels.find((candidate) => candidate.name === name);
    return channel && series
      ? formatValue(member.field, channel.values[lowerBound(series.time, event.peak)])
      : '';
  };
  return (
    <section data-testid="heed-peers">
      <h5>
        <span className={styles.accent}>
          {t('why.peers', '', {
            count: peers.length,
            defaultValue_one: 'Compared with {{count}} peer at the same time',
            defaultValue_other: 'Compared with {{count}} peers at the same time',
          })}
        </span>
      </h5>
      {series && <PeersPicture event={event} peers={peers} member={member} series={series} />}
      <table className={styles.table}>
        <thead>
          <tr>
            <th>{t('why.attention', 'attention')}</th>
            <th>{t('why.series', 'series')}</th>
            <th className={styles.number}>{t('why.at-peak', 'at the peak')}</th>
          </tr>
        </thead>
        <tbody>
          {peers.slice(0, shown).map(({ name, weight }) => (
            <tr key={name}>
              <td>
                <span
                  className={styles.bar}
                  style={{ width: Math.max(2, (40 * weight) / peers[0]!.weight) }}
                />
                {Math.round(100 * weight)}%
              </td>
              <td className={styles.name}>{name}</td>
              <td className={styles.number}>{valueAtPeak(name)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className={styles.faint}>
        {more > 0 && `${t('why.more-weights', 'And {{more}} more with smaller weights.', { more })} `}
        {t(
          'why.peers-note',
          'The percentages are attention weights: how alike the series usually are, measured at other times. In the picture the peers are brought to the level and spread of {{name}}.',
          { name: member.name },
        )}
      </div>
    </section>
  );
}

/** Fewest points shown on either side of the event. */
const fewestAround = 12;

function PeersPicture({ event, peers, member, series }: Props & { readonly series: Series }) {
  const findChannel = (name: string) => series.channels.find((channel) => channel.name === name);
  const own = findChannel(event.channels[0]!.name);
  if (!own) return null;
  const around = Math.max(fewestAround, event.endIndex - event.startIndex + 1);
  const from = Math.max(0, event.startIndex - around);
  const to = Math.min(series.time.length - 1, event.endIndex + around);
  const level = fitScaler(own.values, 'robust');
  const lines = peers.flatMap(({ name, weight }) => {
    const channel = findChannel(name);
    if (!channel || channel.values.every(Number.isNaN)) return [];
    const scaler = fitScaler(channel.values, 'robust');
    return [{ weight, values: level.invert(scaler.apply(channel.values.subarray(from, to + 1))) }];
  });
  return (
    <ComparisonPicture
      description={t('why.peers-picture', 'The series among the peers it was compared with')}
      testId="heed-peers-picture"
      x={series.time.subarray(from, to + 1)}
      own={{ name: member.name, values: own.values.subarray(from, to + 1) }}
      others={{ name: t('why.its-peers', 'its peers'), lines }}
      heaviest={1.2}
      event={event}
      format={(value) => formatValue(member.field, value)}
    />
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  accent: css({ color: theme.isDark ? attendedColor : '#00795a' }),
  table: css({
    width: '100%',
    '& thead': { color: theme.colors.text.secondary },
    '& th': { fontWeight: theme.typography.fontWeightRegular },
    '& th, & td': { paddingRight: 8 },
  }),
  name: css({ overflowWrap: 'anywhere' }),
  number: css({ textAlign: 'right', fontVariantNumeric: 'tabular-nums' }),
  bar: css({ display: 'inline-block', height: 6, marginRight: 6, background: attendedColor }),
  faint: css({ color: theme.colors.text.secondary }),
});
