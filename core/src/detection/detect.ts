import { checkRun, checkSeries } from '../check-argument.js';
import type { DetectorChoice, DetectorReference } from '../detectors/known.js';
import type { Detection } from './types.js';
import { sliceSeries, type Series } from '../series/series.js';
import { createSeriesDetector } from './create.js';
import type { ScoreOptions } from './detector-types.js';

/** Options of `detect`. */
export interface DetectOptions<D extends DetectorReference = DetectorReference>
  extends ScoreOptions, DetectorChoice<D> {}

/**
 * Finds the anomalies of a series in one call. A detector that needs training is fitted to the first `trainLength`
 * points, or to the whole series where there is no training prefix.
 * @throws HeedError as `createDetector`, `Detector.fit` and `Detector.score`
 */
export async function detect<const D extends DetectorReference = 'auto'>(
  series: Series,
  options: DetectOptions<D> = {},
): Promise<Detection> {
  checkSeries(series);
  checkRun(options);
  const detector = await createSeriesDetector(options.detector ?? 'auto', options.options);
  try {
    const { trainLength = 0 } = options;
    const notes: string[] = [];
    if (detector.tags.needsTraining) {
      const train = trainLength > 0 ? sliceSeries(series, 0, trainLength) : series;
      const report = await detector.fit(train, options);
      notes.push(
        `Fitted to ${trainLength > 0 ? `the first ${train.time.length}` : `all ${train.time.length}`} points of the series.`,
        ...(report.notes ?? []),
      );
    }
    const detection = await detector.score(series, options);
    return { ...detection, notes: [...notes, ...detection.notes] };
  } finally {
    detector.dispose();
  }
}
