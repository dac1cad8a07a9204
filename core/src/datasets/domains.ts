import {
  bump,
  day,
  defineGenerator,
  minute,
  placeIntervals,
  slowNoise,
  type GeneratorInput,
} from './build.js';
import type { GeneratorDefinition, LabeledAnomaly } from './types.js';
import type { Interval } from '../series/interval.js';

/** Share of the way through an interval, 0…1; undefined outside. */
function progressIn({ start, end }: Interval, t: number): number | undefined {
  return t >= start && t <= end ? (t - start + 1) / (end - start + 1) : undefined;
}

/** An incident of a domain: its name and the channels that show it, with what it does to them. */
export interface Incident<State> {
  readonly kind: string;
  readonly channels: readonly string[];
  /** Changes the state of point t; `share` runs from just above 0 to 1 through the incident. */
  readonly apply: (state: State, share: number, strength: number) => void;
}

/** Places incidents one after the other, kinds in turn. */
export function placeIncidents<State>(
  { random, points, anomalies, strength }: GeneratorInput,
  incidents: readonly Incident<State>[],
  length: number,
): { anomalies: LabeledAnomaly[]; apply: (state: State, t: number) => void } {
  const order = random.shuffle(incidents);
  const placed = placeIntervals(random, points, anomalies, length).map((interval, i) => ({
    interval,
    incident: order[i % order.length]!,
  }));
  return {
    anomalies: placed.map(({ interval, incident }) => ({
      kind: incident.kind,
      ...interval,
      channels: incident.channels,
    })),
    apply: (state, t) => {
      for (const { interval, incident } of placed) {
        const share = progressIn(interval, t);
        if (share !== undefined) incident.apply(state, share, strength);
      }
    },
  };
}

/** Rising and falling activity of a working day, 0…1, lower at weekends. */
export function businessHours(t: number, step: number): number {
  const time = t * step;
  const hour = (time % day) / (60 * minute);
  const weekday = Math.floor(time / day) % 7;
  const shape = 0.15 + bump(hour, 11, 2.2) * 0.85 + bump(hour, 16, 2.5) * 0.7;
  return shape * (weekday >= 5 ? 0.55 : 1);
}

const serverStep = 5 * minute;

interface ServerState {
  /** requests/s */
  rate: number;
  /** seconds */
  service: number;
  errors: number;
  memory: number;
  cpu: number;
}

const serverIncidents: readonly Incident<ServerState>[] = [
  {
    kind: 'traffic-drop',
    channels: ['http_requests_per_second', 'cpu_usage_ratio'],
    apply: (s, _, k) => (s.rate /= 1 + 4 * k),
  },
  {
    kind: 'latency',
    channels: ['http_request_duration_seconds'],
    apply: (s, _, k) => (s.service *= 1 + 2 * k),
  },
  {
    kind: 'error-burst',
    channels: ['http_request_errors_ratio'],
    apply: (s, _, k) => (s.errors += 0.12 * k),
  },
  {
    kind: 'memory-leak',
    channels: ['process_resident_memory_bytes'],
    apply: (s, share, k) => (s.memory += 4e8 * k * share),
  },
  {
    kind: 'cpu-hog',
    channels: ['cpu_usage_ratio', 'http_request_duration_seconds'],
    apply: (s, _, k) => (s.cpu += 0.45 * Math.min(k, 1.2)),
  },
];

const serverMetrics = defineGenerator({
  id: 'server-metrics',
  summary:
    'a web service: request rate, latency, errors, CPU, memory with a daily and weekly rhythm; five kinds of fault',
  group: 'domain',
  points: 4032,
  minPoints: 576,
  channels: [5, 5, 5],
  anomalies: 5,
  make: (input) => {
    const { random, points } = input;
    const { anomalies, apply } = placeIncidents(input, serverIncidents, 36);
    const wander = slowNoise(random, points, 0.06, 0.98);
    const memoryWander = slowNoise(random, points, 1.5e7, 0.9);
    const [rate, latency, errors, cpu, memory] = Array.from({ length: 5 }, () => new Float64Array(points));
    for (let t = 0; t < points; t++) {
      const state: ServerState = {
        rate: 20 + 180 * businessHours(t, serverStep) * (1 + wander[t]!),
        service: 0.04,
        errors: 0.003,
        memory: 6e8 + memoryWander[t]!,
        cpu: 0,
      };
      apply(state, t);
      const served = random.poisson(state.rate * 60) / 60;
      const load = Math.min(0.95, 0.05 + served / 400 + state.cpu);
      rate![t] = served;
      cpu![t] = Math.min(1, Math.max(0, load + random.normal(0, 0.015)));
      // A queue gets longer the nearer the processor is to its limit.
      latency![t] = (state.service * random.logNormal(1, 0.06)) / (1 - Math.min(0.93, load));
      errors![t] = Math.min(1, random.poisson(served * 60 * state.errors) / Math.max(1, served * 60));
      memory![t] = state.memory + 3e5 * served;
    }
    return {
      step: serverStep,
      anomalies,
      channels: [
        { name: 'http_requests_per_second', unit: 'requests/s', values: rate! },
        { name: 'http_request_duration_seconds', unit: 's', values: latency! },
        { name: 'http_request_errors_ratio', unit: 'ratio', values: errors! },
        { name: 'cpu_usage_ratio', unit: 'ratio', values: cpu! },
        { name: 'process_resident_memory_bytes', unit: 'bytes', values: memory! },
      ],
    };
  },
});

