import { checkRecord, checkText } from '../check-argument.js';
import { HeedError } from '../errors.js';
import { domainGenerators } from './domains.js';
import { healthGenerators } from './health.js';
import { multivariateGenerators } from './multivariate.js';
import { securityGenerators } from './security.js';
import { shapeGenerators } from './shapes.js';
import type { GeneratorDefinition, GeneratorOptions, LabeledSeries } from './types.js';

/** All generators; each gives the same labeled series for the same options on every machine. */
export const generators: readonly GeneratorDefinition[] = [
  ...shapeGenerators,
  ...multivariateGenerators,
  ...domainGenerators,
  ...securityGenerators,
  ...healthGenerators,
];

/**
 * Generates a labeled series.
 * @param id one of the ids in `generators`
 * @throws HeedError bad-option for an unknown id or an option out of range
 */
export function generateSeries(id: string, options?: GeneratorOptions): LabeledSeries {
  checkText('id', id);
  if (options !== undefined) checkRecord('options', options);
  const found = generators.find((generator) => generator.id === id);
  if (!found) {
    const known = generators.map((generator) => generator.id).join(', ');
    throw new HeedError('bad-option', `there is no generator "${id}"`, `Known generators: ${known}.`);
  }
  return found.create(options);
}
