import { Button, InlineField, InlineFieldRow } from '@grafana/ui';
import type { Exclusion } from '@heed/core/detection';
import { TextInput } from '../shared/inputs.js';
import { DayPicker } from './DayPicker.js';
import { t } from '../shared/i18n.js';

/** Recurring quiet times (backups, batch jobs) and single maintenance windows, in which nothing is reported. */
export function CalendarEditor({
  value,
  onChange,
}: {
  value: Exclusion[];
  onChange: (value: Exclusion[]) => void;
}) {
  const replace = (at: number, item: Exclusion) => onChange(value.map((old, i) => (i === at ? item : old)));
  const remove = (at: number) => onChange(value.filter((_, i) => i !== at));
  return (
    <div>
      {value.map((item, i) => (
        <InlineFieldRow key={i}>
          {item.kind === 'recurring' ? (
            <>
              <InlineField
                label={t('calendar.quiet', 'Quiet daily')}
                labelWidth={20}
                tooltip={t('calendar.quiet-tip', 'Local time; an end before the start runs over midnight')}
              >
                <TextInput
                  id={`heed-quiet-from-${i}`}
                  width={8}
                  value={item.from}
                  onCommit={(from) => isClock(from) && replace(i, { ...item, from })}
                />
              </InlineField>
              <InlineField label={t('calendar.to', 'to')}>
                <TextInput
                  id={`heed-quiet-to-${i}`}
                  width={8}
                  value={item.to}
                  onCommit={(to) => isClock(to) && replace(i, { ...item, to })}
                />
              </InlineField>
              <InlineField label={t('calendar.zone', 'zone')}>
                <TextInput
                  id={`heed-quiet-zone-${i}`}
                  width={18}
                  value={item.timeZone ?? 'UTC'}
                  onCommit={(zone) => isZone(zone) && replace(i, { ...item, timeZone: zone })}
                />
              </InlineField>
              <DayPicker item={item} onChange={(next) => replace(i, next)} />
            </>
          ) : (
            <>
              <InlineField
                label={t('calendar.maintenance', 'Maintenance')}
                labelWidth={20}
                tooltip={t('calendar.iso', 'ISO 8601, for example 2026-11-22T06:00:00Z')}
              >
                <TextInput
                  id={`heed-window-from-${i}`}
                  width={26}
                  value={iso(item.start)}
                  onCommit={(text) => isDate(text) && replace(i, { ...item, start: Date.parse(text) })}
                />
              </InlineField>
              <InlineField label={t('calendar.to', 'to')}>
                <TextInput
                  id={`heed-window-to-${i}`}
                  width={26}
                  value={iso(item.end)}
                  onCommit={(text) => isDate(text) && replace(i, { ...item, end: Date.parse(text) })}
                />
              </InlineField>
            </>
          )}
          <Button
            variant="secondary"
            icon="trash-alt"
            aria-label={t('calendar.remove', 'Remove this quiet time')}
            onClick={() => remove(i)}
          />
        </InlineFieldRow>
      ))}
      <Button
        size="sm"
        variant="secondary"
        icon="plus"
        onClick={() =>
          onChange([
            ...value,
            {
              kind: 'recurring',
              from: '02:00',
              to: '03:00',
              timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
            },
          ])
        }
      >
        {t('calendar.add-quiet', 'Recurring quiet time')}
      </Button>{' '}
      <Button
        size="sm"
        variant="secondary"
        icon="plus"
        onClick={() => onChange([...value, { kind: 'window', start: Date.now() - 3600e3, end: Date.now() }])}
      >
        {t('calendar.add-window', 'Maintenance window')}
      </Button>
    </div>
  );
}

const iso = (ms: number) => new Date(ms).toISOString();
const isDate = (text: string) => Number.isFinite(Date.parse(text));
const isClock = (text: string) => /^([01]?\d|2[0-3]):[0-5]\d$/.test(text);
function isZone(zone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }));
  } catch {
    return false;
  }
}
