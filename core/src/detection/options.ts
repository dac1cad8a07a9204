import { HeedError } from '../errors.js';
import type { DetectorDefinition, DetectorOptions, OptionSpec } from '../detectors/base/types.js';

/**
 * The detector's defaults with `given` laid over them, checked against its option specifications.
 * @throws HeedError bad-option for an unknown name, a wrong type or a value out of range
 */
export function resolveOptions(definition: DetectorDefinition, given: DetectorOptions = {}): DetectorOptions {
  const resolved: Record<string, unknown> = { ...definition.defaults };
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const spec = Object.hasOwn(definition.options, name) ? definition.options[name] : undefined;
    if (!spec) {
      const known = Object.keys(definition.options);
      throw new HeedError(
        'bad-option',
        `the detector "${definition.id}" has no option "${name}"`,
        known.length > 0 ? `Its options: ${known.join(', ')}.` : 'It has no options.',
      );
    }
    const fault = faultOf(spec, value);
    if (fault !== undefined) {
      throw new HeedError(
        'bad-option',
        `the option "${name}" of "${definition.id}" is ${show(value)}, which is ${fault}`,
        `Give ${describeOption(spec)} (${spec.summary}).`,
      );
    }
    resolved[name] = value;
  }
  return resolved;
}

function show(value: unknown): string {
  const text =
    typeof value === 'string' ? JSON.stringify(value) : Array.isArray(value) ? `[${value}]` : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function faultOf(spec: OptionSpec, value: unknown): string | undefined {
  switch (spec.type) {
    case 'number':
    case 'integer':
      return faultOfNumber(spec, value);
    case 'numbers': {
      if (!Array.isArray(value)) return 'not a list of numbers';
      return value.map((entry) => faultOfNumber(spec, entry)).find((fault) => fault !== undefined);
    }
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'neither true nor false';
    case 'string':
      return typeof value === 'string' ? undefined : 'not text';
    case 'enum':
      return typeof value === 'string' && spec.values!.includes(value) ? undefined : 'not one of its values';
  }
}

function faultOfNumber(spec: OptionSpec, value: unknown): string | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'not a finite number';
  if (spec.type === 'integer' && !Number.isInteger(value)) return 'not a whole number';
  if (spec.min !== undefined && value < spec.min) return `below ${spec.min}`;
  if (spec.max !== undefined && value > spec.max) return `above ${spec.max}`;
  return undefined;
}

/** What an option accepts, in words: `a whole number from 1 to 512 points`. */
export function describeOption(spec: OptionSpec): string {
  const unit = spec.unit === undefined ? '' : ` ${spec.unit}`;
  const range =
    spec.min !== undefined && spec.max !== undefined
      ? ` from ${spec.min} to ${spec.max}`
      : spec.min !== undefined
        ? ` of at least ${spec.min}`
        : spec.max !== undefined
          ? ` of at most ${spec.max}`
          : '';
  switch (spec.type) {
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
      return `one of ${spec.values!.join(', ')}`;
  }
}
