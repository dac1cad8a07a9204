import Table from 'cli-table3';
import { severityClass } from '../detection/severity.js';
import type { AnomalyEvent, Detection } from '../detection/types.js';
import type { InputSummary } from '../series/index.js';
import type { Series } from '../series/series.js';
import { channelShares, listFacts, rows, SeriesClock } from './facts.js';
import { printable, type Colors } from './terminal.js';

export interface TableOptions {
  readonly colors: Colors;
  /** Columns of the terminal. */
  readonly width: number;
  readonly timeZone: string;
  /** Most events to list; the rest is counted. */
  readonly maxEvents: number;
  /** What was understood of the input. */
  readonly input: InputSummary;
}

function paint(severity: number, text: string, colors: Colors): string {
  const { name } = severityClass(severity);
  return name === 'high' ? colors.red(text) : name === 'medium' ? colors.yellow(text) : colors.cyan(text);
}

/** `██████▌   63`: ten cells with eighths. */
export function severityBar(severity: number, cells: number, colors: Colors): string {
  const eighths = Math.max(1, Math.round((severity / 100) * cells * 8));
  const partial = ' ▏▎▍▌▋▊▉'[eighths % 8]!;
  const bar = `${'█'.repeat(eighths >> 3)}${eighths % 8 === 0 ? '' : partial}`.padEnd(cells);
  return `${paint(severity, bar, colors)} ${String(Math.round(severity)).padStart(3)}`;
}

/** The detection as text for a terminal or a log. */
export function detectionTable(series: Series, detection: Detection, options: TableOptions): string {
  const { colors, timeZone, width, maxEvents, input } = options;
  const lines: string[] = [];
  const clock = new SeriesClock(series, timeZone);
  lines.push(colors.bold(printable(series.name ?? 'Series')));
  for (const [name, value] of listFacts(series, detection, timeZone, input)) {
    lines.push(...factLines(colors.dim(name.padEnd(14)), printable(value), width));
  }
  lines.push('');
  const { events } = detection;
  if (events.length === 0) lines.push('No anomalies found.');
  else {
    const shown = [...events.keys()].slice(0, maxEvents);
    lines.push(
      width >= 90
        ? wideTable(series, detection, shown, clock, options)
        : shown.map((i) => stackedEvent(events[i]!, i, clock, options)).join('\n'),
    );
    const hidden = events.length - shown.length;
    lines.push(
      `${events.length} ${events.length === 1 ? 'event' : 'events'} in ${rows(series.time.length)}${
        hidden > 0 ? `; the last ${hidden} are not listed (--max-events ${events.length} lists all)` : ''
      }.${clock.zone === undefined || clock.zone === 'UTC' ? '' : ` Times in ${clock.zone}.`}`,
    );
  }
  for (const note of detection.notes) lines.push(...wrapText(`Note: ${printable(note)}`, width));
  return `${lines.join('\n')}\n`;
}

function channelText(event: AnomalyEvent, most: number): string {
  const shares = channelShares(event, most).map(({ name, percent }) => `${printable(name)} ${percent}%`);
  const hidden = event.channels.filter(({ share }) => share >= 0.01).length - shares.length;
  return shares.join('\n') + (hidden > 0 ? `\n+${hidden} more` : '');
}

/** A line of facts per event and, below it, the reason across the whole width: sentences need room. */
function wideTable(
  series: Series,
  detection: Detection,
  shown: readonly number[],
  clock: SeriesClock,
  { colors, width }: TableOptions,
): string {
  const starts = shown.map((i) => clock.at(detection.events[i]!.startIndex));
  const lengths = shown.map((i) => {
    const { startIndex, endIndex } = detection.events[i]!;
    return clock.length(startIndex, endIndex);
  });
  const widest = (texts: readonly string[], head: string) =>
    Math.max(head.length, ...texts.map((text) => text.length)) + 2;
  const columns = [
    Math.max(3, String(shown.length).length + 2),
    widest(starts, 'start'),
    widest(lengths, 'duration'),
    10 + 4 + 2,
  ];
  const rest = Math.max(20, width - columns.reduce((sum, column) => sum + column, 0));
  const several = series.channels.length > 1;
  const heads = ['#', 'start', 'duration', 'severity', several ? 'channels' : ''];
  const table = new Table({
    head: heads.map((name) => colors.bold(name)),
    colWidths: [...columns, rest],
    colAligns: ['right'],
    wordWrap: true,
    style: { head: [], border: [], 'padding-left': 1, 'padding-right': 1 },
    chars: noBorders,
  });
  shown.forEach((i, row) => {
    const event = detection.events[i]!;
    const channels = several ? channelText(event, 2).split('\n').join(', ') : '';
    table.push(
      [String(i + 1), starts[row]!, lengths[row]!, severityBar(event.severity, 10, colors), channels],
      ['', { colSpan: columns.length, content: `${printable(event.reason)}\n` }],
    );
  });
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Table characters that draw nothing. */
export const noBorders = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid']
    .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`])
    .concat('left-mid', 'right-mid', 'mid-mid', 'middle')
    .map((name) => [name, '']),
);

/** One event below the other, for narrow terminals. */
function stackedEvent(
  event: AnomalyEvent,
  i: number,
  clock: SeriesClock,
  { colors, width }: TableOptions,
): string {
  const when = `${clock.at(event.startIndex)}, ${clock.length(event.startIndex, event.endIndex)}`;
  const [channels, ...rest] = wrapText(channelText(event, 2).split('\n').join(', '), width - 21);
  return [
    `${colors.bold(String(i + 1).padStart(3))}  ${when}`,
    `     ${severityBar(event.severity, 10, colors)}  ${channels}`,
    ...rest.map((line) => ' '.repeat(21) + line),
    ...wrapText(printable(event.reason), width - 5).map((line) => `     ${line}`),
    '',
  ].join('\n');
}

/** Words in lines of at most `width` columns. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** A fact whose value runs over several lines keeps its column. */
export function factLines(name: string, value: string, width: number): string[] {
  const [first, ...rest] = wrapText(value, Math.max(20, width - 14));
  return [`${name}${first}`, ...rest.map((line) => `${' '.repeat(14)}${line}`)];
}
