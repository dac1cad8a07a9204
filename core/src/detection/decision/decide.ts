import { fillMissing } from '../../preprocess/fill.js';
import { selectQuantile } from '../../preprocess/statistics.js';
import { joinBackward, reverse } from './backward.js';
import { findDrifts } from './drift.js';
import { forecastAt, forecastRobustly, type Forecast } from './forecast.js';
import { evenScale, type EvenScale } from './numbers.js';
import { rarityOf, withoutClusters, type Rarity } from './rarity.js';
import { isRegular, mostAlike, unexplained, type Regularity } from './regular.js';
import { findRoughness } from './roughness.js';
import { candidatePeriods, findAbsences, findSeason, type Season } from './season.js';

/** Decades of rarity from which sums over 1, 2 … points are an event. */
const RARE = 3.5;
const LEAST_RARE = 3;
/** Sums over many points have fewer chances to be rare. */
const rareOver = (w: number): number => (w >= 32 ? LEAST_RARE : w >= 16 ? 3.2 : w > 1 ? 3.4 : RARE);
/** The same of patterns, the least score that counts there, and one that is clear. */
const RARE_PATTERN = 3.3;
const LEAST_SCORE = 0.1;
const CLEAR_SCORE = 1.4;
const SCALES = [1, 2, 4, 8, 16, 32] as const;
/** Fewest points that can be judged; below `YOUNG` what is normal is still being learned. */
export const FEWEST_POINTS = 8;
export const YOUNG = 80;

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

/** How an interval came to be an event. */
export type Sign = 'off' | 'absent' | 'rough' | 'calm' | 'stuck' | 'pattern';

