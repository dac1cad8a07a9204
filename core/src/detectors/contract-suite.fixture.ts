import { toGraphInput } from '../detection/graph/detector.js';
import { describe, test } from 'vitest';
import { contractChecks } from '../testing/checks.js';
import { graphContractChecks } from '../testing/graph-checks.js';
import { GraphSubject } from '../testing/graph-subject.js';
import { ContractSubject } from '../testing/subject.js';
import type { DetectorDefinition } from './base/types.js';

// A busy machine may keep a timer waiting; what counts here is that the work stops at all.
const options = { cancelWithin: 2000 };

/** Generates the tests that hold every definition to each promise of the contract that concerns it. */
export function describeContract(definitions: readonly DetectorDefinition[]): void {
  for (const definition of definitions) {
    const subject = new ContractSubject(definition, options);
    const graphSubject = new GraphSubject(definition, options);
    describe(definition.id, () => {
      for (const check of contractChecks.filter((each) => each.applies(subject))) {
        test(check.name, () => check.run(subject));
      }
      for (const check of toGraphInput(definition) ? graphContractChecks : []) {
        test(check.name, () => check.run(graphSubject));
      }
      test('frees what it holds', async () => {
        await subject.dispose();
        await graphSubject.dispose();
      });
    });
  }
}
