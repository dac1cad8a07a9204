import type { DetectorDefinition } from '../detectors/base/types.js';
import { HeedError } from '../errors.js';
import { decodeModel } from './model-file.js';
import { createSeriesDetector } from './create.js';
import type { Detector } from './detector-types.js';

/**
 * The fitted detector that `Detector.save` wrote.
 * @param definition for a detector that is not registered
 * @throws HeedError model-corrupt, model-version, unknown-detector, bad-option, not-supported (models of graphs)
 */
export async function loadDetector(text: string, definition?: DetectorDefinition): Promise<Detector> {
  const content = decodeModel(text);
  if (definition && definition.id !== content.detector) {
    throw new HeedError(
      'unknown-detector',
      `the model file is of the detector "${content.detector}", not of "${definition.id}"`,
      'Give the definition it was fitted with.',
    );
  }
  if (content.input) {
    throw new HeedError(
      'not-supported',
      `the model file is of the detector "${content.detector}" fitted to a ${content.input}`,
      'Load it with loadGraphDetector.',
    );
  }
  const detector = await createSeriesDetector(definition ?? content.detector, content.options);
  try {
    await detector.restore(content);
    return detector;
  } catch (error) {
    detector.dispose();
    throw error;
  }
}
