import { selectQuantile, selectQuantiles } from '../../preprocess/statistics.js';
import { fillingPeriod, fillUsual } from '../gaps.js';
import { joinBackward } from './backward.js';
import { findBumps } from './bumps.js';
import { findCycle, findChangedPeriods, follows, isExtraCycle } from './cycles.js';
import { findDrifts } from './drift.js';
import { fromItsFoot } from './foot.js';
import { forecastRobustly } from './forecast.js';
import { findUnit, isLeastMove } from './least-move.js';
import { evenScale, type EvenScale } from './numbers.js';
import { findPatterns } from './patterns.js';
import { mostAlike, type Regularity } from './regular.js';
import { findRoughness, isToldBetter } from './roughness.js';
import { scanBackward, scanForward } from './scan.js';
import {
  candidatePeriods,
  findAbsences,
  findSeason,
  medianByPhase,
  samePhase,
  type Season,
} from './season.js';
import { findSurges, sparseCounts } from './surges.js';
import type { DecidedInterval } from './types.js';

/** Fewest points that can be judged; below `YOUNG` what is normal is still being learned. */
const FEWEST_POINTS = 8;
export const YOUNG = 80;

/** Share of the floor that is left where the season has been taken off. */
const SEASONLESS = 0.5;
/** Points by which a bump must reach further than what is told already. */
const BEYOND = 3;

/** What the points of one channel are told from. */
export interface DecideInput {
  /** n values, NaN = missing. */
  readonly values: Float64Array;
  /** Usual step in ms, where points have a time. */
  readonly step?: number;
  /** Periods found in the series, in points. */
  readonly periods?: readonly number[];
  /** n scores of a detector that knows the shapes of the series; 1 = its threshold. */
  readonly scores?: ArrayLike<number>;
  /** Moves the threshold: 1 = usual, above 1 = rarer. */
  readonly strictness?: number;
}

/** What was decided on one channel. */
export interface Decision {
  readonly intervals: readonly DecidedInterval[];
  /** n values in the channel's own unit: what was expected, and its standard deviation. */
  readonly expected: Float64Array;
  readonly spread: Float64Array;
  readonly scale: EvenScale;
  readonly season?: Season;
}

