import { laggedProducts } from '../../preprocess/autocorrelation.js';
import { fitAutoregression } from '../../preprocess/autoregression.js';
import { selectQuantile, selectQuantiles } from '../../preprocess/statistics.js';

/** Most points that a forecast looks back, and the share of the points that it may. */
const MOST_ORDER = 64;
const ORDER_SHARE = 8;
const RIDGE = 0.003;
/** Robust scales from the median at which values are clipped before the fit. */
const FIT_CLIP = 4;
/** Quantiles that tell the scale besides the median deviation: those of few points leave out one that is far off. */
const OUTER = { share: 0.05, sigmas: 3.29 } as const;
const INNER = { share: 0.2, sigmas: 1.683 } as const;
const FEW = 40;
/** Innovations beyond this many spreads enter later forecasts clipped, unless they last. */
const CLIP = 4;
export const LASTING = 3;

/** A robust autoregression of a series of n points, and what it left unexplained. */
export interface Forecast {
  readonly mean: number;
  readonly coefficients: Float64Array;
  /** n values: what each point is off from its forecast; 0 where missing. */
  readonly innovations: Float64Array;
  /** Their robust standard deviation. */
  readonly sigma: number;
  /** n values: the forecasts that the innovations are the errors of, and the values as later forecasts see them. */
  readonly forecasts: Float64Array;
  readonly clean: Float64Array;
  /** Innovations beyond it enter later forecasts clipped. */
  readonly limit: number;
}

/** Forecast of point t from the `clean` values before it. */
export function forecastAt(
  clean: Float64Array,
  t: number,
  { mean, coefficients }: Pick<Forecast, 'mean' | 'coefficients'>,
): number {
  let sum = mean;
  const reach = Math.min(coefficients.length, t);
  for (let k = 0; k < reach; k++) sum += coefficients[k]! * (clean[t - 1 - k]! - mean);
  return sum;
}

/**
 * Fits an autoregression to clipped values, so that a few anomalies do not bend it, and forecasts every point from
 * those before it. The first points, which have too few before them, are also forecast backward; the nearer of the two counts.
 * @param values n values, complete
 * @param missing n values, 1 = filled
 * @param floor least standard deviation that counts
 * @param mirrored forecast of the same values in reverse order: a series has the same autocorrelation either way
 */
export function forecastRobustly(
  values: Float64Array,
  missing: Uint8Array | undefined,
  floor: number,
  mirrored?: Forecast,
): Forecast {
  const { mean, coefficients, limit } = mirrored ?? fitRobustly(values, floor);
  return { ...run(values, missing, floor, { mean, coefficients, limit }), mean, coefficients, limit };
}

type Model = Pick<Forecast, 'mean' | 'coefficients' | 'limit'>;

/** Fits the autoregression. */
function fitRobustly(values: Float64Array, floor: number): Model {
  const n = values.length;
  const scratch = values.slice();
  const { share, sigmas } = n < FEW ? INNER : OUTER;
  const [low, middle, high] = selectQuantiles(scratch, [share, 0.5, 1 - share]) as [number, number, number];
  for (let t = 0; t < n; t++) scratch[t] = Math.abs(values[t]! - middle);
  const scale = Math.max(1.4826 * selectQuantile(scratch, 0.5), (high - low) / sigmas, 0.25 * floor);
  const z = scratch;
  let mean = 0;
  for (let t = 0; t < n; t++) {
    z[t] = Math.max(-FIT_CLIP, Math.min(FIT_CLIP, (values[t]! - middle) / scale));
    mean += z[t]! / n;
  }
  const order = Math.max(1, Math.min(MOST_ORDER, Math.floor(n / ORDER_SHARE)));
  const r = new Float64Array(order + 1);
  for (let t = 0; t < n; t++) z[t] = z[t]! - mean;
  laggedProducts(z, r);
  const power = r[0]!;
  for (let k = 0; k <= order; k++) r[k] = power > 0 ? r[k]! / power : 0;
  const coefficients = power > 1e-9 * n ? fitAutoregression(r, order, RIDGE) : new Float64Array(0);
  const model = { mean: middle + mean * scale, coefficients };
  // A first guess of the spread, without clipping.
  for (let t = 0; t < n; t++) scratch[t] = values[t]! - model.mean;
  const sizes = new Float64Array(n);
  forecastAll(scratch, coefficients, model.mean, sizes);
  for (let t = 0; t < n; t++) sizes[t] = Math.abs(values[t]! - sizes[t]!);
  const guess = Math.max(1.4826 * selectQuantile(sizes, 0.5), 0.25 * floor);
  return { ...model, limit: CLIP * guess };
}

