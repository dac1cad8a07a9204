import { checkParts, checkRecord, checkText } from '../check-argument.js';
import type { DetectorDefinition } from '../detectors/base/types.js';
import { throwIfAborted } from '../errors.js';
import { toGraphInput } from '../detection/graph/detector.js';
import { contractChecks } from './checks.js';
import { graphContractChecks } from './graph-checks.js';
import { GraphSubject } from './graph-subject.js';
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
export const contractCheckNames: readonly string[] = [...contractChecks, ...graphContractChecks].map(
  ({ name }) => name,
);

/**
 * Checks that a detector keeps the contract every surface relies on: sound scores on generated series, determinism,
 * save and load, gaps, constants, short input, cancelling, streaming; the same for its side that takes graphs. For one's own detector before it is
 * registered, and for every registered one in our tests.
 * @param options `only`: names of the checks to run; default all
 * @throws HeedError cancelled; broken promises are results, not errors
 */
export async function checkDetectorContract(
  definition: DetectorDefinition,
  options: ContractOptions & { readonly only?: readonly string[] } = {},
): Promise<ContractResult[]> {
  checkParts('detector definition', definition, {
    id: checkText,
    input: checkText,
    tags: checkRecord,
    options: checkRecord,
  });
  checkRecord('options', options);
  const subject = new ContractSubject(definition, options);
  const graphSubject = new GraphSubject(definition, options);
  const checks: { name: string; applies: boolean; run: () => Promise<void> }[] = [
    ...contractChecks.map((check) => ({
      name: check.name,
      applies: check.applies(subject),
      run: () => check.run(subject),
    })),
    ...graphContractChecks.map(({ name, run }) => ({
      name,
      applies: toGraphInput(definition) !== undefined,
      run: () => run(graphSubject),
    })),
  ];
  const results: ContractResult[] = [];
  try {
    for (const { name: check, applies, run } of checks) {
      throwIfAborted(options.signal);
      if (options.only && !options.only.includes(check)) continue;
      if (!applies) {
        results.push({ check, outcome: 'does not apply', milliseconds: 0 });
        continue;
      }
      const start = performance.now();
      let detail: string | undefined;
      try {
        await run();
      } catch (error) {
        throwIfAborted(options.signal);
        detail = error instanceof Error ? error.message : String(error);
      }
      const milliseconds = performance.now() - start;
      results.push(
        detail === undefined
          ? { check, outcome: 'kept', milliseconds }
          : { check, outcome: 'broken', detail, milliseconds },
      );
    }
  } finally {
    await subject.dispose();
    await graphSubject.dispose();
  }
  return results;
}
