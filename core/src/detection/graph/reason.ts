import type { AttendedNode } from '../../detectors/base/types.js';
import { formatNumber } from '../../format.js';
import type { NodeFeature } from './types.js';

/** Shares below this are not worth a clause. */
const LEAST_SHARE = 0.1;

/** Why a node stands out, in a sentence: the features that left what was expected, the links, what it attended to. */
export function nodeReason(
  node: string,
  features: readonly NodeFeature[],
  structure: number,
  attended: readonly AttendedNode[],
): string {
  const telling = features.filter(({ share }, i) => share >= LEAST_SHARE && i < 3);
  const clauses = telling.map(
    ({ name, value, expected, share }) =>
      `${name} is ${formatNumber(value)} where ${formatNumber(expected)} was expected (${percent(share)})`,
  );
  if (structure >= LEAST_SHARE || clauses.length === 0) {
    clauses.push(`it has links that its features do not let expect (${percent(structure)})`);
  }
  const heaviest = attended.slice(0, 3).map(({ node: other, weight }) => `${other} (${percent(weight)})`);
  const compared = heaviest.length > 0 ? `; compared with ${heaviest.join(', ')}` : '; it has no neighbors';
  return `${node}: ${clauses.join(', ')}${compared}.`;
}

/** Why an edge stands out. */
export function edgeReason(source: string, target: string, score: number): string {
  return `${source} → ${target}: nodes like these two are seldom linked (${formatNumber(score)} times the threshold).`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)}%`;
}
