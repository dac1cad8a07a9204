import type { MovingOptions } from './moving.js';

/** Each window written out: the present values around (or up to) every point. */
export function naiveWindows(values: readonly number[], options: MovingOptions): number[][] {
  const { window, align = 'centered' } = options;
  const before = align === 'trailing' ? window - 1 : Math.floor(window / 2);
  return values.map((_, t) =>
    Array.from({ length: window }, (_unused, i) => values[t - before + i]).filter(
      (value): value is number => value !== undefined && !Number.isNaN(value),
    ),
  );
}

export function naiveMean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function naiveStd(values: readonly number[]): number {
  const mean = naiveMean(values);
  return Math.sqrt(naiveMean(values.map((value) => (value - mean) ** 2)));
}

export function naiveMedian(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
