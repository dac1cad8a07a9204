import type { WindowNormalization } from '../attention/memory.js';
import { windowKernelNotes } from '../backend/window-kernels.js';
import { Breather } from '../yield.js';
import type { Series } from '../series/series.js';
import type { AttendedStretch, DetectorDefinition, RawDetector, RawScores, RunOptions } from './contract.js';
import { scoreByMemory, type MemoryScores } from './heads/memory.js';
import {
  restore,
  restoreExplanation,
  standardizeSeries,
  type StandardizedChannels,
} from './heads/standardize.js';

/** Options of `memory-attention`. */
export interface MemoryAttentionOptions {
  /** Window lengths in points, one scale each; empty = one scale of 128 points, a 32nd of a short series. */
  readonly windows: readonly number[];
  readonly normalization: WindowNormalization;
  readonly temperature: number;
  readonly keys: number;
  /** Most pairs of windows × channels compared per scale. */
  readonly budget: number;
  readonly [option: string]: unknown;
}

const defaults: MemoryAttentionOptions = {
  windows: [],
  normalization: 'none',
  temperature: 0.1,
  keys: 8,
  budget: 1e8,
};

/** 128 points, in short series a 32nd of them but at least 8: windows must be many for most of them to be normal. */
export function defaultMemoryWindow(points: number): number {
  return Math.min(Math.floor(points / 2), Math.max(8, Math.min(128, Math.floor(points / 32))));
}

/** Training-free attention over the windows of the series itself; the attended windows are the explanation. */
export const memoryAttention: DetectorDefinition<MemoryAttentionOptions> = {
  id: 'memory-attention',
  summary: 'Training-free attention: rebuilds every window from the most similar windows of the history.',
  document: 'Heed; softmax attention with windows as queries, keys and values',
  tags: {
    needsTraining: false,
    supervised: false,
    multivariate: true,
    streaming: false,
    input: 'series',
    minPoints: 16,
    explains: true,
  },
  defaults,
  options: {
    windows: {
      type: 'numbers',
      summary: 'Window lengths, one scale each; empty: 128 points or a 32nd of the series',
      min: 2,
      unit: 'points',
    },
    normalization: {
      type: 'enum',
      values: ['none', 'center', 'z'],
      summary:
        'What each window is freed of before it is compared: nothing, its mean, its mean and deviation',
    },
    temperature: {
      type: 'number',
      min: 1e-6,
      summary: 'Softmax temperature in mean squared standard deviations: higher spreads the attention',
    },
    keys: { type: 'integer', min: 1, max: 256, summary: 'Windows that each window attends to' },
    budget: {
      type: 'number',
      min: 1e4,
      summary: 'Most pairs of windows × channels compared per scale; a longer history is averaged in blocks',
    },
  },
  create: (options) => new MemoryAttention(options),
};

class MemoryAttention implements RawDetector {
  constructor(private readonly options: MemoryAttentionOptions) {}

  async score(series: Series, run: RunOptions): Promise<RawScores> {
    const { windows, normalization, temperature, keys, budget } = this.options;
    const input = standardizeSeries(series);
    const breather = new Breather(run.signal);
    const lengths = windows.length > 0 ? windows : [defaultMemoryWindow(input.points)];
    const scales: MemoryScores[] = [];
    for (const window of lengths) {
      const scale = { window, normalization, temperature, keys, budget };
      const before = scales.length;
      scales.push(
        await scoreByMemory(input, scale, breather, (done) =>
          run.onProgress?.({ phase: 'score', done: (before + done) / lengths.length }),
        ),
      );
    }
    return { ...combineScales(scales, input), notes: thinningNotes(scales) };
  }
}

/** The mean of the scales; the band comes from the first. */
function combineScales(scales: readonly MemoryScores[], input: StandardizedChannels): RawScores {
  const share = 1 / scales.length;
  const sum = (pick: (scores: MemoryScores) => Float64Array): Float64Array => {
    const out = new Float64Array(input.points);
    for (const scores of scales) {
      const own = pick(scores);
      for (let t = 0; t < out.length; t++) out[t] = out[t]! + share * own[t]!;
    }
    return out;
  };
  const first = scales[0]!;
  return {
    raw: sum((scores) => scores.raw),
    contributions: input.channels.map((_, c) => sum((scores) => scores.contributions[c]!)),
    ...restore(first, input),
    explain: restoreExplanation(first.explain, input),
    attend: (start: number, end: number): readonly AttendedStretch[] => first.attend(start, end),
  };
}

/** What the reader must know of a thinned history. */
export function thinningNotes(scales: readonly MemoryScores[]): string[] {
  const block = Math.max(...scales.map((scores) => scores.thinning));
  const stride = Math.max(...scales.map((scores) => scores.stride));
  const notes = windowKernelNotes();
  if (block > 1)
    notes.push(`The history was thinned: memory attention compared means of ${block} points each.`);
  if (stride > 1)
    notes.push(`The history was thinned: each window was compared with one in ${stride} others.`);
  return notes;
}
