import { checkArray, checkEach, checkParts, checkRecord, checkText } from '../../check-argument.js';
import * as v from 'valibot';
import { HeedError, shownValue } from '../../errors.js';
import { nearest } from '../../nearest.js';

/** What an option is, in plain data: for help, forms and messages. */
export interface OptionDescription {
  readonly type: 'number' | 'integer' | 'boolean' | 'string' | 'enum' | 'numbers';
  readonly summary: string;
  readonly min?: number;
  readonly max?: number;
  readonly values?: readonly string[];
  readonly unit?: string;
}

/** One option of a detector: its type, default, check and help in one place. */
export interface OptionSchema<T> extends OptionDescription {
  readonly default: T;
  /** Says what is wrong with a value in words that follow “which is”. */
  readonly check: v.GenericSchema<unknown, T>;
}

/** The options of a detector by name. */
// The values are read as the type of each default; a list of detectors holds schemas of all types.
export type OptionsSchema = Readonly<Record<string, OptionSchema<unknown>>>;

/** The options that a schema describes, all of them set. */
export type OptionsOf<S extends OptionsSchema> = { readonly [Name in keyof S]: S[Name]['default'] };

/** Options of a detector that is not known by type. */
export type DetectorOptions = Readonly<Record<string, unknown>>;

/** Bounds, both inclusive, and unit of a number. */
export interface NumberBounds {
  readonly min?: number;
  readonly max?: number;
  readonly unit?: string;
}

function numberCheck({ min = -Infinity, max = Infinity }: NumberBounds) {
  return v.pipe(
    v.number('not a finite number'),
    v.finite('not a finite number'),
    v.minValue(min, `below ${min}`),
    v.maxValue(max, `above ${max}`),
  );
}

/** A finite number. */
export function number(summary: string, standard: number, bounds: NumberBounds = {}): OptionSchema<number> {
  checkText('summary', summary);
  checkRecord('bounds', bounds);
  return { type: 'number', summary, default: standard, ...bounds, check: numberCheck(bounds) };
}

/** A whole number. */
export function integer(summary: string, standard: number, bounds: NumberBounds = {}): OptionSchema<number> {
  checkText('summary', summary);
  checkRecord('bounds', bounds);
  const check = v.pipe(
    v.number('not a finite number'),
    v.finite('not a finite number'),
    v.integer('not a whole number'),
    numberCheck(bounds),
  );
  return { type: 'integer', summary, default: standard, ...bounds, check };
}

/** A list of finite numbers. */
export function numbers(
  summary: string,
  standard: readonly number[],
  bounds: NumberBounds = {},
): OptionSchema<readonly number[]> {
  checkText('summary', summary);
  checkArray('standard', standard);
  checkRecord('bounds', bounds);
  const check = v.array(numberCheck(bounds), 'not a list of numbers');
  return { type: 'numbers', summary, default: standard, ...bounds, check };
}

/** True or false. */
export function flag(summary: string, standard: boolean): OptionSchema<boolean> {
  return { type: 'boolean', summary, default: standard, check: v.boolean('neither true nor false') };
}

/** Any text. */
export function text(summary: string, standard: string): OptionSchema<string> {
  return { type: 'string', summary, default: standard, check: v.string('not text') };
}

/** @throws HeedError bad-value */
function checkSchema(schema: OptionsSchema): void {
  checkRecord('schema', schema);
  for (const [name, option] of Object.entries(schema)) checkRecord(`option ${name}`, option);
}

/** One of a few names. */
export function choice<const Values extends readonly [string, ...string[]]>(
  summary: string,
  standard: Values[number],
  values: Values,
): OptionSchema<Values[number]> {
  checkText('summary', summary);
  checkEach('value', values, checkText);
  return {
    type: 'enum',
    summary,
    default: standard,
    values,
    check: v.picklist(values, 'not one of its values'),
  };
}

/** The schema with other defaults. */
export function changeDefaults<S extends OptionsSchema>(schema: S, defaults: Partial<OptionsOf<S>>): S {
  checkSchema(schema);
  checkRecord('defaults', defaults);
  const changed = Object.entries(defaults).map(([name, standard]) => [
    name,
    { ...schema[name]!, default: standard },
  ]);
  return { ...schema, ...Object.fromEntries(changed) };
}

/** The default of every option. */
export function listDefaults<S extends OptionsSchema>(schema: S): OptionsOf<S> {
  checkSchema(schema);
  const defaults = Object.entries(schema).map(([name, option]) => [name, option.default]);
  return Object.fromEntries(defaults);
}

/** The options as plain data that can cross a thread. */
export function describeOptions(schema: OptionsSchema): Record<string, OptionDescription> {
  checkSchema(schema);
  const described = Object.entries(schema).map(([name, { check: _, default: __, ...option }]) => [
    name,
    option,
  ]);
  return Object.fromEntries(described);
}

/**
 * The detector's defaults with `given` laid over them, checked.
 * @throws HeedError bad-option for an unknown name, a wrong type or a value out of range
 */
export function resolveOptions<S extends OptionsSchema>(
  definition: { readonly id: string; readonly options: S },
  given: DetectorOptions = {},
): OptionsOf<S> {
  checkParts('detector definition', definition, { id: checkText, options: checkRecord });
  const { id, options: schema } = definition;
  checkRecord(`options of "${id}"`, given);
  const checked = Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, checkOption(id, schema, name, value)]);
  return { ...listDefaults(schema), ...Object.fromEntries(checked) };
}

function checkOption(id: string, schema: OptionsSchema, name: string, value: unknown): unknown {
  const option = Object.hasOwn(schema, name) ? schema[name] : undefined;
  if (!option) {
    const known = Object.keys(schema);
    const close = nearest(name, known);
    throw new HeedError(
      'bad-option',
      `the detector "${id}" has no option "${name}"`,
      known.length === 0
        ? 'It has no options.'
        : `${close === undefined ? '' : `Did you mean "${close}"? `}Its options: ${known.join(', ')}.`,
    );
  }
  const result = v.safeParse(option.check, value);
  if (result.success) return result.output;
  throw new HeedError(
    'bad-option',
    `the option "${name}" of "${id}" is ${show(value)}, which is ${result.issues[0].message}`,
    `Give ${describeOption(option)} (${option.summary}).`,
  );
}

function show(value: unknown): string {
  const shown = Array.isArray(value) ? `[${value.map(shownValue).join(',')}]` : shownValue(value);
  return shown.length > 60 ? `${shown.slice(0, 57)}…` : shown;
}

/** What an option accepts, in words: `a whole number from 1 to 512 points`. */
export function describeOption(description: OptionDescription): string {
  checkRecord('description', description);
  const { type, min, max, unit: its, values } = description;
  const unit = its === undefined ? '' : ` ${its}`;
  const range =
    min !== undefined && max !== undefined
      ? ` from ${min} to ${max}`
      : min !== undefined
        ? ` of at least ${min}`
        : max !== undefined
          ? ` of at most ${max}`
          : '';
  switch (type) {
    case 'number':
      return `a number${range}${unit}`;
    case 'integer':
      return `a whole number${range}${unit}`;
    case 'numbers':
      return `a list of numbers, each${range || ' finite'}${unit}`;
    case 'boolean':
      return 'true or false';
    case 'string':
      return 'text';
    case 'enum':
      return `one of ${values!.join(', ')}`;
  }
}
