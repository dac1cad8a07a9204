/** An interval of points above the threshold; indices, both inclusive. */
export interface ScoreRun {
  readonly startIndex: number;
  readonly endIndex: number;
  /** First point with the highest score. */
  readonly peakIndex: number;
  /** Highest score. */
  readonly score: number;
}

/** Default of `mergeGap`: runs this near, or nearer than a quarter of the shorter one, are one event. */
const nearestRuns = 5;

/**
 * The runs of scores above 1, near ones merged.
 * @param excluded n values, 1 where a point may not raise an event
 */
export function findRuns(
  score: Float32Array,
  options: { readonly mergeGap?: number } = {},
  excluded?: Uint8Array,
): ScoreRun[] {
  const { mergeGap } = options;
  const merged: { start: number; end: number }[] = [];
  for (let t = 0; t < score.length; t++) {
    if (!(score[t]! > 1) || excluded?.[t] === 1) continue;
    const start = t;
    while (t + 1 < score.length && score[t + 1]! > 1 && excluded?.[t + 1] !== 1) t++;
    merged.push({ start, end: t });
    while (merged.length > 1) {
      const last = merged[merged.length - 1]!;
      const before = merged[merged.length - 2]!;
      const shorter = Math.min(last.end - last.start, before.end - before.start) + 1;
      const gap = last.start - before.end - 1;
      if (gap > (mergeGap ?? Math.max(nearestRuns, shorter / 4))) break;
      before.end = last.end;
      merged.pop();
    }
  }
  return merged.map(({ start, end }) => {
    let peakIndex = start;
    for (let t = start; t <= end; t++) if (score[t]! > score[peakIndex]!) peakIndex = t;
    return { startIndex: start, endIndex: end, peakIndex, score: score[peakIndex]! };
  });
}
