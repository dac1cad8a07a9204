import { checkArray } from '../check-argument.js';
import { checkNumber, readLength } from '../check-number.js';
import FFT from 'fft.js';
import { HeedError } from '../errors.js';
import { meanAndStd } from './statistics.js';

/** Smallest power of two >= n: the lengths the FFT takes. */
function nextPowerOfTwo(n: number): number {
  if (!(n <= 2 ** 30)) {
    throw new HeedError('bad-option', `the transform would take ${n} values`, 'Give a shorter series.');
  }
  let size = 2;
  while (size < n) size *= 2;
  return size;
}

const transforms = new Map<number, FFT>();

/** The transform of a length; the tables of common lengths are kept, since setting them up takes as long as a run. */
function getTransform(size: number): FFT {
  let fft = transforms.get(size);
  if (!fft) {
    fft = new FFT(size);
    if (size <= 8192) transforms.set(size, fft);
  }
  return fft;
}

/** Real and imaginary parts, interleaved, of the transform of `values` padded with zeros to `size`. */
function transformReal(values: Float64Array, size: number): { fft: FFT; spectrum: number[] } {
  const fft = getTransform(size);
  const input = new Float64Array(size);
  input.set(values);
  const spectrum = fft.createComplexArray();
  fft.realTransform(spectrum, input);
  fft.completeSpectrum(spectrum);
  return { fft, spectrum };
}

/**
 * Autocorrelation r[0…maxLag] with the biased denominator: r[k] = Σ(x_t − m)(x_{t+k} − m) / Σ(x_t − m)², as
 * statsmodels' `acf(fft=True)` has it. By FFT, O(n log n).
 * Missing values count as the mean, that is they add to no sum. A constant series has r[0] = 1 and 0 elsewhere.
 * @param maxLag largest lag in points; beyond n − 1 the autocorrelation is 0
 * @returns maxLag + 1 values in −1…1
 * @throws HeedError bad-option
 */
export function autocorrelation(values: ArrayLike<number>, maxLag: number): Float64Array {
  checkNumber('the largest lag', maxLag, { min: 0, whole: true });
  const n = values.length;
  if (maxLag > Math.max(n, MOST_LAGS)) {
    throw new HeedError(
      'bad-option',
      `the largest lag is ${maxLag} where there are ${n} values`,
      'Give a lag shorter than the series.',
    );
  }
  const result = new Float64Array(maxLag + 1);
  result[0] = 1;
  const { mean, count } = meanAndStd(values);
  let largest = 0;
  for (let t = 0; t < n; t++) {
    const size = Math.abs(values[t]! - mean);
    if (size > largest) largest = size;
  }
  // Rounding leaves a constant series of large numbers deviations of some units in the last place.
  if (count === 0 || !(largest > 1e-14 * Math.abs(mean))) return result;

  const centered = new Float64Array(n);
  for (let t = 0; t < n; t++) {
    const value = values[t]!;
    // Scaled, so that squares of very large or small values stay within range.
    centered[t] = Number.isNaN(value) ? 0 : (value - mean) / largest;
  }
  const lags = Math.min(maxLag, n - 1);
  if (lags <= FEW_LAGS) {
    laggedProducts(centered, result.subarray(0, lags + 1));
    const square = result[0]!;
    for (let k = 0; k <= lags; k++) result[k] = result[k]! / square;
    return result;
  }
  const { fft, spectrum } = transformReal(centered, nextPowerOfTwo(n + lags));
  for (let i = 0; i < spectrum.length; i += 2) {
    spectrum[i] = spectrum[i]! * spectrum[i]! + spectrum[i + 1]! * spectrum[i + 1]!;
    spectrum[i + 1] = 0;
  }
  const products = fft.createComplexArray();
  fft.inverseTransform(products, spectrum);
  for (let k = 1; k <= lags; k++) result[k] = products[2 * k]! / products[0]!;
  return result;
}

/** Lags beyond the series are 0; of more of them than this nobody has a use. */
const MOST_LAGS = 2 ** 20;

/** Up to here the sums themselves cost less than two transforms. */
const FEW_LAGS = 80;

/** Σ x_t x_{t+lag} over the values that have a partner, added up in four parts that do not wait for each other. */
export function laggedProduct(values: Float64Array, lag: number): number {
  const n = values.length - lag;
  const body = n & ~3;
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  for (let t = 0, u = lag; t < body; t += 4, u += 4) {
    sum0 += values[t]! * values[u]!;
    sum1 += values[t + 1]! * values[u + 1]!;
    sum2 += values[t + 2]! * values[u + 2]!;
    sum3 += values[t + 3]! * values[u + 3]!;
  }
  for (let t = Math.max(0, body); t < n; t++) sum0 += values[t]! * values[t + lag]!;
  return sum0 + sum1 + (sum2 + sum3);
}

/**
 * `laggedProduct` of the lags from `first` on into products[first], products[first + 1], …, four lags at a time, so that
 * each value is read once for all.
 */
export function laggedProducts(values: Float64Array, products: Float64Array, first = 0): void {
  let lag = first;
  for (; lag + 4 <= products.length; lag += 4) {
    const n = values.length - lag - 3;
    let sum0 = 0;
    let sum1 = 0;
    let sum2 = 0;
    let sum3 = 0;
    let odd0 = 0;
    let odd1 = 0;
    let odd2 = 0;
    let odd3 = 0;
    let t = 0;
    for (let u = lag; t + 2 <= n; t += 2, u += 2) {
      const own = values[t]!;
      const next = values[t + 1]!;
      const ahead1 = values[u + 1]!;
      const ahead2 = values[u + 2]!;
      const ahead3 = values[u + 3]!;
      sum0 += own * values[u]!;
      sum1 += own * ahead1;
      sum2 += own * ahead2;
      sum3 += own * ahead3;
      odd0 += next * ahead1;
      odd1 += next * ahead2;
      odd2 += next * ahead3;
      odd3 += next * values[u + 4]!;
    }
    products[lag] = sum0 + odd0;
    products[lag + 1] = sum1 + odd1;
    products[lag + 2] = sum2 + odd2;
    products[lag + 3] = sum3 + odd3;
    // The shorter lags have partners for a few points more.
    for (let k = lag; k < lag + 4; k++) {
      for (let rest = Math.max(0, t); rest + k < values.length; rest++) {
        products[k] = products[k]! + values[rest]! * values[rest + k]!;
      }
    }
  }
  for (; lag < products.length; lag++) products[lag] = laggedProduct(values, lag);
}

/**
 * Power of `values` (complete, mean removed by the caller) at the frequencies j/size cycles per point,
 * j = 0…size/2, padded with zeros to `size`, a power of two: |Σ x_t e^(−2πi·jt/size)|² / n.
 * @returns size/2 + 1 values
 */
export function periodogram(values: Float64Array, size = nextPowerOfTwo(readLength(values))): Float64Array {
  checkArray('values', values);
  checkNumber('the transform length', size, { min: 2, whole: true });
  if (size < values.length || nextPowerOfTwo(size) !== size) {
    throw new HeedError(
      'bad-option',
      `the transform length is ${size} for ${values.length} points`,
      'Give a power of two that is not below the number of points.',
    );
  }
  const { spectrum } = transformReal(values, size);
  const power = new Float64Array(size / 2 + 1);
  for (let j = 0; j < power.length; j++) {
    power[j] = (spectrum[2 * j]! ** 2 + spectrum[2 * j + 1]! ** 2) / values.length;
  }
  return power;
}
