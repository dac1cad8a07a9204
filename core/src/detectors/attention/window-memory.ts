import {
  attendedWindows,
  attentionWeights,
  createNearestWindows,
  createReconstruction,
  createWindowMemory,
  reconstructWindows,
  scanWindowOffsets,
  type WindowInterval,
} from '../../windows/memory.js';
import type { NearestWindows, WindowMemory, WindowNormalization } from '../../windows/memory-types.js';
import type { CooperativeScheduler } from '../../yield.js';
import type { AttendedInterval, NormalExplanation } from '../base/types.js';
import { aggregate, interpolate } from '../../preprocess/aggregate.js';
import { unmaskedMoments, computeMoments, type Moments } from './unmasked-moments.js';
import { imputeFromNormal } from './impute-from-normal.js';
import type { StandardizedChannels } from '../base/standardize.js';
import type { Interval } from '../../series/interval.js';

/** 128 points, in short series a 32nd of them but at least 8: windows must be many for most of them to be normal. */
export function defaultMemoryWindow(points: number): number {
  return Math.min(Math.floor(points / 2), Math.max(8, Math.min(128, Math.floor(points / 32))));
}

/** What memory attention does at one scale. */
export interface MemoryScale {
  /** Points per window. */
  readonly window: number;
  readonly normalization: WindowNormalization;
  /** Softmax temperature, in mean squared standardized units. */
  readonly temperature: number;
  /** Keys kept per query. */
  readonly keys: number;
  /** Most pairs of windows × channels to compare; a longer history is downsampled to it. */
  readonly budget: number;
  /** Blocks per window that suffice: points are averaged down to it. Absent, only as far as the budget asks. */
  readonly resolution?: number;
  /** Fewest segments per window that the budget may lead to; default 16. */
  readonly coarsest?: number;
  /** Points after which the series repeats itself, where that is known: windows so far apart are compared first. */
  readonly period?: number;
}

/** How a series is laid out for one scale: what a growing series keeps where it is scored by its history's. */
export interface MemoryPlan extends MemoryScale {
  /** Points per segment that the history is downsampled to (1 = not at all). */
  readonly downsampling: number;
  /** Each window is compared with one in `stride` of the others. */
  readonly stride: number;
  /** Blocks per window. */
  readonly segments: number;
}

/** Scores of one scale over the n points of the series. */
export interface MemoryScores {
  /** n values: mean squared residual of the window around the point, over all channels. */
  readonly raw: Float64Array;
  /** d × n: what each channel adds to `raw`. */
  readonly contributions: readonly Float64Array[];
  /** d × n standardized values. */
  readonly expected: readonly Float64Array[];
  readonly spread: readonly Float64Array[];
  readonly attend: (start: number, end: number) => AttendedInterval[];
  /** In standardized values. */
  readonly explain: (intervals: readonly Interval[]) => Promise<NormalExplanation>;
  /** n values: mean squared distance of the window around the point from all the keys it kept. */
  readonly neighborDistance: Float64Array;
  /** Points per segment that the history was downsampled to (1 = not at all). */
  readonly downsampling: number;
  /** Each window was compared with one in `stride` of the others. */
  readonly stride: number;
}

/** Share of a channel's standard deviation below which a window counts as flat. */
const FLAT = 0.05;
/**
 * Fewest segments that a window is downsampled to: coarser windows compared with all others find their like more often
 * than finer ones compared with some.
 */
const COARSEST = 16;
/** Pairs compared between two looks at the clock. */
const SLICE = 2_000_000;

/**
 * Every window attends to the windows of the whole series that do not overlap it; what it cannot be rebuilt from
 * is its score, placed at its center. Points are averaged in segments until the comparison fits the budget.
 */
