import { formatCount } from '../../format.js';
import { findPeriods } from '../../preprocess/period/index.js';
import type { Series } from '../../series/series.js';
import { usualStep } from '../../series/step.js';
import type { FilledSeries } from '../gaps.js';
import { decide, YOUNG, type Decision } from './decide.js';
import { findOutages, isHeartbeat } from './outages.js';
import { findBrokenRelations, noteUnrelated } from './relations.js';
import type { DecidedInterval } from './types.js';

/** What was decided on a series of n points and d channels. */
export interface SeriesDecision {
  /** n values: >= 1 within events, below 1 elsewhere; ranked as the detector ranks the points, as far as that goes. */
  readonly score: Float32Array;
  /** d × n. */
  readonly expected: readonly Float64Array[];
  readonly spread: readonly Float64Array[];
  /** d × n: how much each channel has to do with what happens at a point. */
  readonly contributions: readonly Float64Array[];
  readonly state: 'learning' | 'ready';
  readonly notes: readonly string[];
  /** What was decided on a channel within start…end, the gravest first. */
  readonly of: (channel: number, start: number, end: number) => DecidedInterval | undefined;
}

/** Scores outside events that come this near to the threshold are pressed below it. */
const PRESSED = 0.9;
/** All channels that reach this score are loud: which of them is louder says nothing of who brought it about. */
const LOUD = 10;

/**
 * Decides on every channel by itself. An interval in which any channel has an event is one of the series.
 * @param scores n scores as the detector ranks the points; 1 = its threshold
 * @param period of the first channel in points, where the detector found one
 * @param sensitivity 0…100
 */
export function decideSeries(
  { series, missing, missingIn }: FilledSeries,
  scores: Float32Array,
  period: number | undefined,
  sensitivity: number,
): SeriesDecision {
  const n = series.time.length;
  const channels = series.channels.length;
  // With many channels something rare happens in one of them more often.
  const strictness = 1.5 ** ((50 - sensitivity) / 50) * (1 + Math.log10(channels) / 12);
  const step = series.indexTime ? 0 : usualStep(series.time);
  const alone = series.channels.map(({ values }, c) =>
    decideObserved(values, missingIn?.[c], {
      ...(step ? { step } : {}),
      // The detector tells that of the first channel; others have theirs.
      periods: c === 0 && period ? [period] : findPeriods(values, { max: 2 }).map((found) => found.period),
      // Of several channels it does not say which one is meant.
      ...(channels === 1 ? { scores } : {}),
      strictness,
    }),
  );
  const decisions = joinRelations(alone, strictness);
  const score = new Float32Array(n);
  for (let t = 0; t < n; t++) {
    const own = scores[t]!;
    score[t] = own <= PRESSED ? own : 1 - ((1 - PRESSED) * PRESSED) / own;
  }
  const contributions = decisions.map(({ intervals, expected, spread }, c) => {
    const { values } = series.channels[c]!;
    const out = new Float64Array(n);
    for (let t = 0; t < n; t++) {
      const size = Math.abs(values[t]! - expected[t]!);
      out[t] = size === 0 ? 0 : 0.02 * Math.min(3, spread[t]! > 0 ? size / spread[t]! : 3);
    }
    for (const interval of intervals) {
      let most = 0;
      for (let t = interval.start; t <= interval.end; t++) {
        most = Math.max(most, Math.abs(values[t]! - expected[t]!));
      }
      for (let t = interval.start; t <= interval.end; t++) {
        const share = most > 0 ? Math.abs(values[t]! - expected[t]!) / most : 1;
        const scored = (peak: number): number =>
          t === interval.peak ? peak : 1.001 + (peak - 1.001) * share * 0.99;
        const inside = scored(interval.score);
        out[t] = scored(Math.min(interval.score, LOUD));
        if (!missing?.[t]) score[t] = Math.max(score[t]! < 1 ? 1.001 : score[t]!, inside);
      }
    }
    return out;
  });
  // What was not observed is not judged.
  if (missing) for (let t = 0; t < n; t++) if (missing[t]) score[t] = 0;
  const outages = series.channels.every(({ values }, c) => isHeartbeat(values, missingIn?.[c]))
    ? findOutages(series.time, step, missing)
    : [];
  for (const { start, end, score: own } of outages) {
    for (let t = start; t <= end; t++) score[t] = Math.max(score[t]!, own);
  }
  let observed = 0;
  for (const { present } of decisions) observed = Math.max(observed, present);
  const state = observed < YOUNG ? 'learning' : 'ready';
  const unrelated = noteUnrelated(channels);
  return {
    score,
    expected: decisions.map(({ expected }) => expected),
    spread: decisions.map(({ spread }) => spread),
    contributions,
    state,
    notes: [
      ...gapNotes(series, step),
      ...(unrelated ? [unrelated] : []),
      ...(state === 'learning' ? [`Only ${observed} points of history: still learning what is normal.`] : []),
      ...decisions.flatMap(({ scale }, c) =>
        scale.note
          ? [`${channels > 1 ? `${series.channels[c]!.name}: ` : 'The values are '}${scale.note}.`]
          : [],
      ),
    ],
    of: (channel, start, end) =>
      [...outages, ...decisions[channel]!.intervals]
        .filter((interval) => interval.start <= end && interval.end >= start)
        .sort((a, b) => b.score - a.score)[0],
  };
}

