import type { DetectorDefinition, DetectorOptions, DetectorTags } from '../../base/types.js';
import type { WindowedPlan } from './network.js';
import { withDefaults } from './options.js';

/** A learned detector as its file states it; the network lies in a module of its own that is loaded on demand. */
export interface LearnedDefinition<O extends DetectorOptions> extends Omit<
  DetectorDefinition<O>,
  'create' | 'tags'
> {
  readonly tags?: Partial<DetectorTags>;
  /** Checks what the option specs cannot say. @throws HeedError bad-option */
  readonly check?: (options: O) => void;
  /** Imports the network's module, which imports TensorFlow.js. */
  readonly load: () => Promise<(options: O) => WindowedPlan>;
}

/** Makes a registrable definition: light until `create` is called. */
export function learnedDetector<O extends DetectorOptions>(
  learned: LearnedDefinition<O>,
): DetectorDefinition<O> {
  const { load, check, tags, ...definition } = learned;
  return {
    ...definition,
    tags: {
      needsTraining: true,
      supervised: false,
      multivariate: true,
      streaming: false,
      input: 'series',
      minPoints: 2 * Number(definition.defaults['window']),
      explains: true,
      ...tags,
    },
    async create(given) {
      const options = withDefaults(definition.id, definition.defaults, given);
      check?.(options);
      const [plan, { WindowedDetector }] = await Promise.all([load(), import('./windowed-detector.js')]);
      return new WindowedDetector(plan(options));
    },
  };
}
