import type { AnomalyEvent, Series } from '@heed/core';
import { ComparisonPicture } from './ComparisonPicture.js';
import { t } from '../shared/i18n.js';

interface Props {
  readonly series: Series;
  readonly channel: number;
  readonly event: AnomalyEvent;
  readonly format: (value: number) => string;
}

const drawnIntervals = 6;

/**
 * The event and, laid over it, the normal intervals it was compared with: the heavier an interval weighed, the
 * stronger its line. Interval and event are laid start on start, with as many points around the event as an interval
 * is long.
 */
export function AttendedPicture({ series, channel, event, format }: Props) {
  const values = series.channels[channel]!.values;
  const n = values.length;
  const intervals = event.attended.filter(({ weight }) => weight >= 0.01).slice(0, drawnIntervals);
  const longest = Math.max(
    8,
    ...intervals.map((s) => s.end - s.start + 1),
    event.endIndex - event.startIndex + 1,
  );
  const middle = Math.round((event.startIndex + event.endIndex) / 2);
  const from = Math.max(0, Math.min(n - longest, middle - Math.floor(longest / 2)));
  const cut = (start: number) => Float64Array.from({ length: longest }, (_, k) => values[start + k] ?? NaN);
  const readStart = ({ start, end }: { start: number; end: number }) =>
    Math.round((start + end) / 2) - (middle - from);
  return (
    <ComparisonPicture
      description={t('why.picture', 'The event over the intervals it was compared with')}
      testId="heed-attended"
      x={Float64Array.from({ length: longest }, (_, k) => k)}
      own={{ name: t('why.this-event', 'this event'), values: cut(from) }}
      others={{
        name: t('why.compared-lines', 'what it was compared with'),
        lines: intervals.map((interval) => ({ weight: interval.weight, values: cut(readStart(interval)) })),
      }}
      heaviest={3}
      event={{ start: event.startIndex - from, end: event.endIndex - from, severity: event.severity }}
      format={format}
    />
  );
}
