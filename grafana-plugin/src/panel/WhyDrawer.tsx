import { useEffect, useState } from 'react';
import { css } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { Drawer, useStyles2 } from '@grafana/ui';
import { humanDuration } from '@heed/core/plot';
import { severityClass, type Series } from '@heed/core';
import { toIncident } from '../shared/heedMeta.js';
import { AttendedSection } from './AttendedSection.js';
import { measureDuration } from './EventRow.js';
import { FeedbackSection } from './FeedbackSection.js';
import type { GroupEvent } from './model.js';
import { PeersSection } from './PeersSection.js';
import { SeenSection } from './SeenSection.js';
import { ToldSection } from './ToldSection.js';
import { severityName } from './words.js';
import type { PanelFeedback } from './types.js';
import { t } from '../shared/i18n.js';

interface Props {
  readonly item: GroupEvent;
  /** The series that was scored, history included, where it is still known. */
  readonly series: Series | undefined;
  readonly feedback: PanelFeedback | undefined;
  readonly timeZone: string;
  readonly onFeedback: (kind: PanelFeedback['kind'] | undefined) => void;
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
  const styles = useStyles2(getStyles);
  const [opener] = useState(() => document.activeElement);
  useEffect(() => () => (opener as HTMLElement | null)?.focus({ preventScroll: true }), [opener]);
  const { group, event } = item;
  const { color } = severityClass(event.severity);
  const incident = toIncident(event);
  const blamed = group.members.find((member) => member.name === event.channels[0]?.name) ?? group.members[0]!;
  return (
    <Drawer
      title={t('why.title', 'Why: {{name}}', { name: group.name })}
      subtitle={`${dateTimeFormat(event.start, { timeZone })}, ${humanDuration(measureDuration(item))}`}
      size="md"
      onClose={onClose}
    >
      <div ref={takeFocus} tabIndex={-1} data-testid="heed-why" className={styles.content}>
        <div className={styles.reason} style={{ borderColor: color }}>
          <div className={styles.faint}>
            {t(
              'why.severity',
              '{{severity}} severity, {{number}} of 100; score {{score}} where 1 is the threshold',
              {
                severity: severityName(event.severity),
                number: Math.round(event.severity),
                score: event.score.toFixed(2),
              },
            )}
            {'; '}
            {incident
              ? t('why.live', 'as it happened')
              : t('why.detector', 'detector {{detector}}', { detector: group.detector })}
          </div>
          <p data-testid="heed-reason">{event.reason}</p>
        </div>
        <SeenSection item={item} />
        {incident && <ToldSection incident={incident} timeZone={timeZone} />}
        {event.peers && event.peers.length > 0 ? (
          <PeersSection event={event} peers={event.peers} member={blamed} series={series} />
        ) : (
          <AttendedSection
            event={event}
            member={blamed}
            series={series}
            timeZone={timeZone}
            onZoom={onZoom}
          />
        )}
        <FeedbackSection feedback={feedback} isLive={incident !== undefined} onFeedback={onFeedback} />
        {group.notes.length > 0 && (
          <section>
            <h5>{t('why.notes', 'Notes of the detector')}</h5>
            <ul className={styles.notes}>
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

const getStyles = (theme: GrafanaTheme2) => ({
  content: css({
    display: 'flex',
    flexDirection: 'column',
    gap: 20,
    outline: 'none',
    overflowWrap: 'anywhere',
  }),
  reason: css({
    borderLeft: '6px solid',
    paddingLeft: 12,
    '& p': { fontSize: theme.typography.h4.fontSize, margin: '8px 0 0' },
  }),
  faint: css({ color: theme.colors.text.secondary }),
  notes: css({ paddingLeft: 18 }),
});
