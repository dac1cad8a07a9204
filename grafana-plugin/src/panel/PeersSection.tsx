import type { GrafanaTheme2 } from '@grafana/data';
import { fitScaler } from '@heed/core';
import type { AnomalyEvent, Series } from '@heed/core';
import { lowerBound } from './align.js';
import { formatValue } from './Chart.js';
import { ComparisonPicture } from './ComparisonPicture.js';
import { attendedColor } from './drawing.js';
import type { DrawnSeries } from './model.js';

interface Props {
  readonly event: AnomalyEvent;
  readonly peers: NonNullable<AnomalyEvent['peers']>;
  /** The series that the event is about. */
  readonly member: DrawnSeries;
  /** All the series that were scored together, where they are still known. */
  readonly series: Series | undefined;
  readonly theme: GrafanaTheme2;
}

const shown = 8;

/** The peers that one series was compared with at the same time, in a picture and with their weights. */
export function PeersSection({ event, peers, member, series, theme }: Props) {
  const more = peers.length - shown;
  const faint = theme.colors.text.secondary;
  const valueAtPeak = (name: string): string => {
    const channel = series?.channels.find((candidate) => candidate.name === name);
    return channel && series
      ? formatValue(member.field, channel.values[lowerBound(series.time, event.peak)])
      : '';
  };
  return (
    <section data-testid="heed-peers">
      <h5>
        Compared with{' '}
        <span style={{ color: attendedColor }}>
          {peers.length} {peers.length === 1 ? 'peer' : 'peers'}
        </span>{' '}
        at the same time
      </h5>
      {series && <PeersPicture event={event} peers={peers} member={member} series={series} theme={theme} />}
      <table style={{ width: '100%' }}>
        <thead style={{ color: faint }}>
          <tr>
            <th colSpan={2}>attention</th>
            <th>series</th>
            <th style={{ textAlign: 'right' }}>at the peak</th>
          </tr>
        </thead>
        <tbody>
          {peers.slice(0, shown).map(({ name, weight }) => (
            <tr key={name}>
              <td style={{ color: attendedColor, width: 60 }}>{Math.round(100 * weight)}%</td>
              <td style={{ width: 98, paddingRight: 8 }}>
                <div
                  style={{
                    height: 6,
                    width: `${Math.round(100 * weight)}%`,
                    background: attendedColor,
                    minWidth: 2,
                  }}
                />
              </td>
              <td style={{ maxWidth: 220, overflow: 'hidden', textOverflow: 'ellipsis' }}>{name}</td>
              <td style={{ textAlign: 'right', fontVariantNumeric: 'tabular-nums' }}>{valueAtPeak(name)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div style={{ color: faint }}>
        {more > 0 && `and ${more} more with smaller weights. `}
        The percentages are attention weights: how alike the series usually are, measured at other times. In
        the picture the peers are brought to the level and spread of {member.name}.
      </div>
    </section>
  );
}

/** Fewest points shown on either side of the event. */
const fewestAround = 12;

function PeersPicture({ event, peers, member, series, theme }: Props & { readonly series: Series }) {
  const channelOf = (name: string) => series.channels.find((channel) => channel.name === name);
  const own = channelOf(event.channels[0]!.name);
  if (!own) return null;
  const around = Math.max(fewestAround, event.endIndex - event.startIndex + 1);
  const from = Math.max(0, event.startIndex - around);
  const to = Math.min(series.time.length - 1, event.endIndex + around);
  const level = fitScaler(own.values, 'robust');
  const lines = peers.flatMap(({ name, weight }) => {
    const channel = channelOf(name);
    if (!channel || channel.values.every(Number.isNaN)) return [];
    const scaler = fitScaler(channel.values, 'robust');
    return [{ weight, values: level.invert(scaler.apply(channel.values.subarray(from, to + 1))) }];
  });
  return (
    <ComparisonPicture
      description="The series among the peers it was compared with"
      testId="heed-peers-picture"
      x={series.time.subarray(from, to + 1)}
      own={{ name: member.name, values: own.values.subarray(from, to + 1) }}
      others={{ name: 'its peers', lines }}
      heaviest={1.2}
      event={event}
      format={(value) => formatValue(member.field, value)}
      theme={theme}
    />
  );
}
