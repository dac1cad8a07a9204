import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { volumeUnderSurface } from './vus.js';
import { naiveVolumeUnderSurface } from './vus.naive.js';

describe('volumeUnderSurface', () => {
  it('gives the hand-worked value of six points', () => {
    // Points by score: t=4 (normal, next to the anomaly), then the anomaly t=2 and t=3, then the rest.
    const labels = [0, 0, 1, 1, 0, 0];
    const scores = [0.1, 0.2, 0.9, 0.8, 0.95, 0.3];
    // w = 0 and w = 1 have no buffer: precision 1/2 at recall 1/2, precision 2/3 at recall 1.
    const plain = 0.5 * 0.5 + 0.5 * (2 / 3);
    // w = 2: t=4 counts sqrt(1 - 1/2) and half of that is expected in addition to the two anomalous points.
    const f = Math.SQRT1_2;
    const recall1 = f / (2 + f / 2);
    const recall2 = (1 + f) / (2 + f / 2);
    const widened = recall1 * f + (recall2 - recall1) * ((1 + f) / 2) + (1 - recall2) * ((2 + f) / 3);
    expect(volumeUnderSurface(labels, scores, 2).pr).toBeCloseTo((2 * plain + widened) / 3, 12);
  });

  it('gives the numbers of the benchmark’s reference code', () => {
    // TSB-AD, basic_metricor.RangeAUC_volume_opt(labels, scores, W, 250), run with numpy 1.24: scores
    // s_t = ((t · 7919) mod 1009) / 1009, plus 0.5 on the anomalous points, rounded to one digit where told.
    const n = 400;
    const labels = Array.from({ length: n }, (_, t) =>
      t < 4 || (t >= 90 && t < 110) || (t >= 115 && t < 117) || t === n - 1 ? 1 : 0,
    );
    const scores = labels.map((label, t) => ((t * 7919) % 1009) / 1009 + 0.5 * label);
    const tied = scores.map((score) => Math.round(score * 10) / 10);
    const check = (values: readonly number[], window: number, pr: number, roc: number): void => {
      const volume = volumeUnderSurface(labels, values, window);
      expect(volume.pr).toBeCloseTo(pr, 10);
      expect(volume.roc).toBeCloseTo(roc, 10);
    };
    check(scores, 0, 0.6689406837663037, 0.8898321914407705);
    check(scores, 7, 0.6795689802533759, 0.904526072171527);
    check(scores, 40, 0.7327031332421291, 0.9440313317722566);
    check(tied, 0, 0.5234089609562234, 0.8808956409492603);
    check(tied, 7, 0.5320832764122813, 0.8962667083960216);
    check(tied, 40, 0.5902730064185607, 0.9391961698909688);
  });

  it('equals the definition taken literally', () => {
    const point = fc.record({ label: fc.boolean(), score: fc.integer({ min: 0, max: 20 }) });
    fc.assert(
      fc.property(
        fc.array(point, { minLength: 2, maxLength: 60 }),
        fc.integer({ min: 0, max: 30 }),
        (points, w) => {
          const labels = points.map(({ label }) => (label ? 1 : 0));
          // One anomalous and one normal point at least: elsewhere the curves are undefined.
          labels[0] = 1;
          labels[labels.length - 1] = 0;
          const scores = points.map(({ score }) => score);
          const fast = volumeUnderSurface(labels, scores, w);
          const naive = naiveVolumeUnderSurface(labels, scores, w);
          expect(fast.pr).toBeCloseTo(naive.pr, 10);
          expect(fast.roc).toBeCloseTo(naive.roc, 10);
        },
      ),
      { numRuns: 100, seed: 1 },
    );
  });

  it('refuses what would take minutes, before it begins', () => {
    const labels = Uint8Array.from({ length: 200_000 }, (_, t) => t % 2);
    const scores = Float64Array.from(labels, (_, t) => t);
    expect(() => volumeUnderSurface(labels, scores, 200_000)).toThrow(/window of 200000 points.*too long/);
  });

  it('depends on the order of the scores alone', () => {
    const labels = [0, 1, 1, 0, 0, 0, 1, 0];
    const scores = [0.3, 0.2, 0.9, 0.4, 0.1, 0.6, 0.7, 0.5];
    const warped = scores.map((score) => Math.exp(9 * score) - 4);
    expect(volumeUnderSurface(labels, warped, 4)).toEqual(volumeUnderSurface(labels, scores, 4));
  });

  it('stays finite where every point is anomalous', () => {
    expect(volumeUnderSurface([1, 1, 1], [1, 2, 3], 4)).toEqual({ pr: 1, roc: expect.any(Number) });
  });

  it.each([
    ['labels-missing', [0, 0], [1, 2], 3],
    ['length-mismatch', [0, 1], [1, 2, 3], 3],
    ['not-finite', [0, 1], [1, NaN], 3],
    ['bad-option', [0, 1], [1, 2], 1.5],
  ])('rejects with %s', (code, labels, scores, window) => {
    expect(() => volumeUnderSurface(labels, scores, window)).toThrow(expect.objectContaining({ code }));
  });
});