/** Decisions on the channels with what only shows in several of them, in place of the pieces of it that each tells alone. */
function joinRelations(alone: readonly ObservedDecision[], strictness: number): readonly ObservedDecision[] {
  const broken = findBrokenRelations(
    alone.map(({ scaled, scale, intervals }) => ({ scaled, back: scale.back, intervals })),
    strictness,
  );
  if (broken.length === 0) return alone;
  const out = alone.slice();
  for (const { channel, expected, sigma, ...interval } of broken) {
    const { start, end, partner } = interval;
    for (const c of [channel, partner!]) {
      const own = out[c]!;
      out[c] = {
        ...own,
        intervals: own.intervals.filter((other) => other.start > end || other.end < start),
      };
    }
    const own = out[channel]!;
    const back = own.scale.back!;
    const [middle, spread] = [own.expected.slice(), own.spread.slice()];
    for (let t = start; t <= end; t++) {
      const usual = expected[t - start]!;
      if (usual !== usual) continue;
      middle[t] = back(usual);
      spread[t] = Math.abs(back(usual + sigma) - back(usual - sigma)) / 2;
    }
    out[channel] = { ...own, intervals: [...own.intervals, interval], expected: middle, spread };
  }
  return out;
}

interface ObservedDecision extends Decision {
  /** Points that were observed. */
  readonly present: number;
  /** n values on the scale of the decision, NaN = missing. */
  readonly scaled: Float64Array;
}

/** Decides on the points from the first to the last observed: nothing exists before the first sample. */
function decideObserved(
  filled: Float64Array,
  missing: Uint8Array | undefined,
  options: Omit<Parameters<typeof decide>[0], 'values'>,
): ObservedDecision {
  const n = filled.length;
  if (!missing) {
    const decision = decide({ values: filled, ...options });
    return { ...decision, present: n, scaled: decision.scale.scaled };
  }
  let first = 0;
  let last = n - 1;
  while (first < n && missing[first]) first++;
  while (last > first && missing[last]) last--;
  const values = filled.slice(first, last + 1);
  const scores = options.scores && Float64Array.from(options.scores).subarray(first, last + 1);
  let present = 0;
  for (let t = first; t <= last; t++) {
    if (missing[t]) values[t - first] = NaN;
    else present++;
  }
  const decision = decide({ values, ...options, ...(scores ? { scores } : {}) });
  const whole = (part: Float64Array, outside: (t: number) => number): Float64Array => {
    const out = Float64Array.from({ length: n }, (_, t) => outside(t));
    out.set(part, first);
    return out;
  };
  return {
    ...decision,
    intervals: decision.intervals.map((interval) => ({
      ...interval,
      start: interval.start + first,
      end: interval.end + first,
      peak: interval.peak + first,
    })),
    expected: whole(decision.expected, (t) => filled[t]!),
    spread: whole(decision.spread, () => 0),
    scaled: whole(decision.scale.scaled, () => NaN),
    present,
  };
}

/** Says that steps are missing; nothing is judged there. */
function gapNotes({ time }: Series, step: number): string[] {
  if (!step) return [];
  let gaps = 0;
  let longest = 0;
  for (let t = 1; t < time.length; t++) {
    const absent = Math.round((time[t]! - time[t - 1]!) / step) - 1;
    if (absent < 1) continue;
    gaps++;
    longest = Math.max(longest, absent);
  }
  if (gaps === 0) return [];
  return [
    `No data in ${formatCount(gaps, 'gap')}, the longest of ${formatCount(longest, 'missing step')}; nothing was judged there.`,
  ];
}
