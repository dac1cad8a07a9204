import { useEffect, useState } from 'react';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { Button, Drawer, useTheme2 } from '@grafana/ui';
import type { Series } from '@heed/core';
import { severityClass } from '@heed/core';
import { lowerBound, lowerEdge } from './align.js';
import { AttendedPicture } from './AttendedPicture.js';
import { formatValue } from './Chart.js';
import { attendedColor } from './drawing.js';
import { durationOf, formatDuration } from './EventList.js';
import type { DrawnSeries, GroupEvent } from './model.js';
import { PeersSection } from './PeersSection.js';
import type { PanelFeedback } from './types.js';

interface Props {
  readonly item: GroupEvent;
  /** The series that was scored, history included, where it is still known. */
  readonly series: Series | undefined;
  readonly feedback: PanelFeedback | undefined;
  readonly timeZone: string;
  readonly onFeedback: (kind: 'normal' | 'anomaly' | undefined) => void;
  readonly onZoom: (start: number, end: number) => void;
  readonly onClose: () => void;
}

/**
 * A drawer in which nothing has the focus gives it to its first button, "Close", whose tooltip then takes the first
 * Escape.
 */
const takeFocus = (element: HTMLElement | null) => element?.focus({ preventScroll: true });

/** Why one event is an anomaly: in words, in numbers, and by what it was compared with. */
export function WhyDrawer({ item, series, feedback, timeZone, onFeedback, onZoom, onClose }: Props) {
  const theme = useTheme2();
  const [opener] = useState(() => document.activeElement);
  useEffect(() => () => (opener as HTMLElement | null)?.focus({ preventScroll: true }), [opener]);
  const { group, event } = item;
  const time = (ms: number) => dateTimeFormat(ms, { timeZone });
  const blamed = event.channels.slice(0, 8);
  const attended = event.attended.filter(({ weight }) => weight >= 0.01);
  const memberOf = (name: string) =>
    group.members.find((member) => member.name === name) ?? group.members[0]!;
  const first = memberOf(blamed[0]?.name ?? '');
  const firstChannel = Math.max(
    0,
    series?.channels.findIndex((channel) => channel.name === blamed[0]?.name) ?? 0,
  );
  return (
    <Drawer
      title={`Why: ${group.name}`}
      subtitle={`${time(event.start)}, ${formatDuration(durationOf(item))}`}
      size="md"
      onClose={onClose}
    >
      <div
        ref={takeFocus}
        tabIndex={-1}
        data-testid="heed-why"
        style={{ display: 'flex', flexDirection: 'column', gap: 20, outline: 'none' }}
      >
        <div style={{ borderLeft: `6px solid ${severityClass(event.severity).color}`, paddingLeft: 12 }}>
          <div style={{ color: theme.colors.text.secondary }}>
            {severityClass(event.severity).name} severity, {Math.round(event.severity)} of 100; score{' '}
            {event.score.toFixed(2)} where 1 is the threshold; detector {group.detector}
          </div>
          <p style={{ fontSize: theme.typography.h4.fontSize, margin: '8px 0 0' }} data-testid="heed-reason">
            {event.reason}
          </p>
        </div>

        <section>
          <h5>Seen and expected</h5>
          <table style={{ width: '100%' }}>
            <thead style={{ color: theme.colors.text.secondary }}>
              <tr>
                <th>series</th>
                <th style={right}>share of the blame</th>
                <th style={right}>seen at the peak</th>
                <th style={right}>expected</th>
              </tr>
            </thead>
            <tbody>
              {blamed.map(({ name, share }) => (
                <BlameRow
                  key={name}
                  member={memberOf(name)}
                  name={name}
                  share={share}
                  peak={event.peak}
                  theme={theme}
                />
              ))}
            </tbody>
          </table>
          {event.channels.length > blamed.length && (
            <div style={{ color: theme.colors.text.secondary }}>
              and {event.channels.length - blamed.length} more with smaller shares
            </div>
          )}
        </section>

        {event.peers && event.peers.length > 0 ? (
          <PeersSection event={event} peers={event.peers} member={first} series={series} theme={theme} />
        ) : (
          <section>
            <h5>
              Compared with{' '}
              <span style={{ color: attendedColor }}>
                {attended.length || 'no'} {attended.length === 1 ? 'normal interval' : 'normal intervals'}
              </span>
            </h5>
            {attended.length > 0 && series ? (
              <>
                <AttendedPicture
                  series={series}
                  channel={firstChannel}
                  event={event}
                  format={(v) => formatValue(first.field, v)}
                  theme={theme}
                />
                <table style={{ width: '100%' }}>
                  <tbody>
                    {attended.slice(0, 6).map((interval, i) => (
                      <tr key={i}>
                        <td style={{ color: attendedColor, width: 60 }}>
                          {Math.round(100 * interval.weight)}%
                        </td>
                        <td style={{ width: 98, paddingRight: 8 }}>
                          <div
                            style={{
                              height: 6,
                              width: `${Math.round(100 * interval.weight)}%`,
                              background: attendedColor,
                              minWidth: 2,
                            }}
                          />
                        </td>
                        <td>
                          {time(interval.startTime)} to {time(interval.endTime)}
                        </td>
                        <td style={right}>
                          <Button
                            size="sm"
                            fill="text"
                            onClick={() =>
                              onZoom(
                                Math.min(interval.startTime, event.start),
                                Math.max(interval.endTime, event.end),
                              )
                            }
                          >
                            Show
                          </Button>
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
                <div style={{ color: theme.colors.text.secondary }}>
                  The percentages are attention weights: how much each interval counted when the detector
                  worked out what was to be expected here.
                </div>
              </>
            ) : (
              <div style={{ color: theme.colors.text.secondary }}>
                {attended.length === 0
                  ? 'This detector does not compare with intervals of the past; choose an attention detector to see them.'
                  : 'The history is no longer in memory; refresh the dashboard to see it.'}
              </div>
            )}
          </section>
        )}

        <section>
          <h5>Is this right?</h5>
          <div style={{ display: 'flex', gap: 8, alignItems: 'center', flexWrap: 'wrap' }}>
            <Button
              variant={feedback?.kind === 'normal' ? 'primary' : 'secondary'}
              icon="check"
              aria-pressed={feedback?.kind === 'normal'}
              onClick={() => onFeedback('normal')}
            >
              This is normal
            </Button>
            <Button
              variant={feedback?.kind === 'anomaly' ? 'primary' : 'secondary'}
              icon="bell"
              aria-pressed={feedback?.kind === 'anomaly'}
              onClick={() => onFeedback('anomaly')}
            >
              This is an anomaly
            </Button>
            {feedback && (
              <Button variant="secondary" fill="text" onClick={() => onFeedback(undefined)}>
                Take back
              </Button>
            )}
          </div>
          <div style={{ color: theme.colors.text.secondary, marginTop: 4 }}>
            Your answer changes the score of this and of similar intervals, and is saved with the panel.
          </div>
        </section>

        {group.notes.length > 0 && (
          <section>
            <h5>Notes of the detector</h5>
            <ul style={{ paddingLeft: 18 }}>
              {group.notes.map((note) => (
                <li key={note}>{note}</li>
              ))}
            </ul>
          </section>
        )}
      </div>
    </Drawer>
  );
}

const right = { textAlign: 'right' as const, fontVariantNumeric: 'tabular-nums' };

function BlameRow(props: {
  member: DrawnSeries;
  name: string;
  share: number;
  peak: number;
  theme: GrafanaTheme2;
}) {
  const { member, name, share, peak, theme } = props;
  const at = lowerBound(member.time, peak);
  const lower = member.lower && member.upper ? lowerEdge(member)[at] : undefined;
  const upper = member.upper?.[at];
  const range =
    typeof lower === 'number' && typeof upper === 'number'
      ? `${formatValue(member.field, lower)} to ${formatValue(member.field, upper)}`
      : formatValue(member.field, member.expected?.[at]);
  return (
    <tr>
      <td style={{ maxWidth: 220, overflow: 'hidden', textOverflow: 'ellipsis' }}>{name}</td>
      <td style={right}>
        <span
          style={{
            display: 'inline-block',
            height: 8,
            width: Math.max(2, 60 * share),
            background: theme.colors.text.secondary,
            marginRight: 6,
          }}
        />
        {Math.round(100 * share)}%
      </td>
      <td style={right}>{formatValue(member.field, member.values[at])}</td>
      <td style={right}>{range}</td>
    </tr>
  );
}