/** The 100 × 5 case of “Attention-based anomaly detection in spatio-temporal sequences” §4: daily open, high, low, close and volume. */
const stock = defineGenerator({
  id: 'stock',
  summary:
    'a stock: daily open, high, low, close, volume (“Attention-based anomaly detection in spatio-temporal sequences”); crashes, jumps and bursts of trade',
  group: 'domain',
  points: 100,
  minPoints: 60,
  channels: [5, 5, 5],
  anomalies: 3,
  make: ({ random, points, anomalies: count, strength }) => {
    const names = ['open', 'high', 'low', 'close', 'volume'] as const;
    const columns = names.map(() => new Float64Array(points));
    const kinds = random.shuffle(['crash', 'jump', 'volume-burst'] as const);
    const anomalies = placeIntervals(random, points, count, 2).map((interval, i): LabeledAnomaly => {
      const kind = kinds[i % kinds.length]!;
      return { kind, ...interval, channels: kind === 'volume-burst' ? ['volume'] : [...names] };
    });
    let close = 50;
    for (let t = 0; t < points; t++) {
      const anomaly = anomalies.find(({ start, end }) => t >= start && t <= end);
      const open = close * Math.exp(random.normal(0, 0.002));
      let change = random.normal(0.0004, 0.009);
      let volume = random.logNormal(1e6, 0.15) * (1 + 12 * Math.abs(change));
      if (anomaly?.kind === 'crash') change -= 0.06 * strength;
      if (anomaly?.kind === 'jump') change += 0.06 * strength;
      if (anomaly) volume *= 1 + 3 * strength;
      close = open * Math.exp(change);
      const range = Math.abs(random.normal(0, 0.004)) + 0.001;
      const row = [
        open,
        Math.max(open, close) * (1 + range),
        Math.min(open, close) * (1 - range),
        close,
        Math.round(volume),
      ];
      row.forEach((value, c) => (columns[c]![t] = value));
    }
    return {
      step: day,
      anomalies,
      channels: names.map((name, c) => ({
        name,
        unit: name === 'volume' ? 'shares' : 'USD',
        values: columns[c]!,
      })),
    };
  },
});

const industrialStep = minute;
/** Points of one working cycle of the machine. */
const cycle = 60;

interface MachineState {
  load: number;
  vibration: number;
  cooling: number;
  valve: number;
}

const machineIncidents: readonly Incident<MachineState>[] = [
  {
    kind: 'bearing-wear',
    channels: ['vibration_mm_per_second'],
    apply: (s, share, k) => (s.vibration *= 1 + 3 * k * share),
  },
  {
    kind: 'cooling-blocked',
    channels: ['bearing_temperature_celsius'],
    apply: (s, _, k) => (s.cooling /= 1 + 0.9 * k),
  },
  {
    kind: 'valve-stuck',
    channels: ['pressure_bar', 'motor_current_amperes', 'bearing_temperature_celsius'],
    apply: (s) => (s.valve = 0.5),
  },
  {
    kind: 'overload',
    channels: ['speed_rpm', 'motor_current_amperes', 'bearing_temperature_celsius'],
    apply: (s, _, k) => (s.load *= 1 + 0.5 * k),
  },
];

const industrial = defineGenerator({
  id: 'industrial',
  summary: 'a pump in working cycles: speed, current, pressure, temperature, vibration; four faults',
  group: 'domain',
  points: 3000,
  minPoints: 600,
  channels: [5, 5, 5],
  anomalies: 4,
  make: (input) => {
    const { random, points } = input;
    const { anomalies, apply } = placeIncidents(input, machineIncidents, 1.5 * cycle);
    const wander = slowNoise(random, points, 0.02, 0.95);
    const [speed, current, pressure, temperature, vibration] = Array.from(
      { length: 5 },
      () => new Float64Array(points),
    );
    let heat = 45;
    for (let t = 0; t < points; t++) {
      const phase = (t % cycle) / cycle;
      // Start, work, finer work, pause.
      const target = phase < 0.45 ? 1 : phase < 0.75 ? 0.6 : 0.15;
      const state: MachineState = { load: 1, vibration: 1, cooling: 1, valve: target };
      apply(state, t);
      const opening = state.valve * (1 + wander[t]!);
      const rpm = (600 + 900 * target) / (1 + 0.5 * (state.load - 1));
      const amperes = 4 + 16 * opening * state.load;
      heat += 0.12 * (25 + 1.6 * amperes - heat) * 0.5 + 0.06 * (1 - state.cooling) * 40;
      speed![t] = rpm + random.normal(0, 6);
      current![t] = amperes + random.normal(0, 0.25);
      pressure![t] = 1 + 5 * opening + random.normal(0, 0.06);
      temperature![t] = heat + random.normal(0, 0.2);
      vibration![t] = state.vibration * (0.8 + (1.4 * rpm) / 1500) * random.logNormal(1, 0.07);
    }
    return {
      step: industrialStep,
      anomalies,
      channels: [
        { name: 'speed_rpm', unit: 'rpm', values: speed! },
        { name: 'motor_current_amperes', unit: 'A', values: current! },
        { name: 'pressure_bar', unit: 'bar', values: pressure! },
        { name: 'bearing_temperature_celsius', unit: '°C', values: temperature! },
        { name: 'vibration_mm_per_second', unit: 'mm/s', values: vibration! },
      ],
    };
  },
});

/** Server metrics, a stock and a machine. */
export const domainGenerators: readonly GeneratorDefinition[] = [serverMetrics, stock, industrial];
