import { laggedProduct } from '../autocorrelation.js';
import { meanSquare, withoutTrend } from './prepare.js';

/** Autocorrelation at one lag with the unbiased denominator; `power` is the mean square of the values. */
function correlationAt(values: Float64Array, lag: number, power: number): number {
  return laggedProduct(values, lag) / (values.length - lag) / power;
}

/**
 * The peak of the autocorrelation within ±reach of `around`, by the parabola of least squares through these lags:
 * noise moves it far less than it moves the highest value.
 */
function peakNear(values: Float64Array, around: number, reach: number, power: number): number {
  let flat = 0;
  let slope = 0;
  let bend = 0;
  // Sums over the symmetric offsets −reach…reach, for the normal equations.
  let second = 0;
  let fourth = 0;
  for (let offset = -reach; offset <= reach; offset++) {
    const value = correlationAt(values, around + offset, power);
    flat += value;
    slope += offset * value;
    bend += offset * offset * value;
    second += offset * offset;
    fourth += offset ** 4;
  }
  const size = 2 * reach + 1;
  const curvature = (size * bend - second * flat) / (size * fourth - second * second);
  if (!(curvature < 0)) return around;
  const shift = -slope / second / (2 * curvature);
  return around + Math.min(reach, Math.max(-reach, shift));
}

/**
 * A lag to a fraction of a point: the frequency that, with its first harmonics, holds most power. Starts from the
 * autocorrelation's peak and 8 cycles, and doubles the interval as the estimate narrows, so that the search never
 * leaves the line's own peak. Reads at most 4,096 points.
 */
export function sharpen(fast: Float64Array, lag: number, power: number): number {
  const start = peakNear(fast, lag, Math.max(1, Math.floor(lag / 8)), power);
  const harmonics = Math.max(1, Math.min(4, Math.floor(start / 2.5)));
  const most = Math.min(fast.length, 4096);
  let frequency = 1 / start;
  for (let n = Math.min(most, Math.ceil(8 * start)); ; n = Math.min(most, 2 * n)) {
    let highest = combPower(fast, n, frequency, harmonics);
    // Half the width of the highest harmonic's line, then ever less.
    for (let reach = 1 / (2 * harmonics * n), round = 0; round < 5; round++, reach /= 2) {
      const center = frequency;
      for (const candidate of [center - reach, center + reach]) {
        const value = combPower(fast, n, candidate, harmonics);
        if (value > highest) {
          highest = value;
          frequency = candidate;
        }
      }
    }
    if (n === most) return 1 / frequency;
  }
}

/**
 * Power of the first n values at a frequency (cycles per point) and its multiples. The sum at one frequency follows
 * from the two before it (Goertzel 1958), two multiples at a time, since each step waits for the last.
 */
function combPower(values: Float64Array, n: number, frequency: number, harmonics: number): number {
  let sum = 0;
  for (let h = 1; h <= harmonics; h += 2) {
    const own = 2 * Math.cos(2 * Math.PI * frequency * h);
    const other = 2 * Math.cos(2 * Math.PI * frequency * (h + 1));
    let a1 = 0;
    let a2 = 0;
    let b1 = 0;
    let b2 = 0;
    for (let t = 0; t < n; t++) {
      const value = values[t]!;
      const a = value + (own * a1 - a2);
      a2 = a1;
      a1 = a;
      const b = value + (other * b1 - b2);
      b2 = b1;
      b1 = b;
    }
    sum += a1 * a1 + a2 * a2 - own * a1 * a2;
    if (h < harmonics) sum += b1 * b1 + b2 * b2 - other * b1 * b2;
  }
  return sum;
}

/** `values` less the mean cycle of `fast`, its detrended copy. */
export function subtractCycle(values: Float64Array, fast: Float64Array, lag: number): Float64Array {
  const bins = Math.max(2, Math.round(lag));
  const sums = new Float64Array(bins);
  const counts = new Float64Array(bins);
  const phases = new Int32Array(fast.length);
  for (let t = 0; t < fast.length; t++) {
    const phase = Math.min(bins - 1, Math.floor(((t % lag) / lag) * bins));
    phases[t] = phase;
    sums[phase] = sums[phase]! + fast[t]!;
    counts[phase] = counts[phase]! + 1;
  }
  for (let phase = 0; phase < bins; phase++) sums[phase] = sums[phase]! / counts[phase]!;
  const out = new Float64Array(values.length);
  for (let t = 0; t < out.length; t++) out[t] = values[t]! - sums[phases[t]!]!;
  return out;
}

/**
 * Follows a lag from the coarsest of the residuals to the finest, and measures its strength in the series itself. A
 * finer level moves the lag only where it can tell neighboring lags apart, beyond what noise does to them.
 */
export function refine(
  residuals: readonly Float64Array[],
  levels: readonly Float64Array[],
  coarse: number,
  scratch: Float64Array,
): { lag: number; strength: number } {
  let lag = coarse;
  for (let level = residuals.length - 2; level >= 0; level--) {
    lag *= 2;
    const fast = withoutTrend(residuals[level]!, lag, scratch);
    const power = meanSquare(fast);
    const around = Math.round(lag);
    const value = correlationAt(fast, around, power);
    let highest = value + Math.max(0.015, 3 * (1 - Math.min(1, value)) * Math.sqrt(2 / fast.length));
    for (let near = Math.max(1, around - 2); near <= Math.min(fast.length - 1, around + 2); near++) {
      const nearby = near === around ? -1 : correlationAt(fast, near, power);
      if (nearby > highest) {
        highest = nearby;
        lag = near;
      }
    }
  }
  const fast = withoutTrend(levels[0]!, lag, scratch);
  return { lag, strength: correlationAt(fast, Math.round(lag), meanSquare(fast)) };
}
