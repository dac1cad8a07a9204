/**
 * Coefficients a[1…order] of the linear forecast x̂_t = Σ a_k x_{t−k} of a series with mean 0, by the recursion of
 * Levinson (1947) and Durbin (1960) on its autocorrelation.
 * @param r autocorrelation of the series at the lags 0…order or more
 * @param ridge share of the variance added as white noise: keeps smooth series from a singular system
 * @returns order values, a[0] weighing the point just before
 */
export function fitAutoregression(r: Float64Array, order: number, ridge: number): Float64Array {
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
  for (let t = 0; t < Math.min(order, n); t++) {
    let sum = 0;
    for (let k = 0, at = t + 1; k < order && at < n; k++, at++) sum += coefficients[k]! * values[at]!;
    out[t] = sum;
  }
  let t = order;
  // Four forecasts at a time: each coefficient is read once, and no sum waits for another.
  for (; t + 4 <= n; t += 4) {
    let sum0 = 0;
    let sum1 = 0;
    let sum2 = 0;
    let sum3 = 0;
    let before0 = values[t - 1]!;
    let before1 = values[t]!;
    let before2 = values[t + 1]!;
    let before3 = values[t + 2]!;
    for (let k = 0, at = t - 2; k < order; k++, at--) {
      const weight = coefficients[k]!;
      sum0 += weight * before0;
      sum1 += weight * before1;
      sum2 += weight * before2;
      sum3 += weight * before3;
      before3 = before2;
      before2 = before1;
      before1 = before0;
      before0 = at >= 0 ? values[at]! : 0;
    }
    out[t] = sum0;
    out[t + 1] = sum1;
    out[t + 2] = sum2;
    out[t + 3] = sum3;
  }
  for (; t < n; t++) {
    let sum = 0;
    for (let k = 0, at = t - 1; k < order; k++, at--) sum += coefficients[k]! * values[at]!;
    out[t] = sum;
  }
  return out;
}
