import type { builtinDetectors } from './builtin.js';
import type { DetectorOptions, OptionsOf, OptionsSchema } from './base/options.js';
import type { DetectorDefinition } from './base/types.js';

/** The definition of a detector that comes with Heed. */
export type BuiltinDetector = (typeof builtinDetectors)[number];

/** Options of the detectors that come with Heed, by id. */
export type BuiltinOptions = { [D in BuiltinDetector as D['id']]: OptionsOf<D['options']> };

/**
 * Options of the detectors that the type checker knows, by id. Who registers another one can make it known:
 * `declare module '@heed/core' { interface DetectorOptionsById { 'ends-in-seven': { digit: number } } }`.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- open to augmentation
export interface DetectorOptionsById extends BuiltinOptions {}

/** Id of a detector that the type checker knows. */
export type DetectorId = keyof DetectorOptionsById;

/** A detector by id or definition. Any text is an id: detectors can be registered at run time. */
export type DetectorReference = DetectorId | (string & {}) | DetectorDefinition;

/** Some of a detector's options; none of one that has none. */
export type ChosenOptions<O> = keyof O extends never ? { readonly [name: string]: never } : Partial<O>;

/** What the options of a detector may be: its own, each of them optional, where it is known by type. */
export type OptionsFor<D> = D extends DetectorId
  ? ChosenOptions<DetectorOptionsById[D]>
  : D extends { readonly options: infer S extends OptionsSchema }
    ? ChosenOptions<OptionsOf<S>>
    : DetectorOptions;

/** Which detector, with which options: reads the same in `detect`, `createStream`, `createPool` and `evaluateDetector`. */
export interface DetectorChoice<D extends DetectorReference = DetectorReference> {
  /** Id or definition; default `auto`. */
  readonly detector?: D;
  /** The detector's own options, laid over its defaults. */
  readonly options?: OptionsFor<D>;
}
