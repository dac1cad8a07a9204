import { quantile } from '../../preprocess/statistics.js';
import type { Series } from '../../series/series.js';
import type { Feedback } from '../contract.js';
import { scoreOfHead, type HeadWeights } from './fusion.js';
import type { HeadScores } from './head.js';

/** Share of the weight that stays evenly spread over the heads of the default, whatever the feedback. */
const KEPT = 0.2;
/** Exponent of the tail probability: below 1, since one event is little evidence. */
const TRUST = 0.5;

/**
 * Weights of the heads for one series after feedback. A head counts the more, the fewer other points reach the
 * median score it gives a confirmed stretch; for a dismissed stretch the less. Computed from the list of judgements
 * alone, so that taking one back undoes it.
 * @param spare names of the heads that have no weight without feedback
 * @returns one weight per head, their mean over the default heads being about 1; empty where no judged stretch
 *   lies within the series
 */
export function weighHeads(
  series: Series,
  heads: readonly HeadScores[],
  spare: ReadonlySet<string>,
  feedback: readonly Feedback[],
): HeadWeights {
  const judged = feedback.flatMap((word) => {
    const start = series.time.findIndex((time) => time >= word.start);
    let end = series.time.length - 1;
    while (end >= 0 && series.time[end]! > word.end) end--;
    return start >= 0 && end >= start ? [{ start, end, kind: word.kind }] : [];
  });
  if (judged.length === 0) return {};
  const others = new Uint8Array(series.time.length).fill(1);
  for (const { start, end } of judged) others.fill(0, start, end + 1);
  const regular = heads.filter((head) => head.kind !== 'rare');
  const evidence = regular.map((head) => {
    const score = scoreOfHead(head);
    let sum = 0;
    for (const { start, end, kind } of judged) {
      const level = quantile(score.subarray(start, end + 1), 0.5);
      let reaching = 1;
      for (let t = 0; t < score.length; t++) if (others[t] && score[t]! >= level) reaching++;
      sum += (kind === 'anomaly' ? -1 : 1) * Math.log(reaching / score.length);
    }
    return (TRUST * sum) / judged.length;
  });
  const best = Math.max(...evidence);
  const likely = evidence.map((value) => Math.exp(value - best));
  const total = likely.reduce((sum, value) => sum + value, 0);
  const usual = regular.filter((head) => !spare.has(head.name)).length;
  return Object.fromEntries(
    regular.map((head, i) => [
      head.name,
      (spare.has(head.name) ? 0 : KEPT) + (1 - KEPT) * usual * (likely[i]! / total),
    ]),
  );
}
