import type { CooperativeScheduler } from '../../yield.js';
import { autocorrelation } from '../../preprocess/autocorrelation.js';
import {
  findPeriods,
  findPeriodTsbAd,
  periodOfTsbAd,
  TSB_AD_LAGS,
  TSB_AD_POINTS,
} from '../../preprocess/period/index.js';
import {
  estimateUsualPower,
  NEGLIGIBLE_POWER,
  scoreBandPower,
  type UsualPower,
} from '../statistical/band-power-scores.js';
import { longestRun, scoreFlatLines, usualRuns, type UsualRuns } from '../statistical/flat-line-scores.js';
import { fitForecast, forecastChannels, scoreForecasts } from '../forecast/forecast-errors.js';
import { NEGLIGIBLE, type MemberScores } from '../base/member.js';
import { scoreLevel } from '../statistical/level-scores.js';
import { sampleWindows, scoreSampledDistances, type WindowSample } from '../attention/sampled-distances.js';
import {
  defaultMemoryWindow,
  planMemory,
  scoreByMemory,
  shareByResidual,
  type MemoryPlan,
  type MemoryScores,
} from '../attention/window-memory.js';
import type { StandardizedChannels } from '../base/standardize.js';

/** Past points that a forecast uses. */
const ORDER = 64;
/** Points over which the short forecast member averages its errors. */
const SHORT = 8;
/** Blocks that a cycle is averaged to: its shape shows in a few, and what is shorter the other members see. */
const CYCLE_RESOLUTION = 16;
/** Fewest segments of the short windows: to find windows similar to all of them tells more than to see some of them sharply. */
const QUARTER_COARSEST = 8;
/** Comparisons per window below which a second memory tells nothing that the first does not. */
const FEWEST_COMPARISONS = 64;
/** Multiplications of the forecasts that cost as much as comparing one pair of windows, with some margin. */
const PER_PAIR = 50;

/**
 * A sample of the windows of one cycle takes part where cycles are many and long enough to have a shape: then a shape that
 * few of them have is odd even where it repeats. Among few cycles it may as well be that of a Sunday. It counts by how
 * much the distances vary: those of cycles that are alike but for noise lie close together (the 80th percentile at 1.2 to
 * 1.5 medians), and what is odd there the nearest windows of the whole history tell better.
 */
const SAMPLE = { cycles: 50, points: 32, windows: 512, from: 1.75, full: 2.5 } as const;

/** Windows of the band power in one channel, each where the series has so many points. */
const POWER_WINDOWS = [
  { window: 256, points: 3000 },
  { window: 64, points: 640 },
  { window: 16, points: 32 },
] as const;

/** What the members of `auto` take from a series before they score it. */
export interface MemberEstimate {
  readonly memory: MemoryPlan;
  /** Windows of a quarter of the memory's length. */
  readonly quarter?: MemoryPlan;
  /** Windows of one period, in one channel. */
  readonly cycle?: MemoryPlan;
  /** Whether the period is too long for the memory's window, so that what a cycle leaves unexplained counts too. */
  readonly isCyclic: boolean;
  /** Mean over the channels of the squared slope of the line through all points, in standard deviations per point. */
  readonly squaredSlope: number;
  /** The longest marked period of the first channel, 0 for none. */
  readonly period: number;
  /** Points that slow members average over, per channel. */
  readonly cycles: readonly number[];
  /** Points of the moving mean that is added to the fused score. */
  readonly smoothing: number;
  /** Of the forecasts, per channel; none where the budget does not allow for forecasts. */
  readonly coefficients: readonly Float64Array[];
  /** Usual log power at each window, in one channel. */
  readonly power: readonly UsualPower[];
  /** Windows of one cycle, in one channel of many cycles. */
  readonly sample?: WindowSample;
  readonly runs: readonly UsualRuns[];
  /** Names of the members left out for the budget. */
  readonly dropped: readonly string[];
}

/** Tells the reader which members were left out. */
export function droppedNotes({ dropped }: MemberEstimate): string[] {
  return dropped.length > 0 ? [`Members left out for the budget: ${dropped.join(', ')}.`] : [];
}

/**
 * By the numbers of points and channels alone, not by the clock, members are left out that the budget does not allow
 * for, so that the same series has the same score everywhere.
 */
