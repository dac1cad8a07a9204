/** Eigenvalues below this share of their sum are rounding noise. */
const SMALLEST_RATIO = 1e-16;
/** Components whose weights sum to less than this share of all weights cannot change the order of the scores. */
const NEGLIGIBLE = 1e-12;

/**
 * Which eigenvectors count and with which weight (1 / share of the variance), the largest eigenvalue first.
 * @param rank most components there can be
 * @param share components are taken until they explain more than this share of the variance; 1 = all
 */
export function chooseComponents(
  eigenvalues: readonly number[],
  rank: number,
  share: number,
): { kept: number[]; weight: number[] } {
  const order = eigenvalues.map((_, i) => i).sort((a, b) => eigenvalues[b]! - eigenvalues[a]!);
  const total = eigenvalues.reduce((sum, value) => sum + value, 0);
  const components: { index: number; weight: number }[] = [];
  let explained = 0;
  for (const index of order.slice(0, rank)) {
    const ratio = Math.max(eigenvalues[index]! / total, SMALLEST_RATIO);
    components.push({ index, weight: 1 / ratio });
    explained += ratio;
    if (share < 1 && explained > share) break;
  }
  const weights = components.reduce((sum, { weight }) => sum + weight, 0);
  let skipped = 0;
  const kept = components.filter(({ weight }) => {
    if (skipped + weight > NEGLIGIBLE * weights) return true;
    skipped += weight;
    return false;
  });
  return { kept: kept.map(({ index }) => index), weight: kept.map(({ weight }) => weight) };
}
