import type { DetectorDefinition } from '../detectors/contract.js';
import { throwIfAborted } from '../errors.js';
import { contractChecks } from './checks.js';
import { ContractSubject, type ContractOptions } from './subject.js';

export type { ContractOptions } from './subject.js';

/** How one promise of the contract was kept. */
export interface ContractResult {
  /** `stops when cancelled`, `takes missing values`… */
  readonly check: string;
  readonly outcome: 'kept' | 'broken' | 'does not apply';
  /** What went wrong. */
  readonly detail?: string;
  readonly milliseconds: number;
}

/** Names of all checks, in order. */
export const contractCheckNames: readonly string[] = contractChecks.map(({ name }) => name);

/**
 * Checks that a detector keeps the contract every surface relies on: sound scores on generated series, determinism,
 * save and load, gaps, constants, short input, cancelling, streaming. For one's own detector before it is
 * registered, and for every registered one in our tests.
 * @param only names of the checks to run; default all
 * @throws HeedError cancelled; broken promises are results, not errors
 */
export async function checkDetectorContract(
  definition: DetectorDefinition,
  options: ContractOptions & { readonly only?: readonly string[] } = {},
): Promise<ContractResult[]> {
  const subject = new ContractSubject(definition, options);
  const results: ContractResult[] = [];
  try {
    for (const check of contractChecks) {
      throwIfAborted(options.signal);
      if (options.only && !options.only.includes(check.name)) continue;
      if (definition.tags.input !== 'series' || !check.applies(subject)) {
        results.push({ check: check.name, outcome: 'does not apply', milliseconds: 0 });
        continue;
      }
      const start = performance.now();
      let detail: string | undefined;
      try {
        await check.run(subject);
      } catch (error) {
        throwIfAborted(options.signal);
        detail = error instanceof Error ? error.message : String(error);
      }
      const milliseconds = performance.now() - start;
      results.push(
        detail === undefined
          ? { check: check.name, outcome: 'kept', milliseconds }
          : { check: check.name, outcome: 'broken', detail, milliseconds },
      );
    }
  } finally {
    await subject.dispose();
  }
  return results;
}
