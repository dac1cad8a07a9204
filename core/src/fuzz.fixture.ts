/**
 * What the fuzz tests share. `HEED_FUZZ_RUNS` sets how many inputs each property gets, `HEED_FUZZ_SEED` replays a run.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterEach, beforeEach, expect } from 'vitest';
import { isHeedError } from './errors.js';
import type { Series } from './series/index.js';

const given = process.env.HEED_FUZZ_RUNS === undefined ? undefined : Number(process.env.HEED_FUZZ_RUNS);
/** Told by every failure, and by every run. A change is judged by the same inputs everywhere; other seeds are for long runs. */
export const seed = Number(process.env.HEED_FUZZ_SEED ?? 20_261_128);

/** Of the test under way. */
let counted = 0;
let started: NodeJS.CpuUsage;
beforeEach(() => {
  counted = 0;
  started = process.cpuUsage();
});
afterEach(({ task }) => {
  if (counted === 0) return;
  const seconds = process.cpuUsage(started).user / 1e6;
  // eslint-disable-next-line no-console -- the figures of a run
  console.log(
    `fuzz: ${counted} inputs, ${seconds.toFixed(1)} s of a processor, seed ${seed}: ${task.suite?.name} ${task.name}`,
  );
});

/** Adds to the number of inputs that the test tells it has had. */
export function count(inputs: number): number {
  counted += inputs;
  return inputs;
}

/** Inputs of a property: `usual`, or `share` of what the run was asked for. */
export function inputs(usual: number, share = 1): number {
  return count(given === undefined ? usual : Math.max(1, Math.ceil(given * share)));
}

export const settings = (usual: number, share = 1): { numRuns: number; seed: number } => ({
  numRuns: inputs(usual, share),
  seed,
});

/** An hour: the length is set by the number of runs. */
export const limit = 3_600_000;

/** An error that callers are promised: a HeedError of one line, and never our own fault. */
export function refused(error: unknown): void {
  if (!isHeedError(error)) throw error;
  expect(error.code).not.toBe('internal');
  // eslint-disable-next-line no-control-regex
  expect(error.message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
}

export function checkSeries({ time, channels, labels }: Series): void {
  expect(channels.length).toBeGreaterThan(0);
  // One expectation for all points: a million of them would take longer than what is tested.
  expect(time.findIndex((ms, t) => !(Math.abs(ms) <= 8.64e15) || (t > 0 && !(ms > time[t - 1]!)))).toBe(-1);
  for (const { values } of channels) {
    expect(values).toHaveLength(time.length);
    expect(values.every((value) => Math.abs(value) !== Infinity)).toBe(true);
  }
  if (labels) expect(labels).toHaveLength(time.length);
}

export const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(0, -0, 1e300, -1e300, 5e-324, NaN, Infinity, 8.64e15, 2 ** 53),
);
export const name = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.constantFrom('time', 'label', 'anomaly', '__proto__', 'constructor', 'value', '=1', 'a\u001b[2J', ''),
);
/** What cannot become a number or a text: comparing it or naming it ends in a TypeError of the engine. */
export const noNumbers: readonly unknown[] = [
  { toString: 0 },
  { valueOf: 0, toString: null },
  Object.create(null),
  Symbol('a'),
  7n,
  () => 5,
  // What a comparison takes for a number.
  '5',
  [5],
  true,
  new Date(5),
  NaN,
];
/** What a caller without types may pass for anything. */
export const anything = fc.oneof(
  fc.constantFrom(...noNumbers),
  number,
  name,
  fc.constantFrom(null, true, false, undefined, {}, [], 'none', 'auto', '60s', '1e9', '5m', -1),
  fc.array(number, { maxLength: 3 }),
  fc.dictionary(name, number, { maxKeys: 2, noNullPrototype: true }),
);

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** MB after everything that can be freed was: weak references take a turn of the loop each. */
export async function held(): Promise<number> {
  for (let turn = 0; turn < 3; turn++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1e6;
}
