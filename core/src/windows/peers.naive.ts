/** What attention across series computes, straight from its definition, point by point. */
export function naivePeerAttention(
  z: readonly ArrayLike<number>[],
  { temperature, keys }: { temperature: number; keys: number },
): { weights: number[][][]; rebuilt: number[][] } {
  const d = z.length;
  const n = z[0]!.length;
  const segments = Math.max(1, Math.min(16, Math.floor(n / 16)));
  const blockAt = Array.from({ length: n }, (_, t) => {
    for (let b = segments - 1; ; b--) if (t >= Math.floor((b * n) / segments)) return b;
  });
  /** [segment][query][key]. */
  const weights = Array.from({ length: segments }, (_, segment) => {
    const times = blockAt.flatMap((b, t) => (segments < 5 || Math.abs(b - segment) > 1 ? [t] : []));
    return Array.from({ length: d }, (_, i) => {
      const distance = (j: number): number =>
        times.reduce((sum, t) => sum + Math.min((z[i]![t]! - z[j]![t]!) ** 2, 4), 0) / times.length;
      const kept = Array.from({ length: d }, (_, j) => ({ j, distance: distance(j) }))
        .filter(({ j }) => j !== i)
        .sort((a, b) => a.distance - b.distance || a.j - b.j)
        .slice(0, keys);
      const row = new Array<number>(d).fill(0);
      const total = kept.reduce((sum, own) => sum + Math.exp(-own.distance / temperature), 0);
      for (const own of kept) row[own.j] = Math.exp(-own.distance / temperature) / total;
      return row;
    });
  });
  const rebuilt = z.map((own, i) =>
    Array.from({ length: n }, (_, t) => {
      const row = weights[blockAt[t]!]![i]!;
      const list = [
        { value: own[t]!, weight: 0.2 },
        ...row.flatMap((weight, j) => (weight > 0 ? [{ value: z[j]![t]!, weight }] : [])),
      ].sort((a, b) => a.value - b.value);
      const half = list.reduce((sum, { weight }) => sum + weight, 0) / 2;
      let below = 0;
      return list.find(({ weight }) => (below += weight) >= half - 1e-12)!.value;
    }),
  );
  return { weights, rebuilt };
}
