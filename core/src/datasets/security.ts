import { day, defineGenerator, minute } from './build.js';
import { businessHours, placeIncidents, type Incident } from './domains.js';
import type { GeneratorDefinition } from './types.js';

const hour = 60 * minute;

interface SpendingState {
  /** Purchases per hour. */
  rate: number;
  /** Typical amount of one purchase. */
  amount: number;
  /** Kilometres from home. */
  distance: number;
  /** Share of purchases at merchants never used before. */
  unknown: number;
}

const frauds: readonly Incident<SpendingState>[] = [
  {
    kind: 'card-testing',
    channels: ['purchases', 'amount_median', 'new_merchants'],
    // Many small purchases try out which cards work.
    apply: (s, _, k) => Object.assign(s, { rate: s.rate + 30 * k, amount: 1.5, unknown: 0.95 }),
  },
  {
    kind: 'stolen-card',
    channels: ['amount_total', 'amount_median', 'distance_kilometres'],
    apply: (s, _, k) =>
      Object.assign(s, {
        rate: s.rate + 8 * k,
        amount: s.amount * (1 + 8 * k),
        distance: 2500,
        unknown: 0.8,
      }),
  },
  {
    kind: 'account-takeover',
    channels: ['purchases', 'amount_total', 'new_merchants'],
    apply: (s, _, k) =>
      Object.assign(s, { rate: s.rate + 12 * k, amount: s.amount * (1 + 2 * k), unknown: 0.9 }),
  },
];

const fraud = defineGenerator({
  id: 'fraud',
  summary:
    'the cards of a household by the hour: purchases, amounts, distance, new merchants; three kinds of fraud',
  group: 'domain',
  points: 2160,
  minPoints: 336,
  channels: [5, 5, 5],
  anomalies: 4,
  make: (input) => {
    const { random, points } = input;
    const { anomalies, apply } = placeIncidents(input, frauds, 5);
    const [count, total, median, distance, merchants] = Array.from(
      { length: 5 },
      () => new Float64Array(points),
    );
    let lastMedian = 20;
    let lastDistance = 4;
    for (let t = 0; t < points; t++) {
      const state: SpendingState = {
        rate: 3.5 * businessHours(t, hour),
        amount: 22,
        distance: 4,
        unknown: 0.06,
      };
      apply(state, t);
      const purchases = random.poisson(state.rate);
      const amounts = Array.from({ length: purchases }, () => random.logNormal(state.amount, 0.7)).sort(
        (a, b) => a - b,
      );
      if (purchases > 0) {
        lastMedian = amounts[purchases >> 1]!;
        lastDistance = random.logNormal(state.distance, 0.5);
      }
      count![t] = purchases;
      total![t] = amounts.reduce((sum, amount) => sum + amount, 0);
      // Without a purchase the last known value stands, as in a table of the latest state.
      median![t] = lastMedian;
      distance![t] = lastDistance;
      merchants![t] = Array.from({ length: purchases }, () => random.chance(state.unknown)).filter(
        Boolean,
      ).length;
    }
    return {
      step: hour,
      anomalies,
      channels: [
        { name: 'purchases', unit: '1/h', values: count! },
        { name: 'amount_total', unit: 'EUR', values: total! },
        { name: 'amount_median', unit: 'EUR', values: median! },
        { name: 'distance_kilometres', unit: 'km', values: distance! },
        { name: 'new_merchants', unit: '1/h', values: merchants! },
      ],
    };
  },
});

interface TrafficState {
  /** Connections per second. */
  flows: number;
  bytesIn: number;
  bytesOut: number;
  /** Distinct ports asked for per minute. */
  ports: number;
  /** Share of connections that never complete the handshake. */
  incomplete: number;
  failedLogins: number;
}

const attacks: readonly Incident<TrafficState>[] = [
  {
    kind: 'ddos',
    channels: ['connections_per_second', 'received_bytes_per_second', 'incomplete_handshakes_ratio'],
    apply: (s, _, k) =>
      Object.assign(s, { flows: s.flows + 1500 * k, bytesIn: s.bytesIn + 4e6 * k, incomplete: 0.85 }),
  },
  {
    kind: 'port-scan',
    channels: ['distinct_ports', 'incomplete_handshakes_ratio'],
    apply: (s, _, k) =>
      Object.assign(s, { ports: s.ports + 700 * k, incomplete: s.incomplete + 0.2 * Math.min(k, 4) }),
  },
  {
    kind: 'brute-force',
    channels: ['failed_logins'],
    apply: (s, _, k) => Object.assign(s, { failedLogins: s.failedLogins + 60 * k }),
  },
  {
    kind: 'exfiltration',
    channels: ['sent_bytes_per_second'],
    apply: (s, _, k) => Object.assign(s, { bytesOut: s.bytesOut + 1.2e7 * k }),
  },
];

const intrusion = defineGenerator({
  id: 'intrusion',
  summary:
    'the border of a network by the minute: connections, bytes, ports, handshakes, logins; DDoS, scan, brute force, exfiltration',
  group: 'domain',
  points: 2 * (day / minute),
  minPoints: 480,
  channels: [6, 6, 6],
  anomalies: 4,
  make: (input) => {
    const { random, points } = input;
    const { anomalies, apply } = placeIncidents(input, attacks, 20);
    const columns = Array.from({ length: 6 }, () => new Float64Array(points));
    for (let t = 0; t < points; t++) {
      const activity = 0.3 + businessHours(t, minute);
      const flows = 120 * activity;
      const state: TrafficState = {
        flows,
        bytesIn: flows * 8e3,
        bytesOut: flows * 2.5e4,
        ports: 18,
        incomplete: 0.03,
        failedLogins: 1.5 * activity,
      };
      apply(state, t);
      const row = [
        random.poisson(state.flows * 60) / 60,
        random.logNormal(state.bytesIn, 0.12),
        random.logNormal(state.bytesOut, 0.15),
        random.poisson(state.ports),
        Math.min(1, state.incomplete * random.logNormal(1, 0.15)),
        random.poisson(state.failedLogins),
      ];
      row.forEach((value, c) => (columns[c]![t] = value));
    }
    const names = [
      ['connections_per_second', '1/s'],
      ['received_bytes_per_second', 'bytes/s'],
      ['sent_bytes_per_second', 'bytes/s'],
      ['distinct_ports', '1/min'],
      ['incomplete_handshakes_ratio', 'ratio'],
      ['failed_logins', '1/min'],
    ] as const;
    return {
      step: minute,
      anomalies,
      channels: names.map(([name, unit], c) => ({ name, unit, values: columns[c]! })),
    };
  },
});

/** Card fraud and network intrusion. */
export const securityGenerators: readonly GeneratorDefinition[] = [fraud, intrusion];
