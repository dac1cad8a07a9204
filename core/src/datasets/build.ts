import { checkNumber } from '../check-number.js';
import type { Interval } from '../series/interval.js';
import { createRandom, type Random } from '../random.js';
import { createSeries } from '../series/series.js';
import type { GeneratorDefinition, GeneratorOptions, LabeledAnomaly, LabeledSeries } from './types.js';

/** Every generated series starts here: a Monday, so that weekly rhythms begin with a working day. */
export const epoch = Date.UTC(2024, 0, 1);

export const minute = 60_000;
export const day = 24 * 60 * minute;

/** Leading share of every generated series that holds no anomaly. */
const cleanShare = 0.3;

/** What a generator's body gets: checked options and its random stream. */
export interface GeneratorInput {
  readonly points: number;
  readonly channels: number;
  readonly anomalies: number;
  readonly strength: number;
  readonly random: Random;
}

/** What it gives back; labels and times are made from it. */
export interface GeneratorOutput {
  /** Milliseconds between points. */
  readonly step: number;
  readonly channels: readonly { name: string; unit?: string; values: Float64Array }[];
  readonly anomalies: readonly LabeledAnomaly[];
}

interface GeneratorRecipe {
  readonly id: string;
  readonly summary: string;
  readonly group: GeneratorDefinition['group'];
  readonly points: number;
  readonly minPoints: number;
  /** Default, least and greatest number of channels; absent = always one. */
  readonly channels?: readonly [number, number, number];
  /** Default number of anomalies; 0 for clean generators. */
  readonly anomalies: number;
  readonly make: (input: GeneratorInput) => GeneratorOutput;
}

/** Turns a scoreConfig into a generator: checks options, seeds the randomness, builds labels. */
export function defineGenerator(scoreConfig: GeneratorRecipe): GeneratorDefinition {
  const { id, summary, group, minPoints } = scoreConfig;
  const [channels, leastChannels, mostChannels] = scoreConfig.channels ?? [1, 1, 1];
  return {
    id,
    summary,
    group,
    multivariate: channels > 1,
    defaultPoints: scoreConfig.points,
    minPoints,
    create(options: GeneratorOptions = {}) {
      const wanted = {
        points: whole(id, 'points', options.points ?? scoreConfig.points, minPoints, 10_000_000),
        channels: whole(id, 'channels', options.channels ?? channels, leastChannels, mostChannels),
        anomalies: whole(
          id,
          'anomalies',
          options.anomalies ?? scoreConfig.anomalies,
          0,
          scoreConfig.anomalies > 0 ? 10_000 : 0,
        ),
        strength: options.strength ?? 1,
        random: createRandom(options.seed ?? 0),
      };
      checkNumber(`${id}: strength`, wanted.strength, { above: 0, max: 1_000_000 });
      return label(id, wanted.points, scoreConfig.make(wanted));
    },
  };
}

function whole(id: string, name: string, value: number, least: number, most: number): number {
  checkNumber(`${id}: ${name}`, value, { min: least, max: most, whole: true });
  return value;
}

function label(name: string, points: number, output: GeneratorOutput): LabeledSeries {
  const labels = new Uint8Array(points);
  for (const { start, end } of output.anomalies) labels.fill(1, start, end + 1);
  const series = createSeries({
    name,
    time: Float64Array.from({ length: points }, (_, t) => epoch + t * output.step),
    channels: output.channels,
    labels,
  });
  const anomalies = [...output.anomalies].sort((a, b) => a.start - b.start);
  return { ...series, labels, anomalies };
}

/**
 * Up to `count` intervals of the given length in random places after the clean share, apart from each other and from
 * the end by at least half their length (fewer where the series is too short for so many).
 */
export function placeIntervals(random: Random, points: number, count: number, length: number): Interval[] {
  const from = Math.ceil(points * cleanShare);
  const size = Math.max(1, Math.floor(length));
  const gap = Math.max(2, Math.ceil(size / 2));
  const fit = Math.max(1, Math.min(count, Math.floor((points - from) / (size + gap))));
  if (count === 0) return [];
  const slot = (points - from) / fit;
  return Array.from({ length: fit }, (_, i) => {
    const low = Math.ceil(from + i * slot);
    const high = Math.max(low, Math.floor(from + (i + 1) * slot) - size - gap);
    const start = random.integer(low, high);
    return { start, end: Math.min(points - 2, start + size - 1) };
  });
}

/** n values from a function of the index. */
export function fromIndex(points: number, value: (t: number) => number): Float64Array {
  return Float64Array.from({ length: points }, (_, t) => value(t));
}

/** First-order autoregressive noise with the given standard deviation and memory (0 = white, towards 1 = slow). */
export function slowNoise(random: Random, points: number, deviation: number, memory: number): Float64Array {
  const values = new Float64Array(points);
  const step = deviation * Math.sqrt(1 - memory * memory);
  let value = random.normal(0, deviation);
  for (let t = 0; t < points; t++) {
    values[t] = value;
    value = memory * value + random.normal(0, step);
  }
  return values;
}

/** A smooth bump of height 1 at `center`; `width` is its standard deviation. */
export function bump(at: number, center: number, width: number): number {
  return Math.exp(-0.5 * ((at - center) / width) ** 2);
}
