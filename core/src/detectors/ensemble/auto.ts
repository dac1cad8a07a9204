import { CooperativeScheduler } from '../../yield.js';
import { throwIfAborted } from '../../errors.js';
import { sliceSeries, type Series } from '../../series/series.js';
import type {
  AttendedInterval,
  DetectorDefinition,
  NormalExplanation,
  RawDetector,
  RawScores,
  RawStream,
  RunOptions,
} from '../base/types.js';
import {
  estimateMembers,
  memoryMembers,
  scoreMembers,
  droppedNotes,
  scoreLocalMembers,
  SHORT,
  type MemberEstimate,
} from './members.js';
import { thresholdWithAlarmsOf, spreadToLength, weighMembers } from './feedback-weights.js';
import { longestRun } from '../statistical/flat-line-scores.js';
import {
  computeEnsembleThreshold,
  channelWeights,
  fuseMembers,
  unitsOf,
  type MemberUnits,
} from './fusion.js';
import { GrowingChannels } from '../attention/growing-channels.js';
import { MemoryTail, type TailScores } from '../attention/window-memory-tail.js';
import type { MemoryScores } from '../attention/window-memory.js';
import { scoreReserveMembers, RESERVE_MEMBERS } from './reserve.js';
import { restore, restoreExplanation, standardizeSeries, type Scales } from '../base/standardize.js';
import { lastOf, downsamplingNotes } from '../attention/memory-attention.js';
import type { Interval } from '../../series/interval.js';

/** Options of `auto`: it has none that need setting. */
export interface AutoOptions {
  /** Most pairs of windows × channels that memory attention compares. */
  readonly budget: number;
  readonly [option: string]: unknown;
}

/** The default detector: fuses members that need no training into one score. */
export const auto: DetectorDefinition<AutoOptions> = {
  id: 'auto',
  summary: 'The default: several training-free members fused into one score; no settings.',
  source: 'Heed',
  tags: {
    needsTraining: false,
    supervised: false,
    multivariate: true,
    streaming: true,
    calibrated: true,
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
        'Most pairs of windows × channels compared; a longer history is downsampled, then members are left out',
    },
  },
  create: (options) => new Auto(options),
};

/** What a series told `auto`, and what it keeps where the series is the calibration of a longer one. */
interface Calibration {
  readonly scales: Scales;
  readonly estimate: MemberEstimate;
  readonly channelWeight: Float64Array;
  readonly units: MemberUnits;
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
  async stream(history: Series, run: RunOptions): Promise<RawStream> {
    const { calibration, scores } = await this.scoreAll(history, run);
    return new AutoStream(this, calibration, history, scores);
  }

  /** A series by what it tells itself. */
  private async scoreAll(
    series: Series,
    run: RunOptions,
  ): Promise<{ calibration: Calibration; scores: RawScores }> {
    const input = standardizeSeries(series);
    const scheduler = new CooperativeScheduler(run.signal);
    const feedback = run.feedback ?? [];
    // In several channels one event says little of which members suit the next, which may show elsewhere.
    const isReweighed = feedback.length > 0 && input.channels.length === 1;
    const isConfirmed = isReweighed && feedback.some(({ kind }) => kind === 'anomaly');
    const part = isConfirmed ? 0.5 : 1;
    const estimate = estimateMembers(input, this.options.budget);
    const { members, memory } = await scoreMembers(input, estimate, scheduler, (done) =>
      run.onProgress?.({ phase: 'score', done: part * done }),
    );
    if (isConfirmed) {
      members.push(
        ...(await scoreReserveMembers(input, estimate.cycles, this.options.budget / 2, scheduler)),
      );
    }
    const channelWeight = channelWeights(input);
    const defaults = members.filter((member) => !RESERVE_MEMBERS.has(member.name));
    const units = unitsOf(defaults);
    const usual = fuseMembers(defaults, channelWeight, {}, units);
    let threshold = computeEnsembleThreshold(usual.raw, input.channels.length);
    let fused = usual;
    const weights = isReweighed ? weighMembers(series, members, RESERVE_MEMBERS, feedback) : {};
    if (Object.keys(weights).length > 0) {
      fused = fuseMembers(members, channelWeight, weights);
      const least = computeEnsembleThreshold(fused.raw, input.channels.length);
      threshold = isConfirmed
        ? Math.max(least, thresholdWithAlarmsOf(usual.raw, threshold, fused.raw))
        : least;
    }
    fused = spreadToLength(series, fused, threshold, feedback);
    run.onProgress?.({ phase: 'score', done: 1 });
    const calibration = { scales: input, estimate, channelWeight, units, threshold };
    return { calibration, scores: { ...fused, ...this.about(calibration, memory) } };
  }

