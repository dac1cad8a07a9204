import { checkNumber } from '../../../check-number.js';
import * as tf from '@tensorflow/tfjs-core';
import { chooseBackend } from '../../../tensor/index.js';
import { CooperativeScheduler } from '../../../yield.js';
import { HeedError } from '../../../errors.js';
import {
  createScaler,
  fitScaler,
  meanAndStd,
  quantile,
  type Scaler,
  type ScalerState,
} from '../../../preprocess/index.js';
import { createRandom, type Random } from '../../../random.js';
import type { Series } from '../../../series/series.js';
import type {
  AttentionMap,
  DetectorState,
  FineTuneOptions,
  FitReport,
  RawDetector,
  RawScores,
  RunOptions,
} from '../../base/types.js';
import { augmentWindows, parseAugmentations } from './augment.js';
import { reconstructionError, listObjectives } from './losses.js';
import type { Batch, WindowedNetwork, WindowedPlan } from './network.js';
import { optimize, type TrainingCurve } from './optimize.js';
import { Parameters } from './parameters.js';
import { pretrain } from './pretrain.js';
import { chooseWindows } from './samples.js';
import { scoreWindows } from './score-windows.js';
import { SeriesWindows } from './windows.js';

/** What distillation hands to the student in place of the series' own values. */
export interface TeacherTargets {
  /** d × n: what the teacher expected; pulls the student's expectation to it. */
  readonly expected?: readonly Float64Array[];
  /** n values 0…1: the teacher's probabilities, in place of labels. */
  readonly probabilities?: Float64Array;
}

interface Fitted {
  readonly channels: readonly string[];
  readonly scalers: readonly Scaler[];
  readonly parameters: Parameters;
  readonly network: WindowedNetwork;
  /** Usual error per channel, from the training data. */
  errorScale: number[];
  threshold: number | undefined;
}

/** A detector that trains a network on windows of a series; the plan says which. */
export class WindowedDetector implements RawDetector {
  private fitted: Fitted | undefined;

  constructor(readonly plan: WindowedPlan) {}

  /** @throws HeedError labels-missing, too-few-points, cancelled, not-finite, backend-unavailable */
  async fit(train: Series, options: RunOptions, teacher?: TeacherTargets): Promise<FitReport> {
    if (!teacher?.probabilities) this.checkTraining(train);
    await this.initialize(
      train.channels.map(({ name }) => name),
      this.fitScalers(train),
      options.seed ?? 0,
    );
    const { network, parameters, scalers } = this.requireFitted();
    const { id, window, horizon, training } = this.plan;
    if (training.pretrainEpochs > 0) {
      if (!network.reconstruct) {
        this.dispose();
        throw new HeedError(
          'bad-option',
          `${id} does not rebuild its windows, which masked pretraining needs`,
          'Set pretrainEpochs to 0, or choose self-attention or attention-autoencoder.',
        );
      }
      const windows = SeriesWindows.of(train, scalers, window, horizon, id);
      const random = createRandom((options.seed ?? 0) + 2);
      const samples = chooseWindows(windows, training, random);
      await pretrain(network, parameters, windows, samples, training, random.fork(), options);
    }
    return this.learn(train, options, teacher);
  }

  /**
   * Trains the fitted network further on another series of the same channels, with the scaling it was fitted with
   * or, where `rescale` is set, that of the new series.
   * @throws HeedError not-fitted, channel-mismatch, labels-missing, too-few-points, cancelled
   */
  async fineTune(train: Series, options: FineTuneOptions): Promise<FitReport> {
    this.checkTraining(train);
    const fitted = this.requireFitted();
    if (options.rescale) this.fitted = { ...fitted, scalers: this.fitScalers(train) };
    return this.learn(train, options);
  }

  private fitScalers({ channels }: Series): Scaler[] {
    return channels.map(({ values }) => fitScaler(values, this.plan.scaler));
  }

  /** Makes an untrained network for the given channels and scaling: the start of a fit and of federated rounds. */
  async initialize(channels: readonly string[], scalers: readonly Scaler[], seed: number): Promise<void> {
    await chooseBackend();
    this.dispose();
    const parameters = new Parameters(createRandom(seed));
    const network = this.plan.build(parameters, channels.length);
    const errorScale = channels.map(() => 1);
    this.fitted = { channels, scalers, parameters, network, errorScale, threshold: undefined };
  }

  private async learn(train: Series, options: FineTuneOptions, teacher?: TeacherTargets): Promise<FitReport> {
    const started = performance.now();
    const fitted = this.requireFitted();
    const { plan } = this;
    const windows = SeriesWindows.of(train, fitted.scalers, plan.window, plan.horizon, plan.id);
    const random = createRandom((options.seed ?? 0) + 1);
    const labels = plan.supervised ? (teacher?.probabilities ?? train.labels) : undefined;
    const samples = chooseWindows(windows, plan.training, random, labels);
    const targets = teacher?.expected
      ? new SeriesWindows(
          windows.points,
          windows.channels,
          plan.horizon,
          plan.horizon,
          fitted.scalers.map((scaler, c) => scaler.apply(teacher.expected![c]!)),
        )
      : undefined;

    const curve = await this.optimize(fitted, windows, samples, { labels, targets, random, options });
    await this.calibrate(
      windows,
      samples.validation.length > 0 ? samples : { ...samples, validation: samples.train },
      options,
    );
    return {
      detector: plan.id,
      points: train.time.length,
      seconds: (performance.now() - started) / 1000,
      parameters: fitted.parameters.count,
      loss: curve.loss,
      ...(curve.validationLoss.length > 0 ? { validationLoss: curve.validationLoss } : {}),
      bestEpoch: curve.bestEpoch,
      ...(samples.notes.length > 0 ? { notes: samples.notes } : {}),
    };
  }

