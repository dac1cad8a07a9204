import type { AttendedInterval } from '../../base/types.js';

/** Attention weight per point, gathered over the windows that score an event. */
export class AttendedPoints {
  private readonly weights: Float64Array;

  constructor(private readonly points: number) {
    this.weights = new Float64Array(points);
  }

  add(point: number, weight: number): void {
    if (point >= 0 && point < this.points) this.weights[point] += weight;
  }

  /**
   * The intervals outside the event that got more than an even share of the weight, heaviest first. Their
   * weights are shares of all weight, so that they sum to at most 1.
   */
  intervals(start: number, end: number, limit = 5): AttendedInterval[] {
    const { weights } = this;
    weights.fill(0, start, end + 1);
    let sum = 0;
    let touched = 0;
    for (const weight of weights) {
      sum += weight;
      if (weight > 0) touched++;
    }
    if (!(sum > 0)) return [];
    const even = sum / touched;
    const found: AttendedInterval[] = [];
    for (let t = 0; t < this.points; t++) {
      if (!(weights[t]! > even)) continue;
      const first = t;
      let weight = 0;
      while (t < this.points && weights[t]! > even) weight += weights[t++]!;
      found.push({ start: first, end: t - 1, weight: weight / sum });
    }
    // Perfectly even attention has no interval above its share; then everything attended counts.
    if (found.length === 0) {
      const first = weights.findIndex((weight) => weight > 0);
      let last = first;
      for (let t = first; t < this.points; t++) if (weights[t]! > 0) last = t;
      found.push({ start: first, end: last, weight: 1 });
    }
    return found.sort((a, b) => b.weight - a.weight).slice(0, limit);
  }
}
