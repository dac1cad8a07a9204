import { HeedError } from '../../errors.js';
import type { Column } from './column.js';
import { shorten } from './words.js';

/** Names of ground truth, best first; letters only, lower case. */
const labelNames = [
  'isanomaly', 'anomaly', 'label', 'anomalylabel', 'groundtruth', 'isoutlier', 'outlier', 'anomalous', 'isanomalous',
  'abnormal', 'isabnormal', 'labels', 'anomalies', 'outliers', 'isattack', 'attack', 'attflag', 'isfault',
  'normalattack', 'isfailure', 'machinefailure', 'isfraud', 'isintrusion', 'isincident', 'class', 'target', 'gt', 'truth', 'ytrue',
]; // prettier-ignore
/** Ground truth of another kind, and what detectors gave: never input, and no labels either. */
const relatedNames = [
  'changepoint', 'ischangepoint', 'changepoints', 'anomalyscore', 'outlierscore', 'anomalyprobability', 'anomalytype',
  'attacktype', 'attackcat', 'faulttype',
]; // prettier-ignore

/** What names of ground truth and of detectors' output are made of, run together: `is.real.anomaly`, `faultLabel`. */
const [anomalyPart, truthPart, outputPart] = [
  'anomal(?:y|ies|ous)|abnormal(?:ity)?|outliers?|attack(?:s|er|ed)?|intrusions?|fault(?:s|y)?|failures?|fraud|incidents?|malicious|hacke[rd]|threat|defect(?:ive)?',
  'is|has|real|true|actual|ground|truth|gt|labels?|flag|binary|class|indicator',
  'scores?|prob(?:ability)?|pred(?:icted|ictions?)?|detect(?:ed|ions?)|likelihood|confidence',
];
const holdsAnomaly = new RegExp(anomalyPart);
const truthName = new RegExp(`^(?:${anomalyPart}|${truthPart})+$`);
const outputName = new RegExp(`^(?:${anomalyPart}|${truthPart}|${outputPart})+$`);

const normalWords = new Set([
  'false', 'f', 'no', 'n', 'normal', 'nominal', 'benign', 'ok', 'good', 'healthy', 'inlier', 'regular', 'none', 'background', 'usual', 'negative',
]); // prettier-ignore
const anomalyWords = new Set([
  'true', 't', 'yes', 'y', 'anomaly', 'anomalous', 'abnormal', 'attack', 'a ttack', 'fault', 'faulty', 'outlier', 'bad', 'failure', 'error', 'malicious', 'broken', 'anomal', 'positive', 'incident', 'critical',
]); // prettier-ignore

function letters(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, '');
}

/** Rank of a column's name as ground truth, 0 first; −1 where it is none. */
export function labelRank(name: string): number {
  const bare = letters(name);
  const rank = labelNames.indexOf(bare);
  return rank < 0 && isTruthByParts(bare) ? labelNames.length : rank;
}

/** `anomaly_flag`, `true_label`: a word for anomalies and one for truth, or a label and nothing else. */
function isTruthByParts(bare: string): boolean {
  if (!truthName.test(bare)) return false;
  return holdsAnomaly.test(bare) ? new RegExp(truthPart).test(bare) : /label|truth/.test(bare);
}

/** `predicted_anomaly`, `outlier.prob`: what a detector said. */
function isOutputByParts(bare: string): boolean {
  return outputName.test(bare) && holdsAnomaly.test(bare) && new RegExp(outputPart).test(bare);
}

/** True for ground truth that is no label per point, and for scores of detectors. */
export function isRelatedToLabels(name: string): boolean {
  const bare = letters(name);
  return relatedNames.includes(bare) || isOutputByParts(bare);
}

/**
 * True for a column that is only perhaps ground truth or a detector's output, by its name, and holds measurements:
 * `target` is as often what is to be forecast, `attacks detected` a count.
 */
export function isMeasuredAfterAll(column: Column, rows: number): boolean {
  const bare = letters(column.name);
  const isTarget = bare === 'target';
  if (!isTarget && (labelNames.includes(bare) || relatedNames.includes(bare))) return false;
  if (column.textCount > 0) return false;
  for (let row = 0; row < rows; row++) {
    const value = Math.abs(column.values.values[row]!);
    if (value > 1 || (isTarget && value > 0 && value < 1)) return true;
  }
  return false;
}

