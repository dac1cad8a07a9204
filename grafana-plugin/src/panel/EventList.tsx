import { memo, useState, type UIEvent } from 'react';
import { dateTimeFormat } from '@grafana/data';
import { Button, useTheme2 } from '@grafana/ui';
import { severityClass } from '@heed/core';
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

/** Rows made at once: a hundred buttons that nobody sees cost more than the picture. */
const rowsPerStep = 12;
const rowHeight = 29;

/** Height of the list: all rows up to four; of more, half a row says that there are more. */
export const listHeight = (rows: number) => 4 + rowHeight * (rows <= 4 ? rows : 3.5);

/** Every row is a button, so the list is the keyboard's way to the reasons. */
export const EventList = memo(function EventList(props: Props) {
  const { events, selected, feedback, timeZone, height, onPick } = props;
  const theme = useTheme2();
  const [rows, setRows] = useState(rowsPerStep);
  const more = () => setRows((now) => Math.min(events.length, now + 4 * rowsPerStep));
  const onScroll = ({ currentTarget: list }: UIEvent) => {
    if (rows < events.length && list.scrollTop + list.clientHeight > list.scrollHeight - 2 * rowHeight)
      more();
  };
  return (
    <div
      style={{ height, overflowY: 'auto', borderTop: `1px solid ${theme.colors.border.weak}` }}
      data-testid="heed-event-list"
      role="list"
      aria-label="Anomalies"
      onScroll={onScroll}
    >
      {events.slice(0, rows).map((item) => (
        <Row
          key={`${item.group.name} ${item.event.start}`}
          item={item}
          selected={selected?.event === item.event}
          said={feedbackOn(feedback, item.group.name, item.event)?.kind}
          timeZone={timeZone}
          onPick={onPick}
        />
      ))}
      {events.length > rows && (
        <Button size="sm" fill="text" variant="secondary" onClick={more}>
          {events.length - rows} more
        </Button>
      )}
    </div>
  );
});

const Row = memo(function Row(props: {
  readonly item: GroupEvent;
  readonly selected: boolean;
  readonly said: PanelFeedback['kind'] | undefined;
  readonly timeZone: string;
  readonly onPick: (event: GroupEvent) => void;
}) {
  const { item, selected, said, timeZone, onPick } = props;
  const theme = useTheme2();
  const { group, event } = item;
  const ellipsis = { whiteSpace: 'nowrap', overflow: 'hidden', textOverflow: 'ellipsis' } as const;
  return (
    <div
      role="listitem"
      style={{
        display: 'flex',
        alignItems: 'center',
        gap: 8,
        padding: '2px 4px',
        fontSize: 12,
        background: selected ? theme.colors.action.selected : undefined,
      }}
    >
      <span
        style={{
          flex: '0 0 82px',
          textAlign: 'center',
          borderRadius: 3,
          color: '#000',
          background: severityClass(event.severity).color,
          padding: '0 4px',
        }}
      >
        {severityClass(event.severity).name} {Math.round(event.severity)}
      </span>
      <span style={{ whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }}>
        {dateTimeFormat(event.start, { timeZone, format: 'MM-DD HH:mm:ss' })}
      </span>
      <span style={{ whiteSpace: 'nowrap', minWidth: 74, color: theme.colors.text.secondary }}>
        {formatDuration(durationOf(item))}
      </span>
      <span style={{ ...ellipsis, flexShrink: 0, maxWidth: '26%' }} title={group.name}>
        {group.name}
      </span>
      <span style={{ ...ellipsis, flex: 1, color: theme.colors.text.secondary }} title={event.reason}>
        {withoutName(event.reason, group.name)}
      </span>
      {said && (
        <span style={{ whiteSpace: 'nowrap', color: theme.colors.text.secondary }}>
          {said === 'normal' ? 'marked normal' : 'confirmed'}
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
});

/** The reason beside a name that it would only repeat. */
export const withoutName = (reason: string, name: string) =>
  reason.startsWith(`${name} `) ? reason.slice(name.length + 1) : reason;

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
