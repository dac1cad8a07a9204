const largestFloat32 = 3.4028234663852886e38;

/**
 * Rounds to 23 significant bits (Veltkamp's splitting). Division by any threshold then maps different values to
 * different 32-bit floats, so that neither the threshold nor the sensitivity ever makes or breaks a tie.
 */
function roundRaw(raw: number): number {
  const shifted = raw * 1073741825; // 2^30 + 1
  return Number.isFinite(shifted) ? shifted - (shifted - raw) : raw;
}

/**
 * Scores of raw values: raw / threshold, so that 1 is the threshold. A threshold of 0 (all raw scores equal) gives 0
 * everywhere. The ranking is that of the raw values to 23 significant bits, whatever the threshold.
 * @param raw n values, finite, >= 0
 * @param missing n values, non-zero where the score is to be 0
 */
export function scoresFromRaw(raw: Float64Array, threshold: number, missing?: Uint8Array): Float32Array {
  const score = new Float32Array(raw.length);
  const divisor = roundRaw(threshold);
  if (!(divisor > 0)) return score;
  for (let t = 0; t < raw.length; t++) {
    if (!missing?.[t]) score[t] = Math.min(roundRaw(raw[t]!) / divisor, largestFloat32);
  }
  return score;
}

/** Severity at the threshold, score 1. */
export const SEVERITY_AT_THRESHOLD = 25;

/**
 * Severity 0…100 of a score: 100 · score / (score + 3). Strictly rising and saturating: 25 at the threshold, 50 at
 * three times, 75 at nine times, 90 at 27 times the threshold.
 */
export function toSeverity(score: number): number {
  const offset = 100 / SEVERITY_AT_THRESHOLD - 1;
  return Number.isFinite(score) ? (100 * score) / (score + offset) : 100;
}