/** An interval that is an event, both ends inclusive. */
export interface DecidedInterval {
  readonly start: number;
  readonly end: number;
  readonly peak: number;
  readonly sign: Sign;
  /** +1 above, −1 below what was expected, 0 neither. */
  readonly way: -1 | 0 | 1;
  /** >= 1; 1 = just an event. */
  readonly score: number;
  /** True where the series stayed at a new level, told for its first points only. */
  readonly stays?: boolean;
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
  const y = missing ? fillMissing(scale.scaled, { method: 'linear' }) : scale.scaled;
  const forecast = forecastRobustly(y, missing, scale.floor);
  const candidates = candidatePeriods(n, step, periods);
  const season = findSeason(y, candidates);
  const known: Regularity = { periods: candidates, most: mostAlike(n) };
  const scan = scanForward(y, missing, scale.floor, forecast, season, known, strictness);
  const backward = scanBackward(y, missing, scale.floor, season, known, strictness);
  const intervals = joinBackward(y, scan.intervals, backward.intervals);
  // What was expected of what shows backward is what backward was expected.
  for (const interval of intervals) {
    if (scan.intervals.includes(interval)) continue;
    for (let t = interval.start; t <= interval.end; t++) {
      scan.expected[t] = backward.expected[n - 1 - t]!;
      scan.spread[t] = backward.spread[n - 1 - t]!;
    }
  }
  if (season) {
    for (const { start, end, way, size } of findAbsences(y, season, Math.max(forecast.sigma, scale.floor))) {
      const away = intervals.filter((other) => other.start <= end + 1 && other.end >= start - 1);
      // A departure the same way that covers most of it tells it better.
      const told = away.reduce((sum, other) => sum + other.end - other.start + 1, 0);
      if (away.length > 0 && (away.some((other) => other.way === way) || told >= 0.5 * (end - start + 1)))
        continue;
      for (const other of away) intervals.splice(intervals.indexOf(other), 1);
      const first = Math.min(start, ...away.map((other) => other.start));
      const last = Math.max(end, ...away.map((other) => other.end));
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
  for (const drift of findDrifts(y, scale.floor)) {
    const inside = intervals.filter(({ start, end }) => start <= drift.end + 1 && end >= drift.start - 1);
    if (inside.some(({ start, way }) => way === drift.way && start <= drift.start + 2)) continue;
    const start = drift.start;
    const end = Math.max(
      drift.end,
      ...inside.filter(({ way }) => way === drift.way).map((other) => other.end),
    );
    for (const other of inside) intervals.splice(intervals.indexOf(other), 1);
    for (let t = start; t <= end; t++) scan.expected[t] = drift.level;
    intervals.push({
      start,
      end,
      peak: end,
      sign: 'off',
      way: drift.way,
      score: Math.max(1.01, Math.min(30, drift.size / 3)),
    });
  }
  for (const found of findRoughness(y, missing, forecast.innovations, scale, known, strictness)) {
    const inside = intervals.filter(({ start, end }) => start <= found.end + 1 && end >= found.start - 1);
    // A burst is many departures one way and the other; a single one tells itself better.
    const ways = new Set(inside.map(({ way }) => way));
    const covered = inside.reduce((sum, { start, end }) => sum + end - start + 1, 0);
    const own = found.end - found.start + 1;
    if (
      inside.length > 0 &&
      (found.sign === 'stuck' ? covered > 0.5 * own : ways.size < 2 || covered > 0.8 * own)
    ) {
      continue;
    }
    for (const other of inside) intervals.splice(intervals.indexOf(other), 1);
    intervals.push({
      ...found,
      start: Math.min(
        found.start,
        ...inside.filter(({ start }) => start >= found.start - 12).map(({ start }) => start),
      ),
      end: Math.max(found.end, ...inside.filter(({ end }) => end <= found.end + 12).map(({ end }) => end)),
    });
  }
  if (scores && n >= YOUNG) {
    for (const found of findPatterns(scores, known, strictness)) {
      const beside = Math.max(12, found.end - found.start + 1);
      if (intervals.every(({ start, end }) => start > found.end + beside || end < found.start - beside)) {
        intervals.push(found);
      }
    }
  }
  return {
    intervals: mergeNear(intervals),
    ...toValues(values, scale, scan.expected, scan.spread),
    scale,
    ...(season ? { season } : {}),
  };
}

/** The same going backward, which sees what comes on slowly and ends at once. */
function scanBackward(
  y: Float64Array,
  missing: Uint8Array | undefined,
  floor: number,
  season: Season | undefined,
  known: Regularity,
  strictness: number,
): Scan {
  const z = y.slice().reverse();
  const absent = missing?.slice().reverse();
  const model = forecastRobustly(z, absent, floor);
  const scan = scanForward(z, absent, floor, model, season, known, strictness);
  return { ...scan, intervals: reverse(scan.intervals, y.length) };
}

/**
 * Where the detector's own score stands out and no point of it does: an unusual pattern. It is no event where scores
 * as high come at the same phase of other cycles or often.
 * @param scores n scores, 1 = the detector's threshold
 */
function findPatterns(scores: ArrayLike<number>, known: Regularity, strictness: number): DecidedInterval[] {
  const sizes = Float64Array.from(scores);
  const rarity = rarityOf(withoutClusters(unexplained(sizes, known), known.most + 1), LEAST_SCORE);
  const out: DecidedInterval[] = [];
  for (let t = 0; t < sizes.length; t++) {
    if (!(sizes[t]! > 1)) continue;
    let end = t;
    let peak = t;
    for (let i = t; i < sizes.length && i - end <= 5; i++) {
      if (!(sizes[i]! > 1)) continue;
      end = i;
      if (sizes[i]! > sizes[peak]!) peak = i;
    }
    const rare = rarity(sizes[peak]!) / strictness;
    if (sizes[peak]! >= CLEAR_SCORE * strictness && rare >= RARE_PATTERN && !isRegular(sizes, peak, known)) {
      out.push({
        start: t,
        end,
        peak,
        sign: 'pattern',
        way: 0,
        score: 10 ** Math.min(1, (rare - RARE_PATTERN) / 3),
      });
    }
    t = end;
  }
  return out;
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
): { expected: Float64Array; spread: Float64Array } {
  if (kind === 'counter') {
    const level = new Float64Array(values.length);
    let last = values.find((value) => value === value) ?? 0;
    for (let t = 0; t < values.length; t++) {
      level[t] = t === 0 ? last : last + Math.max(0, expected[t]!);
      if (values[t] === values[t]) {
        if (values[t]! < last) level[t] = values[t]!;
        last = values[t]!;
      }
    }
    return { expected: level, spread };
  }
  if (!back) return { expected, spread };
  const middle = expected.map(back);
  return {
    expected: middle,
    spread: spread.map((own, t) => Math.abs(back(expected[t]! + own) - back(expected[t]! - own)) / 2),
  };
}

interface Scan {
  readonly intervals: readonly DecidedInterval[];
  readonly expected: Float64Array;
  readonly spread: Float64Array;
}

/** Sums of the last w innovations over √w at every point. */
function sumsOver(innovations: Float64Array, w: number): Float64Array {
  const n = innovations.length;
  const out = new Float64Array(n);
  let sum = 0;
  const root = Math.sqrt(w);
  for (let t = 0; t < n; t++) {
    sum += innovations[t]!;
    if (t >= w) sum -= innovations[t - w]!;
    out[t] = sum / root;
  }
  return out;
}

/**
 * Goes through the points as they came, with the scales of all of them: where the sum of some last innovations is
 * rarer than the threshold, and no regular thing of the series, an event opens at the first point that belongs to it. While it is
 * open what is expected goes on as if it had not been, so that the return ends it.
 */
function scanForward(
  y: Float64Array,
  missing: Uint8Array | undefined,
  floor: number,
  model: Forecast,
  season: Season | undefined,
  known: Regularity,
  strictness: number,
): Scan {
  const n = y.length;
  const { sigma } = model;
  const order = model.coefficients.length;
  const scales = SCALES.filter((w) => w === 1 || n >= 8 * w);
  const sums = scales.map((w) => sumsOver(model.innovations, w));
  const rarities: Rarity[] = scales.map((w, i) =>
    rarityOf(withoutClusters(unexplained(sums[i]!, known), 2 * known.most + 2), floor * Math.sqrt(w)),
  );
  const clean = y.slice();
  const own = new Float64Array(n);
  const expected = new Float64Array(n);
  const spread = new Float64Array(n).fill(Math.max(sigma, floor));
  const intervals: DecidedInterval[] = [];
  const accept = Math.max(24, Math.min(1440, Math.floor(n / 6)));
  const limit = 4 * Math.max(sigma, 0.25 * floor);
  // No forecast beyond what was ever seen: a long event may have bent it.
  let low = Infinity;
  let high = -Infinity;
  for (let t = 0; t < n; t++) {
    if (y[t]! < low) low = y[t]!;
    if (y[t]! > high) high = y[t]!;
  }
  const plausible = (value: number): number => Math.max(low, Math.min(high, value));
  let lasting = 0;
  let from = 0;
  for (let t = 0; t < n; t++) {
    const early = t < order;
    const forecast = plausible(early ? y[t]! - model.innovations[t]! : forecastAt(clean, t, model));
    expected[t] = forecast;
    if (missing?.[t]) {
      clean[t] = forecast;
      continue;
    }
    const off = y[t]! - forecast;
    own[t] = off;
    const opened = opens(t);
    if (opened) {
      const interval = follow(opened.onset, opened.rarity);
      intervals.push(interval.told);
      t = interval.last;
      from = t + 1;
      lasting = 0;
      continue;
    }
    if (Math.abs(off) <= limit) lasting = 0;
    else {
      const sign = Math.sign(off);
      lasting = lasting * sign > 0 ? lasting + sign : sign;
      if (Math.abs(lasting) <= 3) clean[t] = forecast + sign * limit;
    }
  }
  return { intervals, expected, spread };

  /** Where an event that shows at t began; undefined where none does. */
  function opens(t: number): { onset: number; rarity: number } | undefined {
    let sum = 0;
    let at = t;
    let found: { onset: number; rarity: number } | undefined;
    for (const [i, w] of scales.entries()) {
      if (t - w + 1 < from) break;
      for (; at > t - w; at--) sum += own[at]!;
      const size = sum / Math.sqrt(w);
      const rarity = rarities[i]!(Math.abs(size)) / strictness;
      if (rarity < rareOver(w) || (found && rarity <= found.rarity)) continue;
      const whole = sums[i]!;
      const before = whole[t]!;
      whole[t] = size;
      const regular = isRegular(whole, t, known, intervals);
      whole[t] = before;
      if (!regular) found = { onset: onsetOf(t, w), rarity };
    }
    return found;
  }

  /** The point from which the sum to t is the rarest, without points at its start that are as expected. */
  function onsetOf(t: number, w: number): number {
    let sum = 0;
    let best = 0;
    let onset = t;
    for (let i = t; i >= Math.max(from, t - 2 * w + 1); i--) {
      sum += own[i]!;
      const size = Math.abs(sum) / Math.sqrt(t - i + 1);
      if (size > best) {
        best = size;
        onset = i;
      }
    }
    return onset;
  }

  /** Follows an event from its onset to its end. */
  function follow(onset: number, rarity: number): { told: DecidedInterval; last: number } {
    const level = season && onset >= season.period + 8 ? levelOffset(onset, season.period) : undefined;
    let last = onset;
    let total = 0;
    let count = 0;
    let way = 0;
    let peak = onset;
    let most = 0;
    const growth = new Float64Array(Math.min(n - onset, 4096));
    let variance = 0;
    let stays = false;
    let t = onset;
    for (; t < n; t++) {
      const usual = plausible(
        level === undefined
          ? t < order
            ? expectedEarly(t)
            : forecastAt(clean, t, model)
          : clean[t - season!.period]! + level,
      );
      clean[t] = usual;
      expected[t] = usual;
      const h = t - onset;
      if (h < growth.length) {
        // Weights of past innovations in a forecast h points ahead.
        let psi = h === 0 ? 1 : 0;
        for (let k = 0; k < Math.min(order, h); k++) psi += model.coefficients[k]! * growth[h - 1 - k]!;
        growth[h] = psi;
        variance += psi * psi;
      }
      const band = Math.max(sigma, floor) * Math.sqrt(variance);
      spread[t] = band;
      if (missing?.[t]) continue;
      const off = y[t]! - usual;
      if (count === 0) way = Math.sign(off);
      const mean = count > 0 ? total / count : off;
      const out = way * off >= Math.max(2.5 * band, 0.4 * Math.abs(mean));
      if (out || count === 0) {
        last = t;
        total += off;
        count++;
        if (Math.abs(off) > most) {
          most = Math.abs(off);
          peak = t;
        }
      } else if (t - last >= Math.max(2, Math.min(8, Math.round(0.3 * (last - onset + 1))))) break;
      if (last - onset + 1 >= accept && settled(onset, last)) {
        stays = true;
        break;
      }
    }
    const end = stays ? Math.min(last, onset + 59) : last;
    for (let i = last + 1; i <= Math.min(t, n - 1); i++) clean[i] = y[i]!;
    if (stays) {
      for (let i = onset; i <= last; i++) clean[i] = y[i]!;
      for (let i = end + 1; i <= last; i++) {
        expected[i] = forecastAt(clean, i, model);
        spread[i] = Math.max(sigma, floor);
      }
    }
    return {
      told: {
        start: onset,
        end,
        peak: Math.min(peak, end),
        sign: 'off',
        way: way < 0 ? -1 : 1,
        score: scoreOf(rarity, most),
        ...(stays ? { stays } : {}),
      },
      last: Math.max(last, Math.min(t, n - 1) - 1),
    };
  }

  function expectedEarly(t: number): number {
    const first = y.slice(0, Math.min(n, 32));
    return t === 0 || order === 0 ? selectQuantile(first, 0.5) : forecastAt(clean, t, model);
  }

  /** How far the last points lie from those a period before. */
  function levelOffset(onset: number, period: number): number {
    const offsets = new Float64Array(8);
    for (let i = 0; i < 8; i++) offsets[i] = clean[onset - 1 - i]! - clean[onset - 1 - i - period]!;
    return selectQuantile(offsets, 0.5);
  }

  /** Whether an excursion has come to rest at a level of its own. */
  function settled(onset: number, last: number): boolean {
    const quarter = Math.max(4, (last - onset + 1) >> 2);
    const medianOf = (start: number): number => selectQuantile(y.slice(start, start + quarter), 0.5);
    const begin = medianOf(onset);
    const end = medianOf(last - quarter + 1);
    const away = Math.abs(end - expected[last]!);
    return Math.abs(end - begin) < 0.5 * away;
  }

  /** Severity follows rarity, but what is too small to act on stays low. */
  function scoreOf(rarity: number, most: number): number {
    const small = most < 3 * floor;
    const score = Math.max(1.01, 10 ** Math.min(2, (rarity - LEAST_RARE) / 3));
    return small ? Math.min(1.3, score) : score;
  }
}
