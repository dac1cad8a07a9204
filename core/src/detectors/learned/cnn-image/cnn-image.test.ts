import { describe, expect, it } from 'vitest';
import { generateImages } from '../../../datasets/images.js';
import { averagePrecision, rankingCurve } from '../../../evaluate/curves.js';
import { cnnImage, createImageDetector } from './index.js';

describe('the image network', () => {
  it('finds defects in images it has not seen, and survives saving', async () => {
    const { images, labels } = generateImages({ count: 160, seed: 1, defects: 0.4 });
    const detector = await createImageDetector({ ...cnnImage.quick, learningRate: 0.005 });
    const report = await detector.fit(images.slice(0, 110), labels.subarray(0, 110), { seed: 1 });
    expect(report.bestEpoch).toBeGreaterThan(0);
    const scores = await detector.score(images.slice(110));
    const unseen = labels.subarray(110);
    const rate = unseen.reduce((sum, label) => sum + label, 0) / unseen.length;
    expect(averagePrecision(rankingCurve(unseen, scores))).toBeGreaterThan(rate + 0.2);
    const copy = await createImageDetector(cnnImage.quick);
    await copy.setState(await detector.getState());
    expect(await copy.score(images.slice(110))).toEqual(scores);
  });

  it('says what is wrong', async () => {
    const detector = await createImageDetector(cnnImage.quick);
    const { images, labels } = generateImages({ count: 10, defects: 0.5 });
    await expect(detector.score(images)).rejects.toMatchObject({ code: 'not-fitted' });
    await expect(detector.fit(images, new Uint8Array(10))).rejects.toMatchObject({ code: 'labels-missing' });
    await expect(detector.fit(images, [1])).rejects.toMatchObject({ code: 'length-mismatch' });
    await expect(detector.fit([new Float32Array(9)], labels)).rejects.toMatchObject({
      code: 'length-mismatch',
    });
    await expect(detector.setState({ json: {}, tensors: {} })).rejects.toMatchObject({
      code: 'model-corrupt',
    });
  });
});
