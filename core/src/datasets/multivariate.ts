import type { Random } from '../random.js';
import {
  day,
  defineGenerator,
  fromIndex,
  minute,
  placeIntervals,
  slowNoise,
  type GeneratorInput,
} from './build.js';
import { applyInjection, computeMoments } from './injections.js';
import type { GeneratorDefinition, LabeledAnomaly } from './types.js';

const step = 15 * minute;
const period = day / step;
const points = 1920;
const minPoints = 4 * period;

const nameChannel = (index: number) => `sensor${index + 1}`;

/** Hidden causes: two daily rhythms and a slow random one. */
function hiddenCauses(random: Random, n: number): Float64Array[] {
  const phases = [random.uniform(0, 2 * Math.PI), random.uniform(0, 2 * Math.PI)];
  const rhythms = phases.map((phase, i) =>
    fromIndex(n, (t) => Math.sin((2 * Math.PI * (i + 1) * t) / period + phase)),
  );
  return [...rhythms, slowNoise(random, n, 1, 0.97)];
}

/** d channels that mix the same hidden causes, so that they are correlated. */
function mixedChannels({ random, points: n, channels }: GeneratorInput) {
  const causes = hiddenCauses(random.fork(), n);
  return Array.from({ length: channels }, (_, c) => {
    const source = random.fork();
    const weights = causes.map(() => source.normal());
    // No channel may hang on chance alone: the slow cause always shows.
    weights[2]! += Math.sign(weights[2]!) * 1;
    const level = source.uniform(10, 40);
    const values = fromIndex(n, (t) => {
      const mixed = causes.reduce((sum, cause, i) => sum + weights[i]! * cause[t]!, 0);
      return level + 3 * mixed + source.normal(0, 0.3);
    });
    return { name: nameChannel(c), values };
  });
}

const correlated = defineGenerator({
  id: 'correlated',
  summary: 'channels driven by the same hidden causes, clean',
  group: 'clean',
  points,
  minPoints: 32,
  channels: [5, 2, 64],
  anomalies: 0,
  make: (input) => ({ step, channels: mixedChannels(input), anomalies: [] }),
});

const correlationBreak = defineGenerator({
  id: 'correlation-break',
  summary: 'correlated channels; one goes its own way though each of its values is usual',
  group: 'shape',
  points,
  minPoints,
  channels: [5, 3, 64],
  anomalies: 3,
  make: (input) => {
    const { random, points: n } = input;
    const channels = mixedChannels(input);
    const anomalies = placeIntervals(random, n, input.anomalies, period / 2).map(
      ({ start, end }): LabeledAnomaly => {
        const { name, values } = random.pick(channels);
        // The same channel from an earlier, clean time: its own behavior, out of step with the others.
        const from = random.integer(0, Math.floor(0.3 * n) - (end - start) - 1);
        values.set(values.slice(from, from + end - start + 1), start);
        return { kind: 'correlation-break', start, end, channels: [name] };
      },
    );
    return { step, channels, anomalies };
  },
});

const someChannels = defineGenerator({
  id: 'some-channels',
  summary: 'correlated channels; spikes, shifts, noise and stuck values in some of them',
  group: 'shape',
  points,
  minPoints,
  channels: [8, 2, 64],
  anomalies: 4,
  make: (input) => {
    const { random } = input;
    const channels = mixedChannels(input);
    const scales = channels.map(({ values }) => computeMoments(values));
    const kinds = ['level-shift', 'noise', 'flat-line', 'spike'] as const;
    const intervals = placeIntervals(random, input.points, input.anomalies, period / 4);
    const anomalies = intervals.map((interval, i): LabeledAnomaly => {
      const kind = kinds[i % kinds.length]!;
      const start = interval.start;
      const end = kind === 'spike' ? start : interval.end;
      const share = random.uniform(0.2, 0.5);
      const all = channels.map((_, c) => c);
      const shown = random.shuffle(all).slice(0, Math.max(1, Math.round(share * all.length)));
      for (const c of shown)
        applyInjection(kind, channels[c]!.values, start, end, { ...input, ...scales[c]! });
      return { kind, start, end, channels: shown.sort((a, b) => a - b).map((c) => channels[c]!.name) };
    });
    return { step, channels, anomalies };
  },
});

/** Generators of several channels that belong together. */
export const multivariateGenerators: readonly GeneratorDefinition[] = [
  correlated,
  correlationBreak,
  someChannels,
];
