import { describe, expect, it } from 'vitest';
import { averagePrecision, rankingCurve } from '../evaluate/curves.js';
import { createRandom } from '../random.js';
import { addLogChannels, createSeries, type LogLine, type Series } from '../series/index.js';
import { createDetector } from './create.js';

const points = 600;
const minute = 60_000;

/** Requests per minute with a daily wave; its log names errors for ten minutes in which the metric does not move. */
function service(seed: number): { metrics: Series; lines: LogLine[]; labels: Uint8Array } {
  const random = createRandom(seed);
  const time = Float64Array.from({ length: points }, (_, t) => t * minute);
  const labels = new Uint8Array(points);
  labels.fill(1, 420, 430);
  const lines: LogLine[] = [];
  const values = time.map((start, t) => {
    const requests = 200 + 80 * Math.sin((2 * Math.PI * t) / 120) + 5 * random.normal();
    for (let k = 0; k < 3; k++) lines.push({ time: start + k * 9000, text: `GET /cart/${t * 3 + k} 200` });
    if (labels[t]) lines.push({ time: start + 1, text: `payment ${t} failed: timeout` });
    else if (random.chance(0.02)) lines.push({ time: start + 1, text: `payment ${t} failed: card refused` });
    return requests;
  });
  return { metrics: createSeries({ time, channels: [{ name: 'requests', values }] }), lines, labels };
}

describe('metrics and logs fused', { timeout: 180_000 }, () => {
  it.each(['attention-autoencoder', 'pca'])('let %s find what the metrics alone do not show', async (id) => {
    const { metrics, lines, labels } = service(3);
    const fused = addLogChannels(metrics, lines);
    expect(fused.channels.map(({ name }) => name)).toContain('log:errors');
    const figure = async (series: Series): Promise<number> => {
      const learns = id === 'attention-autoencoder';
      const detector = await createDetector(id, learns ? { window: 16, epochs: 6, maxWindows: 256 } : {});
      const train = { ...series, time: series.time.subarray(0, 300) };
      const channels = series.channels.map((channel) => ({
        ...channel,
        values: channel.values.subarray(0, 300),
      }));
      await detector.fit({ ...train, channels }, { seed: 1 });
      const { score } = await detector.score(series);
      detector.dispose();
      return averagePrecision(rankingCurve(labels, score));
    };
    const [alone, both] = [await figure(metrics), await figure(fused)];
    expect(both).toBeGreaterThan(0.5);
    expect(both).toBeGreaterThan(alone + 0.3);
  });
});
