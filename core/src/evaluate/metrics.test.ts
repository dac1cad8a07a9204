import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { affiliationMetrics } from './affiliation.js';
import { naiveAffiliation } from './affiliation.naive.js';
import { precisionRecallCurve, rocCurve } from './curves.js';
import { evaluateScores, METRIC_DESCRIPTIONS } from './metrics.js';
import { bestNabScore, nabScore } from './nab-score.js';
import { pointAdjustedMetrics, pointMetrics } from './point-metrics.js';
import { eventMetrics, rangeMetrics } from './range-metrics.js';

/** `"0011"` → [0, 0, 1, 1]. */
const bits = (text: string): number[] => [...text].map(Number);

describe('evaluateScores', () => {
  // Scores s_t = ((t · 7919) mod 1009) / 1009, raised by 0.9 on every third anomalous point.
  const n = 400;
  const labels = Array.from({ length: n }, (_, t) =>
    (t >= 90 && t < 110) || (t >= 115 && t < 117) || (t >= 300 && t < 330) ? 1 : 0,
  );
  const scores = labels.map((label, t) => ((t * 7919) % 1009) / 1009 + 0.9 * label * (t % 3 === 0 ? 1 : 0));

  it('agrees with independent reference code on every metric', () => {
    // scikit-learn 1.2.1 (average_precision_score, roc_auc_score, f1/precision/recall/accuracy at the best F1),
    // TSB-AD's basic_metricor for VUS, PA-F1, Event-based-F1, R-based-F1 and Affiliation-F, and a direct Python
    // transcription of the NAB paper's scoring (probation 60 points) for NAB.
    const expected = {
      'AUC-PR': 0.4541023577276885,
      'AUC-ROC': 0.650419982316534,
      'Standard-F1': 0.4571428571428572,
      Precision: 0.8888888888888888,
      Recall: 0.3076923076923077,
      Accuracy: 0.905,
      'PA-F1': 0.9803921568627451,
      'Event-based-F1': 0.8,
      'R-based-F1': 0.2692307692307693,
      'Affiliation-F': 0.8281603179260252,
      NAB: 66.66666666666667,
    };
    const metrics = evaluateScores(labels, scores, 7);
    for (const [name, value] of Object.entries(expected)) {
      expect(metrics[name as keyof typeof expected], name).toBeCloseTo(value, 9);
    }
  });

  it('is all 1 (NAB 100) for scores that separate the labels with one alarm per anomaly', () => {
    const metrics = evaluateScores(labels, labels, 0);
    for (const { name } of METRIC_DESCRIPTIONS)
      expect(metrics[name], name).toBeCloseTo(name === 'NAB' ? 100 : 1, 9);
  });

  it('gives finite numbers for a constant score', () => {
    for (const value of Object.values(evaluateScores(labels, new Float64Array(n), 10))) {
      expect(Number.isFinite(value)).toBe(true);
    }
  });

  it('attaches the warning to the point-adjusted metric, and to it alone', () => {
    const warned = METRIC_DESCRIPTIONS.filter((description) => 'warning' in description);
    expect(warned.map(({ name }) => name)).toEqual(['PA-F1']);
  });

  it.each([
    ['labels-missing', [1, 1, 1], [1, 2, 3]],
    ['labels-missing', [0, 0, 0], [1, 2, 3]],
    ['not-finite', [0, 1, 0], [1, Infinity, 3]],
  ])('rejects with %s', (code, badLabels, badScores) => {
    expect(() => evaluateScores(badLabels, badScores, 2)).toThrow(expect.objectContaining({ code }));
  });
});

describe('curves', () => {
  it('lists hits and false alarms per distinct threshold', () => {
    const roc = rocCurve(bits('1010'), [0.9, 0.8, 0.8, 0.1]);
    expect([...roc.thresholds]).toEqual([Infinity, 0.9, 0.8, 0.1]);
    expect([...roc.truePositiveRate]).toEqual([0, 0.5, 1, 1]);
    expect([...roc.falsePositiveRate]).toEqual([0, 0, 0.5, 1]);
    const pr = precisionRecallCurve(bits('1010'), [0.9, 0.8, 0.8, 0.1]);
    expect([...pr.recall]).toEqual([0.5, 1, 1]);
    expect([...pr.precision]).toEqual([1, 2 / 3, 0.5]);
  });
});

