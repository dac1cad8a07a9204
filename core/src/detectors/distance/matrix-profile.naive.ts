/** Distance of every window from its nearest z-normalized neighbor more than ⌈window / 4⌉ away, pair by pair. */
export function naiveMatrixProfile(values: readonly number[], window: number): number[] {
  const count = values.length - window + 1;
  const windows = Array.from({ length: count }, (_, i) => {
    const part = values.slice(i, i + window);
    const mean = part.reduce((sum, value) => sum + value, 0) / window;
    const std = Math.sqrt(part.reduce((sum, value) => sum + (value - mean) ** 2, 0) / window);
    return part.every((value) => value === part[0]) ? null : part.map((value) => (value - mean) / std);
  });
  return windows.map((own, i) => {
    let nearest = Infinity;
    windows.forEach((other, j) => {
      if (Math.abs(i - j) <= Math.ceil(window / 4)) return;
      const distance =
        own && other
          ? Math.hypot(...own.map((value, k) => value - other[k]!))
          : own || other
            ? Math.sqrt(window)
            : 0;
      nearest = Math.min(nearest, distance);
    });
    return nearest;
  });
}
