import { anomalyIntervals } from './labeled-scores.js';

/** The definition of VUS taken literally, threshold by threshold and point by point: O(window · 250 · n). */
export function naiveVolumeUnderSurface(
  labels: readonly number[],
  scores: readonly number[],
  window: number,
): { pr: number; roc: number } {
  const n = labels.length;
  const descending = [...scores].sort((a, b) => b - a);
  const positives = labels.filter((label) => label).length;
  const intervals = anomalyIntervals(labels);
  let pr = 0;
  let roc = 0;
  for (let w = 0; w <= window; w++) {
    const half = Math.floor(w / 2);
    const soft = labels.map((label, t) => {
      if (label) return 1;
      let sum = 0;
      for (const { start, end } of intervals) {
        const distance = t < start ? start - t : t - end;
        if (distance <= half) sum += Math.sqrt(1 - distance / w);
      }
      return Math.min(1, sum);
    });
    const widened: { start: number; end: number }[] = [];
    for (const { start, end } of intervals) {
      const last = widened[widened.length - 1];
      if (last && last.end >= start - half) last.end = end + half;
      else widened.push({ start: start - half, end: end + half });
    }
    const curve = [{ tpr: 0, fpr: 0, precision: 1 }];
    for (let k = 0; k < 250; k++) {
      const threshold = descending[k === 249 ? n - 1 : Math.floor(k * ((n - 1) / 249))]!;
      const predicted = scores.map((score) => score >= threshold);
      let truePositives = 0;
      let bufferHits = 0;
      let alarms = 0;
      predicted.forEach((alarm, t) => {
        if (!alarm) return;
        alarms++;
        truePositives += soft[t]!;
        if (!labels[t]) bufferHits += soft[t]!;
      });
      const expected = positives + bufferHits / 2;
      const touched = widened.filter(({ start, end }) =>
        predicted.some((alarm, t) => alarm && t >= start && t <= end),
      ).length;
      curve.push({
        tpr: Math.min(1, truePositives / expected) * (touched / widened.length),
        fpr: (alarms - truePositives) / (n - expected),
        precision: truePositives / alarms,
      });
    }
    for (let k = 1; k < curve.length; k++) {
      pr += (curve[k]!.tpr - curve[k - 1]!.tpr) * curve[k]!.precision;
      roc += ((curve[k]!.fpr - curve[k - 1]!.fpr) * (curve[k]!.tpr + curve[k - 1]!.tpr)) / 2;
    }
    const last = curve[curve.length - 1]!;
    roc += ((1 - last.fpr) * (1 + last.tpr)) / 2;
  }
  return { pr: pr / (window + 1), roc: roc / (window + 1) };
}
