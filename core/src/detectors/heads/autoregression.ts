import { autocorrelation } from '../../preprocess/index.js';

/**
 * Coefficients a[1…order] of the linear forecast x̂_t = Σ a_k x_{t−k} of a series with mean 0, by the recursion of
 * Levinson (1947) and Durbin (1960) on its autocorrelation.
 * @param ridge share of the variance added as white noise: keeps smooth series from a singular system
 * @returns order values, a[0] weighing the point just before
 */
export function fitAutoregression(values: Float64Array, order: number, ridge: number): Float64Array {
  const r = autocorrelation(values, order);
  const r0 = 1 + ridge;
  const a = new Float64Array(order);
  const previous = new Float64Array(order);
  let error = r0;
  for (let m = 0; m < order; m++) {
    let sum = r[m + 1]!;
    for (let k = 0; k < m; k++) sum -= a[k]! * r[m - k]!;
    const reflection = sum / error;
    previous.set(a);
    a[m] = reflection;
    for (let k = 0; k < m; k++) a[k] = previous[k]! - reflection * previous[m - 1 - k]!;
    error *= 1 - reflection * reflection;
    // What remains is rounding: longer orders would only fit that.
    if (!(error > 1e-12)) break;
  }
  return a;
}

/**
 * One-step forecasts x̂_t = Σ a_k x_{t−k}. The first points, which have too few before them, are forecast backwards
 * from those after: a stationary series has the same autocorrelation in both directions.
 * @returns n forecasts
 */
export function forecastAutoregression(values: Float64Array, coefficients: Float64Array): Float64Array {
  const n = values.length;
  const order = coefficients.length;
  const out = new Float64Array(n);
  for (let t = 0; t < n; t++) {
    let sum = 0;
    if (t >= order) {
      // Two sums that do not wait for each other take half the time of one.
      let other = 0;
      let k = 0;
      for (let at = t - 1; k + 1 < order; k += 2, at -= 2) {
        sum += coefficients[k]! * values[at]!;
        other += coefficients[k + 1]! * values[at - 1]!;
      }
      if (k < order) sum += coefficients[k]! * values[t - 1 - k]!;
      sum += other;
    } else for (let k = 0, at = t + 1; k < order && at < n; k++, at++) sum += coefficients[k]! * values[at]!;
    out[t] = sum;
  }
  return out;
}
