/** What one head of `auto` says of the n points of a series; larger is more anomalous, in the head's own unit. */
export interface HeadScores {
  readonly name: string;
  /** n values, finite, >= 0. */
  readonly raw: Float64Array;
  /** d × n values that sum to `raw` over the channels. */
  readonly contributions: readonly Float64Array[];
}

/** The head whose score is the sum of what each channel adds. */
export function headOfChannels(name: string, contributions: readonly Float64Array[]): HeadScores {
  const raw = new Float64Array(contributions[0]!.length);
  for (const own of contributions) for (let t = 0; t < raw.length; t++) raw[t] = raw[t]! + own[t]!;
  return { name, raw, contributions };
}
