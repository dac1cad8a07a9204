import { checkRun, checkSeries } from '../check-argument.js';
import { resolveOptions } from '../detectors/base/options.js';
import type { RawScores, RunOptions } from '../detectors/base/types.js';
import type { DetectorChoice, DetectorReference } from '../detectors/known.js';
import { getSeriesDefinition } from '../detectors/registry.js';
import { throwIfAborted } from '../errors.js';
import { sliceSeries, type Series } from '../series/series.js';
import { fillGaps } from './gaps.js';
import { createRawDetector } from './raw-detector.js';

/** A detector's own scores of a series, as benchmarks compare them: no threshold, no events, no rounding. */
export interface RawRun {
  readonly detector: string;
  readonly scores: RawScores;
  /** Fit and score together, without reading the series. */
  readonly seconds: number;
}

export interface RawRunOptions<D extends DetectorReference = DetectorReference>
  extends RunOptions, DetectorChoice<D> {}

/**
 * Fits a trainable detector on the training prefix (`trainLength`; the whole series where there is none) and scores
 * the full series; a detector of single channels scores each of several, combined as in `createDetector`.
 * @throws HeedError unknown-detector, bad-option, not-supported, and whatever the detector rejects
 */
export async function scoreRaw<const D extends DetectorReference = 'auto'>(
  series: Series,
  options: RawRunOptions<D> = {},
): Promise<RawRun> {
  checkSeries(series);
  checkRun(options);
  const { detector = 'auto', options: given, ...run } = options;
  const definition = getSeriesDefinition(detector);
  const raw = await createRawDetector(definition, resolveOptions(definition, given));
  try {
    const { series: filled } = fillGaps(series);
    const start = performance.now();
    if (raw.fit) {
      const train = run.trainLength ? sliceSeries(filled, 0, run.trainLength) : filled;
      await raw.fit(train, run);
    }
    throwIfAborted(run.signal);
    // Nobody scores with the answers at hand.
    const { labels: _hidden, ...unlabeled } = filled;
    const scores = await raw.score(unlabeled, run);
    throwIfAborted(run.signal);
    return { detector: definition.id, scores, seconds: (performance.now() - start) / 1000 };
  } finally {
    raw.dispose?.();
  }
}
