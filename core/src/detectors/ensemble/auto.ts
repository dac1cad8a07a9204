import { number, type OptionsOf } from '../base/options.js';
import { defineDetector } from '../base/types.js';
import { CooperativeScheduler } from '../../yield.js';
import { throwIfAborted } from '../../errors.js';
import { sliceSeries, type Series } from '../../series/series.js';
import type {
  AttendedInterval,
  NormalExplanation,
  RawDetector,
  RawScores,
  RawStream,
  RunOptions,
  StreamRunOptions,
} from '../base/types.js';
import {
  estimateMembers,
  memoryMembers,
  scoreMembers,
  droppedNotes,
  measureReach,
  scoreLocalMembers,
  type MemberEstimate,
  type MemoryOutcomes,
} from './members.js';
import { raiseThreshold, spreadToLength, weighMembers } from './feedback-weights.js';
import {
  addMovingMean,
  channelShares,
  channelWeights,
  computeEnsembleThreshold,
  fuseMembers,
  scaleMembers,
  type MemberScale,
} from './fusion.js';
import { GrowingChannels } from '../attention/growing-channels.js';
import { MemoryTail, type TailScores } from '../attention/window-memory-tail.js';
import type { MemoryPlan, MemoryScores } from '../attention/window-memory.js';
import { scoreReserveMembers, RESERVE_MEMBERS } from './reserve.js';
import {
  restore,
  restoreExplanation,
  standardizeSeries,
  type Scales,
  type StandardizedChannels,
} from '../base/standardize.js';
import { takeLast, downsamplingNotes } from '../attention/memory-attention.js';
import type { Interval } from '../../series/interval.js';

const options = {
  budget: number(
    'Most pairs of windows × channels compared; a longer history is downsampled, then members are left out',
    1e8,
    { min: 10_000 },
  ),
};

/** Options of `auto`. */
export type AutoOptions = OptionsOf<typeof options>;

/** The default detector: fuses members that need no training into one score. */
export const auto = defineDetector({
  id: 'auto',
  summary: 'The default: several training-free members fused into one score; no settings.',
  source: 'Heed',
  input: 'series',
  tags: {
    needsTraining: false,
    supervised: false,
    multivariate: true,
    streaming: true,
    calibrated: true,
    minPoints: 8,
    explains: true,
  },
  options,
  create: (options) => new Auto(options),
});

/** What a series told `auto`, and what it keeps where the series is the calibration of a longer one. */
interface Calibration {
  readonly scales: Scales;
  /** Of the channels as windows are compared over them. */
  readonly comparedScales: Scales;
  readonly estimate: MemberEstimate;
  readonly channelWeight: Float64Array;
  readonly memberScale: MemberScale;
  readonly threshold: number;
}

class Auto implements RawDetector {
  constructor(private readonly options: AutoOptions) {}

  async score(series: Series, run: RunOptions): Promise<RawScores> {
    const { calibratedLength = 0, feedback = [] } = run;
    if (calibratedLength === 0 || calibratedLength === series.time.length || feedback.length > 0) {
      return (await this.scoreAll(series, run)).scores;
    }
    const history = await this.scoreAll(sliceSeries(series, 0, calibratedLength), {
      ...run,
      onProgress: undefined,
    });
    const scores = await this.scoreBy(history.calibration, series, run);
    return { ...scores, calibration: history.scores.raw };
  }

  /**
   * Keeps what the history told: see `RunOptions.calibratedLength`. Where there is feedback every append scores all
   * points anew, since any of them may weigh in the judgment.
   */
  async stream(history: Series, run: StreamRunOptions): Promise<RawStream> {
    const { calibration, scores } = await this.scoreAll(history, run);
    return new AutoStream(this, calibration, history, scores, run);
  }

