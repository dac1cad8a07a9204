import { checkEach, checkParts, checkRecord, checkRecords } from '../check-argument.js';
import { quantileOfSorted } from '../preprocess/statistics.js';

/** One fault of a series, and the events told of the series: indices, both ends inclusive. */
export interface EventCase {
  readonly fault: { readonly start: number; readonly end: number };
  readonly events: readonly { readonly startIndex: number; readonly endIndex: number }[];
}

/** How well faults of one kind were told, over several series. */
export interface EventErrors {
  /** Faults that some event touches. */
  readonly found: number;
  /** Median number of points by which the first such event begins early or late, and the last one ends so; NaN for none found. */
  readonly begin: number;
  readonly end: number;
  /** Events per series that touch no fault. */
  readonly others: number;
}

/** How far the begins and ends of events are off. */
export function eventErrors(cases: readonly EventCase[]): EventErrors {
  checkEach('case', cases, (what, one) =>
    checkParts(what, one, { fault: checkRecord, events: checkRecords }),
  );
  const begins: number[] = [];
  const ends: number[] = [];
  let others = 0;
  for (const { fault, events } of cases) {
    const touching = events.filter(
      ({ startIndex, endIndex }) => startIndex <= fault.end + 1 && endIndex >= fault.start - 1,
    );
    others += events.length - touching.length;
    if (touching.length === 0) continue;
    begins.push(Math.abs(Math.min(...touching.map(({ startIndex }) => startIndex)) - fault.start));
    ends.push(Math.abs(Math.max(...touching.map(({ endIndex }) => endIndex)) - fault.end));
  }
  const median = (values: number[]): number => quantileOfSorted(Float64Array.from(values).sort(), 0.5);
  return {
    found: begins.length,
    begin: median(begins),
    end: median(ends),
    others: others / Math.max(1, cases.length),
  };
}
