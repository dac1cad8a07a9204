const MAX_POINTS = 20_000;
const MAX_LAG = 400;
const FIRST_LAG = 3;
const MAX_INDEX = 300;
const FALLBACK = 125;

/**
 * The window of the TSB-AD benchmark for VUS and for its sub-sequence detectors: the lag of the highest strict local
 * maximum of the autocorrelation (lags 3…400 of the first 20,000 points), 125 where there is none between 6 and 303.
 * @param values n values of the first channel, complete
 * @returns points
 */
export function vusWindow(values: ArrayLike<number>): number {
  const n = Math.min(values.length, MAX_POINTS);
  let mean = 0;
  for (let t = 0; t < n; t++) mean += values[t]!;
  mean /= n;
  const centred = new Float64Array(n);
  for (let t = 0; t < n; t++) centred[t] = values[t]! - mean;
  const lags = Math.min(MAX_LAG, n - 1);
  const correlation = new Float64Array(Math.max(0, lags - FIRST_LAG + 1));
  for (let lag = FIRST_LAG; lag <= lags; lag++) {
    let sum = 0;
    for (let t = lag; t < n; t++) sum += centred[t]! * centred[t - lag]!;
    correlation[lag - FIRST_LAG] = sum;
  }
  let best = -1;
  for (let i = 1; i < correlation.length - 1; i++) {
    const peak = correlation[i]! > correlation[i - 1]! && correlation[i]! > correlation[i + 1]!;
    if (peak && (best < 0 || correlation[i]! >= correlation[best]!)) best = i;
  }
  return best < FIRST_LAG || best > MAX_INDEX ? FALLBACK : best + FIRST_LAG;
}
