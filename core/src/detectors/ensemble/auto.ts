import { Breather } from '../../yield.js';
import { throwIfAborted } from '../../errors.js';
import { sliceSeries, type Series } from '../../series/series.js';
import type {
  AttendedStretch,
  DetectorDefinition,
  NormalExplanation,
  RawDetector,
  RawScores,
  RawStream,
  RunOptions,
  Stretch,
} from '../base/types.js';
import {
  estimateHeads,
  memoryHeads,
  scoreHeads,
  droppedNotes,
  scoreLocalHeads,
  SHORT,
  type HeadEstimate,
} from './members.js';
import { borderLike, spreadToLength, weighHeads } from './feedback-weights.js';
import { longestRun } from '../statistical/flat-line-scores.js';
import { borderOf, channelWeights, fuseHeads, unitsOf, type HeadUnits } from './fusion.js';
import { GrowingChannels } from '../attention/growing-channels.js';
import { MemoryTail, type TailScores } from '../attention/window-memory-tail.js';
import type { MemoryScores } from '../attention/window-memory.js';
import { scoreSpareHeads, SPARE_HEADS } from './reserve.js';
import { restore, restoreExplanation, standardizeSeries, type Scales } from '../base/standardize.js';
import { lastOf, thinningNotes } from '../attention/memory-attention.js';

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
    streaming: true,
    anchored: true,
    input: 'series',
    minPoints: 16,
    explains: true,
  },
  defaults: { budget: 3e7 },
  options: {
    budget: {
      type: 'number',
      min: 1e4,
      summary:
        'Most pairs of windows × channels compared; a longer history is thinned, then heads are left out',
    },
  },
  create: (options) => new Auto(options),
};

/** What a series told `auto`, and what it keeps where the series is the anchor of a longer one. */
interface Anchor {
  readonly scales: Scales;
  readonly estimate: HeadEstimate;
  readonly channelWeight: Float64Array;
  readonly units: HeadUnits;
  readonly border: number;
}

class Auto implements RawDetector {
  constructor(private readonly options: AutoOptions) {}

  async score(series: Series, run: RunOptions): Promise<RawScores> {
    const { anchorLength = 0, feedback = [] } = run;
    if (anchorLength === 0 || anchorLength === series.time.length || feedback.length > 0) {
      return (await this.scoreAll(series, run)).scores;
    }
    const history = await this.scoreAll(sliceSeries(series, 0, anchorLength), {
      ...run,
      onProgress: undefined,
    });
    const scores = await this.scoreBy(history.anchor, series, run);
    return { ...scores, anchor: history.scores.raw };
  }

  /**
   * Keeps what the history told: see `RunOptions.anchorLength`. Where there is feedback every append scores all
   * points anew, since any of them may weigh in the judgement.
   */
  async stream(history: Series, run: RunOptions): Promise<RawStream> {
    const { anchor, scores } = await this.scoreAll(history, run);
    return new AutoStream(this, anchor, history, scores);
  }

  /** A series by what it tells itself. */
  private async scoreAll(series: Series, run: RunOptions): Promise<{ anchor: Anchor; scores: RawScores }> {
    const input = standardizeSeries(series);
    const breather = new Breather(run.signal);
    const feedback = run.feedback ?? [];
    // In several channels one event says little of which heads suit the next, which may show elsewhere.
    const isReweighed = feedback.length > 0 && input.channels.length === 1;
    const isConfirmed = isReweighed && feedback.some(({ kind }) => kind === 'anomaly');
    const part = isConfirmed ? 0.5 : 1;
    const estimate = estimateHeads(input, this.options.budget);
    const { heads, memory } = await scoreHeads(input, estimate, breather, (done) =>
      run.onProgress?.({ phase: 'score', done: part * done }),
    );
    if (isConfirmed) {
      heads.push(...(await scoreSpareHeads(input, estimate.cycles, this.options.budget / 2, breather)));
    }
    const channelWeight = channelWeights(input);
    const defaults = heads.filter((head) => !SPARE_HEADS.has(head.name));
    const units = unitsOf(defaults);
    const usual = fuseHeads(defaults, channelWeight, {}, units);
    let border = borderOf(usual.raw, input.channels.length);
    let fused = usual;
    const weights = isReweighed ? weighHeads(series, heads, SPARE_HEADS, feedback) : {};
    if (Object.keys(weights).length > 0) {
      fused = fuseHeads(heads, channelWeight, weights);
      const least = borderOf(fused.raw, input.channels.length);
      border = isConfirmed ? Math.max(least, borderLike(usual.raw, border, fused.raw)) : least;
    }
    fused = spreadToLength(series, fused, border, feedback);
    run.onProgress?.({ phase: 'score', done: 1 });
    const anchor = { scales: input, estimate, channelWeight, units, border };
    return { anchor, scores: { ...fused, ...this.about(anchor, memory) } };
  }

