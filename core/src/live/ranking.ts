import type { BinaryReader, BinaryWriter } from './binary.js';

/** Exponent: what stands out counts more than how long. */
const POWER = 4;
/** Points that the two moving means reach over, and what each adds. */
const REACH = [8, 64] as const;
const SHARE = 0.5;
/** Scores of calm points keep below 1, and from here on they rise more slowly. */
const BENT = 0.7;

/**
 * The score of a point: 1 and above where its strength reaches the threshold. In between scores tell how the points of a
 * series compare; what came just before lends them some of its own, since an anomaly seldom is a single point, and the
 * moment after a peak is no calm one.
 */
export class Ranking {
  private readonly means = new Float64Array(REACH.length);

  /**
   * @param strength of the point, in decades, as alerts are decided
   * @param rank of the point, in decades, as its members rank it
   * @param isRegular whether it stood out because of what happens at regular times
   */
  push(strength: number, rank: number, threshold: number, isRegular: boolean): number {
    const own = rank ** POWER;
    let sum = own;
    REACH.forEach((reach, i) => {
      this.means[i]! += (own - this.means[i]!) / reach;
      sum += SHARE * this.means[i]!;
    });
    const ranked = sum ** (1 / POWER) / threshold;
    const score = strength / threshold;
    if (score >= 1 && !isRegular) return Math.max(score, ranked);
    if (ranked < BENT) return ranked;
    const rest = 1 - BENT;
    return Math.min(1 - 2 ** -20, BENT + rest * (1 - Math.exp((BENT - ranked) / rest)));
  }

  write(out: BinaryWriter): void {
    out.array(this.means);
  }

  read(from: BinaryReader): void {
    from.array(this.means);
  }
}
