/**
 * What one head of `auto` says of the n points of a series; larger is more anomalous, in the head's own unit.
 * `joint` heads judge all channels together, `channel` heads each by itself; `rare` heads are 0 but for rare
 * stretches, come with 1 as their border, and count on top of the others.
 */
export interface HeadScores {
  readonly name: string;
  readonly kind: 'joint' | 'channel' | 'rare';
  /** d × n values, finite, >= 0; the head's score is their sum. */
  readonly contributions: readonly Float64Array[];
}
