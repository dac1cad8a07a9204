import type { Random } from '../random.js';
import { bump, day, defineGenerator, minute, placeIntervals, slowNoise } from './build.js';
import { placeIncidents, type Incident } from './domains.js';
import type { GeneratorDefinition, LabeledAnomaly } from './types.js';

/** Samples per second of the electrocardiogram. */
const rate = 100;

/** A wave of a heartbeat: when it comes (share of the beat), its height (mV) and width (share of the beat). */
type Wave = readonly [center: number, height: number, width: number];

/** P, Q, R, S and T wave as sums of Gaussians, after McSharry et al. 2003, section II. */
const normalBeat: readonly Wave[] = [
  [0.2, 0.15, 0.028],
  [0.365, -0.12, 0.011],
  [0.4, 1.1, 0.013],
  [0.435, -0.25, 0.012],
  [0.68, 0.32, 0.045],
];
/** A beat born in the ventricle: no P wave, a broad and high R, an inverted T. */
const ventricularBeat: readonly Wave[] = [
  [0.4, 1.4, 0.05],
  [0.55, -0.5, 0.05],
  [0.72, -0.35, 0.06],
];

interface Beat {
  readonly start: number;
  readonly length: number;
  readonly waves: readonly Wave[];
}

/** Beats of varying length that fill n samples. */
function heartbeats(random: Random, n: number, isVentricular: (beat: number) => boolean): Beat[] {
  const beats: Beat[] = [];
  const breath = random.uniform(0, 2 * Math.PI);
  for (let start = 0, index = 0; start < n; index++) {
    const seconds = 0.8 * (1 + 0.05 * Math.sin(index / 1.6 + breath) + random.normal(0, 0.015));
    const early = isVentricular(index);
    const length = Math.round(rate * seconds * (early ? 0.75 : isVentricular(index - 1) ? 1.25 : 1));
    beats.push({ start, length, waves: early ? ventricularBeat : normalBeat });
    start += length;
  }
  return beats;
}

const electrocardiogram = defineGenerator({
  id: 'ecg',
  summary: 'an electrocardiogram of 100 samples per second; beats that come early and from the wrong place',
  group: 'domain',
  points: 4000,
  minPoints: 800,
  anomalies: 3,
  make: ({ random, points, anomalies: count, strength }) => {
    const expectedBeats = Math.floor(points / (0.8 * rate));
    // Two beats later than drawn: beats vary in length, and none may slip into the clean share.
    const chosen = new Set(
      placeIntervals(random.fork(), expectedBeats - 2, count, 1).map(({ start }) => start + 2),
    );
    const beats = heartbeats(random, points, (beat) => chosen.has(beat));
    const wander = slowNoise(random, points, 0.03, 0.995);
    const values = Float64Array.from(wander, (value) => value + random.normal(0, 0.015));
    for (const { start, length, waves } of beats) {
      const height = random.normal(1, 0.03);
      // Strength blends from a normal beat (0) to a fully foreign one (1 and above).
      const blend = waves === ventricularBeat ? Math.min(1, strength) : 0;
      for (let t = start; t < Math.min(points, start + length); t++) {
        const phase = (t - start) / length;
        const sum = (shape: readonly Wave[]) =>
          shape.reduce((total, [c, h, w]) => total + h * bump(phase, c, w), 0);
        values[t]! += height * (blend > 0 ? blend * sum(waves) + (1 - blend) * sum(normalBeat) : sum(waves));
      }
    }
    const anomalies = beats
      .filter(({ waves, start }) => waves === ventricularBeat && start < points - 10)
      .map(({ start, length }): LabeledAnomaly => ({
        kind: 'ventricular-beat',
        start,
        end: Math.min(points - 1, start + length - 1),
        channels: ['ecg'],
      }));
    return { step: 1000 / rate, anomalies, channels: [{ name: 'ecg', unit: 'mV', values }] };
  },
});

interface PatientState {
  heartRate: number;
  oxygen: number;
  yields: number;
  systolic: number;
  temperature: number;
}

const emergencies: readonly Incident<PatientState>[] = [
  {
    kind: 'desaturation',
    channels: ['spo2_percent', 'respiratory_rate_per_minute', 'heart_rate_per_minute'],
    apply: (s, _, k) => {
      s.oxygen -= 9 * k;
      s.yields += 6 * k;
      s.heartRate += 12 * k;
    },
  },
  {
    kind: 'tachycardia',
    channels: ['heart_rate_per_minute'],
    apply: (s, _, k) => void (s.heartRate += 55 * k),
  },
  {
    kind: 'bleeding',
    channels: ['systolic_pressure_mmhg', 'heart_rate_per_minute'],
    apply: (s, share, k) => {
      s.systolic -= 45 * k * share;
      s.heartRate += 30 * k * share;
    },
  },
  {
    kind: 'fever',
    channels: ['temperature_celsius', 'heart_rate_per_minute'],
    apply: (s, share, k) => {
      s.temperature += 2.4 * k * Math.min(1, 2 * share);
      s.heartRate += 18 * k * Math.min(1, 2 * share);
    },
  },
];

const vitalSigns = defineGenerator({
  id: 'vital-signs',
  summary:
    'a patient by the minute: heart rate, oxygen, breathing, pressure, temperature by day and night; four emergencies',
  group: 'domain',
  points: 2 * (day / minute),
  minPoints: 480,
  channels: [5, 5, 5],
  anomalies: 4,
  make: (input) => {
    const { random, points } = input;
    const { anomalies, apply } = placeIncidents(input, emergencies, 45);
    const wanders = Array.from({ length: 5 }, () => slowNoise(random, points, 1, 0.9));
    const columns = Array.from({ length: 5 }, () => new Float64Array(points));
    for (let t = 0; t < points; t++) {
      // Heart, breath, pressure and temperature fall in the night (around four in the morning).
      const awake = -Math.cos((2 * Math.PI * (t - 4 * 60)) / (day / minute));
      const state: PatientState = {
        heartRate: 72 + 8 * awake + 2.5 * wanders[0]![t]!,
        oxygen: 97 + 0.4 * awake + 0.4 * wanders[1]![t]!,
        yields: 15 + 1.5 * awake + 0.8 * wanders[2]![t]!,
        systolic: 122 + 7 * awake + 3 * wanders[3]![t]!,
        temperature: 36.7 + 0.25 * awake + 0.06 * wanders[4]![t]!,
      };
      apply(state, t);
      columns[0]![t] = state.heartRate + random.normal(0, 1);
      columns[1]![t] = Math.min(100, Math.max(0, state.oxygen + random.normal(0, 0.2)));
      columns[2]![t] = state.yields + random.normal(0, 0.4);
      columns[3]![t] = state.systolic + random.normal(0, 1.5);
      columns[4]![t] = state.temperature + random.normal(0, 0.03);
    }
    const names = [
      ['heart_rate_per_minute', '1/min'],
      ['spo2_percent', 'percent'],
      ['respiratory_rate_per_minute', '1/min'],
      ['systolic_pressure_mmhg', 'mmHg'],
      ['temperature_celsius', '°C'],
    ] as const;
    return {
      step: minute,
      anomalies,
      channels: names.map(([name, unit], c) => ({ name, unit, values: columns[c]! })),
    };
  },
});

/** An electrocardiogram and vital signs. */
export const healthGenerators: readonly GeneratorDefinition[] = [electrocardiogram, vitalSigns];