  /** A series by what its calibration told. */
  private async scoreBy(calibration: Calibration, series: Series, run: RunOptions): Promise<RawScores> {
    const input = standardizeSeries(series, calibration.scales);
    const { members, memory } = await scoreMembers(
      input,
      calibration.estimate,
      new CooperativeScheduler(run.signal),
      (done) => run.onProgress?.({ phase: 'score', done }),
    );
    const fused = fuseMembers(members, calibration.channelWeight, {}, calibration.units);
    return { ...fused, ...this.about(calibration, memory) };
  }

  /** What goes with the fused score. */
  about(
    { scales, estimate, threshold }: Calibration,
    memory: Pick<TailScores, 'expected' | 'spread'> & Partial<Pick<MemoryScores, 'attend' | 'explain'>>,
  ): Omit<RawScores, 'raw'> {
    return {
      threshold,
      ...restore(memory, scales),
      ...(memory.attend ? { attend: memory.attend } : {}),
      ...(memory.explain ? { explain: restoreExplanation(memory.explain, scales) } : {}),
      ...(estimate.period > 0 ? { period: estimate.period } : {}),
      notes: [...downsamplingNotes([estimate.memory]), ...droppedNotes(estimate)],
    };
  }
}

/** The scores that Auto gives to the last points of all so far, with the history as calibration. */
class AutoStream implements RawStream {
  private readonly series: GrowingChannels;
  private readonly memory: MemoryTail;
  private readonly cycle: MemoryTail;
  /** Points before a new one that the members other than the memory look at. */
  private readonly reach: number;
  private readonly points: number;

  constructor(
    private readonly detector: Auto,
    private readonly calibration: Calibration,
    series: Series,
    readonly history: RawScores,
  ) {
    const { coefficients, cycles, runs } = calibration.estimate;
    this.points = series.time.length;
    this.series = new GrowingChannels(series);
    this.memory = new MemoryTail(this.series, calibration.scales);
    this.cycle = new MemoryTail(this.series, calibration.scales);
    const order = Math.max(0, ...coefficients.map((own) => own.length));
    this.reach = order + Math.max(SHORT, ...cycles, longestRun(runs)) + 1;
  }

  async append(points: Series, run: RunOptions): Promise<RawScores> {
    throwIfAborted(run.signal);
    const k = points.time.length;
    this.series.append(points);
    const { calibration, detector } = this;
    const { scales, estimate, channelWeight, units } = calibration;
    const memory = this.memory.score(k, scales, estimate.memory);
    const cycle = estimate.cycle && this.cycle.score(k, scales, estimate.cycle);
    if (run.feedback?.length || !memory || (estimate.cycle && !cycle)) {
      return lastOf(await detector.score(this.series.whole(), { ...run, calibratedLength: this.points }), k);
    }
    const reach = Math.min(this.series.points, k + this.reach);
    const local = scoreLocalMembers(standardizeSeries(this.series.last(reach), scales), estimate);
    const members = [
      ...memoryMembers(memory, cycle),
      ...local.map((member) => ({
        ...member,
        contributions: member.contributions.map((own) => own.subarray(reach - k)),
      })),
    ];
    return {
      ...fuseMembers(members, channelWeight, {}, units),
      ...detector.about(calibration, memory),
      attend: (start: number, end: number): readonly AttendedInterval[] => {
        const found = this.memory.attend(start, end);
        return found.length > 0 ? found : this.history.attend!(start, end);
      },
    };
  }

  async explain(intervals: readonly Interval[], run: RunOptions): Promise<NormalExplanation> {
    const scores = await this.detector.score(this.series.whole(), { ...run, calibratedLength: this.points });
    return scores.explain!(intervals);
  }
}
