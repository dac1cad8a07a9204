import { anomalyIntervals } from './labeled-scores.js';

/** Affiliation by its definition on a grid of `resolution` instants per point: every probability is counted. */
export function naiveAffiliation(
  labels: readonly number[],
  alarms: readonly number[],
  resolution: number,
): { precision: number; recall: number } {
  const anomalies = anomalyIntervals(labels).map(({ start, end }) => ({ from: start, to: end + 1 }));
  const instants = Array.from({ length: labels.length * resolution }, (_, i) => (i + 0.5) / resolution);
  const precisions: number[] = [];
  const recalls: number[] = [];
  anomalies.forEach((anomaly, i) => {
    const from = i === 0 ? 0 : (anomalies[i - 1]!.to + anomaly.from) / 2;
    const to = i === anomalies.length - 1 ? labels.length : (anomaly.to + anomalies[i + 1]!.from) / 2;
    const zone = instants.filter((x) => x > from && x < to);
    const alarmed = zone.filter((x) => alarms[Math.floor(x)]);
    if (alarmed.length === 0) {
      recalls.push(0);
      return;
    }
    const toAnomaly = (x: number): number => Math.max(0, anomaly.from - x, x - anomaly.to);
    // Grid instants at the same distance count half: on the continuous axis they have measure 0.
    const shareBeyond = (distanceOf: (x: number) => number, distance: number): number =>
      mean(zone.map(distanceOf).map((d) => (Math.abs(d - distance) < 1e-9 ? 0.5 : d > distance ? 1 : 0)));
    precisions.push(
      mean(
        alarmed.map((x) => {
          const distance = toAnomaly(x);
          return distance === 0 ? 1 : shareBeyond(toAnomaly, distance);
        }),
      ),
    );
    recalls.push(
      mean(
        zone
          .filter((y) => toAnomaly(y) === 0)
          .map((y) => {
            const distance = Math.min(...alarmed.map((x) => Math.abs(x - y)));
            return distance === 0 ? 1 : shareBeyond((other) => Math.abs(other - y), distance);
          }),
      ),
    );
  });
  return { precision: precisions.length > 0 ? mean(precisions) : 0, recall: mean(recalls) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
