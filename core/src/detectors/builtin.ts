import { auto } from './ensemble/auto.js';
import type { DetectorDefinition } from './base/types.js';
import { learnedDetectors } from './learned/index.js';
import { mad } from './statistical/mad.js';
import { forecast } from './forecast/forecast.js';
import { level } from './statistical/level.js';
import { memoryAttention } from './attention/memory-attention.js';
import { decisionTree } from './learned/decision-tree/index.js';
import { isolationForest } from './outlier/isolation-forest.js';
import { kMeans } from './distance/k-means.js';
import { matrixProfileDetector } from './distance/matrix-profile.js';
import { oneClassSvm } from './outlier/one-class-svm.js';
import { neighborDistance } from './attention/neighbor-distance.js';
import { peerAttention } from './attention/peer-attention.js';
import { pca } from './outlier/pca.js';
import { bandPowerDetector } from './statistical/band-power.js';
import { movingVarianceDetector } from './statistical/moving-variance.js';
import { randomDetector } from './statistical/random.js';
import { spectralResidualDetector } from './statistical/spectral-residual.js';
import { squaredDifference } from './statistical/squared-difference.js';
import { threeSigma } from './statistical/three-sigma.js';
import { tTest } from './statistical/t-test.js';
import { zScore } from './statistical/z-score.js';

/** The detectors that come with Heed, in the order in which surfaces list them. Add a detector by adding it here. */
export const builtinDetectors: readonly DetectorDefinition[] = [
  auto,
  memoryAttention,
  neighborDistance,
  peerAttention,
  forecast,
  level,
  bandPowerDetector,
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
