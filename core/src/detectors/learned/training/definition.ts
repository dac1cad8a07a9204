import { listDefaults, type OptionsOf, type OptionsSchema } from '../../base/options.js';
import type { DetectorTags, SeriesDetectorDefinition } from '../../base/types.js';
import type { WindowedPlan } from './network.js';

/** A learned detector as its file states it; the network lies in a module of its own that is loaded on demand. */
export interface LearnedDefinition<S extends OptionsSchema, Id extends string> extends Omit<
  SeriesDetectorDefinition<S, Id>,
  'create' | 'tags' | 'input'
> {
  readonly tags?: Partial<DetectorTags>;
  /** Checks what the schema cannot say of one option alone. @throws HeedError bad-option */
  readonly check?: (options: OptionsOf<S>) => void;
  /** Imports the network's module, which imports TensorFlow.js. */
  readonly load: () => Promise<(options: OptionsOf<S>) => WindowedPlan>;
}

/** Makes a registrable definition: light until `create` is called. */
export function learnedDetector<S extends OptionsSchema, const Id extends string>(
  learned: LearnedDefinition<S, Id>,
): SeriesDetectorDefinition<S, Id> {
  const { load, check, tags, ...definition } = learned;
  return {
    ...definition,
    input: 'series',
    tags: {
      needsTraining: true,
      supervised: false,
      multivariate: true,
      streaming: false,
      minPoints: 2 * Number(listDefaults(definition.options)['window']),
      explains: true,
      ...tags,
    },
    async create(options) {
      check?.(options);
      const [plan, { WindowedDetector }] = await Promise.all([load(), import('./windowed-detector.js')]);
      return new WindowedDetector(plan(options));
    },
  };
}
