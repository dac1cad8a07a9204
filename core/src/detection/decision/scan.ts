import { selectQuantile } from '../../preprocess/statistics.js';
import { reverse } from './backward.js';
import { forecastAt, forecastRobustly, LASTING, type Forecast } from './forecast.js';
import { fitRarity, scoreOfRarity, withoutClusters } from './rarity.js';
import { findRegular, type Regularity } from './regular.js';
import type { Season } from './season.js';
import type { DecidedInterval } from './types.js';

/** Points over which innovations are summed. */
const SCALES = [1, 2, 4, 8, 16, 32] as const;
/** Decades of rarity from which sums over 1, 2 … points are an event. */
const RARE = 3.5;
const LEAST_RARE = 3;
/** Sums over many points have fewer chances to be rare. */
const rareOver = (w: number): number => (w >= 32 ? LEAST_RARE : w >= 16 ? 3.2 : w > 1 ? 3.4 : RARE);

/** Cycles that points are compared with, and the share of a departure by which they may differ from those. */
const CYCLES = 4;
const ALIKE = 0.3;
/** Points before that tell how far others went, how many cycles tell how much that varies, and by how many of its spreads. */
const BEFORE = 8;
const FEWEST_CHANGES = 6;
const MOST_CHANGES = 24;
const VARIES = 3;

/** What a scan of a series of n points needs to know of it. */
export interface ScanInput {
  /** n values on the scale on which their noise is even, complete. */
  readonly values: Float64Array;
  /** n values, 1 = filled. */
  readonly missing: Uint8Array | undefined;
  /** Least standard deviation that counts. */
  readonly floor: number;
  readonly forecast: Forecast;
  readonly season: Season | undefined;
  readonly known: Regularity;
  /** Moves the threshold: 1 = usual, above 1 = rarer. */
  readonly strictness: number;
  /** Per scale the least sum that counts in the other direction, where that is known. */
  readonly bounds?: readonly number[];
}

/** Where events are, and what was expected of every point, with its standard deviation. */
export interface Scan {
  readonly intervals: readonly DecidedInterval[];
  readonly expected: Float64Array;
  readonly spread: Float64Array;
  /** Per scale the least sum that is rare enough for an event. */
  readonly leasts: readonly number[];
}

/** Share of the least sum that counts, from which running sums are summed anew. */
const NEAR = 0.99;
/** How far from the bounds of the other direction sums must stay to be looked at no further. */
const UNLIKE = 0.8;
const NEVER = {
  root: 1,
  rarity: { of: () => 0, least: () => Infinity },
  least: Infinity,
  isRegular: () => true,
};

