import type { BinaryReader, BinaryWriter } from './binary.js';
import { BudgetThreshold } from './threshold.js';

/** The strength at which several channels as one reach their threshold. */
export const JOINT_THRESHOLD = 2;
/** What a channel must exceed its own threshold by, since many are looked at. */
const CAUTION = 1.1;
/**
 * What a switch (a channel with two values) counts: switches and commands are context for the measured quantities
 * rather than symptoms. They count in full where there is nothing else.
 */
const SWITCH_WEIGHT = 0.5;

/**
 * Several channels as one: each has its own threshold, for its share of the budget, and the one that comes closest to
 * its own, or exceeds it the most, is the strength of all.
 */
export class JointStrength {
  private readonly thresholds: BudgetThreshold[];

  /** @param rate false incidents per point that all channels together are allowed */
  constructor(
    channels: number,
    private readonly rate: number,
  ) {
    this.thresholds = Array.from({ length: channels }, () => new BudgetThreshold(rate));
  }

  /**
   * @param strengths d values, in decades
   * @param isSwitch d values
   */
  push(strengths: readonly number[], isSwitch: readonly boolean[]): number {
    const measured = isSwitch.reduce((count, own) => count + (own ? 0 : 1), 0);
    let highest = 0;
    this.thresholds.forEach((threshold, c) => {
      const isContext = measured > 0 && isSwitch[c]!;
      const share = (isContext ? SWITCH_WEIGHT : 1) * (strengths[c]! / threshold.value);
      highest = Math.max(highest, share);
      threshold.rate = this.rate / (isContext || measured === 0 ? strengths.length : measured);
      threshold.push(strengths[c]!, false);
    });
    return (JOINT_THRESHOLD / CAUTION) * highest;
  }

  write(out: BinaryWriter): void {
    for (const threshold of this.thresholds) threshold.write(out);
  }

  read(from: BinaryReader): void {
    for (const threshold of this.thresholds) threshold.read(from);
  }
}
