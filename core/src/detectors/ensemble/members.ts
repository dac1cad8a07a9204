import type { CooperativeScheduler } from '../../yield.js';
import { autocorrelation } from '../../preprocess/autocorrelation.js';
import {
  findPeriods,
  findPeriodTsbAd,
  periodOfTsbAd,
  TSB_AD_LAGS,
  TSB_AD_POINTS,
} from '../../preprocess/period/index.js';
import { scoreFlatLines, usualRuns, type UsualRuns } from '../statistical/flat-line-scores.js';
import { fitForecast, forecastChannels, scoreForecasts } from '../forecast/forecast-errors.js';
import type { MemberScores } from '../base/member.js';
import { scoreLevel } from '../statistical/level-scores.js';
import {
  defaultMemoryWindow,
  planMemory,
  scoreByMemory,
  type MemoryPlan,
  type MemoryScores,
} from '../attention/window-memory.js';
import type { StandardizedChannels } from '../base/standardize.js';

/** Past points that a forecast uses. */
const ORDER = 64;
/** Points over which the short forecast member averages its errors. */
export const SHORT = 8;
/** Blocks that a cycle is averaged to: its shape shows in a few, and what is shorter the other members see. */
const CYCLE_RESOLUTION = 16;
/** Comparisons per window below which a second memory tells nothing that the first does not. */
const FEWEST_COMPARISONS = 64;
/** Multiplications of the forecasts that cost as much as comparing one pair of windows, with some margin. */
const PER_PAIR = 50;

/** What the members of `auto` take from a series before they score it. */
export interface MemberEstimate {
  readonly memory: MemoryPlan;
  /** Absent where the memory's window sees a whole period already. */
  readonly cycle?: MemoryPlan;
  /** The longest marked period of the first channel, 0 for none. */
  readonly period: number;
  /** Points that slow members average over, per channel. */
  readonly cycles: readonly number[];
  /** Of the forecasts, per channel; none where the budget does not allow for forecasts. */
  readonly coefficients: readonly Float64Array[];
  readonly runs: readonly UsualRuns[];
  /** Names of the members left out for the budget. */
  readonly dropped: readonly string[];
}

/** Tells the reader which members were left out. */
export function droppedNotes({ dropped }: MemberEstimate): string[] {
  return dropped.length > 0 ? [`Heads left out for the budget: ${dropped.join(', ')}.`] : [];
}

/**
 * By the numbers of points and channels alone, not by the clock, members are left out that the budget does not allow
 * for, so that the same series has the same score everywhere.
 */
export function estimateMembers(input: StandardizedChannels, budget: number): MemberEstimate {
  const { points: n, channels } = input;
  const window = defaultMemoryWindow(n);
  const period = longestPeriod(input);
  const scale = { window, normalization: 'none', temperature: 0.1, keys: 4, budget, period } as const;
  // A window shorter than the period cannot tell a missing peak from the calm between two.
  const cyclic = channels.length === 1 && period > 0.75 * window;
  const cycle = cyclic
    ? planMemory(n, 1, { ...scale, window: period, budget: budget / 2, resolution: CYCLE_RESOLUTION })
    : undefined;
  const isCycleSeen = cycle && n / cycle.downsampling / cycle.stride >= FEWEST_COMPARISONS;
  const isForecast = n * channels.length * ORDER <= PER_PAIR * budget;
  const longestCycle = Math.max(8, Math.floor(n / 32));
  const cycles: number[] = [];
  const coefficients: Float64Array[] = [];
  for (const values of channels) {
    // Both look at the same lags of a series that is not too long for one of them.
    const acf = n <= TSB_AD_POINTS ? autocorrelation(values, Math.min(TSB_AD_LAGS, n - 1)) : undefined;
    cycles.push(Math.min(acf ? periodOfTsbAd(acf) : findPeriodTsbAd(values), longestCycle));
    if (isForecast) coefficients.push(fitForecast(values, ORDER, acf));
  }
  return {
    memory: planMemory(n, channels.length, scale),
    ...(isCycleSeen ? { cycle } : {}),
    period,
    cycles,
    coefficients,
    runs: usualRuns(input),
    dropped: [
      ...(cycle && !isCycleSeen ? ['memory-cycle'] : []),
      ...(isForecast ? [] : ['forecast', 'forecast-cycle']),
    ],
  };
}

/** Scores a series by every member of `auto`, as the series itself or an earlier interval of it lets estimate. */
export async function scoreMembers(
  input: StandardizedChannels,
  estimate: MemberEstimate,
  scheduler: CooperativeScheduler,
  progress: (done: number) => void,
): Promise<{ members: MemberScores[]; memory: MemoryScores }> {
  const memory = await scoreByMemory(
    input,
    estimate.memory,
    scheduler,
    (done) => progress(0.8 * done),
    estimate.memory,
  );
  const cycle =
    estimate.cycle &&
    (await scoreByMemory(input, estimate.cycle, scheduler, () => undefined, estimate.cycle));
  await scheduler.yieldIfDue();
  const members = [...memoryMembers(memory, cycle), ...scoreLocalMembers(input, estimate)];
  progress(1);
  return { members, memory };
}

/** What memory attention says, as members. */
export function memoryMembers(
  memory: Pick<MemoryScores, 'raw' | 'contributions' | 'neighborDistance'>,
  cycle: Pick<MemoryScores, 'contributions'> | undefined,
): MemberScores[] {
  return [
    { name: 'memory', kind: 'joint', contributions: memory.contributions },
    ...(cycle ? [{ name: 'memory-cycle', kind: 'joint', contributions: cycle.contributions } as const] : []),
    { name: 'neighborDistance', kind: 'joint', contributions: shareOut(memory.neighborDistance, memory) },
  ];
}

/** The members that look at the points around each point only: `reachOf` says how far. */
export function scoreLocalMembers(input: StandardizedChannels, estimate: MemberEstimate): MemberScores[] {
  const { cycles, coefficients, runs } = estimate;
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

/** Divides a score among the channels as memory attention does its own. */
function shareOut(
  raw: Float64Array,
  memory: Pick<MemoryScores, 'raw' | 'contributions'>,
): readonly Float64Array[] {
  const d = memory.contributions.length;
  if (d === 1) return [raw];
  return memory.contributions.map((own) =>
    own.map((value, t) => (memory.raw[t]! > 0 ? (raw[t]! * value) / memory.raw[t]! : raw[t]! / d)),
  );
}
