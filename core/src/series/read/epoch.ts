/** Units of numeric times since 1970-01-01T00:00:00Z. */
export type EpochUnit = 's' | 'ms' | 'us' | 'ns';

/** Epoch milliseconds of a number in `unit`. */
export function epochToMs(time: number, unit: EpochUnit): number {
  // Whole milliseconds stay whole: dividing is exact where multiplying by 0.001 is not.
  return unit === 's' ? time * 1000 : unit === 'ms' ? time : time / (unit === 'us' ? 1e3 : 1e6);
}

/**
 * The unit of an epoch time by its size: below 1e11 seconds (until the year 5138), below 1e14 milliseconds, below
 * 1e17 microseconds, else nanoseconds. Each limit lies before 1973 in the finer unit.
 */
export function guessEpochUnit(time: number): EpochUnit {
  const size = Math.abs(time);
  return size < 1e11 ? 's' : size < 1e14 ? 'ms' : size < 1e17 ? 'us' : 'ns';
}
