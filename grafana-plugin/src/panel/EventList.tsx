import { dateTimeFormat } from '@grafana/data';
import { Button, useTheme2 } from '@grafana/ui';
import { severityColor, severityName } from '../datasource/frames.js';
import { feedbackOn } from './feedback.js';
import type { GroupEvent } from './model.js';
import type { PanelFeedback } from './types.js';

interface Props {
  readonly events: readonly GroupEvent[];
  readonly selected: GroupEvent | undefined;
  readonly feedback: readonly PanelFeedback[];
  readonly timeZone: string;
  readonly height: number;
  readonly onPick: (event: GroupEvent) => void;
}

const shown = 100;

/** Newest first; every row is a button, so the list is the keyboard's way to the reasons. */
export function EventList({ events, selected, feedback, timeZone, height, onPick }: Props) {
  const theme = useTheme2();
  return (
    <div
      style={{ height, overflowY: 'auto', borderTop: `1px solid ${theme.colors.border.weak}` }}
      data-testid="heed-event-list"
      role="list"
      aria-label="Anomalies"
    >
      {events.slice(0, shown).map((item) => {
        const { group, event } = item;
        const said = feedbackOn(feedback, group.name, event);
        return (
          <div
            key={`${group.name} ${event.start}`}
            role="listitem"
            style={{
              display: 'flex',
              alignItems: 'center',
              gap: 8,
              padding: '2px 4px',
              fontSize: 12,
              background: selected?.event === event ? theme.colors.action.selected : undefined,
            }}
          >
            <span
              style={{
                minWidth: 74,
                textAlign: 'center',
                borderRadius: 3,
                color: '#000',
                background: severityColor(event.severity),
                padding: '0 4px',
              }}
            >
              {severityName(event.severity)} {Math.round(event.severity)}
            </span>
            <span style={{ whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }}>
              {dateTimeFormat(event.start, { timeZone, format: 'MM-DD HH:mm:ss' })}
            </span>
            <span style={{ whiteSpace: 'nowrap', color: theme.colors.text.secondary }}>
              {formatDuration(durationOf(item))}
            </span>
            <span
              style={{ whiteSpace: 'nowrap', overflow: 'hidden', textOverflow: 'ellipsis', maxWidth: '22%' }}
              title={group.name}
            >
              {group.name}
            </span>
            <span
              style={{
                flex: 1,
                overflow: 'hidden',
                textOverflow: 'ellipsis',
                whiteSpace: 'nowrap',
                color: theme.colors.text.secondary,
              }}
              title={event.reason}
            >
              {event.reason}
            </span>
            {said && (
              <span style={{ color: theme.colors.text.secondary }}>
                {said.kind === 'normal' ? 'marked normal' : 'confirmed'}
              </span>
            )}
            <Button
              size="sm"
              variant="secondary"
              onClick={() => onPick(item)}
              aria-label={`Why: ${group.name} at ${dateTimeFormat(event.start, { timeZone })}`}
            >
              Why
            </Button>
          </div>
        );
      })}
      {events.length > shown && (
        <div style={{ padding: 4, fontSize: 12 }}>and {events.length - shown} more</div>
      )}
    </div>
  );
}

/** From the first anomalous point to the end of the last one's step, as the reason counts it. */
export function durationOf({ group, event }: GroupEvent): number {
  const { time } = group.members[0]!;
  const step = time.length > 1 ? (time[time.length - 1]! - time[0]!) / (time.length - 1) : 0;
  return event.end - event.start + step;
}

export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 1) return 'one point';
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 ? `${minutes} min ${seconds % 60} s` : `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return `${Math.round(hours / 24)} d`;
}
