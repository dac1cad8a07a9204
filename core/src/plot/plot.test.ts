import { describe, expect, test } from 'vitest';
import type { AnomalyEvent, Detection } from '../detection/types.js';
import { createSeries, type Series } from '../series/series.js';
import {
  plotAttended,
  plotAttention,
  plotBars,
  plotDetection,
  plotEvent,
  plotGraph,
  plotMatrix,
  plotPrecisionRecall,
  plotRoc,
  plotSeries,
  plotTraining,
} from './index.js';

/** Repeatable noise in [-1, 1). */
function noise(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

const start = Date.UTC(2026, 4, 12, 21, 10);

/** Minutes of a service: a daily-like wave, a burst of errors with latency, a dropout, a short spike. */
function service(n = 480): { series: Series; detection: Detection } {
  const random = noise(7);
  const requests = new Float64Array(n);
  const latency = new Float64Array(n);
  const errors = new Float64Array(n);
  const expected = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  const score = new Float32Array(n);
  for (let t = 0; t < n; t++) {
    const wave = 1 + 0.5 * Math.sin((2 * Math.PI * t) / 120);
    expected[0]![t] = 1400 * wave;
    expected[1]![t] = 0.12 * wave;
    expected[2]![t] = 2;
    requests[t] = 1400 * wave + 90 * random();
    latency[t] = 0.12 * wave + 0.012 * random();
    errors[t] = Math.max(0, 2 + 2 * random());
    score[t] = 0.25 + 0.2 * random();
  }
  const event = (from: number, to: number, severity: number, top: number, names: string[]): AnomalyEvent => {
    for (let t = from; t <= to; t++) score[t] = top - Math.abs(t - (from + to) / 2) * 0.02;
    const peak = (from + to) >> 1;
    const interval = (shift: number, weight: number) => ({
      start: from - shift,
      end: to - shift,
      startTime: start + 60_000 * (from - shift),
      endTime: start + 60_000 * (to - shift),
      weight,
    });
    return {
      start: start + 60_000 * from,
      end: start + 60_000 * to,
      peak: start + 60_000 * peak,
      startIndex: from,
      endIndex: to,
      peakIndex: peak,
      score: top,
      severity,
      direction: 'above',
      channels: names.map((name, i) => ({ name, share: names.length === 1 ? 1 : i === 0 ? 0.7 : 0.3 })),
      attended: from > 120 ? [interval(120, 0.52), interval(119, 0.23), interval(121, 0.11)] : [],
      reason: `${names[0]} rose far above what was expected`,
    };
  };
  for (let t = 200; t < 226; t++) {
    errors[t]! += 40 + 8 * random();
    latency[t]! += 0.35;
  }
  for (let t = 330; t < 345; t++) requests[t] = 40;
  latency[420]! += 0.2;
  for (let t = 90; t < 97; t++) latency[t] = NaN;
  const events = [
    event(200, 225, 93, 11.2, ['errors', 'latency']),
    event(330, 344, 61, 4.1, ['requests']),
    event(420, 420, 22, 1.6, ['latency']),
  ];
  const widths = [170, 0.03, 5];
  const series = createSeries({
    name: 'checkout <service> & "friends"',
    time: Float64Array.from({ length: n }, (_, t) => start + 60_000 * t),
    channels: [
      { name: 'requests', unit: 'per s', values: requests },
      { name: 'latency', unit: 's', values: latency },
      { name: 'errors', values: errors },
    ],
    labels: Array.from({ length: n }, (_, t) => (t >= 198 && t < 227) || (t >= 330 && t < 346)),
  });
  const shifted = (sign: number) =>
    expected.map((curve, c) => curve.map((value) => value + sign * widths[c]!));
  const detection: Detection = {
    detector: 'memory-attention',
    series,
    score,
    threshold: { method: 'pot', value: 2.1, points: n, sensitivity: 50, parameters: { risk: 1e-3 } },
    expected,
    lower: shifted(-1),
    upper: shifted(1),
    events,
    period: 120,
    notes: [],
  };
  return { series, detection };
}

const snapshot = (svg: string, name: string) =>
  expect(svg.replaceAll('><', '>\n<') + '\n').toMatchFileSnapshot(`__snapshots__/${name}.svg`);

describe('plots of a series and its events', () => {
  const { series, detection } = service();

  test('a detection with several channels', async () => {
    await snapshot(plotDetection(series, detection), 'detection');
  });

  test('a single channel by row number', async () => {
    const single = { ...series, channels: [series.channels[1]!], name: undefined, labels: undefined };
    const byRow = { ...single, indexTime: true, time: Float64Array.from(series.time, (_, t) => t) };
    const one = (curves?: readonly Float64Array[]) => [curves![1]!];
    const narrowed = {
      ...detection,
      expected: one(detection.expected),
      lower: one(detection.lower),
      upper: one(detection.upper),
    };
    await snapshot(plotDetection(byRow, narrowed, { width: 640 }), 'rows');
  });

  test('one event and its surroundings', async () => {
    await snapshot(plotEvent(series, detection, detection.events[0]!), 'event');
  });

  test('the attended intervals over the event', async () => {
    await snapshot(plotAttended(series, detection.events[0]!)!, 'attended');
    expect(plotAttended(series, { ...detection.events[0]!, attended: [] })).toBeUndefined();
  });

  test('a series without detection', async () => {
    await snapshot(
      plotSeries(series, { channels: ['latency'], timeZone: 'Europe/Berlin', width: 500 }),
      'series',
    );
  });
});

describe('other plots', () => {
  const random = noise(3);

  test('attention weights', async () => {
    const weights = Array.from({ length: 24 }, (_, q) => {
      const row = Array.from(
        { length: 24 },
        (_, k) => Math.exp(-((q - k) ** 2) / 9) + (Math.abs(q - k) === 12 ? 0.7 : 0),
      );
      const sum = row.reduce((a, b) => a + b, 0);
      return row.map((value) => value / sum);
    });
    await snapshot(plotAttention(weights, { title: 'Self-attention, head 1' }), 'attention');
  });

  test('a matrix with names', async () => {
    const names = ['requests', 'latency', 'errors', 'cpu', 'memory'];
    const matrix = [0, 1, 2].map(() => names.map(() => Math.abs(random())));
    await snapshot(
      plotMatrix(matrix, {
        rowLabels: ['event 1', 'event 2', 'event 3'],
        columnLabels: names,
        valueTitle: 'share',
      }),
      'matrix',
    );
    const long = names.map((name) => `${name} of the checkout service in eu-west`);
    await snapshot(plotMatrix(matrix, { columnLabels: long, width: 320 }), 'matrix-long-names');
  });

  test('ROC and precision-recall curves', async () => {
    const x = [0, 0, 0.02, 0.1, 0.3, 1];
    const y = [0, 0.4, 0.7, 0.85, 0.95, 1];
    await snapshot(plotRoc([{ name: 'auto', x, y, area: 0.931 }]), 'roc');
    await snapshot(
      plotPrecisionRecall(
        [
          { name: 'auto', x: [0, 0.4, 0.7, 1], y: [1, 0.92, 0.6, 0.1], area: 0.71 },
          { name: 'z-score', x: [0, 0.3, 0.6, 1], y: [1, 0.5, 0.22, 0.08], area: 0.33 },
        ],
        0.05,
      ),
      'precision-recall',
    );
  });

  test('training loss', async () => {
    const loss = Array.from({ length: 30 }, (_, i) => 2 * Math.exp(-i / 5) + 0.01);
    const validationLoss = loss.map((value, i) => value * 1.2 + (i > 20 ? (i - 20) * 0.004 : 0));
    await snapshot(plotTraining({ loss, validationLoss, bestEpoch: 21 }), 'training');
    expect(() => plotTraining({})).toThrow(/no loss/);
  });

  test('a graph with node scores', async () => {
    const ids = ['gateway', 'checkout', 'cart', 'payment', 'catalogue', 'database', 'recommendations'];
    const edges = [
      ['gateway', 'checkout'],
      ['gateway', 'cart'],
      ['gateway', 'catalogue'],
      ['gateway', 'recommendations'],
      ['checkout', 'payment'],
      ['checkout', 'cart'],
      ['cart', 'database'],
      ['payment', 'database'],
      ['catalogue', 'database'],
      ['recommendations', 'catalogue'],
    ].map(([source, target]) => ({ source: source!, target: target! }));
    await snapshot(
      plotGraph(
        { nodes: ids.map((id) => ({ id })), edges },
        {
          title: 'Service map at 14:05',
          scores: [0.7, 2.3, 0.4, 4.2, 0.2, 1.2, 0.3],
          edgeWeights: edges.map((_, e) => (e % 4) / 4 + 0.1),
        },
      ),
      'graph',
    );
  });

  test('comparison bars', async () => {
    await snapshot(
      plotBars(
        [
          { label: 'auto', value: 0.58, low: 0.52, high: 0.63, group: 'attention' },
          { label: 'memory-attention', value: 0.55, low: 0.49, high: 0.6, group: 'attention' },
          { label: 'pca', value: 0.31, group: 'baseline' },
          { label: 'random', value: 0.08, group: 'baseline' },
        ],
        {
          title: 'Accuracy by detector',
          valueTitle: 'VUS-PR',
          references: [{ value: 0.463, label: 'best published' }],
        },
      ),
      'bars',
    );
  });
});

describe('every plot', () => {
  const { series, detection } = service();
  const hostile = `<script>alert(1)</script>" onload="x\u0000\u001b[31m\ud800`;
  const renamed: Series = {
    ...series,
    name: hostile,
    channels: series.channels.map((channel, i) => ({ ...channel, name: `${hostile}${i}`, unit: hostile })),
  };
  const event = {
    ...detection.events[0]!,
    channels: [{ name: `${hostile}0`, share: 1 }],
  };
  const drawn: [string, string][] = [
    ['detection', plotDetection(renamed, { ...detection, events: [event] })],
    ['event', plotEvent(renamed, { ...detection, events: [event] }, event)],
    ['attended', plotAttended(renamed, event)!],
    [
      'bars',
      plotBars([{ label: hostile, value: 1, group: hostile }], { title: hostile, valueTitle: hostile }),
    ],
    ['matrix', plotMatrix([[1, 2]], { columnLabels: [hostile, 'b'], rowTitle: hostile, title: hostile })],
    [
      'graph',
      plotGraph({ nodes: [{ id: hostile }, { id: 'b' }], edges: [{ source: hostile, target: 'b' }] }),
    ],
    ['curves', plotRoc([{ name: hostile, x: [0, 1], y: [0, 1] }])],
  ];

  test.each(drawn)('%s is attributes only, escaped and free of NaN', (_, svg) => {
    expect(svg).not.toMatch(
      /<(style|script|foreignObject|image|use|a)\b|\sstyle=|\son\w+="|\sid=|NaN|Infinity|undefined/,
    );
    // eslint-disable-next-line no-control-regex
    expect(svg).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/);
    expect(svg).toContain('&lt;script&gt;');
    expect(svg.isWellFormed?.() ?? true).toBe(true);
    expect(svg).toMatch(/^<svg [^>]*><rect width="[\d.]+" height="[\d.]+" fill="#ffffff"\/>/);
  });

  test.each([1, 8, 40])('100,000 points of %i channels stay under 200 KB', (d) => {
    const n = 100_000;
    const random = noise(d);
    const values = Float64Array.from({ length: n }, (_, t) => Math.sin(t / 500) * 1000 + 400 * random());
    const channels = Array.from({ length: d }, (_, c) => ({ name: `channel ${c}`, values }));
    const big = createSeries({
      time: Float64Array.from({ length: n }, (_, t) => start + 1000 * t),
      channels,
    });
    const events = Array.from({ length: 300 }, (_, i) => ({
      ...detection.events[i % 3]!,
      startIndex: i * 300,
      endIndex: i * 300 + 40,
      severity: (i * 37) % 100,
      channels: [{ name: 'channel 0', share: 1 }],
    }));
    const around = (shift: number) => {
      const curve = values.map((value) => value + shift);
      return channels.map(() => curve);
    };
    const svg = plotDetection(big, {
      ...detection,
      score: Float32Array.from({ length: n }, () => 1 + random()),
      expected: around(0),
      lower: around(-200),
      upper: around(200),
      events,
    });
    expect(svg.length).toBeLessThan(200_000);
    expect(svg.length).toBeGreaterThan(30_000);
  });

  test('a single point, a constant and a channel without values in range are drawn', () => {
    const one = createSeries({ time: [start], channels: [{ name: 'a', values: [3] }] });
    expect(plotSeries(one)).toContain('h0');
    const constant = createSeries({ channels: [{ name: 'a', values: [5, 5, 5, 5] }] });
    expect(plotSeries(constant)).not.toContain('NaN');
    const holes = createSeries({ channels: [{ name: 'a', values: [NaN, NaN, 1, 2] }] });
    expect(plotSeries(holes, { range: [0, 1] })).not.toContain('NaN');
  });

  test('rejects what it cannot draw', () => {
    expect(() => plotSeries(series, { channels: ['nothing'] })).toThrow(
      /no channel "nothing".*The series has/,
    );
    expect(() => plotSeries(series, { range: [5, 5000] })).toThrow(/range/);
    expect(() => plotSeries(series, { width: 3 })).toThrow(/width of the plot is 3/);
    expect(() => plotSeries(series, { timeZone: 'Mars/Olympus' })).toThrow(/time zone/);
    expect(() => plotMatrix([])).toThrow(/empty/);
    expect(() => plotMatrix([[1], [1, 2]])).toThrow(/row 1/);
    expect(() => plotGraph({ nodes: [{ id: 'a' }], edges: [{ source: 'a', target: 'b' }] })).toThrow(/"b"/);
    expect(() => plotBars([{ label: 'a', value: NaN }])).toThrow(/NaN/);
  });

  test.each([
    [60_000, 'Europe/Berlin'],
    [3_600_000, 'America/New_York'],
    [86_400_000, 'UTC'],
    [20, 'UTC'],
  ])('the labels of a time axis with a step of %i ms do not overlap', (step, timeZone) => {
    for (const width of [240, 500, 900]) {
      const n = 300;
      const svg = plotSeries(
        createSeries({
          time: Float64Array.from({ length: n }, (_, t) => start + step * t),
          channels: [{ name: 'a', values: Float64Array.from({ length: n }, (_, t) => t) }],
        }),
        { width, timeZone },
      );
      const labels = [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)" text-anchor="middle">([^<]+)</g)].map(
        ([, x, , text]) => ({ x: Number(x), text: text! }),
      );
      expect(labels.length).toBeGreaterThan(1);
      for (let i = 1; i < labels.length; i++) {
        const room = labels[i]!.x - labels[i - 1]!.x;
        expect(room).toBeGreaterThan((labels[i]!.text.length + labels[i - 1]!.text.length) * 0.5 * 5);
      }
    }
  });
});
