import { listDefaults } from '../base/options.js';
import { describe, expect, it } from 'vitest';
import { averagePrecision, rankingCurve } from '../../evaluate/curves.js';
import type { DetectorState, Progress } from '../base/types.js';
import { createScaler } from '../../preprocess/index.js';
import { createGraph } from '../../series/graph.js';
import { createGraphAttention } from '../graph/graph-attention.js';
import type { WindowedDetector } from './training/windowed-detector.js';
import { findDefinition, makeQuick, normal, series, training } from './learned-case.fixture.js';
import { learnedDetectors } from './index.js';

const ap = (scores: ArrayLike<number>): number => averagePrecision(rankingCurve(series.labels!, scores));
const random = Float64Array.from({ length: 600 }, (_, t) => (t * 7919) % 997);
/** The larger of the channels' deviations in standard deviations: what a z-score detector sees. */
const zScore = Float64Array.from({ length: 600 }, (_, t) =>
  Math.max(
    Math.abs(series.channels[0]!.values[t]! - 10) / 0.71,
    Math.abs(series.channels[1]!.values[t]! - 5) / 1.42,
  ),
);

const forSeries = learnedDetectors.filter(({ input }) => input === 'series');

describe.each(forSeries.map(({ id }) => id))('%s', (id) => {
  it('beats random and z-score by 0.2 in PR-AUC, reports its training, explains, and saves', async () => {
    const cheaper: Record<string, object> = {
      tranad: { window: 10, maxWindows: 96 },
      'encoder-decoder-attention': { epochs: 5 },
      'anomaly-transformer': { epochs: 6 },
    };
    const settings = { ...training, ...cheaper[id] };
    const detector = await makeQuick(id, settings);
    const reports: Progress[] = [];
    const report = await detector.fit(normal, { seed: 1, onProgress: (progress) => reports.push(progress) });
    expect(report.loss!.length).toBeGreaterThan(0);
    expect(report.bestEpoch).toBeGreaterThan(0);
    expect(report.parameters).toBeGreaterThan(0);
    expect(reports.some(({ loss, secondsLeft }) => loss !== undefined && secondsLeft !== undefined)).toBe(
      true,
    );

    const scores = await detector.score(series, {});
    expect(scores.raw.length).toBe(600);
    expect(scores.raw.every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
    const figure = ap(scores.raw);
    expect(figure).toBeGreaterThan(ap(random) + 0.2);
    expect(figure).toBeGreaterThan(ap(zScore) + 0.2);
    for (let t = 0; t < 600; t += 37) {
      const sum = scores.contributions!.reduce((total, channel) => total + channel[t]!, 0);
      expect(sum).toBeCloseTo(scores.raw[t]!, 4);
    }
    expect(scores.expected!.length).toBe(2);
    expect(scores.expected!.every((channel) => channel.every(Number.isFinite))).toBe(true);
    expect(scores.attend !== undefined).toBe(findDefinition(id).tags.explains);
    if (scores.attend) {
      const intervals = scores.attend(330, 337);
      expect(intervals.length).toBeGreaterThan(0);
      expect(intervals.reduce((sum, { weight }) => sum + weight, 0)).toBeLessThanOrEqual(1.000001);
      for (const { start, end } of intervals) expect(end < 330 || start > 337).toBe(true);
    }

    if (findDefinition(id).tags.explains) {
      const { weights, firstQuery, firstKey } = await detector.attentionMap(series, 333);
      expect(firstQuery).toBeLessThanOrEqual(333);
      expect(firstKey).toBeLessThanOrEqual(firstQuery);
      for (const row of weights) {
        expect(row.length).toBe(settings.window);
        expect(row.every((weight) => weight >= 0)).toBe(true);
        expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 4);
      }
    } else {
      await expect(detector.attentionMap(series, 333)).rejects.toMatchObject({ code: 'not-supported' });
    }

    const copy = await makeQuick(id, settings);
    await copy.setState(JSON.parse(JSON.stringify(await detector.getState()), revive) as DetectorState);
    expect((await copy.score(series, {})).raw).toEqual(scores.raw);
    detector.dispose();
    copy.dispose();
  });
});

describe('the size that lists show', () => {
  it.each(learnedDetectors.filter(({ input }) => input !== 'image').map(({ id }) => id))(
    'is what %s trains with its defaults on one channel',
    async (id) => {
      const { options, parameters, input } = findDefinition(id);
      if (input !== 'series') {
        const nodes = ['a', 'b', 'c'].map((name, i) => ({ id: name, features: [i] }));
        const detector = await createGraphAttention({ epochs: 1 });
        const graph = createGraph({ nodes, edges: [{ source: 'a', target: 'b' }] });
        expect((await detector.fit(graph, {})).parameters).toBe(parameters);
        return;
      }
      const raw = (await findDefinition(id).create(listDefaults(options))) as WindowedDetector;
      const scaler = createScaler({ kind: raw.plan.scaler, offset: 0, scale: 1 });
      await raw.initialize(['one'], [scaler], 0);
      const { tensors } = await raw.getState();
      expect(Object.values(tensors).reduce((sum, { values }) => sum + values.length, 0)).toBe(parameters);
      raw.dispose();
    },
  );
});

/** JSON loses typed arrays: `{"0": …}` back to Float32Array. */
function revive(key: string, value: unknown): unknown {
  return key === 'values' ? Float32Array.from(Object.values(value as object) as number[]) : value;
}