export async function scoreByMemory(
  input: StandardizedChannels,
  scale: MemoryScale,
  scheduler: CooperativeScheduler,
  progress: (done: number) => void = () => {},
  plan: MemoryPlan = planMemory(input.points, input.channels.length, scale),
): Promise<MemoryScores> {
  const n = input.points;
  const d = input.channels.length;
  const { downsampling, stride, segments: window } = plan;
  const channels = input.channels.map((values) => aggregate(values, downsampling));
  const memory = createWindowMemory(
    channels,
    window,
    scale.normalization,
    channels.map(() => FLAT),
  );
  const nearest = createNearestWindows(memory.count, scale.keys, minSeparation(window));
  await scanAll(memory, nearest, plan, scheduler, progress);
  const weights = attentionWeights(nearest, scale.temperature);
  const rebuilt = createReconstruction(memory);
  const slice = Math.max(1, Math.floor(SLICE / (window * scale.keys * d)));
  for (let i = 0; i < memory.count; i += slice) {
    const last = Math.min(memory.count, i + slice);
    reconstructWindows(memory, nearest, weights, [{ first: i, last, stride: 1 }], rebuilt);
    await scheduler.yieldIfDue();
  }

  const center = centerOffset(plan);
  const contributions = channels.map((_, c) => {
    const own = new Float64Array(memory.count);
    for (let i = 0; i < memory.count; i++) own[i] = rebuilt.residual[i * d + c]! / d;
    return interpolate(own, n, center, downsampling);
  });
  const raw = new Float64Array(n);
  for (const own of contributions) for (let t = 0; t < n; t++) raw[t] = raw[t]! + own[t]!;

  const within = channels.map((values, c) =>
    downsampling === 1 ? 0 : varianceWithinSegments(input.channels[c]!, values, downsampling),
  );
  const toExpected = ({ mean }: Moments): Float64Array[] =>
    mean.map((own) => interpolate(own, n, (downsampling - 1) / 2, downsampling));
  const toSpread = ({ variance }: Moments): Float64Array[] =>
    variance.map((own, c) =>
      interpolate(deviations(own, within[c]!), n, (downsampling - 1) / 2, downsampling),
    );
  let kept: Moments | undefined;
  const moments = (): Moments => (kept ??= computeMoments(rebuilt, channels));
  const attend = (start: number, end: number): AttendedInterval[] => {
    const at = (t: number): number =>
      Math.min(memory.count - 1, Math.max(0, Math.round((t - center) / downsampling)));
    let query = at(start);
    let highest = -1;
    for (let i = query; i <= at(end); i++) {
      let residual = 0;
      for (let c = 0; c < d; c++) residual += rebuilt.residual[i * d + c]!;
      if (residual > highest) {
        highest = residual;
        query = i;
      }
    }
    return attendedWindows(nearest, weights, query).map((key) => toInterval(key, plan, n));
  };
  const explain = async (intervals: readonly Interval[]): Promise<NormalExplanation> => {
    const segments = intervals.map(({ start, end }) => ({
      start: Math.floor(start / downsampling),
      end: Math.floor(end / downsampling),
    }));
    const hidden = new Uint8Array(memory.points);
    for (const { start, end } of segments) hidden.fill(1, start, end + 1);
    const { temperature } = scale;
    const found = { memory, nearest, weights, temperature, rebuilt, moments: moments(), channels };
    const normal = await imputeFromNormal(
      {
        channels,
        hidden,
        clean: unmaskedMoments(found, hidden),
        window,
        keys: scale.keys,
        temperature,
      },
      segments,
      moments(),
      scheduler,
    );
    return {
      expected: toExpected(normal),
      spread: toSpread(normal),
      attend: (start, end) =>
        normal
          .attend(Math.floor(start / downsampling), Math.floor(end / downsampling))
          .map(({ start: first, end: last, weight }) => ({
            start: first * downsampling,
            end: Math.min(n, (last + 1) * downsampling) - 1,
            weight,
          })),
    };
  };
  return {
    raw,
    contributions,
    // Worked out when asked for: of a second memory they are not.
    get neighborDistance() {
      return interpolate(meanDistances(nearest), n, center, downsampling);
    },
    get expected() {
      return toExpected(moments());
    },
    get spread() {
      return toSpread(moments());
    },
    attend,
    explain,
    downsampling,
    stride,
  };
}

/** Standard deviations of n variances, each with `added` on top. */
function deviations(variances: Float64Array, added: number): Float64Array {
  const out = new Float64Array(variances.length);
  for (let t = 0; t < out.length; t++) out[t] = Math.sqrt(variances[t]! + added);
  return out;
}

/** Divides a score of n points among the channels as memory attention does its own. */
export function shareByResidual(
  score: Float64Array,
  memory: Pick<MemoryScores, 'raw' | 'contributions'>,
): readonly Float64Array[] {
  const d = memory.contributions.length;
  if (d === 1) return [score];
  return memory.contributions.map((own) =>
    own.map((value, t) => (memory.raw[t]! > 0 ? (score[t]! * value) / memory.raw[t]! : score[t]! / d)),
  );
}

/** Mean distance of every query from its keys: attention at an infinite temperature. */
export function meanDistances(nearest: NearestWindows): Float64Array {
  const out = new Float64Array(nearest.count);
  for (let i = 0; i < nearest.count; i++) {
    let sum = 0;
    let kept = 0;
    for (let slot = i * nearest.k; slot < (i + 1) * nearest.k && nearest.index[slot]! >= 0; slot++, kept++) {
      sum += nearest.distance[slot]!;
    }
    out[i] = kept > 0 ? sum / kept : 0;
  }
  return out;
}

