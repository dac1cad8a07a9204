export { createRandom, type Random } from '../random.js';
export { generateSeries, generators } from './generators.js';
export { parseIncident, type Incident, type IncidentChannel, type IncidentFault } from './incident.js';
export { injectAnomalies, type InjectOptions } from './inject.js';
export { anomalyKinds, type AnomalyKindInfo } from './injections.js';
export { calmKinds, faultKinds, generateCalm, generateFault } from './operations.js';
export type { CalmKind, FaultKind, OperationsOptions } from './operations.js';
export { brokenKinds, generateOutage, generateRelated, relatedKinds, type RelatedKind } from './related.js';
export type {
  AnomalyKind,
  GeneratorDefinition,
  GeneratorOptions,
  LabeledAnomaly,
  LabeledSeries,
} from './types.js';
export * from './graphs.js';
export * from './images.js';