/** Decides where one channel has events. */
export function decide({ values, step, periods = [], scores, strictness = 1 }: DecideInput): Decision {
  const scale = evenScale(values);
  const n = values.length;
  let present = 0;
  let missing: Uint8Array | undefined;
  for (let t = 0; t < n; t++) {
    if (scale.scaled[t] === scale.scaled[t]) present++;
    else (missing ??= new Uint8Array(n))[t] = 1;
  }
  if (present < FEWEST_POINTS) return undecided(values, scale);
  const y = missing ? fillUsual(scale.scaled, fillingPeriod(scale.scaled)) : scale.scaled;
  const rough = candidatePeriods(n, step, periods);
  const season = findSeason(y, rough);
  const candidates = rough.map((period) =>
    season && Math.abs(period - season.period) === 1 ? season.period : period,
  );
  const known: Regularity = { periods: candidates, most: mostAlike(n) };
  const sparse = n >= YOUNG && !season ? sparseCounts(values) : undefined;
  if (sparse) {
    const { unit, rate, lot, sizes } = sparse;
    const how = sizes
      ? 'amounts, mostly none: judged by how many come together and how large they are'
      : 'counts, mostly none: judged by how many come together';
    return {
      intervals: findSurges(values, sparse, known, strictness),
      expected: new Float64Array(n),
      spread: new Float64Array(n).fill(unit * Math.sqrt(rate * lot)),
      scale: { ...scale, kind: 'counts', note: how },
    };
  }
  const forecast = forecastRobustly(y, missing, scale.floor);
  const order = forecast.coefficients.length;
  const usualSize = Math.max(forecast.sigma, scale.floor);
  const input = { values: y, missing, floor: scale.floor, forecast, season, known, strictness };
  const scan = scanForward(input);
  const backward = scanBackward({ ...input, bounds: scan.leasts });
  const intervals = joinBackward(y, scan.intervals, backward.intervals);
  const drop = (told: readonly DecidedInterval[]): void => {
    for (const interval of told) intervals.splice(intervals.indexOf(interval), 1);
  };
  // What was expected of what shows backward is what backward was expected.
  for (const interval of intervals) {
    if (scan.intervals.includes(interval)) continue;
    for (let t = interval.start; t <= interval.end; t++) {
      scan.expected[t] = backward.expected[n - 1 - t]!;
      scan.spread[t] = backward.spread[n - 1 - t]!;
    }
  }
  if (season) {
    for (const { start, end, way, size } of findAbsences(y, season, usualSize)) {
      const away = intervals.filter((other) => other.start <= end + 1 && other.end >= start - 1);
      // A departure the same way that covers most of it tells it better.
      const told = away.reduce((sum, other) => sum + other.end - other.start + 1, 0);
      if (away.length > 0 && (away.some((other) => other.way === way) || told >= 0.5 * (end - start + 1)))
        continue;
      drop(away);
      const first = Math.min(start, ...away.map((other) => other.start));
      const last = Math.max(end, ...away.map((other) => other.end));
      // What other cycles show then is what was expected.
      for (let t = first; t <= last; t++) scan.expected[t] = usualAt(y, season, t).middle;
      intervals.push({
        start: first,
        end: last,
        peak: (start + end) >> 1,
        sign: 'absent',
        way: -way as -1 | 1,
        score: 1 + Math.log10(Math.max(1, size / 5)),
      });
    }
  }
  for (const bump of findBumps(y, scale.floor, known, strictness)) {
    const inside = intervals.filter(({ start, end }) => start <= bump.end && end >= bump.start);
    // Where it comes back from a bump, or goes lower within it, is no fall.
    const isReturn = ({ start, peak, way }: DecidedInterval): boolean =>
      way === -bump.way &&
      (start > bump.start + (2 / 3) * (bump.end - bump.start) ||
        (start >= bump.start && bump.way * (y[peak]! - bump.level) > 0));
    const others = inside.filter((other) => !isReturn(other));
    if (others.some(({ way }) => way === -bump.way)) continue;
    drop(inside.filter(isReturn));
    const told = others.reduce((sum, { start, end }) => sum + end - start + 1, 0);
    if (told >= 0.5 * (bump.end - bump.start + 1)) {
      // What is told already is as rare as all of it.
      const main = others.reduce((a, b) => (b.score > a.score ? b : a));
      const first = bump.start < main.start - BEYOND;
      const last = bump.end > main.end + BEYOND;
      for (let t = bump.start; t <= bump.end; t++) {
        if ((first && t < main.start) || (last && t > main.end)) scan.expected[t] = bump.level;
      }
      intervals[intervals.indexOf(main)] = {
        ...main,
        ...(first ? { start: bump.start } : {}),
        ...(last && !main.stays ? { end: bump.end } : {}),
        score: Math.max(main.score, bump.score),
      };
      continue;
    }
    drop(others);
    for (let t = bump.start; t <= bump.end; t++) scan.expected[t] = bump.level;
    const { level: _, ...interval } = bump;
    intervals.push(interval);
  }
  const middle = season ? selectQuantile(y.slice(), 0.5) : 0;
  const shape = season && medianByPhase(y, season.period).map((value) => value - middle);
  const level = shape ? y.map((value, t) => value - shape[t % shape.length]!) : y;
  // The floor is a share of a range that most of the season has made.
  for (const drift of findDrifts(level, shape ? SEASONLESS * scale.floor : scale.floor)) {
    const inside = intervals.filter(({ start, end }) => start <= drift.end + 1 && end >= drift.start - 1);
    if (inside.some(({ start, way }) => way === drift.way && start <= drift.start + 2)) continue;
    const start = drift.start;
    const end = Math.max(
      drift.end,
      ...inside.filter(({ way }) => way === drift.way).map((other) => other.end),
    );
    drop(inside);
    for (let t = start; t <= end; t++) scan.expected[t] = drift.level + (shape?.[t % shape.length] ?? 0);
    intervals.push({
      start,
      end,
      peak: end,
      sign: 'off',
      way: drift.way,
      score: Math.max(1.01, Math.min(30, drift.size / 3)),
    });
  }
  const offs = y.map((value, t) => (missing?.[t] ? 0 : value - scan.expected[t]!));
  // After an event forecasts ring for a while; those of the scan look back on what would have been without it.
  const moves = forecast.innovations.slice();
  if (scan.intervals.length > 0) {
    moves.set(offs);
    for (const { start, end } of intervals) {
      for (let t = start; t <= end; t++) moves[t] = forecast.innovations[t]!;
    }
  }
  for (const found of findRoughness(y, missing, moves, scale, known, strictness, order)) {
    const inside = intervals.filter(({ start, end }) => start <= found.end + 1 && end >= found.start - 1);
    // Held values are told already; what moves beside them is another thing.
    const held = inside.filter(({ sign }) => sign === 'stuck');
    if (held.some(({ start, end }) => start <= found.end && end >= found.start)) continue;
    const others = inside.filter(({ sign }) => sign !== 'stuck');
    if (isToldBetter(found, others, offs, usualSize)) continue;
    drop(others);
    intervals.push(found);
  }
  // The scores of a counter are those of its totals, in which a reset is a fall and a slow hour a bend.
  if (scores && n >= YOUNG && scale.kind !== 'counter') {
    intervals.push(...findPatterns(scores, known, strictness, intervals, missing));
  }
  const cycle = season && findCycle(y, season.period, candidates, scale.floor);
  if (cycle) {
    const period = cycle.shape.length;
    for (const changed of findChangedPeriods(y, cycle, strictness)) {
      const { start, end } = changed;
      // What it is told by in pieces, and what looks odd beside it for being compared with it, is this one event.
      drop(
        intervals.filter(
          (other) =>
            (other.start <= end && other.end >= start) ||
            (other.start <= end + period / 2 && other.end >= start - period / 2 && follows(cycle, other)),
        ),
      );
      for (let t = start; t <= end; t++) scan.expected[t] = cycle.level[t]! + cycle.shape[t % period]!;
      intervals.push(changed);
    }
    for (const [i, interval] of intervals.entries()) {
      if (interval.sign === 'off' && !interval.stays && isExtraCycle(y, cycle, interval)) {
        intervals[i] = { ...interval, sign: 'extra', cycle: { period, usual: period } };
      }
    }
  }
  const told = mergeNear(intervals.map((interval) => fromItsFoot(y, season, interval, usualSize))).map(
    (interval) => {
      const left = season ? withoutUsual(y, season, interval, usualSize) : interval;
      if (left.start === interval.start) return left;
      // What other cycles show then is what was expected.
      for (let t = left.start; t <= left.end; t++) scan.expected[t] = usualAt(y, season!, t).middle;
      return left;
    },
  );
  const unit = scale.kind === 'states' || scale.kind === 'measure' ? findUnit(y) : 0;
  const large = told.filter((interval) => !isLeastMove(y, scan.expected, unit, interval));
  return {
    intervals: large,
    ...toValues(values, scale, scan.expected, scan.spread, large),
    scale,
    ...(season ? { season } : {}),
  };
}