export function estimateMembers(input: StandardizedChannels, budget: number): MemberEstimate {
  const { points: n, channels } = input;
  const isOne = channels.length === 1;
  const window = defaultMemoryWindow(n);
  const period = longestPeriod(input);
  const isForecast = n * channels.length * ORDER <= PER_PAIR * budget;
  const longestCycle = Math.max(8, Math.floor(n / 32));
  const periods: number[] = [];
  const coefficients: Float64Array[] = [];
  for (const values of channels) {
    // Both look at the same lags of a series that is not too long for one of them.
    const acf = n <= TSB_AD_POINTS ? autocorrelation(values, Math.min(TSB_AD_LAGS, n - 1)) : undefined;
    periods.push(acf ? periodOfTsbAd(acf) : findPeriodTsbAd(values));
    if (isForecast) coefficients.push(fitForecast(values, ORDER, acf));
  }
  const cycles = periods.map((own) => Math.min(own, longestCycle));
  const scale = { window, normalization: 'none', temperature: 0.1, keys: 4, budget, period } as const;
  const quarter = planMemory(n, channels.length, {
    ...scale,
    window: Math.max(4, window >> 2),
    coarsest: QUARTER_COARSEST,
  });
  // A window shorter than the period cannot tell a missing peak from the calm between two.
  const isCyclic = isOne && period > 0.75 * window;
  const oneCycle = Math.max(8, Math.min(period || periods[0]!, n >> 3));
  const hasManyCycles = isOne && oneCycle >= SAMPLE.points && n >= SAMPLE.cycles * oneCycle;
  const drawn = hasManyCycles
    ? sampleWindows(channels[0]!, { window: oneCycle, windows: SAMPLE.windows, budget: budget / 16 })
    : undefined;
  const sample = drawn && drawn.variety > SAMPLE.from ? drawn : undefined;
  const cycle = planMemory(n, 1, {
    ...scale,
    window: isCyclic ? period : oneCycle,
    budget: budget / 8,
    resolution: CYCLE_RESOLUTION,
  });
  const isSeen = ({ downsampling, stride }: MemoryPlan): boolean =>
    stride === 1 || n / downsampling / stride >= FEWEST_COMPARISONS;
  return {
    memory: planMemory(n, channels.length, scale),
    ...(isSeen(quarter) ? { quarter } : {}),
    ...(isOne && isSeen(cycle) ? { cycle } : {}),
    isCyclic,
    squaredSlope: squaredSlope(input),
    period,
    cycles,
    smoothing: Math.max(1, Math.min(Math.round(cycles[0]! / 4), n >> 4)),
    coefficients,
    power: isOne
      ? POWER_WINDOWS.filter(({ points }) => n >= points).map((own) =>
          estimateUsualPower(channels[0]!, own.window),
        )
      : [],
    ...(sample ? { sample } : {}),
    runs: usualRuns(input),
    dropped: [
      ...(isOne && !isSeen(cycle) ? [...(isCyclic ? ['memory-cycle'] : []), 'neighbor-distance-cycle'] : []),
      ...(isSeen(quarter) ? [] : ['memory-quarter', ...(isOne ? ['neighbor-distance-quarter'] : [])]),
      ...(hasManyCycles && !drawn ? ['neighbor-distance-sample'] : []),
      ...(isForecast ? [] : ['forecast', 'forecast-cycle']),
    ],
  };
}

/** Points before a new one that the members other than the memories look at. */
export function measureReach({ coefficients, cycles, runs, power, sample }: MemberEstimate): number {
  const order = Math.max(0, ...coefficients.map((own) => own.length));
  return Math.max(
    order + Math.max(SHORT, ...cycles, longestRun(runs)) + 1,
    ...power.map(({ window, hop }) => window + hop),
    sample ? (sample.segments + sample.hop) * sample.downsampling : 0,
  );
}

/** Scores of the memories that take part. */
export interface MemoryOutcomes<Scores> {
  readonly memory: Scores;
  readonly quarter?: Scores;
  readonly cycle?: Scores;
}

/**
 * Scores a series by every member of `auto`, as the series itself or an earlier interval of it lets estimate.
 * @param compared the channels as windows are compared over them: see `channelShares`
 */
