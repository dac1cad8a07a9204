import { dateOfDigits } from './time-formats.js';

/** 2000 to 2040 in seconds: an epoch time that no name announces is taken for one only within. */
const [from, to] = [946_684_800, 2_208_988_800];

/**
 * True for numbers that are times by what they are, whatever their column's name: epoch seconds, ms, µs or ns in even
 * steps, dates written as digits below a name that speaks of dates, or days of eight digits that follow each other.
 */
export function countsTime(name: string, values: readonly number[]): boolean {
  if (values.length < 3) return false;
  if (/dat(e|um|a)|time|zeit|fecha|日期/i.test(name)) {
    for (const format of ['yyyymmddhh', 'yyyymmddhhmm', 'yyyymmddhhmmss', 'yyyymmdd']) {
      if (values.every((value) => !Number.isNaN(dateOfDigits(value, format)))) return true;
    }
  }
  if (countsDays(values)) return true;
  // Fourteen digits that are a date are nothing else.
  if (values.every((value) => !Number.isNaN(dateOfDigits(value, 'yyyymmddhhmmss')))) return true;
  if (!isEpoch(values)) return false;
  const steps = values.slice(1).map((value, i) => value - values[i]!);
  const direction = Math.sign(steps.find((step) => step !== 0) ?? 0);
  // Series one after the other begin again at the time of the first one.
  const turns = steps.filter((step, i) => step * direction < 0 && !isBegin(values, i + 1));
  if (direction === 0 || turns.length > 0) return false;
  // Counters of bytes grow too, and hardly ever evenly.
  const moving = steps.filter((step) => step * direction > 0).map(Math.abs);
  const usual = [...moving].sort((a, b) => a - b)[moving.length >> 1]!;
  return moving.filter((step) => Math.abs(step - usual) <= 0.02 * usual).length >= 0.8 * moving.length;
}

/** True for 20260302, 20260303 … 20260401: days that follow each other in even steps, whatever the name. */
export function countsDays(values: readonly number[] | Float64Array): boolean {
  let [last, step, moves] = [NaN, 0, 0];
  for (const value of values) {
    if (!(value >= 19_000_101 && value <= 21_001_231)) return false;
    const day = dateOfDigits(value, 'yyyymmdd');
    if (Number.isNaN(day)) return false;
    if (day !== last && !Number.isNaN(last)) {
      if (step === 0) step = day - last;
      if (day - last !== step) return false;
      moves++;
    }
    last = day;
  }
  return moves > 1;
}

/** True where the times of another series begin: no further from the first time than it was to the second or third. */
function isBegin(values: readonly number[], at: number): boolean {
  const first = values[0]!;
  const second = values.find((value) => value !== first) ?? first;
  return at > 2 && Math.abs(values[at]! - first) <= 3 * Math.abs(second - first);
}

/** True for numbers that all lie in our years as epoch seconds, ms, µs or ns. */
export function isEpoch(values: readonly number[]): boolean {
  return (
    values.length > 0 &&
    [1, 1e3, 1e6, 1e9].some((unit) => values.every((value) => value >= from * unit && value <= to * unit))
  );
}

/**
 * True for epoch times at uneven moments in the first column, whose name says nothing: `t`, `x`, `column 1`. They rise
 * from row to row, or fall in all of them.
 */
export function countsUnnamedTime(name: string, values: readonly number[]): boolean {
  if (!/^(|.|ts|column 1|index|key|unnamed: 0)$/i.test(name.trim()) || values.length < 3 || !isEpoch(values))
    return false;
  const direction = Math.sign(values.at(-1)! - values[0]!);
  return values.every((value, i) => i === 0 || Math.sign(value - values[i - 1]!) === direction);
}

/** True for a column named as a time since a start, `t`, `t (µs)`, `second`, `X_Value`, whose numbers go on evenly. */
export function countsOn(name: string, values: readonly number[]): boolean {
  const bare = name.replace(/\s*[([].*[)\]]\s*$/, '').trim();
  if (!/^(t|s|secs?|seconds?|x[ _-]?(axis|values?))$/i.test(bare) || values.length < 5) return false;
  const step = values[1]! - values[0]!;
  return (
    step > 0 &&
    values.every((value, i) => Math.abs(value - values[0]! - i * step) <= 0.02 * step + 1e-4 * i * step)
  );
}

/** True for numbers with decimals that go on evenly from near 0, as programs count seconds; rows may share one. */
export function countsSeconds(values: readonly number[]): boolean {
  const steps = values.slice(1).map((value, i) => value - values[i]!);
  const moving = steps.filter((step) => step !== 0).sort((a, b) => a - b);
  const usual = moving[moving.length >> 1] ?? 0;
  if (moving.length < 5 || !(moving[0]! > 0) || values.every(Number.isInteger)) return false;
  if (!(values[0]! >= 0 && values[0]! <= 10 * usual)) return false;
  return moving.filter((step) => Math.abs(step - usual) <= 0.1 * usual).length >= 0.9 * moving.length;
}

/** `beginTimeSeconds`, `event_epoch`: epoch times by their size and name, though series take turns in them. */
export function countsNamedTime(name: string, values: readonly number[]): boolean {
  return (
    /(^|[^a-z])(time|timestamp|epoch|date|clock|ts|created|updated|at)(?![a-z])|(^|[^a-z])(time|date)/i.test(
      name.replace(/([a-z])([A-Z])/g, '$1_$2'),
    ) &&
    isEpoch(values) &&
    values.some((value) => value !== values[0])
  );
}
