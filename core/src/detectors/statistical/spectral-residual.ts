import { integer, type OptionsOf } from '../base/options.js';
import { defineDetector } from '../base/types.js';
import FFT from 'fft.js';
import { CooperativeScheduler } from '../../yield.js';
import type { Series } from '../../series/series.js';
import type { RawScores, RunOptions } from '../base/types.js';
import { standardized } from '../base/standardize.js';

/** Real and imaginary parts. */
interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/**
 * Discrete Fourier transform of any length (Bluestein 1970): the package transforms powers of two only, and padding a
 * series with zeros would put an edge where there is none.
 */
class AnyLengthTransform {
  private readonly fft: FFT;
  private readonly chirp: Complex;
  private readonly kernel: number[];

  constructor(private readonly n: number) {
    let size = 2;
    while (size < 2 * n) size *= 2;
    this.fft = new FFT(size);
    const re = new Float64Array(n);
    const im = new Float64Array(n);
    const filter = this.fft.createComplexArray().fill(0);
    for (let k = 0; k < n; k++) {
      // k² mod 2n keeps the angle small, and with it the rounding.
      const angle = (Math.PI * ((k * k) % (2 * n))) / n;
      re[k] = Math.cos(angle);
      im[k] = -Math.sin(angle);
      for (const at of k === 0 ? [0] : [k, size - k]) {
        filter[2 * at] = re[k]!;
        filter[2 * at + 1] = -im[k]!;
      }
    }
    this.chirp = { re, im };
    this.kernel = this.fft.createComplexArray();
    this.fft.transform(this.kernel, filter);
  }

  /** Σ_t x_t e^(−2πi·kt/n), k = 0…n − 1. */
  forward({ re, im }: Complex): Complex {
    const { n, fft, chirp, kernel } = this;
    const input = fft.createComplexArray().fill(0);
    for (let t = 0; t < n; t++) {
      input[2 * t] = re[t]! * chirp.re[t]! - im[t]! * chirp.im[t]!;
      input[2 * t + 1] = re[t]! * chirp.im[t]! + im[t]! * chirp.re[t]!;
    }
    const spectrum = fft.createComplexArray();
    fft.transform(spectrum, input);
    for (let k = 0; k < spectrum.length; k += 2) {
      const a = spectrum[k]!;
      const b = spectrum[k + 1]!;
      spectrum[k] = a * kernel[k]! - b * kernel[k + 1]!;
      spectrum[k + 1] = a * kernel[k + 1]! + b * kernel[k]!;
    }
    fft.inverseTransform(input, spectrum);
    const out = { re: new Float64Array(n), im: new Float64Array(n) };
    for (let k = 0; k < n; k++) {
      out.re[k] = input[2 * k]! * chirp.re[k]! - input[2 * k + 1]! * chirp.im[k]!;
      out.im[k] = input[2 * k]! * chirp.im[k]! + input[2 * k + 1]! * chirp.re[k]!;
    }
    return out;
  }

  /** The inverse of `forward`. */
  inverse({ re, im }: Complex): Complex {
    const out = this.forward({ re: im, im: re });
    return { re: out.im.map((value) => value / this.n), im: out.re.map((value) => value / this.n) };
  }
}

/**
 * Saliency of every point: the log amplitude spectrum less its moving average over `smoothing` frequencies, with the
 * phase kept, transformed back. What the average spectrum does not explain stands out.
 * @param values n values
 * @returns n values >= 0
 */
export async function computeSpectralResidual(
  values: Float64Array,
  smoothing: number,
  options: RunOptions,
): Promise<Float64Array> {
  const n = values.length;
  const scheduler = new CooperativeScheduler(options.signal);
  // Shifted away from 0, so that the constant term stays above the others as in the original.
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (!(high > low)) return new Float64Array(n);
  const transform = new AnyLengthTransform(n);
  await scheduler.yieldIfDue();
  const { re, im } = transform.forward({
    re: values.map((value) => (value - low) / (high - low)),
    im: new Float64Array(n),
  });
  await scheduler.yieldIfDue();
  const amplitude = re.map((value, k) => Math.hypot(value, im[k]!));
  // A vanishing amplitude has no logarithm; below this it is rounding.
  const floor = 1e-15 * amplitude.reduce((most, value) => Math.max(most, value), 0);
  const logAmplitude = amplitude.map((value) => Math.log(Math.max(value, floor)));
  const half = Math.floor(n / 2);
  const residual = new Float64Array(n);
  const before = Math.floor((smoothing - 1) / 2);
  let sum = 0;
  const at = (k: number): number => logAmplitude[Math.min(Math.max(k, 1), half)]!;
  for (let k = 1 - before; k < 1 - before + smoothing; k++) sum += at(k);
  for (let k = 1; k <= half; k++) {
    residual[k] = logAmplitude[k]! - sum / smoothing;
    residual[n - k] = residual[k]!;
    sum += at(k - before + smoothing) - at(k - before);
  }
  for (let k = 0; k < n; k++) {
    const gain = amplitude[k]! > floor ? Math.exp(residual[k]!) / amplitude[k]! : 0;
    re[k] = re[k]! * gain;
    im[k] = im[k]! * gain;
  }
  await scheduler.yieldIfDue();
  const saliency = transform.inverse({ re, im });
  return saliency.re.map((value, t) => Math.hypot(value, saliency.im[t]!));
}

async function score(series: Series, options: Options, run: RunOptions): Promise<RawScores> {
  const values = standardized(series.channels[0]!.values);
  const raw = await computeSpectralResidual(values, options.smoothing, run);
  return { raw, contributions: [raw] };
}

const options = {
  smoothing: integer('frequencies the spectrum is averaged over', 100, { min: 1, max: 10_000 }),
};

type Options = OptionsOf<typeof options>;

/** Spectral residual over the whole series, as in the TSB-AD benchmark (which pads the spectrum's ends with values). */
export const spectralResidual = defineDetector({
  id: 'spectral-residual',
  summary: 'What stands out of the smoothed spectrum (spectral residual saliency).',
  source: 'Ren et al. 2019; settings of TSB-AD (Liu & Paparrizos 2024)',
  input: 'series',
  tags: {
    needsTraining: false,
    supervised: false,
    multivariate: false,
    streaming: false,
    minPoints: 8,
    explains: false,
  },
  options,
  create: (options) => ({ score: (series, run) => score(series, options, run) }),
});
