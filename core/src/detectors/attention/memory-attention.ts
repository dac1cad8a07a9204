import { choice, integer, number, numbers, type OptionsOf } from '../base/options.js';
import { defineDetector } from '../base/types.js';
import { windowKernelNotes } from '../../windows/kernels.js';
import { CooperativeScheduler } from '../../yield.js';
import type { Series } from '../../series/series.js';
import { throwIfAborted } from '../../errors.js';
import type {
  AttendedInterval,
  NormalExplanation,
  RawDetector,
  RawScores,
  RawStream,
  RunOptions,
  StreamRunOptions,
} from '../base/types.js';
import { defaultMemoryWindow } from './window-memory.js';
import { GrowingChannels } from './growing-channels.js';
import { MemoryTail, type TailScores } from './window-memory-tail.js';
import { planMemory, scoreByMemory, type MemoryPlan, type MemoryScores } from './window-memory.js';
import { restore, restoreExplanation, RunningScales, standardizeSeries } from '../base/standardize.js';
import type { Interval } from '../../series/interval.js';

const options = {
  windows: numbers('Window lengths, one scale each; empty: 128 points or a 32nd of the series', [], {
    min: 2,
    unit: 'points',
  }),
  normalization: choice(
    'What each window is freed of before it is compared: nothing, its mean, its mean and deviation',
    'none',
    ['none', 'center', 'z'],
  ),
  temperature: number(
    'Softmax temperature in mean squared standard deviations: higher spreads the attention',
    0.1,
    { min: 1e-6 },
  ),
  keys: integer('Windows that each window attends to', 8, { min: 1, max: 256 }),
  budget: number(
    'Most pairs of windows × channels compared per scale; a longer history is averaged in segments',
    1e8,
    { min: 10_000 },
  ),
};

/** Options of `memory-attention`. */
export type MemoryAttentionOptions = OptionsOf<typeof options>;

/** Training-free attention over the windows of the series itself; the attended windows are the explanation. */
export const memoryAttention = defineDetector({
  id: 'memory-attention',
  summary: 'Training-free attention: rebuilds every window from the most similar windows of the history.',
  source: 'Heed; softmax attention with windows as queries, keys and values',
  input: 'series',
  tags: {
    needsTraining: false,
    supervised: false,
    multivariate: true,
    streaming: true,
    minPoints: 16,
    explains: true,
  },
  options,
  create: (options) => new MemoryAttention(options),
});

class MemoryAttention implements RawDetector {
  /** Windows that are normalized one by one change with every standard deviation of the series: no recurrence. */
  readonly stream?: NonNullable<RawDetector['stream']>;

  constructor(private readonly options: MemoryAttentionOptions) {
    if (options.normalization === 'none') {
      this.stream = async (history, run) =>
        new MemoryStream(this, history, await this.score(history, run), run);
    }
  }

  async score(series: Series, run: RunOptions): Promise<RawScores> {
    const input = standardizeSeries(series);
    const scheduler = new CooperativeScheduler(run.signal);
    const plans = this.plans(input.points, input.channels.length);
    const scales: MemoryScores[] = [];
    for (const plan of plans) {
      const before = scales.length;
      const progress = (done: number): void =>
        run.onProgress?.({ phase: 'score', done: (before + done) / plans.length });
      scales.push(await scoreByMemory(input, plan, scheduler, progress, plan));
    }
    const first = scales[0]!;
    return {
      ...combineScales(scales, input),
      attend: (start: number, end: number): readonly AttendedInterval[] => first.attend(start, end),
      explain: restoreExplanation(first.explain, input),
      notes: downsamplingNotes(plans),
    };
  }

  /** One plan per scale for n points of d channels. */
  plans(n: number, d: number): MemoryPlan[] {
    const { windows, normalization, temperature, keys, budget } = this.options;
    const lengths = windows.length > 0 ? windows : [defaultMemoryWindow(n)];
    return lengths.map((window) => planMemory(n, d, { window, normalization, temperature, keys, budget }));
  }
}

/** The scores that MemoryAttention gives to the last points of all so far, without looking at the others again. */
class MemoryStream implements RawStream {
  private readonly series: GrowingChannels;
  private readonly tails: MemoryTail[];
  private scales: RunningScales;

  constructor(
    private readonly detector: MemoryAttention,
    series: Series,
    readonly history: RawScores,
    run: StreamRunOptions,
  ) {
    this.series = new GrowingChannels(series, run);
    this.scales = new RunningScales(this.series.channels);
    this.tails = detector.plans(16, 1).map(() => new MemoryTail(this.series, this.scales.first));
  }

  async append(points: Series, run: RunOptions): Promise<RawScores> {
    throwIfAborted(run.signal);
    const k = points.time.length;
    if (this.series.forget()) {
      this.scales = new RunningScales(this.series.channels);
      for (const tail of this.tails) tail.restart();
    }
    this.series.append(points);
    const { channels, points: n } = this.series;
    const scales = this.scales.append(channels, k);
    const plans = this.detector.plans(n, channels.length);
    const scores = plans.map((plan, i) => this.tails[i]!.score(k, scales, plan));
    const complete = (all: typeof scores): all is TailScores[] => all.every((own) => own !== undefined);
    if (!complete(scores)) {
      const all = await this.detector.score(this.series.whole(), run);
      return { ...takeLast(all, k), attend: this.series.attendInWhole(all.attend!) };
    }
    const [tail] = this.tails;
    const attend = this.series.attendInWhole((start, end) => tail!.attend(start, end));
    return {
      ...combineScales(scores, { ...scales, channels, points: k }),
      attend: (start: number, end: number): readonly AttendedInterval[] => {
        const found = attend(start, end);
        return found.length > 0 ? found : this.history.attend!(start, end);
      },
      notes: downsamplingNotes(plans),
    };
  }

  async explain(intervals: readonly Interval[], run: RunOptions): Promise<NormalExplanation> {
    const { explain } = await this.detector.score(this.series.whole(), run);
    return this.series.explainInWhole(intervals, explain!);
  }
}

/** The last k points of raw scores. Explanations by normal points are of the whole series, and stay behind. */
export function takeLast({ explain: _, ...scores }: RawScores, k: number): RawScores {
  const cut = (values: Float64Array): Float64Array => values.slice(values.length - k);
  return {
    ...scores,
    raw: cut(scores.raw),
    ...(scores.contributions ? { contributions: scores.contributions.map(cut) } : {}),
    ...(scores.expected ? { expected: scores.expected.map(cut) } : {}),
    ...(scores.spread ? { spread: scores.spread.map(cut) } : {}),
  };
}

/** The mean of the scales; the band comes from the first. */
function combineScales(
  scales: readonly TailScores[],
  input: { channels: readonly Float64Array[]; mean: Float64Array; std: Float64Array; points: number },
): RawScores {
  const share = 1 / scales.length;
  const sum = (pick: (scores: TailScores) => Float64Array): Float64Array => {
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
  };
}

/** What the reader must know of a downsampled history. */
export function downsamplingNotes(scales: readonly Pick<MemoryPlan, 'downsampling' | 'stride'>[]): string[] {
  const segment = Math.max(...scales.map((scores) => scores.downsampling));
  const stride = Math.max(...scales.map((scores) => scores.stride));
  const notes = windowKernelNotes();
  if (segment > 1)
    notes.push(`The history was downsampled: memory attention compared means of ${segment} points each.`);
  if (stride > 1)
    notes.push(`The history was downsampled: each window was compared with one in ${stride} others.`);
  return notes;
}
