/**
 * Attention as the formula says it, on vectors that one can read: queries, keys and values are the same rows.
 * test/site.test.ts holds it against the mechanisms of `@heed/core/attention`.
 */
export interface AttentionSettings {
  readonly temperature: number;
  /** Divide the scores by the root of the length of a head's vectors. */
  readonly scaled: boolean;
  /** Heads, each on its own part of the vectors; divides their length. */
  readonly heads: number;
  /** A row may not attend to itself. */
  readonly exclude: boolean;
}

export interface Attended {
  /** heads × rows × rows; each row sums to 1. */
  readonly weights: number[][][];
  /** rows × length: what each row is rebuilt as. */
  readonly context: number[][];
}

/** a_ij = softmax_j(q_i · k_j / (√k · T)), c_i = Σ_j a_ij v_j, per head. */
export function attend(rows: readonly (readonly number[])[], settings: AttentionSettings): Attended {
  const { temperature, scaled, heads, exclude } = settings;
  const width = rows[0]!.length / heads;
  const divisor = temperature * (scaled ? Math.sqrt(width) : 1);
  const weights: number[][][] = [];
  const context: number[][] = rows.map(() => []);
  for (let h = 0; h < heads; h++) {
    const parts = rows.map((row) => row.slice(h * width, (h + 1) * width));
    const ofHead = parts.map((query, i) =>
      softmax(parts.map((key, j) => (exclude && i === j ? -Infinity : dot(query, key) / divisor))),
    );
    ofHead.forEach((row, i) => {
      for (let p = 0; p < width; p++)
        context[i]!.push(row.reduce((sum, weight, j) => sum + weight * parts[j]![p]!, 0));
    });
    weights.push(ofHead);
  }
  return { weights, context };
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);

function softmax(scores: readonly number[]): number[] {
  // Without the largest, which changes nothing, exp cannot overflow.
  const top = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
