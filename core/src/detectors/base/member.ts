/** Squared share of the standard deviation below which deviations are too small to mean anything. */
export const NEGLIGIBLE = 1e-3;

/**
 * What one member of `auto` says of the n points of a series; larger is more anomalous, in the member's own unit.
 * `joint` members judge all channels together, `channel` members each by itself; `rare` members are 0 but for rare
 * intervals, come with 1 as their threshold, and count on top of the others.
 */
export interface MemberScores {
  readonly name: string;
  readonly kind: 'joint' | 'channel' | 'rare';
  /** Scores that mean nothing yet; `NEGLIGIBLE` where absent. */
  readonly negligible?: number;
  /** Factor on the weight that members of its name have in one channel; 1 where absent. */
  readonly factor?: number;
  /** d × n values, finite, >= 0; the member's score is their sum. */
  readonly contributions: readonly Float64Array[];
}
