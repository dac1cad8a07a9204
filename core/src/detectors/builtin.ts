import { auto } from './ensemble/auto.js';
import { learnedDetectors } from './learned/index.js';
import { mad } from './statistical/mad.js';
import { forecast } from './forecast/forecast.js';
import { level } from './statistical/level.js';
import { memoryAttention } from './attention/memory-attention.js';
import { decisionTree } from './learned/decision-tree/index.js';
import { isolationForest } from './outlier/isolation-forest.js';
import { kMeans } from './distance/k-means.js';
import { matrixProfile } from './distance/matrix-profile.js';
import { oneClassSvm } from './outlier/one-class-svm.js';
import { neighborDistance } from './attention/neighbor-distance.js';
import { peerAttention } from './attention/peer-attention.js';
import { pca } from './outlier/pca.js';
import { bandPower } from './statistical/band-power.js';
import { movingVariance } from './statistical/moving-variance.js';
import { random } from './statistical/random.js';
import { spectralResidual } from './statistical/spectral-residual.js';
import { squaredDifference } from './statistical/squared-difference.js';
import { threeSigma } from './statistical/three-sigma.js';
import { tTest } from './statistical/t-test.js';
import { zScore } from './statistical/z-score.js';

/** The detectors that come with Heed, in the order in which surfaces list them. Add a detector by adding it here. */
export const builtinDetectors = [
  auto,
  memoryAttention,
  neighborDistance,
  peerAttention,
  forecast,
  level,
  bandPower,
  zScore,
  threeSigma,
  mad,
  tTest,
  movingVariance,
  squaredDifference,
  random,
  pca,
  kMeans,
  matrixProfile,
  isolationForest,
  spectralResidual,
  oneClassSvm,
  decisionTree,
  ...learnedDetectors,
] as const;
