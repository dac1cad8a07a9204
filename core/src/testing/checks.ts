import { generators, generateSeries } from '../datasets/index.js';
import { createDetector } from '../detection/create.js';
import type { DetectorDefinition } from '../detectors/base/types.js';
import { createGraphDetector, toGraphInput } from '../detection/graph/detector.js';
import { loadDetector } from '../detection/load.js';
import { isHeedError } from '../errors.js';
import { listDefaults, resolveOptions } from '../detectors/base/options.js';
import { createSeries, sliceSeries, type Series } from '../series/series.js';
import { createStream } from '../stream/stream.js';
import {
  demand,
  expectEqualScores,
  expectPromptStop,
  expectRefusal,
  expectRefusalUnfitted,
  expectSound,
} from './expect.js';
import type { ContractSubject } from './subject.js';

/** One promise that every detector keeps. */
export interface ContractCheck {
  readonly name: string;
  /** False where the promise does not concern the detector. */
  applies(subject: ContractSubject): boolean;
  /** Rejects where the promise is broken. */
  run(subject: ContractSubject): Promise<void>;
}

const always = (): boolean => true;
const ofSeries = ({ definition }: ContractSubject): boolean => definition.input === 'series';

async function fitAndScore(subject: ContractSubject, series: Series): Promise<void> {
  const detector = await subject.create();
  try {
    const before = series.channels.map(({ values }) => values.slice());
    if (subject.needsTraining) await detector.fit(series, subject.run);
    expectSound(series, await detector.score(series, subject.run));
    const touched = series.channels.findIndex(({ values }, c) =>
      values.some((value, t) => !Object.is(value, before[c]![t])),
    );
    demand(touched < 0, `changed the values of the channel "${series.channels[touched]?.name}"`);
  } finally {
    detector.dispose();
  }
}

/** One channel, several channels. */
const fewGenerators = ['level-shift', 'server-metrics'];

function withValues(series: Series, values: Float64Array): Series {
  return { ...series, channels: [{ ...series.channels[0]!, values }] };
}