  /** A series by what its anchor told. */
  private async scoreBy(anchor: Anchor, series: Series, run: RunOptions): Promise<RawScores> {
    const input = standardizeSeries(series, anchor.scales);
    const { heads, memory } = await scoreHeads(input, anchor.estimate, new Breather(run.signal), (done) =>
      run.onProgress?.({ phase: 'score', done }),
    );
    const fused = fuseHeads(heads, anchor.channelWeight, {}, anchor.units);
    return { ...fused, ...this.about(anchor, memory) };
  }

  /** What goes with the fused score. */
  about(
    { scales, estimate, border }: Anchor,
    memory: Pick<TailScores, 'expected' | 'spread'> & Partial<Pick<MemoryScores, 'attend' | 'explain'>>,
  ): Omit<RawScores, 'raw'> {
    return {
      border,
      ...restore(memory, scales),
      ...(memory.attend ? { attend: memory.attend } : {}),
      ...(memory.explain ? { explain: restoreExplanation(memory.explain, scales) } : {}),
      ...(estimate.period > 0 ? { period: estimate.period } : {}),
      notes: [...thinningNotes([estimate.memory]), ...droppedNotes(estimate)],
    };
  }
}

/** The scores that Auto gives to the last points of all so far, with the history as anchor. */
class AutoStream implements RawStream {
  private readonly series: GrowingChannels;
  private readonly memory: MemoryTail;
  private readonly cycle: MemoryTail;
  /** Points before a new one that the heads other than the memory look at. */
  private readonly reach: number;
  private readonly points: number;

  constructor(
    private readonly detector: Auto,
    private readonly anchor: Anchor,
    series: Series,
    readonly history: RawScores,
  ) {
    const { coefficients, cycles, runs } = anchor.estimate;
    this.points = series.time.length;
    this.series = new GrowingChannels(series);
    this.memory = new MemoryTail(this.series, anchor.scales);
    this.cycle = new MemoryTail(this.series, anchor.scales);
    const order = Math.max(0, ...coefficients.map((own) => own.length));
    this.reach = order + Math.max(SHORT, ...cycles, longestRun(runs)) + 1;
  }

  async append(points: Series, run: RunOptions): Promise<RawScores> {
    throwIfAborted(run.signal);
    const k = points.time.length;
    this.series.append(points);
    const { anchor, detector } = this;
    const { scales, estimate, channelWeight, units } = anchor;
    const memory = this.memory.score(k, scales, estimate.memory);
    const cycle = estimate.cycle && this.cycle.score(k, scales, estimate.cycle);
    if (run.feedback?.length || !memory || (estimate.cycle && !cycle)) {
      return lastOf(await detector.score(this.series.whole(), { ...run, anchorLength: this.points }), k);
    }
    const reach = Math.min(this.series.points, k + this.reach);
    const local = scoreLocalHeads(standardizeSeries(this.series.last(reach), scales), estimate);
    const heads = [
      ...memoryHeads(memory, cycle),
      ...local.map((head) => ({
        ...head,
        contributions: head.contributions.map((own) => own.subarray(reach - k)),
      })),
    ];
    return {
      ...fuseHeads(heads, channelWeight, {}, units),
      ...detector.about(anchor, memory),
      attend: (start: number, end: number): readonly AttendedStretch[] => {
        const found = this.memory.attend(start, end);
        return found.length > 0 ? found : this.history.attend!(start, end);
      },
    };
  }

  async explain(stretches: readonly Stretch[], run: RunOptions): Promise<NormalExplanation> {
    const scores = await this.detector.score(this.series.whole(), { ...run, anchorLength: this.points });
    return scores.explain!(stretches);
  }
}
