import { Breather } from '../backend/yield.js';
import { findPeriods, findPeriodTsbAd } from '../preprocess/period.js';
import type { Series } from '../series/series.js';
import type { DetectorDefinition, RawDetector, RawScores, RunOptions } from './contract.js';
import { scoreFlatLines } from './heads/flat.js';
import { forecastChannels, scoreForecasts } from './heads/forecast.js';
import { borderLike, spreadToLength, weighHeads } from './heads/feedback.js';
import { borderOf, channelWeights, fuseHeads } from './heads/fusion.js';
import type { HeadScores } from './heads/head.js';
import { scoreLevel } from './heads/level.js';
import { scoreByMemory, type MemoryScores } from './heads/memory.js';
import { scoreSpareHeads, SPARE_HEADS } from './heads/spare.js';
import { standardizeSeries, type StandardizedChannels } from './heads/standardize.js';
import { defaultMemoryWindow, thinningNotes } from './memory-attention.js';

/** Options of `auto`: it has none that need setting. */
export interface AutoOptions {
  /** Most pairs of windows × channels that memory attention compares. */
  readonly budget: number;
  readonly [option: string]: unknown;
}

/** The default detector: fuses heads that need no training into one score. */
export const auto: DetectorDefinition<AutoOptions> = {
  id: 'auto',
  summary: 'The default: several training-free heads fused into one score; no settings.',
  document: 'Heed',
  tags: {
    needsTraining: false,
    supervised: false,
    multivariate: true,
    streaming: false,
    input: 'series',
    minPoints: 16,
    explains: true,
  },
  defaults: { budget: 3e7 },
  options: {
    budget: {
      type: 'number',
      min: 1e4,
      summary: 'Most pairs of windows × channels compared; a longer history is thinned',
    },
  },
  create: (options) => new Auto(options),
};

/** Past points that a forecast uses. */
const ORDER = 64;
/** Points over which the short forecast head averages its errors. */
const SHORT = 8;

class Auto implements RawDetector {
  constructor(private readonly options: AutoOptions) {}

  async score(series: Series, run: RunOptions): Promise<RawScores> {
    const input = standardizeSeries(series);
    const breather = new Breather(run.signal);
    const feedback = run.feedback ?? [];
    const isConfirmed = feedback.some(({ kind }) => kind === 'anomaly');
    const share = isConfirmed ? 0.5 : 1;
    const { heads, memory, period, cycles } = await scoreHeads(input, this.options.budget, breather, (done) =>
      run.onProgress?.({ phase: 'score', done: share * done }),
    );
    if (isConfirmed) {
      heads.push(...(await scoreSpareHeads(input, cycles, this.options.budget / 2, breather)));
    }
    const perChannel = channelWeights(input);
    const defaults = heads.filter((head) => !SPARE_HEADS.has(head.name));
    const usual = fuseHeads(defaults, perChannel);
    let border = borderOf(usual.raw, input.channels.length);
    let fused = usual;
    const weights = weighHeads(series, heads, SPARE_HEADS, feedback);
    if (Object.keys(weights).length > 0) {
      fused = fuseHeads(heads, perChannel, weights);
      const least = borderOf(fused.raw, input.channels.length);
      border = isConfirmed ? Math.max(least, borderLike(usual.raw, border, fused.raw)) : least;
      fused = spreadToLength(series, fused, border, feedback);
    }
    run.onProgress?.({ phase: 'score', done: 1 });
    return {
      ...fused,
      border,
      expected: memory.expected.map((own, c) => own.map((value) => value * input.std[c]! + input.mean[c]!)),
      spread: memory.spread.map((own, c) => own.map((value) => value * input.std[c]!)),
      attend: memory.attend,
      ...(period > 0 ? { period } : {}),
      notes: thinningNotes([memory]),
    };
  }
}

/**
 * Scores a series by every head of `auto`; `period` is the longest marked one of the first channel, 0 for none,
 * `cycles` are the points that slow heads average over, per channel.
 */
export async function scoreHeads(
  input: StandardizedChannels,
  budget: number,
  breather: Breather,
  progress: (done: number) => void,
): Promise<{ heads: HeadScores[]; memory: MemoryScores; period: number; cycles: number[] }> {
  const n = input.points;
  const window = defaultMemoryWindow(n);
  const scale = { window, normalization: 'none', temperature: 0.1, keys: 4, budget } as const;
  const memory = await scoreByMemory(input, scale, breather, (done) => progress(0.8 * done));
  // A window shorter than the period cannot tell a missing peak from the calm between two.
  const period = longestPeriod(input);
  const byCycle =
    input.channels.length === 1 && period > 0.75 * window
      ? await scoreByMemory(input, { ...scale, window: period, budget: budget / 2 }, breather)
      : undefined;
  const forecasts = forecastChannels(input, ORDER);
  await breather.breathe();
  const cycles = input.channels.map((values) =>
    Math.min(findPeriodTsbAd(values), Math.max(8, Math.floor(n / 32))),
  );
  const heads: HeadScores[] = [
    { name: 'memory', kind: 'joint', contributions: memory.contributions },
    ...(byCycle
      ? [{ name: 'memory-cycle', kind: 'joint', contributions: byCycle.contributions } as const]
      : []),
    { name: 'rarity', kind: 'joint', contributions: shareOut(memory.rarity, memory) },
    scoreForecasts(
      'forecast',
      forecasts,
      cycles.map(() => SHORT),
    ),
    scoreForecasts('forecast-cycle', forecasts, cycles),
    scoreLevel(input, cycles),
    scoreFlatLines(input),
  ];
  progress(1);
  return { heads, memory, period, cycles };
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
function shareOut(raw: Float64Array, memory: MemoryScores): Float64Array[] {
  return memory.contributions.map((own) =>
    own.map((value, t) =>
      memory.raw[t]! > 0 ? (raw[t]! * value) / memory.raw[t]! : raw[t]! / memory.contributions.length,
    ),
  );
}
