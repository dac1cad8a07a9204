import { checkArray, checkEach, checkRecord } from '../check-argument.js';
import { checkNumber } from '../check-number.js';
import { HeedError } from '../errors.js';

/** 1 GiB. */
const MOST_NUMBERS = 2 ** 27;

/** How windows are cut. */
export interface WindowOptions {
  /** Points per window. */
  readonly length: number;
  /** Points from one window's start to the next; default 1. */
  readonly stride?: number;
}

/** Whole windows in n points: ⌊(n − length)/stride⌋ + 1, 0 where the series is shorter than one. */
export function countWindows(n: number, options: WindowOptions): number {
  checkRecord('options', options);
  const { length, stride } = check(options);
  return n < length ? 0 : Math.floor((n - length) / stride) + 1;
}

/** Window i of a series, a view that shares its memory. */
export function windowAt(values: Float64Array, i: number, options: WindowOptions): Float64Array {
  checkArray('values', values);
  checkRecord('options', options);
  const { length, stride } = check(options);
  const count = countWindows(values.length, options);
  checkNumber(`the window asked for of ${count}`, i, { min: 0, max: count - 1, whole: true });
  return values.subarray(i * stride, i * stride + length);
}

/**
 * All windows of d channels as one array, count × length × d (row-major: what a tensor of that shape takes).
 * @param channels d arrays of n values
 * @throws HeedError bad-option, length-mismatch, memory-limit, too-few-points where there is no whole window
 */
export function copyWindows(channels: readonly Float64Array[], options: WindowOptions): Float64Array {
  checkEach('channel', channels, checkArray);
  checkRecord('options', options);
  const { length, stride } = check(options);
  const d = channels.length;
  const n = channels[0]?.length ?? 0;
  channels.forEach((values, c) => {
    if (values.length === n) return;
    throw new HeedError(
      'length-mismatch',
      `channel ${c} has ${values.length} values where the first has ${n}`,
      'Give all channels the same length.',
    );
  });
  const count = countWindows(n, options);
  if (count === 0) {
    throw new HeedError(
      'too-few-points',
      `${n} points are fewer than a window of ${length}`,
      'Give a shorter window.',
    );
  }
  const numbers = count * length * d;
  if (numbers > MOST_NUMBERS) {
    throw new HeedError(
      'memory-limit',
      `the windows hold ${numbers} numbers, more than ${MOST_NUMBERS}`,
      'Give a longer stride or shorter windows.',
    );
  }
  const out = new Float64Array(numbers);
  for (let i = 0, at = 0; i < count; i++) {
    for (let t = i * stride; t < i * stride + length; t++) {
      for (let c = 0; c < d; c++) out[at++] = channels[c]![t]!;
    }
  }
  return out;
}

function check(options: WindowOptions): Required<WindowOptions> {
  const { length, stride = 1 } = options;
  for (const [name, value] of Object.entries({ length, stride }))
    checkNumber(`the window's ${name}`, value, { min: 1, whole: true });
  return { length, stride };
}
