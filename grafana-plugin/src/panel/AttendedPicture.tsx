import type { GrafanaTheme2 } from '@grafana/data';
import type { AnomalyEvent, PlainSeries } from '../engine/protocol.js';
import { ComparisonPicture } from './ComparisonPicture.js';

interface Props {
  readonly series: PlainSeries;
  readonly channel: number;
  readonly event: AnomalyEvent;
  readonly format: (value: number) => string;
  readonly theme: GrafanaTheme2;
}

const drawnStretches = 6;

/**
 * The event and, laid over it, the normal stretches it was compared with: the heavier a stretch weighed, the
 * stronger its line. Stretch and event are laid start on start, with as many points around the event as a stretch
 * is long.
 */
export function AttendedPicture({ series, channel, event, format, theme }: Props) {
  const values = series.channels[channel]!.values;
  const n = values.length;
  const stretches = event.attended.filter(({ weight }) => weight >= 0.01).slice(0, drawnStretches);
  const longest = Math.max(
    8,
    ...stretches.map((s) => s.end - s.start + 1),
    event.endIndex - event.startIndex + 1,
  );
  const middle = Math.round((event.startIndex + event.endIndex) / 2);
  const from = Math.max(0, Math.min(n - longest, middle - Math.floor(longest / 2)));
  const cut = (start: number) => Float64Array.from({ length: longest }, (_, k) => values[start + k] ?? NaN);
  const startOf = ({ start, end }: { start: number; end: number }) =>
    Math.round((start + end) / 2) - (middle - from);
  return (
    <ComparisonPicture
      description="The event over the stretches it was compared with"
      testId="heed-attended"
      x={Float64Array.from({ length: longest }, (_, k) => k)}
      own={{ name: 'this event', values: cut(from) }}
      others={{
        name: 'what it was compared with',
        lines: stretches.map((stretch) => ({ weight: stretch.weight, values: cut(startOf(stretch)) })),
      }}
      heaviest={3}
      event={{ start: event.startIndex - from, end: event.endIndex - from, severity: event.severity }}
      format={format}
      theme={theme}
    />
  );
}
