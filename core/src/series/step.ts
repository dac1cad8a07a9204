/**
 * Median distance of neighboring points, in the unit of the time; 0 for fewer than two points.
 * @param time n values, ascending
 */
export function usualStep(time: Float64Array): number {
  if (time.length < 2) return 0;
  // Most series are even: no need to sort.
  const first = time[1]! - time[0]!;
  let t = 2;
  while (t < time.length && time[t]! - time[t - 1]! === first) t++;
  if (t === time.length) return first;
  const steps = time.subarray(1).map((at, t) => at - time[t]!);
  return steps.sort()[steps.length >> 1]!;
}
