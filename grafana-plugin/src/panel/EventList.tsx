import { memo, useState, type UIEvent } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, useStyles2 } from '@grafana/ui';
import { t } from '../shared/i18n.js';
import { EventRow } from './EventRow.js';
import { feedbackOn } from './feedback.js';
import { IncidentRow, LabelRow } from './FleetRows.js';
import type { GroupEvent } from './model.js';
import type { Row } from './triage.js';
import type { PanelFeedback } from './types.js';

interface Props {
  readonly rows: readonly Row[];
  readonly selected: GroupEvent | undefined;
  readonly feedback: readonly PanelFeedback[];
  readonly timeZone: string;
  readonly width: number;
  readonly height: number;
  /** Whether the rows have to say which series they are about. */
  readonly several: boolean;
  /** The incident whose members are listed. */
  readonly opened: string | undefined;
  readonly onOpen: (id: string | undefined) => void;
  readonly onPick: (event: GroupEvent) => void;
  readonly onLabel: (label: string, value: string) => void;
}

/** Rows made at once: a hundred buttons that nobody sees cost more than the picture. */
const rowsPerStep = 12;
const rowHeight = { wide: 29, narrow: 46 };

/** Phones and panels of a third of a page: rows have two lines, and are buttons as a whole. */
export const isNarrow = (width: number) => width < 620;

/** Height of the list: all rows up to so many; of more, half a row says that there are more. */
export function listHeight(rows: number, narrow: boolean, panelHeight: number, most = 4): number {
  const height = rowHeight[narrow ? 'narrow' : 'wide'];
  const fits = Math.max(1, Math.floor((0.45 * panelHeight) / height));
  return 4 + height * (rows <= Math.min(most, fits) ? rows : Math.min(most - 0.5, Math.max(1.5, fits - 0.5)));
}

/** Every row is, or has, a button: the list is the keyboard's way to the reasons. */
export const EventList = memo(function EventList(props: Props) {
  const { rows, selected, feedback, timeZone, width, height, several, opened, onOpen, onPick, onLabel } =
    props;
  const styles = useStyles2(getStyles);
  const [made, setMade] = useState(rowsPerStep);
  const narrow = isNarrow(width);
  const more = () => setMade((now) => Math.min(rows.length, now + 4 * rowsPerStep));
  const onScroll = ({ currentTarget: list }: UIEvent) => {
    const near = list.scrollTop + list.clientHeight > list.scrollHeight - 2 * rowHeight.wide;
    if (made < rows.length && near) more();
  };
  const eventRow = (item: GroupEvent) => (
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
  );
  const renderRow = (row: Row) => {
    if (row.kind === 'event') return eventRow(row.item);
    if (row.kind === 'label')
      return <LabelRow key={row.value} row={row} onPick={() => onLabel(row.label, row.value)} />;
    const isOpen = row.id === opened;
    return (
      <IncidentRow
        key={row.id}
        row={row}
        opened={isOpen}
        timeZone={timeZone}
        narrow={narrow}
        onOpen={() => onOpen(isOpen ? undefined : row.id)}
      />
    );
  };
  /** The members of the incident that is open stand below it. */
  const listed = rows
    .slice(0, made)
    .flatMap((row) =>
      row.kind === 'incident' && row.id === opened
        ? [
            renderRow(row),
            ...row.incident.members.map(({ series, event }) => eventRow({ group: series.group, event })),
          ]
        : [renderRow(row)],
    );
  return (
    <div
      className={styles.list}
      style={{ height }}
      data-testid="heed-event-list"
      role="list"
      aria-label={t('list.label', 'Anomalies')}
      onScroll={onScroll}
    >
      {listed}
      {rows.length > made && (
        <Button size="sm" fill="text" variant="secondary" onClick={more}>
          {t('list.more', '{{count}} more', { count: rows.length - made })}
        </Button>
      )}
    </div>
  );
});

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({ overflowY: 'auto', overflowX: 'hidden', borderTop: `1px solid ${theme.colors.border.weak}` }),
});
