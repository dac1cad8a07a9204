import * as tf from '@tensorflow/tfjs-core';
import { CooperativeScheduler } from '../../../yield.js';
import { HeedError } from '../../../errors.js';
import type { Random } from '../../../random.js';
import type { RunOptions } from '../../base/types.js';
import { Adam } from '../../../tensor/adam.js';
import type { Parameters } from './parameters.js';

/** A loss and the parameters it moves; adversarial models have several with opposite interests. */
export interface Objective {
  readonly trains: (name: string) => boolean;
  readonly loss: () => tf.Scalar;
}

/** What is to be optimized: samples are named by their index. */
export interface TrainingTask {
  readonly phase: string;
  readonly parameters: Parameters;
  readonly trainSamples: Int32Array;
  /** Empty: the training loss chooses the best epoch. */
  readonly validationSamples: Int32Array;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly patience: number;
  readonly random: Random;
  /** Called inside a tidy; `epoch` counts from 1. */
  objectives(samples: Int32Array, epoch: number): readonly Objective[];
  /** Called inside a tidy; the loss on validation samples, by default the first objective. */
  validate?(samples: Int32Array): tf.Scalar;
}

/** Loss per epoch, and the epoch whose parameters were kept. */
export interface TrainingCurve {
  readonly loss: number[];
  readonly validationLoss: number[];
  /** Counts from 1. */
  readonly bestEpoch: number;
}

/**
 * Minimizes the objectives by Adam: shuffled batches, early stopping, the best epoch's parameters restored.
 * Yields to the event loop between steps.
 * @throws HeedError cancelled, not-finite where the loss diverges
 */
export async function optimize(task: TrainingTask, run: RunOptions): Promise<TrainingCurve> {
  const { parameters, epochs, batchSize } = task;
  const adam = new Adam(task.learningRate);
  const scheduler = new CooperativeScheduler(run.signal, 10);
  const samples = Array.from(task.trainSamples);
  const steps = Math.ceil(samples.length / batchSize);
  const curve = { loss: [] as number[], validationLoss: [] as number[], bestEpoch: 0 };
  const started = performance.now();
  let reported = started;
  let best = Infinity;
  let kept = parameters.snapshot();

  try {
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const order = task.random.shuffle(samples);
      let sum = 0;
      for (let step = 0; step < steps; step++) {
        const batch = Int32Array.from(order.slice(step * batchSize, (step + 1) * batchSize));
        const loss = trainStep(parameters, adam, () => task.objectives(batch, epoch));
        if (!Number.isFinite(loss)) throw diverged(loss, epoch);
        sum += loss * batch.length;
        const now = performance.now();
        if (run.onProgress && (now - reported > 250 || step === steps - 1)) {
          reported = now;
          const done = (epoch - 1 + (step + 1) / steps) / epochs;
          run.onProgress({
            phase: task.phase,
            done,
            loss: sum / Math.min(samples.length, (step + 1) * batchSize),
            epoch,
            epochs,
            secondsLeft: ((now - started) / 1000 / done) * (1 - done),
          });
        }
        await scheduler.yieldIfDue();
      }
      curve.loss.push(sum / samples.length);
      let epochLoss = curve.loss[epoch - 1]!;
      if (task.validationSamples.length > 0) {
        epochLoss = await validationLoss(task, scheduler);
        curve.validationLoss.push(epochLoss);
      }
      if (!Number.isFinite(epochLoss)) throw diverged(epochLoss, epoch);
      if (epochLoss < best) {
        best = epochLoss;
        curve.bestEpoch = epoch;
        kept = parameters.snapshot();
      } else if (epoch - curve.bestEpoch >= task.patience) break;
    }
  } finally {
    adam.dispose();
  }
  parameters.restore(kept);
  return curve;
}

/**
 * One step of the optimizer on every objective, their gradients added up.
 * @param objectives called inside a tidy
 * @returns the loss of the first objective before the step; where it is not finite no step is taken
 */
export function trainStep(
  parameters: Parameters,
  adam: Adam,
  objectives: () => readonly Objective[],
): number {
  return tf.tidy(() => {
    const all = parameters.select(() => true);
    const gradients = new Map<string, tf.Tensor>();
    let first = NaN;
    objectives().forEach((objective, at) => {
      const trained = [...all].filter(([name]) => objective.trains(name));
      const { value, grads } = tf.variableGrads(
        objective.loss,
        trained.map(([, variable]) => variable),
      );
      if (at === 0) first = value.dataSync()[0]!;
      for (const [name, variable] of trained) {
        const gradient = grads[variable.name];
        // A parameter the loss does not reach has no gradient.
        if (!gradient) continue;
        const sofar = gradients.get(name);
        gradients.set(name, sofar ? tf.add(sofar, gradient) : gradient);
      }
    });
    if (Number.isFinite(first)) adam.apply(all, gradients);
    return first;
  });
}

async function validationLoss(task: TrainingTask, scheduler: CooperativeScheduler): Promise<number> {
  const { validationSamples, batchSize } = task;
  let sum = 0;
  for (let from = 0; from < validationSamples.length; from += batchSize) {
    const batch = validationSamples.subarray(from, from + batchSize);
    sum +=
      batch.length *
      tf.tidy(
        () => (task.validate ? task.validate(batch) : task.objectives(batch, 1)[0]!.loss()).dataSync()[0]!,
      );
    await scheduler.yieldIfDue();
  }
  return sum / validationSamples.length;
}

function diverged(loss: number, epoch: number): HeedError {
  return new HeedError(
    'not-finite',
    `training diverged: the loss is ${loss} in epoch ${epoch}`,
    'Lower the learning rate (option learningRate) or look for extreme values in the training data.',
  );
}