function maxAbsolute(values: Float64Array): number {
  let most = 0;
  for (let t = 0; t < values.length; t++) most = Math.max(most, Math.abs(values[t]!));
  return most;
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
export function scanForward({
  values: y,
  missing,
  floor,
  forecast: model,
  season,
  known,
  strictness,
  bounds,
}: ScanInput): Scan {
  const n = y.length;
  const { sigma } = model;
  const order = model.coefficients.length;
  // Points at which some sum of the model's own innovations may be large enough.
  const near = new Uint8Array(n);
  const markNear = (sizes: Float64Array, least: number): void => {
    for (let t = 0; t < n; t++) if (Math.abs(sizes[t]!) >= NEAR * least) near[t] = 1;
  };
  const sums = SCALES.filter((w) => w === 1 || n >= 8 * w).map((w, i) => {
    const sizes = sumsOver(model.innovations, w);
    const regular = findRegular(sizes, known);
    // What is far from rare going forward is not rare going backward: then nothing more need be known of it.
    if (bounds && maxAbsolute(sizes) < UNLIKE * bounds[i]!) return { ...NEVER, w };
    const usual = withoutClusters(regular.unexplained(), 2 * known.most + 2);
    const rarity = fitRarity(usual, floor * Math.sqrt(w));
    const least = rarity.least(rareOver(w) * strictness);
    markNear(sizes, least);
    return { w, root: Math.sqrt(w), rarity, least, isRegular: regular.isRegular };
  });
  const leasts = sums.map(({ least }) => least);
  // What running sums lose of digits must lie within the margin.
  const isExact = 1e-12 * maxAbsolute(model.innovations) * n < (1 - NEAR) * Math.min(...leasts);
  const reach = sums[sums.length - 1]!.w;
  if (leasts.every((least) => least === Infinity)) {
    return { intervals: [], expected: y, spread: new Float64Array(n), leasts };
  }
  const clean = y.slice();
  const own = new Float64Array(n);
  const expected = new Float64Array(n);
  const spread = new Float64Array(n).fill(Math.max(sigma, floor));
  const intervals: DecidedInterval[] = [];
  const accept = Math.max(24, Math.min(1440, Math.floor(n / 6)));
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
  // Where what is off differs from the model's own innovations.
  let changed = -1;
  // Where what forecasts look back on is not what the model's own looked back on.
  let differs = -Infinity;
  for (let t = 0; t < n; t++) {
    const same = t < order || t - differs > order;
    const forecast = plausible(same ? model.forecasts[t]! : forecastAt(clean, t, model));
    expected[t] = forecast;
    if (missing?.[t]) {
      if (clean[t] !== model.clean[t]) differs = t;
      continue;
    }
    const off = y[t]! - forecast;
    own[t] = off;
    if (off !== model.innovations[t]) changed = t;
    const opened = near[t] || !isExact || t - changed < reach ? opens(t) : undefined;
    if (opened) {
      const interval = follow(opened.onset, opened.rarity);
      intervals.push(interval.told);
      t = interval.last;
      from = t + 1;
      changed = t;
      lasting = 0;
      differs = t;
      continue;
    }
    if (Math.abs(off) <= model.limit) lasting = 0;
    else {
      const sign = Math.sign(off);
      lasting = lasting * sign > 0 ? lasting + sign : sign;
      if (Math.abs(lasting) <= LASTING) clean[t] = forecast + sign * model.limit;
    }
    if (clean[t] !== model.clean[t]) differs = t;
  }
  return { intervals, expected, spread, leasts };

  /** Where an event that shows at t began; undefined where none does. */
  function opens(t: number): { onset: number; rarity: number } | undefined {
    let sum = 0;
    let at = t;
    let found: { onset: number; rarity: number } | undefined;
    for (const { w, root, rarity, least, isRegular } of sums) {
      if (t - w + 1 < from) break;
      for (; at > t - w; at--) sum += own[at]!;
      const size = sum / root;
      if (!(Math.abs(size) >= least)) continue;
      const rare = rarity.of(Math.abs(size)) / strictness;
      if (found && rare <= found.rarity) continue;
      if (isRegular(t, size, intervals) || isAsInOtherCycles(t, w, sum / w)) continue;
      found = { onset: findOnset(t, w), rarity: rare };
    }
    return found;
  }

  /**
   * Whether the last w points are what the cycles before them were at that phase (where there are none yet: those after
   * them): then it is the forecast that is off, bent by an event it looks back on, and would go on to be.
   * @param away how far the mean of the points is from its forecast
   */
  function isAsInOtherCycles(t: number, w: number, away: number): boolean {
    if (!season) return false;
    const { period } = season;
    // A single point earlier or later is another point.
    const tolerance = w > 2 * season.tolerance ? season.tolerance : 0;
    const meanUntil = (end: number): number => {
      let sum = 0;
      for (let i = end - w + 1; i <= end; i++) sum += y[i]!;
      return sum / w;
    };
    const mean = meanUntil(t);
    const count = (step: number): { alike: number; cycles: number } => {
      let [alike, cycles] = [0, 0];
      for (let c = 1; c <= CYCLES; c++) {
        const at = t + c * step;
        if (at - tolerance - w + 1 < 0 || at + tolerance >= n) break;
        cycles++;
        for (let shift = -tolerance; shift <= tolerance; shift++) {
          if (Math.abs(meanUntil(at + shift) - mean) > ALIKE * Math.abs(away)) continue;
          alike++;
          break;
        }
      }
      return { alike, cycles };
    };
    if (changesAsInOtherCycles(t, w, period)) return true;
    const before = count(-period);
    if (before.cycles >= 2) return before.alike >= (2 / 3) * before.cycles;
    const after = count(period);
    return after.cycles >= 3 && after.alike + before.alike >= (3 / 4) * (after.cycles + before.cycles);
  }

  /**
   * Whether the last w points lie as far from those before them as at that phase of other cycles, give or take as much as
   * those vary: a job that does a little more or less each time.
   */
  function changesAsInOtherCycles(t: number, w: number, period: number): boolean {
    const changeAt = (end: number): number => {
      const start = end - w + 1;
      let [sum, before] = [0, 0];
      for (let i = start; i <= end; i++) sum += y[i]!;
      for (let i = start - BEFORE; i < start; i++) before += y[i]!;
      return sum / w - before / BEFORE;
    };
    if (t - w + 1 < BEFORE) return false;
    const others: number[] = [];
    for (let c = 1; others.length < MOST_CHANGES && (t - c * period >= 0 || t + c * period < n); c++) {
      if (t - c * period - w + 1 >= BEFORE) others.push(changeAt(t - c * period));
      if (t + c * period < n) others.push(changeAt(t + c * period));
    }
    if (others.length < FEWEST_CHANGES) return false;
    const changes = Float64Array.from(others);
    const middle = selectQuantile(changes, 0.5);
    const sizes = changes.map((change) => Math.abs(change - middle));
    return Math.abs(changeAt(t) - middle) <= VARIES * 1.4826 * selectQuantile(sizes, 0.5);
  }

  /** The point from which the sum to t is the rarest, without points at its start that are as expected. */
  function findOnset(t: number, w: number): number {
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
    const until = Math.min(t, n - 1);
    // Where it came back to what was expected, what was left of it as it faded must not bend the forecasts after it.
    const cameBack = !stays && Math.abs(y[until]! - expected[until]!) <= model.limit;
    const farthest = cameBack ? model.limit : Infinity;
    for (let i = last + 1; i <= until; i++) {
      clean[i] = expected[i]! + Math.max(-farthest, Math.min(farthest, y[i]! - expected[i]!));
    }
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
        score: toScore(rarity, most),
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
    const medianFrom = (start: number): number => selectQuantile(y.slice(start, start + quarter), 0.5);
    const begin = medianFrom(onset);
    const end = medianFrom(last - quarter + 1);
    const away = Math.abs(end - expected[last]!);
    return Math.abs(end - begin) < 0.5 * away;
  }

  /** Severity follows rarity, but what is too small to act on stays low. */
  function toScore(rarity: number, most: number): number {
    const small = most < 3 * floor;
    const score = scoreOfRarity(rarity - LEAST_RARE);
    return small ? Math.min(1.3, score) : score;
  }
}

/** The same going backward, which sees what comes on slowly and ends at once: what was expected is in reverse order. */
export function scanBackward(input: ScanInput): Scan {
  const values = input.values.slice().reverse();
  const missing = input.missing?.slice().reverse();
  const forecast = forecastRobustly(values, missing, input.floor, input.forecast);
  const scan = scanForward({ ...input, values, missing, forecast });
  return { ...scan, intervals: reverse(scan.intervals, values.length) };
}