  /** @throws HeedError not-fitted, channel-mismatch, too-few-points, cancelled */
  async score(series: Series, options: RunOptions): Promise<RawScores> {
    const fitted = this.requireFitted();
    const { plan } = this;
    const windows = SeriesWindows.of(series, fitted.scalers, plan.window, plan.horizon, plan.id);
    return scoreWindows({ plan, windows, ...fitted, alive: () => this.fitted === fitted }, options);
  }

  /** The fitted network and a series' windows, for what goes beyond scores. */
  open(series: Series): { readonly network: WindowedNetwork; readonly windows: SeriesWindows } {
    const { network, scalers } = this.requireFitted();
    const { id, window, horizon } = this.plan;
    return { network, windows: SeriesWindows.of(series, scalers, window, horizon, id) };
  }

  /** @throws HeedError not-fitted, channel-mismatch, too-few-points, not-supported, bad-option */
  async attentionMap(series: Series, point: number): Promise<AttentionMap> {
    const { network, windows } = this.open(series);
    checkNumber('the point', point, { min: 0, max: windows.points - 1, whole: true });
    const { horizon } = this.plan;
    const start = Math.max(0, Math.min(windows.count - 1, point - (horizon >> 1)));
    const map = tf.tidy(() => {
      const weights = network.infer(windows.gather([start])).weights?.();
      return (
        weights && { rows: weights.shape[1], keys: weights.shape[2], values: weights.dataSync<'float32'>() }
      );
    });
    if (!map) {
      throw new HeedError(
        'not-supported',
        `${this.plan.id} has no attention`,
        'Choose an attention detector.',
      );
    }
    const weights = Array.from({ length: map.rows }, (_, r) =>
      Float64Array.from(map.values.subarray(r * map.keys, (r + 1) * map.keys)),
    );
    return { weights, firstQuery: start, firstKey: start - (windows.length - horizon) };
  }

  async getState(): Promise<DetectorState> {
    const fitted = this.requireFitted();
    return {
      json: {
        detector: this.plan.id,
        window: this.plan.window,
        horizon: this.plan.horizon,
        channels: [...fitted.channels],
        scalers: fitted.scalers.map((scaler) => scaler.toJSON()),
        errorScale: fitted.errorScale,
        threshold: fitted.threshold ?? null,
      },
      tensors: fitted.parameters.toTensors(),
    };
  }

  /** @throws HeedError model-corrupt */
  async setState(state: DetectorState): Promise<void> {
    const json = state.json as Partial<Record<string, unknown>>;
    const channels = json['channels'];
    const scalers = json['scalers'];
    const errorScale = json['errorScale'];
    const threshold = json['threshold'];
    if (
      json['detector'] !== this.plan.id ||
      json['window'] !== this.plan.window ||
      json['horizon'] !== this.plan.horizon
    ) {
      throw corrupt(`the state is not of ${this.plan.id} with windows of ${this.plan.window} points`);
    }
    const isList = Array.isArray(channels) && Array.isArray(scalers) && Array.isArray(errorScale);
    if (
      !isList ||
      channels.length === 0 ||
      scalers.length !== channels.length ||
      errorScale.length !== channels.length
    ) {
      throw corrupt('the lists of channels, scalers and errors do not agree');
    }
    if (!errorScale.every((value) => typeof value === 'number' && Number.isFinite(value) && value > 0)) {
      throw corrupt('the usual errors are not positive numbers');
    }
    if (threshold !== null && !(typeof threshold === 'number' && Number.isFinite(threshold))) {
      throw corrupt('the threshold is not a number');
    }
    await this.initialize(
      channels as string[],
      (scalers as ScalerState[]).map((scaler) => createScaler(scaler)),
      0,
    );
    try {
      this.fitted!.parameters.fromTensors(state.tensors);
    } catch (error) {
      this.dispose();
      throw error;
    }
    this.fitted!.errorScale = errorScale as number[];
    this.fitted!.threshold = threshold === null ? undefined : threshold;
  }

  dispose(): void {
    this.fitted?.parameters.dispose();
    this.fitted = undefined;
  }

  private requireFitted(): Fitted {
    if (this.fitted) return this.fitted;
    throw new HeedError(
      'not-fitted',
      `${this.plan.id} has not been fitted`,
      'Fit it on an interval that is mostly normal, or load a fitted model.',
    );
  }