  /** A series by what it tells itself. */
  private async scoreAll(
    series: Series,
    run: RunOptions,
  ): Promise<{ calibration: Calibration; scores: RawScores }> {
    const input = standardizeSeries(series);
    const comparedScales = compareScales(input);
    const scheduler = new CooperativeScheduler(run.signal);
    const feedback = run.feedback ?? [];
    // In several channels one event says little of which members suit the next, which may show elsewhere.
    const isReweighed = feedback.length > 0 && input.channels.length === 1;
    const isConfirmed = isReweighed && feedback.some(({ kind }) => kind === 'anomaly');
    const part = isConfirmed ? 0.5 : 1;
    const estimate = estimateMembers(input, this.options.budget);
    const compared = comparedScales === input ? input : standardizeSeries(series, comparedScales);
    const { members, memory } = await scoreMembers(input, compared, estimate, scheduler, (done) =>
      run.onProgress?.({ phase: 'score', done: part * done }),
    );
    if (isConfirmed) {
      members.push(
        ...(await scoreReserveMembers(input, estimate.cycles, this.options.budget / 2, scheduler)),
      );
    }
    const channelWeight = channelWeights(input);
    const defaults = members.filter((member) => !RESERVE_MEMBERS.has(member.name));
    const memberScale = scaleMembers(defaults);
    const { smoothing } = estimate;
    const usual = addMovingMean(fuseMembers(defaults, channelWeight, memberScale), smoothing);
    let threshold = computeEnsembleThreshold(usual.raw, input.channels.length);
    let fused = usual;
    const weights = isReweighed ? weighMembers(series, members, RESERVE_MEMBERS, feedback) : {};
    if (Object.keys(weights).length > 0) {
      fused = addMovingMean(fuseMembers(members, channelWeight, scaleMembers(members), weights), smoothing);
      const least = computeEnsembleThreshold(fused.raw, input.channels.length);
      threshold = isConfirmed ? Math.max(least, raiseThreshold(usual.raw, threshold, fused.raw)) : least;
    }
    fused = spreadToLength(series, fused, threshold, feedback);
    run.onProgress?.({ phase: 'score', done: 1 });
    const calibration = { scales: input, comparedScales, estimate, channelWeight, memberScale, threshold };
    return { calibration, scores: { ...fused, ...this.about(calibration, memory) } };
  }

  /** A series by what its calibration told. */
  async scoreBy(calibration: Calibration, series: Series, run: RunOptions): Promise<RawScores> {
    const { scales, comparedScales, estimate, channelWeight, memberScale } = calibration;
    const input = standardizeSeries(series, scales);
    const { members, memory } = await scoreMembers(
      input,
      comparedScales === scales ? input : standardizeSeries(series, comparedScales),
      estimate,
      new CooperativeScheduler(run.signal),
      (done) => run.onProgress?.({ phase: 'score', done }),
    );
    const fused = addMovingMean(fuseMembers(members, channelWeight, memberScale), estimate.smoothing);
    return { ...fused, ...this.about(calibration, memory) };
  }

  /** What goes with the fused score. */
  about(
    { comparedScales: scales, estimate, threshold }: Calibration,
    memory: Pick<TailScores, 'expected' | 'spread'> & Partial<Pick<MemoryScores, 'attend' | 'explain'>>,
  ): Omit<RawScores, 'raw'> {
    return {
      threshold,
      leavesEvents: true,
      ...restore(memory, scales),
      ...(memory.attend ? { attend: memory.attend } : {}),
      ...(memory.explain ? { explain: restoreExplanation(memory.explain, scales) } : {}),
      ...(estimate.period > 0 ? { period: estimate.period } : {}),
      notes: [
        ...downsamplingNotes([estimate.memory, ...(estimate.quarter ? [estimate.quarter] : [])]),
        ...droppedNotes(estimate),
      ],
    };
  }
}

/**
 * Scales of the channels as windows are compared over them; those of the input themselves where all count alike.
 */
function compareScales(input: StandardizedChannels): Scales {
  const shares = channelShares(input);
  if (shares.every((share) => share === 1)) return input;
  return { mean: input.mean, std: input.std.map((std, c) => std / shares[c]!) };
}

