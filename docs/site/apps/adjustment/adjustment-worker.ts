import { createRandom } from '@heed/core/datasets';
import { createDetectorFrom } from '@heed/core/detection';
import { zScore } from '@heed/core/detectors/z-score';
import { eventMetrics, pointAdjustedMetrics, pointMetrics, volumeUnderSurface } from '@heed/core/evaluate';
import { plotBars, plotSeries } from '@heed/core/plot';
import { createSeries } from '@heed/core/series';
import { serve } from '../common/serve.js';

export interface AdjustmentTask {
  /** Points per anomaly. */
  readonly length: number;
  /** Share of the points that alarm. */
  readonly share: number;
  readonly seed: number;
  readonly width: number;
  readonly words: Readonly<
    Record<'random' | 'detector' | 'value' | 'f1' | 'adjusted' | 'events' | 'vus', string>
  >;
}

interface Figures {
  readonly f1: number;
  readonly adjusted: number;
  readonly events: number;
  readonly vus: number;
}

export interface AdjustmentAnswer {
  readonly picture: string;
  readonly bars: string;
  readonly random: Figures;
  readonly detector: Figures;
}

const points = 10_000;

serve<AdjustmentTask, AdjustmentAnswer>(async ({ length, share, seed, width, words }) => {
  const random = createRandom(seed);
  const values = Float64Array.from({ length: points }, () => random.normal());
  const labels = new Uint8Array(points);
  for (let event = 0; event < 5; event++) {
    const start = Math.round(((event + 0.5) * points) / 5 - length / 2);
    labels.fill(1, start, start + length);
    for (let t = start; t < start + length; t++) values[t]! += 1.5;
  }
  const series = createSeries({ channels: [{ name: words.value, values }], labels });
  const detector = await createDetectorFrom(zScore);
  const { score } = await detector.score(series);
  const guessed = Float64Array.from({ length: points }, () => random.uniform());
  const judge = (scores: ArrayLike<number>): Figures & { readonly alarms: Uint8Array } => {
    const sorted = Array.from(scores).sort((a, b) => b - a);
    const threshold = sorted[Math.max(0, Math.round(share * points) - 1)]!;
    const alarms = Uint8Array.from(scores, (value) => (value >= threshold ? 1 : 0));
    return {
      alarms,
      f1: pointMetrics(labels, alarms).f1,
      adjusted: pointAdjustedMetrics(labels, alarms).f1,
      events: eventMetrics(labels, alarms).f1,
      vus: volumeUnderSurface(labels, scores, Math.min(length, 100)).pr,
    };
  };
  const { alarms, ...guess } = judge(guessed);
  const { alarms: seen, ...found } = judge(score);
  const names = ['f1', 'adjusted', 'events', 'vus'] as const;
  return {
    picture: plotSeries(
      createSeries({
        channels: [
          { name: words.value, values },
          { name: words.random, values: Float64Array.from(alarms) },
          { name: words.detector, values: Float64Array.from(seen) },
        ],
        labels,
      }),
      { width, title: '', panelHeight: 70 },
    ),
    bars: plotBars(
      names.flatMap((name) => [
        { label: words[name], value: guess[name], group: words.random },
        { label: words[name], value: found[name], group: words.detector },
      ]),
      { width: Math.max(240, Math.min(width, 640)), title: '', valueTitle: '' },
    ),
    random: guess,
    detector: found,
  };
});