  private checkTraining(train: Series): void {
    if (this.plan.supervised && !train.labels) {
      throw new HeedError(
        'labels-missing',
        `a supervised ${this.plan.id} needs labels and the series has none`,
        'Give a label column, or set the option supervised to false.',
      );
    }
    if (this.plan.supervised && !train.labels!.includes(1)) {
      throw new HeedError(
        'labels-missing',
        `a supervised ${this.plan.id} needs anomalies to learn from and no point is labeled 1`,
        'Give an interval with labeled anomalies, or set the option supervised to false.',
      );
    }
  }

  private optimize(
    fitted: Fitted,
    windows: SeriesWindows,
    samples: ReturnType<typeof chooseWindows>,
    work: {
      labels: ArrayLike<number> | undefined;
      targets: SeriesWindows | undefined;
      random: Random;
      options: FineTuneOptions;
    },
  ): Promise<TrainingCurve> {
    const { plan } = this;
    const { labels, targets, random, options } = work;
    const kinds = parseAugmentations(plan.training.augment);
    const augmentRandom = random.fork();
    const drawRandom = random.fork();

    const makeBatch = (starts: Int32Array, epoch: number, training: boolean): Batch => {
      const values = windows.copy(starts);
      const { length: window, channels } = windows;
      let marks: Float32Array | undefined;
      if (labels) {
        marks = new Float32Array(starts.length * window);
        const lead = window - plan.horizon;
        starts.forEach((start, b) => {
          for (let t = 0; t < plan.horizon; t++) marks![b * window + lead + t] = labels[start + t]!;
        });
      }
      if (training && kinds.length > 0) {
        augmentWindows(values, { batch: starts.length, window, channels }, kinds, augmentRandom, marks);
      }
      const inputs = tf.tensor3d(values, [starts.length, window, channels]);
      const takeHorizon = <T extends tf.Tensor>(x: T): T =>
        tf.slice(x, [0, window - plan.horizon], [starts.length, plan.horizon]) as T;
      return {
        inputs,
        targets: targets ? targets.gather(starts) : takeHorizon(inputs),
        ...(marks ? { labels: takeHorizon(tf.tensor2d(marks, [starts.length, window])) } : {}),
        positiveWeight: samples.positiveWeight,
        epoch,
        random: drawRandom,
        training,
      };
    };
    const frozen = options.freezeAttention ? plan.isAttention : () => false;
    return optimize(
      {
        phase: 'fit',
        parameters: fitted.parameters,
        trainSamples: samples.train,
        validationSamples: samples.validation,
        epochs: options.epochs ?? plan.training.epochs,
        batchSize: plan.training.batchSize,
        learningRate: options.learningRate ?? plan.training.learningRate,
        patience: plan.training.patience,
        random: random.fork(),
        objectives: (starts, epoch) =>
          listObjectives(fitted.network, makeBatch(starts, epoch, true)).map(({ trains, loss }) => ({
            trains: (name) => trains(name) && !frozen(name),
            loss,
          })),
        validate: (starts) => listObjectives(fitted.network, makeBatch(starts, 1, false))[0]!.loss(),
      },
      options,
    );
  }

  /** Learns the usual error of each channel, and the threshold where the plan asks for one. */
  private async calibrate(
    windows: SeriesWindows,
    samples: { train: Int32Array; validation: Int32Array },
    options: RunOptions,
  ): Promise<void> {
    const fitted = this.requireFitted();
    const { plan } = this;
    const scheduler = new CooperativeScheduler(options.signal, 10);
    const all = [...samples.train, ...samples.validation];
    const chosen = all.filter((_, i) => i % Math.max(1, Math.floor(all.length / 256)) === 0);
    const sums = new Float64Array(windows.channels);
    let count = 0;
    for (let from = 0; from < chosen.length; from += 64) {
      const starts = chosen.slice(from, from + 64);
      const error = tf.tidy(() => {
        const inputs = windows.gather(starts);
        return reconstructionError(fitted.network.infer(inputs), inputs, plan)?.dataSync<'float32'>();
      });
      if (!error) break;
      for (let i = 0; i < error.length; i++) sums[i % windows.channels] += error[i]!;
      count += error.length / windows.channels;
      await scheduler.yieldIfDue();
    }
    // A channel the network follows perfectly must not turn rounding into anomalies.
    fitted.errorScale = Array.from(sums, (sum, c) => {
      const { std } = meanAndStd(Float64Array.from(chosen, (start) => windows.value(start, c)));
      return Math.max(count > 0 ? sum / count : 1, 1e-3 * std * std, 1e-9);
    });
    fitted.threshold = undefined;
    if (plan.thresholdQuantile !== undefined && !plan.supervised) {
      const scored = await scoreWindows(
        { plan, windows, ...fitted, alive: () => false },
        { ...options, onProgress: () => {} },
      );
      const held: number[] = [];
      for (const start of samples.validation)
        for (let t = 0; t < plan.horizon; t++) held.push(scored.raw[start + t]!);
      fitted.threshold = Math.max(quantile(Float64Array.from(held), plan.thresholdQuantile), 1e-12);
    }
  }
}

function corrupt(what: string): HeedError {
  return new HeedError('model-corrupt', what, 'Fit the detector again and save it anew.');
}
