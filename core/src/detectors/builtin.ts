import { auto } from './auto.js';
import type { DetectorDefinition } from './contract.js';
import { learnedDetectors } from './learned.js';
import { mad } from './mad.js';
import { forecast } from './forecast.js';
import { level } from './level.js';
import { memoryAttention } from './memory-attention.js';
import { decisionTree } from './decision-tree.js';
import { isolationForest } from './isolation-forest.js';
import { kMeans } from './k-means.js';
import { matrixProfileDetector } from './matrix-profile.js';
import { oneClassSvm } from './one-class-svm.js';
import { peerAttention } from './peer-attention.js';
import { pca } from './pca.js';
import { movingVarianceDetector } from './moving-variance.js';
import { randomDetector } from './random.js';
import { spectralResidualDetector } from './spectral-residual.js';
import { squaredDifference } from './squared-difference.js';
import { threeSigma } from './three-sigma.js';
import { tTest } from './t-test.js';
import { zScore } from './z-score.js';

/** The detectors that come with Heed, in the order in which surfaces list them. Add a detector by adding it here. */
export const builtinDetectors: readonly DetectorDefinition[] = [
  auto,
  memoryAttention,
  peerAttention,
  forecast,
  level,
  zScore,
  threeSigma,
  mad,
  tTest,
  movingVarianceDetector,
  squaredDifference,
  randomDetector,
  pca,
  kMeans,
  matrixProfileDetector,
  isolationForest,
  spectralResidualDetector,
  oneClassSvm,
  decisionTree,
  ...learnedDetectors,
];