/** Usual sizes by which a point may lie off what other cycles show at its phase and still be one of theirs. */
const USUAL = 4;
const FEWEST_CYCLES = 4;
/** Share of a departure that must remain without its usual start. */
const REMAINS = 0.4;

/**
 * What goes on too long begins where it should have ended: without the points at its start that are as in other cycles. Where
 * other cycles differ among themselves nothing can be said of it.
 */
function withoutUsual(
  y: Float64Array,
  season: Season,
  interval: DecidedInterval,
  sigma: number,
): DecidedInterval {
  const { start, end, sign, way } = interval;
  if (sign !== 'off' || way === 0) return interval;
  const isHeld = y.subarray(start, end + 1).every((value) => value === y[start]);
  const isUsual = (t: number): boolean => {
    const { middle, range, cycles } = usualAt(y, season, t);
    // What is held all along is what other cycles show only where they hold it too.
    const own = isHeld ? 0 : USUAL * sigma;
    return cycles >= FEWEST_CYCLES && range <= own && Math.abs(y[t]! - middle) <= own;
  };
  let first = start;
  while (first < end && isUsual(first)) first++;
  if (first === start || end - first + 1 < REMAINS * (end - start + 1)) return interval;
  // The peak is the furthest point of what is left.
  return { ...interval, start: first, peak: Math.max(first, interval.peak) };
}

