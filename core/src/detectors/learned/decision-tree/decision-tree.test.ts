import { listDefaults } from '../../base/options.js';
import { describe, expect, it } from 'vitest';
import { createSeries } from '../../../series/series.js';
import { decisionTree } from './index.js';

/** Two channels; anomalous where the first dips below −2 while the second stays low. */
const labeled = (shift: number) => {
  const labels = Array.from({ length: 800 }, (_, t) =>
    t % 100 >= 40 + shift && t % 100 < 46 + shift ? 1 : 0,
  );
  return createSeries({
    channels: [
      { name: 'a', values: labels.map((label, t) => Math.sin(t / 7) - 3 * label) },
      { name: 'b', values: labels.map((_, t) => Math.cos(t / 7)) },
    ],
    labels,
  });
};

describe('decision-tree', () => {
  it('learns the labeled kind of anomaly and finds it elsewhere, also after saving and loading', async () => {
    const detector = await decisionTree.create(listDefaults(decisionTree.options));
    const report = await detector.fit!(labeled(0), {});
    expect(report.points).toBe(800);
    const test = labeled(25);
    const { raw, threshold } = await detector.score(test, {});
    expect(threshold).toBe(0.5);
    const right = raw.filter((value, t) => (value > 0.5 ? 1 : 0) === test.labels![t]).length;
    expect(right / raw.length).toBeGreaterThan(0.97);
    const state = JSON.parse(JSON.stringify(await detector.getState!()));
    const copy = await decisionTree.create(listDefaults(decisionTree.options));
    await copy.setState!(state);
    expect((await copy.score(test, {})).raw).toEqual(raw);
  });

  it('refuses to fit without labels, to score unfitted, and other channels', async () => {
    const detector = await decisionTree.create(listDefaults(decisionTree.options));
    const { labels: _, ...unlabeled } = labeled(0);
    await expect(detector.fit!(unlabeled, {})).rejects.toMatchObject({ code: 'labels-missing' });
    await expect(detector.score(unlabeled, {})).rejects.toMatchObject({ code: 'not-fitted' });
    await detector.fit!(labeled(0), {});
    const one = createSeries({ channels: [{ name: 'a', values: [1, 2, 3] }] });
    await expect(detector.score(one, {})).rejects.toMatchObject({ code: 'channel-mismatch' });
  });
});
