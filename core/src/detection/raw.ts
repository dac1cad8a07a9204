import type { DetectorDefinition, DetectorOptions, RawScores, RunOptions } from '../detectors/base/types.js';
import { getDetectorDefinition } from '../detectors/registry.js';
import { HeedError, throwIfAborted } from '../errors.js';
import { sliceSeries, type Series } from '../series/series.js';
import { fillGaps } from './gaps.js';
import { resolveOptions } from './options.js';
import { createRawDetector } from './raw-detector.js';

/** A detector's own scores of a series, as benchmarks compare them: no threshold, no events, no rounding. */
export interface RawRun {
  readonly detector: string;
  readonly scores: RawScores;
  /** Fit and score together, without reading the series. */
  readonly seconds: number;
}

export interface RawRunOptions extends RunOptions {
  /** Laid over the detector's defaults. */
  readonly detectorOptions?: DetectorOptions;
}

/**
 * Fits a trainable detector on the training prefix (`trainLength`; the whole series where there is none) and scores
 * the full series; a detector of single channels scores each of several, combined as in `createDetector`.
 * @param detector id of a registered detector, or a definition
 * @throws HeedError unknown-detector, bad-option, not-supported, and whatever the detector rejects
 */
export async function scoreRaw(
  detector: string | DetectorDefinition,
  series: Series,
  options: RawRunOptions = {},
): Promise<RawRun> {
  const { detectorOptions = {}, ...run } = options;
  const definition = typeof detector === 'string' ? getDetectorDefinition(detector) : detector;
  if (definition.tags.input !== 'series') {
    throw new HeedError(
      'not-supported',
      `the detector "${definition.id}" scores a ${definition.tags.input}, not a series`,
      'Choose a detector for series.',
    );
  }
  const raw = await createRawDetector(definition, resolveOptions(definition, detectorOptions));
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