/** Median and interquartile range of the nearest other cycles at the phase of t. */
function usualAt(
  y: Float64Array,
  { period }: Season,
  t: number,
): { readonly middle: number; readonly range: number; readonly cycles: number } {
  const others = Float64Array.from(samePhase(t, period, y.length), (at) => y[at]!);
  const cycles = others.length;
  if (cycles === 0) return { middle: y[t]!, range: 0, cycles };
  const [low, middle, high] = selectQuantiles(others, [0.25, 0.5, 0.75]) as [number, number, number];
  return { middle, range: high - low, cycles };
}

/** Joins intervals so near to one another that they are one event. */
function mergeNear(intervals: readonly DecidedInterval[]): DecidedInterval[] {
  const out: DecidedInterval[] = [];
  for (const next of intervals.slice().sort((a, b) => a.start - b.start)) {
    const last = out[out.length - 1];
    const longer = last ? Math.max(last.end - last.start, next.end - next.start) + 1 : 0;
    if (!last || next.start - last.end - 1 > Math.max(3, Math.min(24, longer / 2))) {
      out.push(next);
      continue;
    }
    const main = next.score > last.score && last.sign !== 'absent' ? next : last;
    out[out.length - 1] = {
      ...main,
      start: last.start,
      end: Math.max(last.end, next.end),
      ...(last.stays || next.stays ? { stays: true } : {}),
    };
  }
  return out;
}

/** Nothing can be said yet: expected is what is there. */
function undecided(values: Float64Array, scale: EvenScale): Decision {
  const present = values.filter((value) => value === value);
  const middle = present.length > 0 ? selectQuantile(present, 0.5) : 0;
  return {
    intervals: [],
    expected: new Float64Array(values.length).fill(middle),
    spread: new Float64Array(values.length),
    scale,
  };
}

/** Expected values and spread on the channel's own scale. */
function toValues(
  values: Float64Array,
  { back, kind }: EvenScale,
  expected: Float64Array,
  spread: Float64Array,
  intervals: readonly DecidedInterval[],
): { expected: Float64Array; spread: Float64Array } {
  if (kind === 'counter') return toTotals(values, expected, spread, intervals);
  if (!back) return { expected, spread };
  const middle = expected.map(back);
  return {
    expected: middle,
    spread: spread.map((own, t) => Math.abs(back(expected[t]! + own) - back(expected[t]! - own)) / 2),
  };
}

/**
 * What a counter should have reached from what it should have grown by. During an event that goes on from where the event
 * began, so that a total shows how much more, or less, there was of it.
 */
function toTotals(
  values: Float64Array,
  increments: Float64Array,
  spread: Float64Array,
  intervals: readonly DecidedInterval[],
): { expected: Float64Array; spread: Float64Array } {
  const n = values.length;
  const totals = new Float64Array(n);
  const own = spread.slice();
  const inside = new Uint8Array(n);
  for (const { start, end } of intervals) inside.fill(1, start + 1, end + 1);
  let last = values.find((value) => value === value) ?? 0;
  for (let t = 0; t < n; t++) {
    const isReset = values[t]! < last;
    const goesOn = inside[t] === 1 && !isReset;
    const grown = t === 0 ? 0 : Math.max(0, increments[t]!);
    totals[t] = isReset ? values[t]! : (goesOn ? totals[t - 1]! : last) + grown;
    if (goesOn) own[t] = Math.hypot(own[t - 1]!, spread[t]!);
    if (values[t] === values[t]) last = values[t]!;
  }
  return { expected: totals, spread: own };
}
