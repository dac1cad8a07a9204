import { TimeForm } from './iso-time.js';
import type { ReadOptions } from './options.js';
import { swapDayAndMonth } from './time-formats.js';
import { TimeParser } from './times.js';

/** Dates as they stand in titles. */
const dates =
  /(?<![\d./-])(?:\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2(?:\d{4}|\d{2})|\d{1,2}[ -]\p{L}{3,9}\.?[ -]\d{4}|\p{L}{3,9} \d{1,2},? \d{4})(?![\d./-])/gu;
/** `Linux 6.1.0-18-amd64 (web-1) 11/28/2026 _x86_64_ (8 CPU)`: what sysstat begins with. */
const sysstat = /^Linux \S+ \(\S+\)/;

/**
 * The day on which the rows below begin, in epoch ms, as a line of sysstat or of a logger above the table tells it; 0
 * where none does, or the order of its day and month is open, or several lines tell several days.
 */
export function findStartDay(titles: readonly string[], options: ReadOptions): number {
  const days = new Set<number>();
  const parser = new TimeParser();
  for (const title of titles) {
    const isHead = sysstat.test(title);
    // When a file was written or printed is not when its first row was measured.
    const isStart =
      /\b(date|day|datum|fecha|start(ed|ing)?|begins?|began|recorded|measured|beginn)\b/i.test(title) &&
      !/export|print|creat|generat|report|written|saved|calibrat|end\b|until|due/i.test(title);
    if (!isHead && !isStart) continue;
    for (const [text] of title.matchAll(dates)) {
      const form = parser.parse(text);
      if (form <= TimeForm.number) continue;
      const open =
        form === TimeForm.either && swapDayAndMonth(parser.ms) !== parser.ms && parser.mark !== '.';
      if (!open) days.add(parser.ms);
      else if (options.timeFormat === 'day-first') days.add(parser.ms);
      // The clock that says AM and PM, and the one of no country (two digits of the year), have the month first.
      else if (
        options.timeFormat === 'month-first' ||
        (isHead && (parser.shortYear || titles.some(saysHalf)))
      )
        days.add(swapDayAndMonth(parser.ms));
    }
  }
  const [only = 0, ...others] = days;
  return others.length === 0 ? only : 0;
}

function saysHalf(title: string): boolean {
  return /\d\s?[AP]M\b/.test(title);
}