/** True where a column named `label` or `class` holds something that can be ground truth: not names of series. */
export function mayBeGroundTruth(column: Column): boolean {
  if (column.textCount === 0) return true;
  const words = [...column.texts.keys()].map((text) => text.toLowerCase());
  return words.some((word) => normalWords.has(word) || anomalyWords.has(word));
}

/**
 * The labels in a column: 1 = anomalous. 0/1, true/false, yes/no, `normal` and other words, 1/−1 (the rarer one is the
 * anomaly). Null where the column holds none, with the reason in `notes`.
 * @param demanded the user named the column: what is no label is an error
 * @throws HeedError bad-label
 */
export function readLabels(
  column: Column,
  rows: number,
  demanded: boolean,
  file: string | undefined,
  notes: string[],
): Float64Array | null {
  const counts = new Map<number, number>();
  let missing = 0;
  for (let row = 0; row < rows; row++) {
    const value = column.values.values[row]!;
    if (!Number.isNaN(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
    else if (column.textAt(row) === null) missing++;
    if (counts.size > 1000) break;
  }
  const say = (text: string): null => {
    if (demanded) {
      const bad = [...column.texts.values()][0];
      throw new HeedError(
        'bad-label',
        `column "${column.name}" ${text}`,
        'Labels are 0 or false (normal) and 1 or true (anomalous); name another column with --label, or none with --label none.',
        { file, line: bad?.line, column: column.name },
      );
    }
    notes.push(
      `Column "${column.name}" ${text}; it was left out, as ground truth is no input (--columns "${column.name}" reads it as a channel).`,
    );
    return null;
  };
  const words = [...column.texts.keys()];
  const numbers = [...counts.keys()];
  const labels = new Float64Array(rows);
  if (words.length > 0) {
    const lower = words.map((word) => word.toLowerCase().trim());
    const normal = new Set(words.filter((_, i) => normalWords.has(lower[i]!)));
    const anomalous = new Set(words.filter((_, i) => anomalyWords.has(lower[i]!)));
    if (column.freeText || (normal.size === 0 && anomalous.size === 0)) {
      return say(`holds text such as "${shorten(words[0]!)}", no labels`);
    }
    if (numbers.some((value) => value !== 0 && value !== 1)) return say('mixes words and numbers');
    // With "normal" among them, all other words name kinds of anomalies; without, all others are normal.
    const isAnomaly = (word: string): boolean => (normal.size > 0 ? !normal.has(word) : anomalous.has(word));
    for (let row = 0; row < rows; row++) {
      const text = column.textAt(row);
      labels[row] = text === null ? (column.values.values[row] === 1 ? 1 : 0) : isAnomaly(text) ? 1 : 0;
    }
    const others = words.filter((word) => isAnomaly(word) && !anomalous.has(word));
    if (others.length > 0) {
      notes.push(
        `Labels in "${column.name}": ${others
          .slice(0, 3)
          .map((word) => `"${shorten(word)}"`)
          .join(', ')}${others.length > 3 ? ' …' : ''} count as anomalous.`,
      );
    }
  } else if (numbers.length === 0) return say('is empty');
  else if (numbers.every((value) => value === 0 || value === 1)) {
    for (let row = 0; row < rows; row++) labels[row] = column.values.values[row] === 1 ? 1 : 0;
  } else if (numbers.every((value) => value === -1 || value === 1)) {
    // scikit-learn calls outliers −1, old archives of shapes call them 1.
    const sign = (counts.get(-1) ?? 0) <= (counts.get(1) ?? 0) ? -1 : 1;
    for (let row = 0; row < rows; row++) labels[row] = column.values.values[row] === sign ? 1 : 0;
    notes.push(`Labels in "${column.name}": ${sign}, the rarer of 1 and −1, counts as anomalous.`);
  } else if (numbers.every((value) => value >= 0 && value <= 1)) return say('holds scores between 0 and 1');
  else return say(`holds numbers such as ${numbers.find((value) => value !== 0 && value !== 1)}, no labels`);
  if (missing > 0) notes.push(`${missing} missing labels were taken as normal.`);
  return labels;
}
