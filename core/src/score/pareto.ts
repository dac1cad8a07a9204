/** A fitted generalised Pareto distribution of excesses y >= 0: P(Y > y) = (1 + ξy/σ)^(−1/ξ). */
export interface ParetoTail {
  /** ξ: 0 = exponential, above 0 = heavy tail, below 0 = bounded. */
  readonly shape: number;
  /** σ > 0, in the unit of the excesses. */
  readonly scale: number;
}

/** Excesses looked at: more only cost time, the fit does not get better. */
const mostExcesses = 1000;
/** Excesses that the prior on the shape weighs as much as. */
const priorWeight = 10;
const shapeLimit = 0.5;

/**
 * Fits a generalised Pareto distribution to excesses over a threshold by maximum likelihood along Grimshaw's
 * profile (1993), as Siffer et al. 2017 do: with θ = ξ/σ fixed the likelihood is largest at
 * ξ(θ) = mean log(1 + θy), σ = ξ/θ, which leaves one variable to search. Some ten excesses' worth of prior pulls
 * the shape towards 0 (Coles & Dixon 1999 penalise likewise): with few peaks the plain estimate swings between a
 * bounded and an infinite-mean tail. The shape is kept within ±0.5, where the estimate is regular.
 * @param sorted excesses, ascending, all > 0, at least one
 */
export function fitParetoTail(sorted: ArrayLike<number>): ParetoTail {
  const count = Math.min(sorted.length, mostExcesses);
  const excesses = new Float64Array(count);
  let mean = 0;
  for (let i = 0; i < count; i++) {
    // Evenly spaced order statistics stand for the whole where there are too many.
    const at = count === sorted.length ? i : Math.round((i * (sorted.length - 1)) / (count - 1));
    excesses[i] = sorted[at]!;
    mean += excesses[i]! / count;
  }
  const largest = excesses[count - 1]!;
  const exponential: ParetoTail = { shape: 0, scale: mean };
  if (count < 3 || !(mean > 0)) return exponential;

  const shapeAt = (theta: number): number => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += Math.log1p(theta * excesses[i]!);
    return sum / count;
  };
  const objective = (theta: number): number => {
    const shape = shapeAt(theta);
    const scale = Math.abs(theta * mean) < 1e-9 ? mean : shape / theta;
    // The beta prior of Martins & Stedinger (2000) in spirit: none outside the limits, mild inside.
    const penalty = (priorWeight * shape * shape) / (2 * 0.2 * 0.2 * 10);
    return -count * (Math.log(scale) + 1 + shape) - penalty;
  };

  // θ runs from just above −1/largest (bounded at the largest excess) to where ξ passes the limit; the step is even
  // in log(1 + θ·largest).
  const low = Math.log(1e-6);
  const high = Math.log1p((largest / mean) * 50);
  const thetaOf = (u: number): number => Math.expm1(u) / largest;
  const steps = 24;
  let best = 0;
  let bestValue = -count * (Math.log(mean) + 1);
  for (let i = 0; i <= steps; i++) {
    const u = low + ((high - low) * i) / steps;
    const value = objective(thetaOf(u));
    if (value > bestValue) {
      bestValue = value;
      best = u;
    }
  }
  let a = best - (high - low) / steps;
  let b = Math.min(high, best + (high - low) / steps);
  a = Math.max(low, a);
  const golden = (Math.sqrt(5) - 1) / 2;
  let c = b - golden * (b - a);
  let d = a + golden * (b - a);
  let fc = objective(thetaOf(c));
  let fd = objective(thetaOf(d));
  for (let i = 0; i < 30; i++) {
    if (fc > fd) {
      b = d;
      d = c;
      fd = fc;
      c = b - golden * (b - a);
      fc = objective(thetaOf(c));
    } else {
      a = c;
      c = d;
      fc = fd;
      d = a + golden * (b - a);
      fd = objective(thetaOf(d));
    }
  }
  const theta = thetaOf((a + b) / 2);
  const shape = shapeAt(theta);
  if (Math.abs(theta * mean) < 1e-6) return exponential;
  const kept = Math.min(shapeLimit, Math.max(-shapeLimit, shape));
  // With the shape moved to its limit, the scale that keeps the mean excess.
  return kept === shape ? { shape, scale: shape / theta } : { shape: kept, scale: mean * (1 - kept) };
}

/** The excess that a share `probability` of the excesses passes. */
export function paretoQuantile(tail: ParetoTail, probability: number): number {
  const { shape, scale } = tail;
  if (Math.abs(shape) < 1e-9) return -scale * Math.log(probability);
  return (scale / shape) * (probability ** -shape - 1);
}