/**
 * Lays n points of d channels out for a scale. A long history is downsampled to the budget: first by averaging segments of
 * points, as long as a window keeps enough of them; then by comparing each window only with those whose start
 * lies a multiple of `stride` points (and the exclusion zone) away, a sample of the history that is as dense
 * everywhere. A scale with a `resolution` is averaged to it however much the budget allows.
 */
export function planMemory(n: number, d: number, scale: MemoryScale): MemoryPlan {
  const { resolution, coarsest = COARSEST } = scale;
  const wanted = resolution ? Infinity : Math.ceil(n * Math.sqrt(d / (2 * scale.budget)));
  const downsampling = Math.max(1, Math.min(Math.floor(scale.window / (resolution ?? coarsest)), wanted));
  const points = n / downsampling;
  const stride = Math.max(1, Math.ceil((points * points * d) / 2 / scale.budget));
  // A window must leave room for keys outside its exclusion zone.
  const most = Math.floor(Math.ceil(points) / 3);
  return {
    ...scale,
    downsampling,
    stride,
    segments: Math.max(2, Math.min(Math.round(scale.window / downsampling), most)),
  };
}

/** Keys of one query start at least this many segments apart. */
export const minSeparation = (segments: number): number => Math.max(1, segments >> 1);

/** Points from the start of a window to its center, where its score is placed. */
export const centerOffset = ({ segments, downsampling }: MemoryPlan): number =>
  ((segments - 1) / 2) * downsampling + (downsampling - 1) / 2;

/** The points of a key among the n of the series. */
export function toInterval(
  { start, weight }: { readonly start: number; readonly weight: number },
  { downsampling, segments }: MemoryPlan,
  n: number,
): AttendedInterval {
  return { start: start * downsampling, end: Math.min(n, (start + segments) * downsampling) - 1, weight };
}

/** All offsets from one window length (the exclusion zone) on, or every `stride`-th of them, in the plan's order. */
async function scanAll(
  memory: WindowMemory,
  nearest: NearestWindows,
  plan: MemoryPlan,
  scheduler: CooperativeScheduler,
  progress: (done: number) => void,
): Promise<void> {
  const ranges = offsetRanges(memory, plan);
  const perCall = offsetsPerCall(memory);
  for (let at = 0; at < ranges.length;) {
    // A short series is done in one call, since each copies the memory in and out.
    const from = at;
    let offsets = 0;
    do {
      const { first, last, stride } = ranges[at++]!;
      offsets += (last - first) / stride;
    } while (at < ranges.length && offsets < perCall);
    scanWindowOffsets(memory, nearest, ranges.slice(from, at));
    progress(at / ranges.length);
    await scheduler.yieldIfDue();
  }
}

const offsetsPerCall = ({ count, channels }: Pick<WindowMemory, 'count' | 'channels'>): number =>
  Math.max(1, Math.floor(SLICE / (count * channels)));

/**
 * All offsets of a scan in the order in which it takes them: the later of two equal matches gives way. Those by which
 * windows are most alike go first, and coarse ones before those between: the better the first matches, the fewer are
 * displaced later, and displacing is what costs most.
 */
export function offsetRanges(
  memory: Pick<WindowMemory, 'window' | 'count' | 'channels'>,
  {
    segments,
    stride: every,
    downsampling,
    period = 0,
  }: Pick<MemoryPlan, 'segments' | 'stride' | 'downsampling' | 'period'>,
): WindowInterval[] {
  const perCall = offsetsPerCall(memory);
  const ranges: WindowInterval[] = [];
  const add = (start: number, stride: number): void => {
    for (let first = start; first < memory.count; first += perCall * stride) {
      ranges.push({ first, last: Math.min(memory.count, first + perCall * stride), stride });
    }
  };
  if (every > 1) {
    add(segments, every);
    return ranges;
  }
  const repeat = Math.round(period / downsampling);
  if (repeat > 0) {
    // Not more often than once per window: these offsets are compared twice.
    const whole = Math.ceil(segments / repeat) * repeat;
    add(whole, whole);
  }
  const stride = minSeparation(segments);
  for (const phase of interleaved(stride)) add(segments + phase, stride);
  return ranges;
}

/** 0…count − 1 in an order in which each stands far from those before it. */
function interleaved(count: number): number[] {
  const order: number[] = [];
  for (let step = 1 << Math.ceil(Math.log2(Math.max(1, count))); step >= 1; step >>= 1) {
    for (let i = 0; i < count; i += step) if (!order.includes(i)) order.push(i);
  }
  return order;
}

/** Mean squared distance of the values from the mean of their segment. */
export function varianceWithinSegments(values: Float64Array, means: Float64Array, factor: number): number {
  let sum = 0;
  for (let t = 0; t < values.length; t++) {
    const difference = values[t]! - means[Math.floor(t / factor)]!;
    sum += difference * difference;
  }
  return sum / values.length;
}
