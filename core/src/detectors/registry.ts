import { checkParts, checkRecord, checkText } from '../check-argument.js';
import { HeedError } from '../errors.js';
import { builtinDetectors } from './builtin.js';
import type { DetectorDefinition, SeriesDetectorDefinition } from './base/types.js';
import { nearest } from '../nearest.js';

const registry = new Map<string, DetectorDefinition>(
  builtinDetectors.map((definition) => [definition.id, definition]),
);

/**
 * Adds a detector; from then on every surface lists it.
 * @throws HeedError bad-option when the id is taken or malformed
 */
export function registerDetector(definition: DetectorDefinition): void {
  checkDefinition(definition);
  if (!/^[a-z][a-z0-9-]*$/.test(definition.id)) {
    throw new HeedError(
      'bad-option',
      `"${definition.id}" is not a detector id`,
      'Use lower-case letters, digits and hyphens.',
    );
  }
  if (registry.has(definition.id)) {
    throw new HeedError(
      'bad-option',
      `a detector "${definition.id}" is registered already`,
      'Choose another id.',
    );
  }
  registry.set(definition.id, definition);
}

/** Removes a detector (for notebooks that register one anew). */
export function unregisterDetector(id: string): boolean {
  return registry.delete(id);
}

/** All registered detectors in the order of registration. */
export function listDetectors(): readonly DetectorDefinition[] {
  return [...registry.values()];
}

/** What every caller without types may give in place of a definition. @throws HeedError bad-value */
function checkDefinition(definition: DetectorDefinition): void {
  checkParts('detector definition', definition, { id: checkText, input: checkText, options: checkRecord });
}

/** The definition that is named or given. @throws HeedError unknown-detector, bad-value */
export function findDefinition(detector: string | DetectorDefinition): DetectorDefinition {
  if (typeof detector === 'string') return getDetectorDefinition(detector);
  checkDefinition(detector);
  return detector;
}

/** @throws HeedError unknown-detector, naming the nearest ids */
export function getDetectorDefinition(id: string): DetectorDefinition {
  checkText('id', id);
  const found = registry.get(id);
  if (found) return found;
  const close = nearest(id, [...registry.keys()]);
  throw new HeedError(
    'unknown-detector',
    `there is no detector "${id}"`,
    `${close === undefined ? '' : `Did you mean "${close}"? `}Known detectors: ${[...registry.keys()].join(', ')}.`,
  );
}

/**
 * The definition of a detector of series.
 * @throws HeedError unknown-detector, not-supported (detectors of graphs and images)
 */
export function getSeriesDefinition(detector: string | DetectorDefinition): SeriesDetectorDefinition {
  const definition = findDefinition(detector);
  if (definition.input === 'series') return definition;
  throw new HeedError(
    'not-supported',
    `the detector "${definition.id}" scores a ${definition.input}, not a series`,
    `Choose a detector of series; for a ${definition.input} there is ${
      definition.input === 'image' ? 'createImageDetector' : 'createGraphDetector'
    }.`,
  );
}
