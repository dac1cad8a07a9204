import { describeContract } from '../contract-suite.fixture.js';
import { listDetectors } from '../registry.js';

describeContract(listDetectors().filter(({ tags }) => tags.needsTraining));