/**
 * `forecastAt` of every point: the same sums in the same order, those of four points side by side, so that none waits for
 * another.
 * @param centered n values without the mean
 * @param out gets the n forecasts
 */
function forecastAll(
  centered: Float64Array,
  coefficients: Float64Array,
  mean: number,
  out: Float64Array,
): void {
  const n = centered.length;
  const order = coefficients.length;
  for (let t = 0; t < n;) {
    if (t < order || t + 3 >= n) {
      let sum = mean;
      const reach = Math.min(order, t);
      for (let k = 0; k < reach; k++) sum += coefficients[k]! * centered[t - 1 - k]!;
      out[t++] = sum;
      continue;
    }
    let a = mean;
    let b = mean;
    let c = mean;
    let d = mean;
    for (let k = 0; k < order; k++) {
      const own = coefficients[k]!;
      const at = t - 1 - k;
      a += own * centered[at]!;
      b += own * centered[at + 1]!;
      c += own * centered[at + 2]!;
      d += own * centered[at + 3]!;
    }
    out[t] = a;
    out[t + 1] = b;
    out[t + 2] = c;
    out[t + 3] = d;
    t += 4;
  }
}

/** Forecasts every point. */
function run(
  values: Float64Array,
  missing: Uint8Array | undefined,
  floor: number,
  model: Model,
): Omit<Forecast, keyof Model> {
  const n = values.length;
  const { mean, coefficients, limit } = model;
  const order = coefficients.length;
  const clean = values.slice();
  // Without the mean, so that the inner loops need not take it off.
  const centered = values.map((value) => value - mean);
  const innovations = new Float64Array(n);
  const forecasts = new Float64Array(n);
  let lasting = 0;
  // Forecast of the next point, made along with that of the one before unless that turns out to be clipped.
  let next = NaN;
  for (let t = 0; t < n; t++) {
    let forecast = next;
    next = NaN;
    if (forecast !== forecast) {
      const reach = Math.min(order, t);
      // Two sums, so that one need not wait for the other.
      let even = mean;
      let odd = 0;
      if (t < order || t + 1 === n) {
        let k = 0;
        for (; k + 1 < reach; k += 2) {
          even += coefficients[k]! * centered[t - 1 - k]!;
          odd += coefficients[k + 1]! * centered[t - 2 - k]!;
        }
        if (k < reach) even += coefficients[k]! * centered[t - 1 - k]!;
      } else {
        let nextEven = mean;
        let nextOdd = 0;
        let k = 0;
        for (; k + 1 < reach; k += 2) {
          const at = t - 1 - k;
          const one = coefficients[k]!;
          const two = coefficients[k + 1]!;
          even += one * centered[at]!;
          odd += two * centered[at - 1]!;
          nextEven += one * centered[at + 1]!;
          nextOdd += two * centered[at]!;
        }
        if (k < reach) {
          even += coefficients[k]! * centered[t - 1 - k]!;
          nextEven += coefficients[k]! * centered[t - k]!;
        }
        next = nextEven + nextOdd;
      }
      forecast = even + odd;
    }
    if (t < order) {
      let back = mean;
      for (let k = 0, at = t + 1; k < order && at < n; k++, at++) back += coefficients[k]! * centered[at]!;
      if (Math.abs(values[t]! - back) < Math.abs(values[t]! - forecast)) forecast = back;
    }
    forecasts[t] = forecast;
    // What was filled in knows both sides of the gap; forecasts of forecasts would have strayed by its end.
    if (missing?.[t]) continue;
    const off = values[t]! - forecast;
    innovations[t] = off;
    if (Math.abs(off) <= limit) lasting = 0;
    else {
      const sign = Math.sign(off);
      lasting = lasting * sign > 0 ? lasting + sign : sign;
      if (Math.abs(lasting) <= LASTING) {
        clean[t] = forecast + sign * limit;
        centered[t] = clean[t]! - mean;
        next = NaN;
      }
    }
  }
  const sizes = new Float64Array(n);
  for (let t = 0; t < n; t++) sizes[t] = Math.abs(innovations[t]!);
  const sigma = Math.hypot(1.4826 * selectQuantile(sizes, 0.5), 0.25 * floor);
  return { innovations, forecasts, sigma, clean };
}