describe('yes/no predictions', () => {
  const labels = bits('0111100110');
  const alarms = bits('0010000111');

  it('counts points', () => {
    // Hits at 2, 7, 8; false alarm at 9; misses at 1, 3, 4.
    expect(pointMetrics(labels, alarms)).toEqual({
      truePositives: 3,
      falsePositives: 1,
      falseNegatives: 3,
      trueNegatives: 3,
      accuracy: 0.6,
      precision: 0.75,
      recall: 0.5,
      f1: 0.6,
    });
  });

  it('adjusts points and says what is wrong with that', () => {
    // Both anomalies are hit, so all six points count; the false alarm stays.
    const adjusted = pointAdjustedMetrics(labels, alarms);
    expect(adjusted.precision).toBeCloseTo(6 / 7, 12);
    expect(adjusted.recall).toBe(1);
    expect(adjusted.warning).toMatch(/random/);
  });

  it('counts events', () => {
    const metrics = eventMetrics(labels, alarms);
    expect(metrics).toMatchObject({ detected: 2, events: 2, recall: 1, precision: 0.75 });
    expect(metrics.f1).toBeCloseTo((2 * 0.75) / 1.75, 12);
  });

  it('gives range-based precision and recall as worked by hand', () => {
    // Recall, alpha 0: (1/4 + 2/2) / 2; alpha 0.2: (0.2 + 0.8/4 + 1) / 2. Precision: (1/1 + 2/3) / 2.
    expect(rangeMetrics(labels, alarms, { alpha: 0 }).recall).toBeCloseTo(0.625, 12);
    expect(rangeMetrics(labels, alarms).recall).toBeCloseTo(0.7, 12);
    expect(rangeMetrics(labels, alarms).precision).toBeCloseTo(5 / 6, 12);
    // One anomaly of 4 points in two pieces: cardinality halves the covered share 2/4.
    expect(rangeMetrics(bits('1111'), bits('1010'), { alpha: 0 }).recall).toBeCloseTo(0.25, 12);
    // Front bias weighs 4, 3, 2, 1: the first point alone covers 4/10; back bias 1/10; middle 1/(1+2+2+1).
    const first = bits('1000');
    expect(rangeMetrics(bits('1111'), first, { alpha: 0, bias: 'front' }).recall).toBeCloseTo(0.4, 12);
    expect(rangeMetrics(bits('1111'), first, { alpha: 0, bias: 'back' }).recall).toBeCloseTo(0.1, 12);
    expect(rangeMetrics(bits('1111'), first, { alpha: 0, bias: 'middle' }).recall).toBeCloseTo(1 / 6, 12);
    expect(() => rangeMetrics(labels, alarms, { alpha: 2 })).toThrow(
      expect.objectContaining({ code: 'bad-option' }),
    );
  });

  it('is all 0 without alarms', () => {
    const silence = labels.map(() => 0);
    for (const metrics of [
      pointMetrics,
      rangeMetrics,
      eventMetrics,
      affiliationMetrics,
      pointAdjustedMetrics,
    ]) {
      expect(metrics(labels, silence)).toMatchObject({ precision: 0, recall: 0, f1: 0 });
    }
  });

  it('rejects predictions of another length', () => {
    expect(() => pointMetrics(labels, [1])).toThrow(expect.objectContaining({ code: 'length-mismatch' }));
  });
});

describe('affiliationMetrics', () => {
  it('gives 1 for a perfect prediction and the hand-worked value beside it', () => {
    expect(affiliationMetrics(bits('00110000'), bits('00110000'))).toEqual({
      precision: 1,
      recall: 1,
      f1: 1,
    });
    // J = [2,4), E = [0,8), alarm [5,6): distances 1…2 to the right. Survival 1 − (2 + d + min(d, 2))/8 = 0.75 − d/4;
    // its mean over d = 1…2 is 0.375. Recall: y in [2,4), d = 5 − y = 3…1; survival 1 − (d + min(d, 5 − d))/8:
    // ∫ d = 4, ∫ min(d, 5−d) over 1…2.5 is 2.625, over 2.5…3 is 1.125; (2 − 7.75/8) / 2.
    const beside = affiliationMetrics(bits('00110000'), bits('00000100'));
    expect(beside.precision).toBeCloseTo(0.375, 12);
    expect(beside.recall).toBeCloseTo((2 - 7.75 / 8) / 2, 12);
  });

  it('equals integration on a fine grid', () => {
    const word = fc.array(fc.record({ label: fc.boolean(), alarm: fc.boolean() }), {
      minLength: 3,
      maxLength: 14,
    });
    fc.assert(
      fc.property(word, (points) => {
        const labels = points.map(({ label }, t) => (label || t === 1 ? 1 : 0));
        const alarms = points.map(({ alarm }, t) => (alarm || t === 2 ? 1 : 0));
        const exact = affiliationMetrics(labels, alarms);
        const grid = naiveAffiliation(labels, alarms, 40);
        expect(exact.precision).toBeCloseTo(grid.precision, 1.5);
        expect(exact.recall).toBeCloseTo(grid.recall, 1.5);
      }),
      { numRuns: 40, seed: 1 },
    );
  });
});

describe('NAB score', () => {
  const labels = bits('0000011110000000');

  it('is 0 for silence, 100 for an alarm at the start of the window, less for a later one', () => {
    expect(nabScore(labels, bits('0000000000000000'))).toBe(0);
    expect(nabScore(labels, bits('0000010000000000'))).toBeCloseTo(100, 9);
    // Third of four points: position −(8 − 7 + 1)/4 = −0.5; the sigmoid there over that at −1.
    const sigmoid = (x: number): number => 2 / (1 + Math.exp(5 * x)) - 1;
    const worth = sigmoid(-0.5) / sigmoid(-1);
    expect(nabScore(labels, bits('0000000100000000'))).toBeCloseTo((100 * (worth + 1)) / 2, 9);
    // One false alarm 3 points behind a window of 4: 0.11 · sigmoid(3 / (4 − 1)).
    expect(nabScore(labels, bits('0000010000010000'))).toBeCloseTo(100 + (100 * 0.11 * sigmoid(1)) / 2, 9);
    // A false alarm before any window costs 0.11 in full, and the earliest hit of several counts.
    expect(nabScore(labels, bits('0010011000000000'), { probation: 0 })).toBeCloseTo(100 - 5.5, 9);
  });

  it('finds the best threshold', () => {
    const scores = [1, 0, 0, 0, 0, 9, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0];
    const best = bestNabScore(labels, scores, { profile: 'low-false-positives' });
    expect(best.threshold).toBe(9);
    expect(best.score).toBeCloseTo(
      nabScore(
        labels,
        scores.map((score) => (score >= 9 ? 1 : 0)),
        { profile: 'low-false-positives' },
      ),
      12,
    );
    expect(
      bestNabScore(
        labels,
        scores.map((score) => -score),
      ).score,
    ).toBeGreaterThanOrEqual(0);
  });

  it('rejects a probation that hides every window', () => {
    expect(() => nabScore(labels, labels, { probation: 12 })).toThrow(
      expect.objectContaining({ code: 'labels-missing' }),
    );
  });
});
