import type { FeedbackReport, FeedbackSummary } from '../evaluate/feedback.js';
import { csvText } from './csv.js';
import { three, wideTable, type ReportLayout } from './evaluate-report.js';
import { printable } from './terminal.js';

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${three(Math.abs(value))}`;

/** One table per detector: families × without feedback, with it, and what changed. */
export function feedbackTable(report: FeedbackReport, layout: ReportLayout): string {
  const { colors } = layout;
  const { question, metric } = report;
  const judged =
    question.kind === 'reveal'
      ? `${question.events} confirmed ${question.events === 1 ? 'event' : 'events'}`
      : `${question.events} dismissed false ${question.events === 1 ? 'event' : 'events'}`;
  const parts: string[] = [];
  for (const [detector, { overall, families }] of Object.entries(report.detectors)) {
    parts.push(
      colors.bold(`${detector}: mean ${metric} on the rest of each file, without and with ${judged}`),
      summaryTable([...Object.entries(families), ['all', overall]], layout),
    );
  }
  parts.push(
    `Means over up to ${question.choices} choices of the judged events per file; "first" is the gain of the first ` +
      'choice alone.',
  );
  if (report.skipped.length > 0) {
    const files = report.skipped.length === 1 ? 'file has' : 'files have';
    parts.push(`${report.skipped.length} ${files} too few events to judge some and keep others.`);
  }
  if (report.failures.length > 0) {
    parts.push(colors.bold(`${report.failures.length} failed`));
    for (const { file, detector, message } of report.failures) {
      parts.push(`  ${detector} on ${printable(file)}: ${printable(message)}`);
    }
  }
  return `${parts.join('\n')}\n`;
}

function summaryTable(
  rows: readonly (readonly [name: string, summary: FeedbackSummary])[],
  layout: ReportLayout,
): string {
  const { metric } = layout;
  const column = (head: string, cell: (summary: FeedbackSummary) => string) => ({
    head,
    cells: rows.map(([, summary]) => cell(summary)),
  });
  return wideTable(
    {
      head: 'family (files)',
      cells: rows.map(([name, { files }]) => `${printable(name)} (${files})`),
    },
    [
      column('without', ({ before }) => three(before.metrics[metric])),
      column('with', ({ after }) => three(after.metrics[metric])),
      column('gain', ({ gain }) => signed(gain)),
      column('first', ({ firstGain }) => signed(firstGain)),
      column('better/worse', ({ better, worse }) => `${better}/${worse}`),
      column(
        'found of',
        ({ before, after }) =>
          `${before.found.toFixed(1)} → ${after.found.toFixed(1)} of ${after.anomalies.toFixed(1)}`,
      ),
      column(
        'false events',
        ({ before, after }) => `${before.falseEvents.toFixed(1)} → ${after.falseEvents.toFixed(1)}`,
      ),
      column('s/scoring', ({ seconds }) => seconds.toFixed(2)),
    ],
    layout,
  );
}

/** One row per file and detector. */
export function feedbackCsv({ files, metric }: FeedbackReport): string {
  return csvText([
    [
      'file',
      'family',
      'detector',
      'points',
      'channels',
      'choices',
      `${metric} without`,
      `${metric} with`,
      `${metric} without, first choice`,
      `${metric} with, first choice`,
      'anomalies',
      'found without',
      'found with',
      'false events without',
      'false events with',
      'seconds',
      'error',
    ],
    ...files.map((result) => [
      result.file,
      result.family,
      result.detector,
      result.points,
      result.channels,
      result.choices,
      ...(result.choices > 0
        ? [
            Number(result.before.metrics[metric].toFixed(6)),
            Number(result.after.metrics[metric].toFixed(6)),
            Number(result.first!.before.metrics[metric].toFixed(6)),
            Number(result.first!.after.metrics[metric].toFixed(6)),
            result.after.anomalies,
            result.before.found,
            result.after.found,
            result.before.falseEvents,
            result.after.falseEvents,
          ]
        : Array<string>(9).fill('')),
      Number(result.seconds.toFixed(3)),
      result.error ? `${result.error.code}: ${result.error.message}` : '',
    ]),
  ]);
}
