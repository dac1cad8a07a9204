import type { Random } from '../random.js';
import type { AnomalyKind } from './types.js';

/** What an injection may use besides the values. */
export interface InjectionContext {
  readonly random: Random;
  /** 1 = plain to see. */
  readonly strength: number;
  /** Standard deviation of the channel. */
  readonly deviation: number;
  /** Mean of the channel. */
  readonly mean: number;
}

/** Overwrites values[start…end] (inclusive) by an anomaly of its kind. */
type Injection = (values: Float64Array, start: number, end: number, context: InjectionContext) => void;

/** A kind of anomaly and how long it lasts. */
export interface AnomalyKindInfo {
  readonly kind: AnomalyKind;
  readonly summary: string;
  /** Fewest points on which it can show. */
  readonly minLength: number;
  /** Most points it takes, where it is short by nature. */
  readonly maxLength?: number;
}

function segment(values: Float64Array, start: number, end: number): Float64Array {
  return values.slice(start, end + 1);
}

function average(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The value at a fractional index, reflected at the ends of the series. */
function valueAt(values: Float64Array, index: number): number {
  const last = values.length - 1;
  let at = Math.abs(index) % (2 * last);
  if (at > last) at = 2 * last - at;
  const low = Math.floor(at);
  const share = at - low;
  return share === 0 ? values[low]! : values[low]! * (1 - share) + values[low + 1]! * share;
}

/** Replays the series around the segment's middle at another speed. */
function changeSpeed(values: Float64Array, start: number, end: number, speed: number): void {
  const source = values.slice();
  const middle = (start + end) / 2;
  for (let t = start; t <= end; t++) values[t] = valueAt(source, middle + (t - middle) * speed);
}

/** Another waveform in place of the segment's own, with the channel's mean and deviation. */
function foreignPattern(length: number, context: InjectionContext): Float64Array {
  const { random, mean, deviation, strength } = context;
  const cycles = random.uniform(2, 5);
  const kind = random.pick(['square', 'sawtooth', 'triangle'] as const);
  return Float64Array.from({ length }, (_, i) => {
    const phase = ((i / length) * cycles) % 1;
    const wave = {
      square: phase < 0.5 ? 1 : -1,
      sawtooth: 2 * phase - 1,
      triangle: 4 * Math.abs(phase - 0.5) - 1,
    }[kind];
    return mean + wave * deviation * (0.5 + strength) + random.normal(0, 0.05 * deviation);
  });
}

const injections: Readonly<Record<AnomalyKind, Injection>> = {
  spike(values, start, end, { random, strength, deviation }) {
    const sign = random.chance(0.5) ? 1 : -1;
    for (let t = start; t <= end; t++) values[t]! += sign * strength * deviation * random.uniform(4, 6);
  },
  'level-shift'(values, start, end, { random, strength, deviation }) {
    const shift = (random.chance(0.5) ? 1 : -1) * strength * deviation * random.uniform(2, 3);
    for (let t = start; t <= end; t++) values[t]! += shift;
  },
  dropout(values, start, end, { mean, deviation, strength }) {
    // Zero is no outage where zero is an everyday value: there the reading falls below all others.
    const away = Math.abs(mean) > 2 * deviation;
    const floor = away
      ? 0
      : values.reduce((least, v) => (v < least ? v : least), Infinity) - strength * deviation;
    values.fill(floor, start, end + 1);
  },
  'flat-line'(values, start, end) {
    values.fill(values[start]!, start, end + 1);
  },
  noise(values, start, end, { random, strength, deviation }) {
    for (let t = start; t <= end; t++) values[t]! += random.normal(0, strength * deviation);
  },
  smoothing(values, start, end) {
    const source = values.slice();
    const half = Math.max(1, Math.floor((end - start + 1) / 4));
    for (let t = start; t <= end; t++) {
      let sum = 0;
      for (let k = -half; k <= half; k++) sum += valueAt(source, t + k);
      values[t] = sum / (2 * half + 1);
    }
  },
  compress(values, start, end, { strength }) {
    changeSpeed(values, start, end, 1 + strength);
  },
  interval(values, start, end, { strength }) {
    changeSpeed(values, start, end, 1 / (1 + 2 * strength));
  },
  'horizontal-mirror'(values, start, end) {
    values.set(segment(values, start, end).reverse(), start);
  },
  'vertical-mirror'(values, start, end) {
    const center = average(segment(values, start, end));
    for (let t = start; t <= end; t++) values[t] = 2 * center - values[t]!;
  },
  scale(values, start, end, { random, strength }) {
    const center = average(segment(values, start, end));
    const factor = 1 + strength * random.uniform(1, 2);
    const by = random.chance(0.5) ? factor : 1 / factor;
    for (let t = start; t <= end; t++) values[t] = center + by * (values[t]! - center);
  },
  pattern(values, start, end, context) {
    values.set(foreignPattern(end - start + 1, context), start);
  },
  drift(values, start, end, { random, strength, deviation }) {
    const height = (random.chance(0.5) ? 1 : -1) * strength * deviation * random.uniform(3, 4);
    for (let t = start; t <= end; t++) values[t]! += (height * (t - start + 1)) / (end - start + 1);
  },
};

/** All kinds of anomaly that can be injected. */
export const anomalyKinds: readonly AnomalyKindInfo[] = [
  { kind: 'spike', summary: 'one or a few points far off', minLength: 1, maxLength: 3 },
  { kind: 'level-shift', summary: 'all values higher or lower by a constant', minLength: 4 },
  { kind: 'dropout', summary: 'values fall to zero, or below all others', minLength: 2 },
  { kind: 'flat-line', summary: 'the value is stuck', minLength: 8 },
  { kind: 'noise', summary: 'the values vary more', minLength: 8 },
  { kind: 'smoothing', summary: 'the values vary less', minLength: 12 },
  { kind: 'compress', summary: 'the series runs faster', minLength: 12 },
  { kind: 'interval', summary: 'the series runs slower', minLength: 12 },
  { kind: 'horizontal-mirror', summary: 'the series runs backwards', minLength: 12 },
  { kind: 'vertical-mirror', summary: 'the series stands on its head', minLength: 12 },
  { kind: 'scale', summary: 'the swings are larger or smaller', minLength: 8 },
  { kind: 'pattern', summary: 'another waveform takes its place', minLength: 12 },
  { kind: 'drift', summary: 'values wander off slowly, then return', minLength: 16 },
];

/** Applies one injection in place. */
export function applyInjection(
  kind: AnomalyKind,
  values: Float64Array,
  start: number,
  end: number,
  context: InjectionContext,
): void {
  injections[kind](values, start, end, context);
}

/** Mean and standard deviation of the present values. */
export function computeMoments(values: Float64Array): { mean: number; deviation: number } {
  const present = values.filter((value) => !Number.isNaN(value));
  const mean = average(present);
  const variance = present.reduce((sum, value) => sum + (value - mean) ** 2, 0) / present.length;
  return { mean, deviation: Math.sqrt(variance) };
}
