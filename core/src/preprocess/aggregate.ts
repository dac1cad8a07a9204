/**
 * Means of consecutive blocks of `factor` points, the last block possibly shorter (piecewise aggregate
 * approximation, Keogh et al. 2001). Thins a long history while every point still counts.
 */
export function aggregate(values: Float64Array, factor: number): Float64Array {
  if (factor === 1) return values;
  const out = new Float64Array(Math.ceil(values.length / factor));
  for (let i = 0; i < out.length; i++) {
    const end = Math.min(values.length, (i + 1) * factor);
    let sum = 0;
    for (let t = i * factor; t < end; t++) sum += values[t]!;
    out[i] = sum / (end - i * factor);
  }
  return out;
}

/**
 * Spreads values that stand for points `offset`, `offset + step`, … over n points, linearly in between; points
 * before the first and after the last take theirs. Values that stand for the n points themselves are returned as they
 * are, not copied.
 */
export function interpolate(values: Float64Array, n: number, offset: number, step: number): Float64Array {
  if (step === 1 && offset === 0 && values.length === n) return values;
  const out = new Float64Array(n);
  const last = values.length - 1;
  if (step === 1) {
    // Every point lies equally far beyond a value.
    const whole = Math.ceil(offset);
    const share = whole - offset;
    for (let t = 0; t < n; t++) {
      const below = t - whole;
      if (below < 0) out[t] = values[0]!;
      else if (below >= last) out[t] = values[last]!;
      else out[t] = share === 0 ? values[below]! : values[below]! * (1 - share) + values[below + 1]! * share;
    }
    return out;
  }
  for (let t = 0; t < n; t++) {
    const at = Math.min(last, Math.max(0, (t - offset) / step));
    const below = Math.floor(at);
    const share = at - below;
    out[t] = share === 0 ? values[below]! : values[below]! * (1 - share) + values[below + 1]! * share;
  }
  return out;
}
