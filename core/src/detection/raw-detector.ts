import type {
  AttendedInterval,
  DetectorOptions,
  DetectorState,
  FitReport,
  RawDetector,
  RawScores,
  RunOptions,
  SeriesDetectorDefinition,
  StateTensor,
} from '../detectors/base/types.js';
import { HeedError } from '../errors.js';
import { computeThreshold } from './threshold/threshold.js';
import type { Series } from '../series/series.js';

/**
 * The raw detector of a definition, for any number of channels: one that scores a single channel is made once per
 * channel, and the scores are combined.
 * @param options complete and checked
 */
export async function createRawDetector(
  definition: SeriesDetectorDefinition,
  options: DetectorOptions,
): Promise<RawDetector> {
  const raw = await definition.create(options);
  return definition.tags.multivariate ? raw : new PerChannel(definition, options, raw);
}

/** One raw detector per channel. */
class PerChannel implements RawDetector {
  private readonly detectors: RawDetector[];
  readonly fit?: NonNullable<RawDetector['fit']>;
  readonly fineTune?: NonNullable<RawDetector['fineTune']>;
  readonly getState?: NonNullable<RawDetector['getState']>;
  readonly setState?: NonNullable<RawDetector['setState']>;
  readonly stream?: NonNullable<RawDetector['stream']>;

  constructor(
    private readonly definition: SeriesDetectorDefinition,
    private readonly options: DetectorOptions,
    first: RawDetector,
  ) {
    this.detectors = [first];
    if (first.fit) this.fit = (train, run) => this.train(train, run, (raw, own, each) => raw.fit!(own, each));
    if (first.fineTune) {
      this.fineTune = (train, run) => this.train(train, run, (raw, own, each) => raw.fineTune!(own, each));
    }
    if (first.getState) this.getState = () => this.collectState();
    if (first.setState) this.setState = (state) => this.spreadState(state);
    if (first.stream) {
      this.stream = async (history, run) => {
        if (history.channels.length === 1) return first.stream!(history, run);
        throw new HeedError(
          'not-supported',
          `the detector "${definition.id}" streams one channel, the series has ${history.channels.length}`,
          'Start one stream per channel.',
        );
      };
    }
  }

  async score(series: Series, run: RunOptions): Promise<RawScores> {
    const channels = series.channels.length;
    const detectors = await this.forChannels(channels);
    if (channels === 1) return detectors[0]!.score(series, run);
    const scores: RawScores[] = [];
    for (let c = 0; c < channels; c++) {
      scores.push(await detectors[c]!.score(only(series, c), runForChannel(run, c, channels)));
    }
    return combine(scores, run);
  }

  dispose(): void {
    for (const detector of this.detectors) detector.dispose?.();
  }

  private async forChannels(count: number): Promise<readonly RawDetector[]> {
    while (this.detectors.length < count) this.detectors.push(await this.definition.create(this.options));
    return this.detectors.slice(0, count);
  }

  private async train<O extends RunOptions>(
    train: Series,
    run: O,
    step: (raw: RawDetector, own: Series, run: O) => Promise<FitReport>,
  ): Promise<FitReport> {
    const channels = train.channels.length;
    const detectors = await this.forChannels(channels);
    const reports: FitReport[] = [];
    for (let c = 0; c < channels; c++) {
      reports.push(await step(detectors[c]!, only(train, c), runForChannel(run, c, channels)));
    }
    if (channels === 1) return reports[0]!;
    return {
      detector: this.definition.id,
      points: train.time.length,
      seconds: reports.reduce((sum, { seconds }) => sum + seconds, 0),
      parameters: reports.reduce((sum, { parameters }) => sum + parameters, 0),
      notes: [`One model per channel (${channels}).`, ...new Set(reports.flatMap(({ notes = [] }) => notes))],
    };
  }

  private async collectState(): Promise<DetectorState> {
    const json: Record<string, unknown> = {};
    const tensors: Record<string, StateTensor> = {};
    for (const [c, detector] of this.detectors.entries()) {
      const state = await detector.getState!();
      json[`channel-${c}`] = state.json;
      for (const [name, tensor] of Object.entries(state.tensors)) tensors[`channel-${c}/${name}`] = tensor;
    }
    return { json, tensors };
  }

  private async spreadState(state: DetectorState): Promise<void> {
    const detectors = await this.forChannels(Math.max(1, Object.keys(state.json).length));
    for (const [c, detector] of detectors.entries()) {
      const prefix = `channel-${c}/`;
      await detector.setState!({
        json: (state.json[`channel-${c}`] ?? {}) as Record<string, unknown>,
        tensors: Object.fromEntries(
          Object.entries(state.tensors)
            .filter(([name]) => name.startsWith(prefix))
            .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
        ),
      });
    }
  }
}

function only(series: Series, channel: number): Series {
  return { ...series, channels: [series.channels[channel]!] };
}

/** The run options of one channel among several: its own seed, its part of the progress. */
function runForChannel<O extends RunOptions>(run: O, channel: number, channels: number): O {
  if (channels === 1) return run;
  const { onProgress, seed = 0 } = run;
  return {
    ...run,
    seed: seed + channel,
    ...(onProgress
      ? {
          onProgress: (progress: Parameters<typeof onProgress>[0]) =>
            onProgress({ ...progress, done: (channel + progress.done) / channels }),
        }
      : {}),
  };
}

/**
 * The most anomalous channel speaks for the point. Each channel's own threshold is its unit, so that a noisy channel
 * does not drown a quiet one.
 */
function combine(scores: readonly RawScores[], { trainLength }: RunOptions): RawScores {
  const n = scores[0]!.raw.length;
  const contributions = scores.map((own) => {
    const unit = computeThreshold(own.raw, { learned: own.threshold, trainLength }).value;
    return unit > 0 ? own.raw.map((value) => value / unit) : new Float64Array(n);
  });
  const raw = new Float64Array(n);
  for (const own of contributions) for (let t = 0; t < n; t++) raw[t] = Math.max(raw[t]!, own[t]!);
  const attend = (start: number, end: number): readonly AttendedInterval[] => {
    let main = 0;
    let largest = -1;
    for (let c = 0; c < contributions.length; c++) {
      let sum = 0;
      for (let t = start; t <= end; t++) sum += contributions[c]![t]!;
      if (sum > largest) {
        largest = sum;
        main = c;
      }
    }
    return scores[main]!.attend?.(start, end) ?? [];
  };
  const expected = scores.map((own) => own.expected?.[0]);
  const spread = scores.map((own) => own.spread?.[0]);
  const period = scores.find((own) => own.period !== undefined)?.period;
  const complete = (arrays: readonly (Float64Array | undefined)[]): arrays is readonly Float64Array[] =>
    arrays.every((array) => array !== undefined);
  return {
    raw,
    contributions,
    ...(complete(expected) ? { expected } : {}),
    ...(complete(spread) ? { spread } : {}),
    ...(scores.every(({ threshold }) => threshold !== undefined) ? { threshold: 1 } : {}),
    ...(scores.some((own) => own.attend) ? { attend } : {}),
    ...(period === undefined ? {} : { period }),
    notes: [
      'Channels were scored one by one; each point has the score of its most anomalous channel.',
      ...new Set(scores.flatMap(({ notes = [] }) => notes)),
    ],
  };
}
