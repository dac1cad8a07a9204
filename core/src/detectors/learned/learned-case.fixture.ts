/** What the tests of learned detectors share: a small labeled case and cheap settings. */
import { resolveOptions } from '../base/options.js';
import type { DetectorDefinition } from '../base/types.js';
import { createSeries, sliceSeries } from '../../series/series.js';
import type { FineTuneOptions, FitReport, RawDetector, RunOptions } from '../base/types.js';
import { learnedDetectors } from './index.js';
import type { Series } from '../../series/series.js';

/** A learned detector: everything the contract leaves optional is there. */
export interface LearnedRaw extends Required<RawDetector> {
  fit(train: Series, options: RunOptions): Promise<FitReport>;
  fineTune(train: Series, options: FineTuneOptions): Promise<FitReport>;
}

const definitions: readonly DetectorDefinition[] = learnedDetectors;
export const findDefinition = (id: string) => definitions.find((definition) => definition.id === id)!;

/** A learned detector with its quick settings. */
export async function makeQuick(id: string, options: object = {}): Promise<LearnedRaw> {
  const definition = findDefinition(id);
  return (await definition.create(
    resolveOptions(definition, { ...definition.quick, ...options }),
  )) as LearnedRaw;
}

/** Two channels with a common period; labeled intervals where one is mirrored and the other dead. */
function smallCase(points: number, starts: readonly number[]) {
  const labels = new Uint8Array(points);
  const wave = (t: number, phase: number): number =>
    Math.sin((2 * Math.PI * t) / 24 + phase) + 0.05 * Math.sin(t * 12.9898);
  const a = Float64Array.from({ length: points }, (_, t) => 10 + wave(t, 0));
  const b = Float64Array.from({ length: points }, (_, t) => 5 + 2 * wave(t, 1));
  for (const start of starts) {
    for (let t = start; t < start + 8; t++) {
      labels[t] = 1;
      a[t] = 10 - wave(t, 0);
      b[t] = 5;
    }
  }
  return createSeries({
    channels: [
      { name: 'a', values: a },
      { name: 'b', values: b },
    ],
    labels,
  });
}
/** 600 points, the second half with labeled anomalies. */
export const series = smallCase(600, [330, 420, 510, 560]);
/** The half without anomalies. */
export const normal = sliceSeries(series, 0, 300);

/** 900 points with an anomaly every 37, so that a supervised fit sees the anomalies at every phase. */
export const labeled = smallCase(
  900,
  Array.from({ length: 23 }, (_, i) => 30 + 37 * i),
);

/** Settings that suit the small case. */
export const training = { window: 24, epochs: 8, maxWindows: 160, learningRate: 0.01, batchSize: 16 };
