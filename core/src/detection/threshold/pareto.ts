/** A generalized Pareto distribution of excesses y >= 0: P(Y > y) = (1 + ξy/σ)^(−1/ξ). */
export interface ParetoTail {
  /** ξ: 0 = exponential, above 0 = heavy tail, below 0 = bounded. */
  readonly shape: number;
  /** σ > 0, in the unit of the excesses. */
  readonly scale: number;
}

/** How the tail is fitted. */
export interface ParetoFitOptions {
  /** The largest `censored` excesses count only as "at least the largest of the others". Default 0. */
  readonly censored?: number;
  /** Standard deviation of the normal prior of the shape around 0; Infinity (default) = plain maximum likelihood. */
  readonly shapePrior?: number;
}

/** More excesses only cost time. */
const mostExcesses = 200;

/**
 * Fits a generalized Pareto distribution to excesses over a threshold by maximum likelihood along Grimshaw's
 * profile (1993), as Siffer et al. 2017 do: for a fixed θ = ξ/σ the likelihood is largest at
 * ξ(θ) = mean log(1 + θy), σ = ξ/θ, which leaves one variable to search. The shape is kept within −0.5…1: below,
 * the likelihood has no regular maximum, above, the mean is infinite.
 * @param sorted excesses, ascending, all > 0, at least one uncensored
 */
export function fitParetoTail(sorted: ArrayLike<number>, options: ParetoFitOptions = {}): ParetoTail {
  const { censored = 0, shapePrior = Infinity } = options;
  const seen = sorted.length - censored;
  const step = Math.max(1, seen / mostExcesses);
  const count = Math.floor(seen / step);
  const excesses = new Float64Array(count);
  // Evenly spaced order statistics stand for the whole where there are too many.
  for (let i = 0; i < count; i++) excesses[i] = sorted[Math.floor((i + 0.5) * step)]!;
  const largest = sorted[seen - 1]!;
  const weight = seen / count;
  let sum = 0;
  for (const excess of excesses) sum += excess;
  const mean = (sum * weight + censored * largest) / seen;

  const shapeAt = (theta: number): number => {
    let logs = 0;
    for (let i = 0; i < count; i++) logs += Math.log1p(theta * excesses[i]!);
    return (logs * weight + censored * Math.log1p(theta * largest)) / seen;
  };
  const likelihood = (shape: number, scale: number): number =>
    shape < -0.5 || shape > 1
      ? -Infinity
      : -seen * (Math.log(scale) + 1 + shape) - 0.5 * (shape / shapePrior) ** 2;
  const at = (u: number): { tail: ParetoTail; value: number } => {
    const theta = Math.expm1(u) / largest;
    if (Math.abs(u) < 1e-7) return { tail: { shape: 0, scale: mean }, value: likelihood(0, mean) };
    const shape = shapeAt(theta);
    return { tail: { shape, scale: shape / theta }, value: likelihood(shape, shape / theta) };
  };

  // u = log(1 + θ·largest) runs from a tail that ends at the largest excess to one of infinite mean.
  const low = -8;
  const high = Math.log1p((largest / mean) * 30);
  const steps = 20;
  let best = 0;
  let found = at(0);
  for (let i = 0; i <= steps; i++) {
    const u = low + ((high - low) * i) / steps;
    const candidate = at(u);
    if (candidate.value > found.value) {
      found = candidate;
      best = u;
    }
  }
  let width = (high - low) / steps;
  while (width > 1e-4) {
    width /= 2;
    for (const u of [best - width, best + width]) {
      const candidate = at(u);
      if (candidate.value > found.value) {
        found = candidate;
        best = u;
      }
    }
  }
  return found.tail;
}

/** The excess that a share `probability` of the excesses passes. */
export function paretoQuantile({ shape, scale }: ParetoTail, probability: number): number {
  const logarithm = -Math.log(probability);
  return Math.abs(shape) < 1e-9 ? scale * logarithm : (scale / shape) * Math.expm1(shape * logarithm);
}