/**
 * The scores that Auto gives to the last points of all so far, with the history as calibration. The newest points are
 * scored by what is there: windows that end with them, and moving means of the points before them. As points follow, the
 * scores of those half a window back may still change; a stream gives those of the moment.
 */
class AutoStream implements RawStream {
  private readonly series: GrowingChannels;
  private readonly memory: MemoryTail;
  private readonly quarter: MemoryTail;
  private readonly cycle: MemoryTail;
  /** Points before a new one that the members other than the memories look at. */
  private readonly reach: number;
  /** Points before a new one whose scores its moving mean takes in. */
  private readonly before: number;

  constructor(
    private readonly detector: Auto,
    private readonly calibration: Calibration,
    series: Series,
    readonly history: RawScores,
    run: StreamRunOptions,
  ) {
    this.series = new GrowingChannels(series, run);
    const tail = (): MemoryTail => new MemoryTail(this.series, calibration.comparedScales);
    [this.memory, this.quarter, this.cycle] = [tail(), tail(), tail()];
    this.reach = measureReach(calibration.estimate);
    this.before = calibration.estimate.smoothing >> 1;
  }

  async append(points: Series, run: RunOptions): Promise<RawScores> {
    throwIfAborted(run.signal);
    const k = points.time.length;
    if (this.series.forget()) for (const tail of [this.memory, this.quarter, this.cycle]) tail.restart();
    this.series.append(points);
    const { calibration, detector } = this;
    const { scales, estimate, channelWeight, memberScale } = calibration;
    const before = Math.min(this.series.points - k, this.before);
    const tails = run.feedback?.length ? undefined : this.scoreTails(k, before);
    if (!tails) {
      const all = await this.scoreWhole(run);
      return { ...takeLast(all, k), attend: this.series.attendInWhole(all.attend!) };
    }
    const attend = this.series.attendInWhole((start, end) => this.memory.attend(start, end));
    const scored = k + before;
    const reach = Math.min(this.series.points, scored + this.reach);
    const local = scoreLocalMembers(
      standardizeSeries(this.series.last(reach), scales),
      estimate,
      this.series.points - reach,
    );
    const members = [
      ...memoryMembers(tails, estimate),
      ...local.map((member) => ({
        ...member,
        contributions: member.contributions.map((own) => own.subarray(reach - scored)),
      })),
    ];
    const fused = addMovingMean(fuseMembers(members, channelWeight, memberScale), estimate.smoothing);
    return {
      ...fused,
      raw: fused.raw.subarray(before),
      contributions: fused.contributions.map((own) => own.subarray(before)),
      ...detector.about(calibration, tails.memory),
      attend: (start: number, end: number): readonly AttendedInterval[] => {
        const found = attend(start, end);
        return found.length > 0 ? found : this.history.attend!(start, end);
      },
    };
  }

  /** The memories' scores of the last points; undefined where one of them has to see the whole series. */
  private scoreTails(k: number, before: number): MemoryOutcomes<TailScores> | undefined {
    const { comparedScales, estimate } = this.calibration;
    const memory = this.memory.score(k, comparedScales, estimate.memory, { before });
    const by = (tail: MemoryTail, plan: MemoryPlan | undefined): TailScores | undefined =>
      plan && tail.score(k, comparedScales, plan, { before, explains: false });
    const quarter = by(this.quarter, estimate.quarter);
    const cycle = by(this.cycle, estimate.cycle);
    if (!memory || (estimate.quarter && !quarter) || (estimate.cycle && !cycle)) return undefined;
    return { memory, quarter, cycle };
  }

  async explain(intervals: readonly Interval[], run: RunOptions): Promise<NormalExplanation> {
    const { explain } = await this.scoreWhole(run);
    return this.series.explainInWhole(intervals, explain!);
  }

  /** All points kept; judgments weigh in whatever told of them. */
  private scoreWhole(run: RunOptions): Promise<RawScores> {
    const series = this.series.whole();
    return run.feedback?.length
      ? this.detector.score(series, run)
      : this.detector.scoreBy(this.calibration, series, run);
  }
}
