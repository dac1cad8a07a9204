import type { DetectorOptions } from '../detectors/base/types.js';
import type { DetectorReference, OptionsFor } from '../detectors/known.js';
import { getSeriesDefinition } from '../detectors/registry.js';
import type { Detector } from './detector-types.js';
import { SeriesDetector } from './series-detector.js';

/**
 * Makes a detector ready to fit or score.
 * @param detector the id of a registered detector, or a definition
 * @param options laid over the definition's defaults; the names and values of a known detector are checked by type
 * @throws HeedError unknown-detector, bad-option, not-supported (detectors of graphs: `createGraphDetector`)
 */
export async function createDetector<const D extends DetectorReference>(
  detector: D,
  options?: OptionsFor<D>,
): Promise<Detector> {
  return createSeriesDetector(detector, options);
}

/** `createDetector` with what loading and streaming need. */
export async function createSeriesDetector(
  detector: DetectorReference,
  options: DetectorOptions = {},
): Promise<SeriesDetector> {
  return SeriesDetector.create(getSeriesDefinition(detector), options);
}
