import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { inspect } from 'node:util';
import { parentPort } from 'node:worker_threads';

/** Code of a cell, and the check to run behind it. */
export interface CheckRequest {
  readonly code: string;
  readonly check: string;
}

export interface CheckReport {
  /** Why the code fails, in one line; absent when it passes. */
  readonly problem?: string;
}

const require = createRequire(import.meta.url);

/** The part of the TypeScript API that is used; the compiler is the kernel's own, so that both read the same language. */
interface Compiler {
  transpileModule(
    source: string,
    options: { compilerOptions: Record<string, unknown>; reportDiagnostics: boolean },
  ): { outputText: string; diagnostics?: { start?: number; messageText: unknown }[] };
  flattenDiagnosticMessageText(message: unknown, newLine: string): string;
  ScriptTarget: { ES2022: number };
  ModuleKind: { CommonJS: number };
}
const compiler = createRequire(require.resolve('tslab/package.json'))(
  '@tslab/typescript-for-tslab',
) as Compiler;

// As in the kernel; loaded on first use, because TensorFlow.js and danfojs take seconds.
for (const [name, source] of [
  ['heed', '@heed/core/all'],
  ['tf', '@tensorflow/tfjs'],
  ['dfd', 'danfojs-node'],
] as const) {
  Object.defineProperty(globalThis, name, { configurable: true, get: () => require(source) as unknown });
}

function compile(source: string): { code: string; problem?: string } {
  const { outputText, diagnostics } = compiler.transpileModule(source, {
    compilerOptions: { target: compiler.ScriptTarget.ES2022, module: compiler.ModuleKind.CommonJS },
    reportDiagnostics: true,
  });
  const first = diagnostics?.[0];
  if (!first) return { code: outputText };
  const line = source.slice(0, first.start ?? 0).split('\n').length;
  return {
    code: outputText,
    problem: `line ${line} is no TypeScript: ${compiler.flattenDiagnosticMessageText(first.messageText, ' ')}`,
  };
}

const shown = (value: unknown) => inspect(value, { breakLength: Infinity, maxArrayLength: 6, depth: 2 });

/** Fails unless `actual` is the number, or has the numbers, of `expected`, up to a tolerance. */
function near(actual: unknown, expected: number | ArrayLike<unknown>, tolerance = 1e-6, place = ''): void {
  const at = place === '' ? '' : `at ${place}: `;
  if (typeof expected === 'number') {
    const equal =
      typeof actual === 'number' && (Object.is(actual, expected) || Math.abs(actual - expected) <= tolerance);
    if (!equal) throw new Error(`${at}got ${shown(actual)}, expected ${shown(expected)}`);
    return;
  }
  const list = actual as ArrayLike<unknown> | null | undefined;
  if (typeof list !== 'object' || list === null || list.length !== expected.length) {
    throw new Error(`${at}got ${shown(actual)}, expected ${expected.length} values`);
  }
  for (let i = 0; i < expected.length; i++) {
    near(list[i], expected[i] as number | ArrayLike<unknown>, tolerance, `${place}[${i}]`);
  }
}

const describe = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error);
  const line = message.replace(/\s+/g, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
};

async function grade({ code, check }: CheckRequest): Promise<CheckReport> {
  const alone = compile(code);
  if (alone.problem !== undefined) return { problem: alone.problem };
  const tests: { name: string; body: () => unknown }[] = [];
  const tools = {
    assert,
    near,
    test: (name: string, body: () => unknown) => void tests.push({ name, body }),
  };
  // The check is a block of its own behind the cell: it sees the cell's names and cannot collide with them.
  const { code: script, problem } = compile(
    `${code}\n;heedTools.ran = true;\n{ const { test, near, assert } = heedTools;\n${check}\n}`,
  );
  if (problem !== undefined) throw new Error(`the check is broken: ${problem}`);
  const AsyncFunction = (async () => {}).constructor as new (
    ...text: string[]
  ) => (...args: unknown[]) => Promise<void>;
  const quiet = { ...console, log() {}, info() {}, warn() {}, error() {}, table() {}, debug() {} };
  const state: typeof tools & { ran?: true } = tools;
  try {
    await new AsyncFunction('exports', 'require', 'console', 'heedTools', script)({}, require, quiet, state);
  } catch (error) {
    const missing = error instanceof ReferenceError;
    const help = state.ran
      ? ': keep the names that the starter code defines'
      : ': each exercise cell is run by itself, so put into it what it needs of other cells';
    return { problem: `${state.ran ? '' : 'the cell fails: '}${describe(error)}${missing ? help : ''}` };
  }
  for (const { name, body } of tests) {
    try {
      await body();
    } catch (error) {
      const help = error instanceof ReferenceError ? ': keep the names that the starter code defines' : '';
      return { problem: `check “${name}”: ${describe(error)}${help}` };
    }
  }
  return {};
}

parentPort!.on('message', (request: CheckRequest) => {
  void grade(request)
    .catch((error: unknown): CheckReport => ({ problem: describe(error) }))
    .then((report) => parentPort!.postMessage(report));
});

// Most checks use it, and loading it counts as no one's time.
require('@heed/core/all');
parentPort!.postMessage('ready');