export const contractChecks: readonly ContractCheck[] = [
  {
    name: 'describes itself and its options',
    applies: always,
    async run({ definition }) {
      const { id, summary, source, options, quick = {} } = definition;
      demand(/^[a-z][a-z0-9-]*$/.test(id), `"${id}" is not a detector id`);
      demand(summary.length > 0 && !summary.includes('\n'), 'the summary is not one line');
      demand(source.length > 0, 'names no document or paper');
      for (const [name, { summary }] of Object.entries(options)) {
        demand(summary.length > 5, `the option "${name}" has no help`);
      }
      resolveOptions(definition, { ...listDefaults(options) });
      resolveOptions(definition, { ...quick });
      await expectRefusal(['bad-option'], async () => {
        const wrong = { 'no-such-option': 1 };
        if (definition.input === 'series') await createDetector<DetectorDefinition>(definition, wrong);
        else if (toGraphInput(definition)) await createGraphDetector(definition, wrong);
        else resolveOptions(definition, wrong);
      });
    },
  },
  {
    name: 'fits and scores the generated series',
    applies: ofSeries,
    async run(subject) {
      const { generators: wanted, signal } = subject.options;
      const ids = wanted ?? (subject.needsTraining ? fewGenerators : generators.map(({ id }) => id));
      for (const id of ids) {
        const least = generators.find((generator) => generator.id === id)?.minPoints ?? 0;
        const points = Math.max(subject.points, least);
        try {
          await fitAndScore(subject, generateSeries(id, { points, seed: 3 }));
        } catch (error) {
          if (signal?.aborted) throw error;
          demand(false, `${id}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
    },
  },
  {
    name: 'gives the same numbers for the same seed',
    applies: ofSeries,
    async run(subject) {
      const series = subject.sample();
      const first = await (await subject.fitted()).score(series, subject.run);
      const again = await subject.createFitted();
      try {
        expectEqualScores(first.score, (await again.score(series, subject.run)).score, 'a second run');
      } finally {
        again.dispose();
      }
    },
  },
  {
    name: 'scores the same after save and load',
    applies: ofSeries,
    async run(subject) {
      const series = subject.sample();
      const detector = await subject.fitted();
      const text = await detector.save();
      const loaded = await loadDetector(text, subject.definition);
      try {
        const [before, after] = [
          await detector.score(series, subject.run),
          await loaded.score(series, subject.run),
        ];
        expectEqualScores(before.score, after.score, 'after loading');
      } finally {
        loaded.dispose();
      }
      await expectRefusal(['model-corrupt'], () => loadDetector(text.slice(0, -20), subject.definition));
    },
  },
  {
    name: 'takes missing values',
    applies: ofSeries,
    async run(subject) {
      const sample = subject.sample();
      const n = sample.time.length;
      const gap = Math.floor(n / 3);
      const values = sample.channels[0]!.values.map((value, t) =>
        t % 13 === 5 || (t >= gap && t < gap + n / 10) ? NaN : value,
      );
      const series = withValues(sample, values);
      const detection = await (await subject.fitted()).score(series, subject.run);
      expectSound(series, detection);
      values.forEach((value, t) => {
        demand(!Number.isNaN(value) || detection.score[t] === 0, `the missing point ${t} has a score`);
      });
      demand(detection.notes.length > 0, 'does not say that values were filled');
    },
  },
  {
    name: 'takes a constant series',
    applies: ofSeries,
    async run(subject) {
      const sample = subject.sample();
      const series = withValues(sample, new Float64Array(sample.time.length).fill(42));
      const detector = await subject.create();
      try {
        if (subject.needsTraining) await detector.fit(series, subject.run);
        const detection = await detector.score(series, subject.run);
        expectSound(series, detection);
        if (!subject.definition.tags.baseline) {
          demand(
            detection.events.length === 0,
            `found ${detection.events.length} events in a constant series`,
          );
        }
      } catch (error) {
        if (!isHeedError(error) || error.code !== 'constant-series') throw error;
      } finally {
        detector.dispose();
      }
    },
  },
  {
    name: 'refuses a series that is too short',
    applies: (subject) => ofSeries(subject) && subject.definition.tags.minPoints > 1,
    async run(subject) {
      const detector = await subject.fitted();
      const { minPoints } = subject.definition.tags;
      const short = sliceSeries(subject.sample(), 0, minPoints - 1);
      await expectRefusal(['too-few-points'], () => detector.score(short, subject.run));
      const least = sliceSeries(subject.sample(), 0, minPoints);
      expectSound(least, await detector.score(least, subject.run));
    },
  },
  {
    name: 'stops when cancelled',
    applies: ofSeries,
    async run(subject) {
      const detector = await subject.fitted();
      const cancelled = new AbortController();
      cancelled.abort();
      const signal = cancelled.signal;
      await expectRefusal(['cancelled'], () => detector.score(subject.sample(), { ...subject.run, signal }));
      const { points } = subject;
      const series = subject.sample(10 * points);
      const work = await subject.create();
      try {
        await expectPromptStop((stop) => {
          const run = { ...subject.run, ...stop };
          return subject.needsTraining ? work.fit(series, run) : work.score(series, run);
        }, subject.options.cancelWithin);
      } finally {
        work.dispose();
      }
    },
  },
  {
    name: 'refuses other channels than those of the fit',
    applies: (subject) => ofSeries(subject) && subject.needsTraining,
    async run(subject) {
      const detector = await subject.fitted();
      const series = subject.sample();
      const [channel] = series.channels;
      const more = createSeries({
        time: series.time,
        channels: [channel!, { name: 'one-more', values: channel!.values }],
      });
      await expectRefusal(['channel-mismatch'], () => detector.score(more, subject.run));
      const renamed = { ...series, channels: [{ ...channel!, name: 'another' }] };
      await expectRefusal(['channel-mismatch'], () => detector.score(renamed, subject.run));
    },
  },
  {
    name: 'refuses to score before it is fitted',
    applies: (subject) => ofSeries(subject) && subject.needsTraining,
    run: expectRefusalUnfitted,
  },
  {
    name: 'refuses to learn from labels that are not there',
    applies: (subject) => ofSeries(subject) && subject.definition.tags.supervised,
    async run(subject) {
      const detector = await subject.create();
      try {
        const { labels: _, ...unlabeled } = subject.sample();
        await expectRefusal(['labels-missing'], () => detector.fit(unlabeled, subject.run));
      } finally {
        detector.dispose();
      }
    },
  },
  {
    name: 'keeps a calibration, or says that it does not',
    applies: ofSeries,
    async run(subject) {
      const detector = await subject.fitted();
      const series = subject.sample();
      const n = series.time.length;
      const half = Math.floor(n / 2);
      const calibrated = (points: Series, calibratedLength: number) =>
        detector.score(points, { ...subject.run, calibratedLength });
      if (!subject.definition.tags.calibrated) {
        await expectRefusal(['not-supported'], () => calibrated(series, half));
        return;
      }
      await expectRefusal(['bad-option'], () => calibrated(series, n + 1));
      const { minPoints } = subject.definition.tags;
      if (minPoints > 1) await expectRefusal(['too-few-points'], () => calibrated(series, minPoints - 1));
      const whole = await detector.score(series, subject.run);
      expectEqualScores((await calibrated(series, n)).score, whole.score, 'calibrated to all of the series');
      // What follows the calibration moves neither scales nor threshold.
      const values = series.channels[0]!.values.map((value, t) => (t < half ? value : 1e3 * value));
      const changed = withValues(series, values);
      const [calm, wild] = [await calibrated(series, half), await calibrated(changed, half)];
      demand(
        calm.threshold.value === wild.threshold.value,
        `the threshold moved from ${calm.threshold.value} to ${wild.threshold.value} with points after the calibration`,
      );
      expectSound(changed, wild);
    },
  },
  {
    name: 'scores a stream as it scores the whole',
    applies: ({ definition }) => definition.tags.streaming,
    async run(subject) {
      const detector = await subject.fitted();
      const series = subject.sample();
      const n = series.time.length;
      const half = Math.floor(n / 2);
      const stream = await createStream(sliceSeries(series, 0, half), { ...subject.run, detector });
      // What the history told holds for the whole too: by its tags from the calibration, otherwise the threshold alone.
      const { value } = stream.threshold;
      const whole = {
        ...subject.run,
        ...(subject.definition.tags.calibrated
          ? { calibratedLength: half }
          : { events: { threshold: 'fixed', thresholdValue: value } as const }),
      };
      try {
        expectEqualScores(
          stream.history.score,
          (await detector.score(sliceSeries(series, 0, half), subject.run)).score,
          'the history of a stream',
        );
        // One point at a time, a few, and once more than any window holds.
        for (let start = half, step = 1; start < n; step = step < 17 ? 3 * step : 1) {
          const end = Math.min(n, start + step);
          const update = await stream.append(sliceSeries(series, start, end));
          const { score, threshold } = await detector.score(sliceSeries(series, 0, end), whole);
          demand(
            Math.abs(threshold.value - value) <= 1e-9 * value,
            `the threshold is ${value} in the stream and ${threshold.value} in the whole`,
          );
          for (let t = start; t < end; t++) {
            const [a, b] = [update.score[t - start]!, score[t]!];
            demand(
              Math.abs(a - b) <= 1e-5 * Math.max(1, b),
              `point ${t} has the score ${a} in the stream and ${b} in the whole`,
            );
          }
          start = end;
        }
      } finally {
        stream.dispose();
      }
    },
  },
];
