import { memo, useState, type UIEvent } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, useStyles2 } from '@grafana/ui';
import { EventRow } from './EventRow.js';
import { feedbackOn } from './feedback.js';
import type { GroupEvent } from './model.js';
import type { PanelFeedback } from './types.js';

interface Props {
  readonly events: readonly GroupEvent[];
  readonly selected: GroupEvent | undefined;
  readonly feedback: readonly PanelFeedback[];
  readonly timeZone: string;
  readonly width: number;
  readonly height: number;
  /** Whether the rows have to say which series they are about. */
  readonly several: boolean;
  readonly onPick: (event: GroupEvent) => void;
}

/** Rows made at once: a hundred buttons that nobody sees cost more than the picture. */
const rowsPerStep = 12;
const rowHeight = { wide: 29, narrow: 46 };

/** Phones and panels of a third of a page: rows have two lines, and are buttons as a whole. */
export const isNarrow = (width: number) => width < 620;

/** Height of the list: all rows up to four; of more, half a row says that there are more. */
export function listHeight(rows: number, narrow: boolean, panelHeight: number): number {
  const height = rowHeight[narrow ? 'narrow' : 'wide'];
  const fits = Math.max(1, Math.floor((0.45 * panelHeight) / height));
  return 4 + height * (rows <= Math.min(4, fits) ? rows : Math.min(3.5, Math.max(1.5, fits - 0.5)));
}

/** Every row is, or has, a button: the list is the keyboard's way to the reasons. */
export const EventList = memo(function EventList(props: Props) {
  const { events, selected, feedback, timeZone, width, height, several, onPick } = props;
  const styles = useStyles2(getStyles);
  const [rows, setRows] = useState(rowsPerStep);
  const narrow = isNarrow(width);
  const more = () => setRows((now) => Math.min(events.length, now + 4 * rowsPerStep));
  const onScroll = ({ currentTarget: list }: UIEvent) => {
    const near = list.scrollTop + list.clientHeight > list.scrollHeight - 2 * rowHeight.wide;
    if (rows < events.length && near) more();
  };
  return (
    <div
      className={styles.list}
      style={{ height }}
      data-testid="heed-event-list"
      role="list"
      aria-label="Anomalies"
      onScroll={onScroll}
    >
      {events.slice(0, rows).map((item) => (
        <EventRow
          key={`${item.group.name} ${item.event.start}`}
          item={item}
          selected={selected?.event === item.event}
          answer={feedbackOn(feedback, item.group.name, item.event)?.kind}
          timeZone={timeZone}
          narrow={narrow}
          several={several}
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

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({ overflowY: 'auto', overflowX: 'hidden', borderTop: `1px solid ${theme.colors.border.weak}` }),
});
