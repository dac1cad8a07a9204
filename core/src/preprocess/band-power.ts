import { checkNumber } from '../check-number.js';
import FFT from 'fft.js';
import { HeedError } from '../errors.js';

/** Log power of sliding windows in octave bands. */
export interface BandPower {
  /** Points from the start of one window to the start of the next. */
  readonly hop: number;
  /** log2(window) bands × windows: band b holds 2^b to 2^(b+1) − 1 cycles per window, the last its highest frequency, window / 2. */
  readonly bands: readonly Float64Array[];
}

/** What is added to the power: a standardized window as smooth as this has no texture worth the name. */
const FLOOR = 1e-4;

/** Transforms and tapers by window length: setting them up takes longer than a short series. */
const prepared = new Map<number, { readonly fft: FFT; readonly taper: Float64Array }>();

function prepare(window: number): { readonly fft: FFT; readonly taper: Float64Array } {
  let found = prepared.get(window);
  if (!found) {
    const taper = Float64Array.from(
      { length: window },
      (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / window),
    );
    found = { fft: new FFT(window), taper };
    prepared.set(window, found);
  }
  return found;
}

/**
 * The texture of a series: log(power / window² + 1e-4) of every window, freed of its mean and tapered by Hann's
 * window, in octave bands. Windows start at `first`, `first` + `hop`, … and lie within the values.
 * Two windows go through one complex transform, as its real and imaginary part. O(n / hop · window · log window).
 * @param values n complete values of about unit variance
 * @param window points, a power of two from 4 on, at most n − first
 * @throws HeedError bad-option
 */
export function bandPower(
  values: Float64Array,
  { window, hop, first = 0 }: { readonly window: number; readonly hop: number; readonly first?: number },
): BandPower {
  const n = values.length;
  checkNumber('the window', window, { min: 4, whole: true });
  checkNumber('the first point', first, { min: 0, whole: true });
  const octaves = Math.round(Math.log2(window));
  if (2 ** octaves !== window || window > n - first) {
    throw new HeedError(
      'bad-option',
      `the window is ${window} points of ${n - first}`,
      'Give a power of two from 4 to the number of points.',
    );
  }
  checkNumber('the hop', hop, { min: 1, whole: true });
  const { fft, taper } = prepare(window);
  const count = Math.floor((n - first - window) / hop) + 1;
  const bands = Array.from({ length: octaves }, () => new Float64Array(count));
  const input = fft.createComplexArray();
  const output = fft.createComplexArray();
  const share = 1 / (4 * window * window);
  for (let f = 0; f < count; f += 2) {
    const a = first + f * hop;
    // The last of an odd number of windows goes with itself.
    const b = f + 1 < count ? a + hop : a;
    let meanA = 0;
    let meanB = 0;
    for (let i = 0; i < window; i++) {
      meanA += values[a + i]!;
      meanB += values[b + i]!;
    }
    meanA /= window;
    meanB /= window;
    for (let i = 0; i < window; i++) {
      input[2 * i] = (values[a + i]! - meanA) * taper[i]!;
      input[2 * i + 1] = (values[b + i]! - meanB) * taper[i]!;
    }
    fft.transform(output, input);
    for (let band = 0; band < octaves; band++) {
      const low = 1 << band;
      const high = band + 1 < octaves ? low << 1 : window / 2 + 1;
      let powerA = 0;
      let powerB = 0;
      for (let k = low; k < high; k++) {
        const re = output[2 * k]!;
        const im = output[2 * k + 1]!;
        const mirroredRe = output[2 * (window - k)]!;
        const mirroredIm = output[2 * (window - k) + 1]!;
        powerA += (re + mirroredRe) * (re + mirroredRe) + (im - mirroredIm) * (im - mirroredIm);
        powerB += (im + mirroredIm) * (im + mirroredIm) + (re - mirroredRe) * (re - mirroredRe);
      }
      bands[band]![f] = Math.log(powerA * share + FLOOR);
      if (f + 1 < count) bands[band]![f + 1] = Math.log(powerB * share + FLOOR);
    }
  }
  return { hop, bands };
}