export async function scoreMembers(
  input: StandardizedChannels,
  compared: StandardizedChannels,
  estimate: MemberEstimate,
  scheduler: CooperativeScheduler,
  progress: (done: number) => void,
): Promise<{ members: MemberScores[]; memory: MemoryScores }> {
  const by = (plan: MemoryPlan, from: number, share: number): Promise<MemoryScores> =>
    scoreByMemory(compared, plan, scheduler, (done) => progress(from + share * done), plan);
  const memory = await by(estimate.memory, 0, 0.4);
  const quarter = estimate.quarter && (await by(estimate.quarter, 0.4, 0.4));
  const cycle = estimate.cycle && (await by(estimate.cycle, 0.8, 0.1));
  await scheduler.yieldIfDue();
  const members = [
    ...memoryMembers({ memory, quarter, cycle }, estimate),
    ...scoreLocalMembers(input, estimate),
  ];
  progress(1);
  return { members, memory };
}

/**
 * What memory attention says, as members. In the middle of a series that rises or falls steadily the keys before and after
 * a window make up for each other; at its ends those of one side are all there is, and what they leave over means nothing.
 */
export function memoryMembers(
  {
    memory,
    quarter,
    cycle,
  }: MemoryOutcomes<Pick<MemoryScores, 'raw' | 'contributions' | 'neighborDistance'>>,
  estimate: MemberEstimate,
): MemberScores[] {
  const members: MemberScores[] = [];
  const add = (name: string, plan: MemoryPlan, contributions: readonly Float64Array[]): void => {
    const negligible = Math.max(NEGLIGIBLE, estimate.squaredSlope * (2 * plan.window) ** 2);
    members.push({ name, kind: 'joint', negligible, contributions });
  };
  add('memory', estimate.memory, memory.contributions);
  add('neighbor-distance', estimate.memory, shareByResidual(memory.neighborDistance, memory));
  if (cycle && estimate.cycle) {
    if (estimate.isCyclic) add('memory-cycle', estimate.cycle, cycle.contributions);
    add('neighbor-distance-cycle', estimate.cycle, [cycle.neighborDistance]);
  }
  if (quarter && estimate.quarter) {
    add('memory-quarter', estimate.quarter, quarter.contributions);
    // In several channels it says what the residual says.
    if (quarter.contributions.length === 1) {
      add('neighbor-distance-quarter', estimate.quarter, [quarter.neighborDistance]);
    }
  }
  return members;
}

/**
 * The members that look at the points around each point only: `measureReach` says how far.
 * @param from index of the first point in the whole series, where these are only its last points
 */
export function scoreLocalMembers(
  input: StandardizedChannels,
  estimate: MemberEstimate,
  from = 0,
): MemberScores[] {
  const { cycles, coefficients, power, sample, runs } = estimate;
  const forecasts = coefficients.length > 0 ? forecastChannels(input, coefficients) : undefined;
  return [
    ...(forecasts
      ? [
          scoreForecasts(
            'forecast',
            forecasts,
            cycles.map(() => SHORT),
          ),
          scoreForecasts('forecast-cycle', forecasts, cycles),
        ]
      : []),
    scoreLevel(input, cycles),
    ...power.map((usual) => ({
      name: `band-power-${usual.window}`,
      kind: 'channel' as const,
      negligible: NEGLIGIBLE_POWER,
      contributions: input.channels.map((values) => scoreBandPower(values, usual, from)),
    })),
    ...(sample
      ? [
          {
            name: 'neighbor-distance-sample',
            kind: 'channel' as const,
            factor: Math.min(1, (sample.variety - SAMPLE.from) / (SAMPLE.full - SAMPLE.from)),
            contributions: input.channels.map((values) => scoreSampledDistances(values, sample, from)),
          },
        ]
      : []),
    scoreFlatLines(input, runs),
  ];
}

/** The longest of the marked periods of the first channel that is seen at least five times; 0 for none. */
function longestPeriod(input: StandardizedChannels): number {
  const periods = findPeriods(input.channels[0]!, {
    maxPeriod: Math.floor(input.points / 5),
    minStrength: 0.3,
  });
  return Math.max(0, ...periods.map(({ period }) => period));
}

/** Of the least-squares line through each channel, whose values have mean 0; the mean over the channels. */
function squaredSlope({ channels, points: n }: StandardizedChannels): number {
  let mean = 0;
  for (const values of channels) {
    let sum = 0;
    for (let t = 0; t < n; t++) sum += (t - (n - 1) / 2) * values[t]!;
    const slope = (12 * sum) / (n * (n * n - 1));
    mean += (slope * slope) / channels.length;
  }
  return mean;
}
