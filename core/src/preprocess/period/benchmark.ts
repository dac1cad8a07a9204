import { checkArray } from '../../check-argument.js';
import { readLength } from '../../check-number.js';
import { autocorrelation } from '../autocorrelation.js';

/**
 * The window W that TSB-AD's VUS metrics use (`find_length_rank` with rank 1; Paparrizos et al. 2022, Liu &
 * Paparrizos 2024): the autocorrelation to lag 400 of the first 20,000 points; lags 0…2 dropped; the highest
 * strict local maximum at lag 6…303; 125 where there is none.
 * Missing values count as the mean.
 * @param values n values of the first channel
 * @returns W in points
 */
export function findPeriodTsbAd(values: ArrayLike<number>): number {
  const head = new Float64Array(Math.min(TSB_AD_POINTS, readLength(values)));
  for (let t = 0; t < head.length; t++) head[t] = values[t]!;
  return periodOfTsbAd(autocorrelation(head, Math.min(TSB_AD_LAGS, Math.max(0, head.length - 1))));
}

/** Points and lags that `findPeriodTsbAd` looks at. */
export const TSB_AD_POINTS = 20_000;
export const TSB_AD_LAGS = 400;

/**
 * `findPeriodTsbAd` where the autocorrelation is at hand.
 * @param acf autocorrelation at the lags 0…400, or 0…n − 1 where that is less
 */
export function periodOfTsbAd(acf: Float64Array): number {
  checkArray('autocorrelation', acf);
  const fallback = 125;
  const base = 3;
  const maxLag = acf.length - 1;
  if (maxLag < base + 2) return fallback;
  let best = -1;
  for (let lag = base + 1; lag < maxLag; lag++) {
    if (acf[lag]! > acf[lag - 1]! && acf[lag]! > acf[lag + 1]! && (best < 0 || acf[lag]! > acf[best]!))
      best = lag;
  }
  return best < base + 3 || best > base + 300 ? fallback : best;
}
