import { resolveOptions } from '../detectors/base/options.js';
import type { RunOptions } from '../detectors/base/types.js';
import { HeedError } from '../errors.js';
import { formatCount } from '../format.js';
import { meanAndStd } from '../preprocess/statistics.js';
import {
  checkPreparation,
  denoiseSeries,
  describeDenoising,
  type Cleaning,
  type Preparation,
} from '../preprocess/preparation.js';
import type { Channel, Series } from '../series/series.js';
import { fillGaps, type FilledSeries } from './gaps.js';
import { createRawDetector } from './raw-detector.js';

export { checkPreparation };

/** Scores lie about 0.5 where nothing stands out and near 1 where something does (Liu, Ting & Zhou 2008, §2). */
const ISOLATED = 0.7;

/**
 * The series as the detector is to see it: gaps filled, then smoothed where that is asked for.
 * @throws HeedError all-missing, bad-option, too-few-points
 */
export function prepareSeries(series: Series, preparation: Preparation): FilledSeries {
  const { fill, denoise } = checkPreparation(preparation);
  const filled = fillGaps(series, fill);
  if (!denoise) return filled;
  return {
    ...filled,
    series: denoiseSeries(filled.series, denoise),
    notes: [...filled.notes, `Smoothed by ${describeDenoising(denoise)} before it was scored.`],
  };
}

/**
 * A training series without its outliers, which become missing values; labels and times stay.
 * @throws HeedError cancelled, too-few-points, bad-option where nothing would be left to train on
 */
export async function cleanSeries(
  series: Series,
  cleaning: Cleaning,
  run: RunOptions,
): Promise<{ readonly series: Series; readonly note: string }> {
  let left = 0;
  const channels =
    cleaning === 'three-sigma'
      ? series.channels.map((channel) => withoutOutliers(channel, beyondThreeSigma(channel.values)))
      : await withoutIsolated(series, run);
  for (const [c, { values }] of channels.entries()) {
    const given = series.channels[c]!.values;
    for (let t = 0; t < values.length; t++) if (Number.isNaN(values[t]!) && !Number.isNaN(given[t]!)) left++;
    if (values.every(Number.isNaN)) {
      throw new HeedError(
        'bad-option',
        `cleaning by ${cleaning} leaves no value of "${series.channels[c]!.name}" to train on`,
        'Leave the cleaning out.',
      );
    }
  }
  const rule = cleaning === 'three-sigma' ? 'the 3σ rule' : 'an isolation forest';
  return {
    series: { ...series, channels },
    note: `${formatCount(left, 'value')} of the training series left out as outliers by ${rule}.`,
  };
}

function beyondThreeSigma(values: Float64Array): (t: number) => boolean {
  const { mean, std } = meanAndStd(values);
  return (t) => Math.abs(values[t]! - mean) > 3 * std;
}

async function withoutIsolated(series: Series, run: RunOptions): Promise<Channel[]> {
  // Loaded when asked for: pages that never clean do not carry it.
  const { isolationForest } = await import('../detectors/outlier/isolation-forest.js');
  const detector = await createRawDetector(isolationForest, resolveOptions(isolationForest, { window: 1 }));
  const { series: filled } = fillGaps(series);
  // A point is its values and how far each lies from the nearer neighbor, which is little for the one after an outlier.
  // Of one value alone the forest would see windows of one, all alike.
  const changes = filled.channels.map((channel): Channel => {
    const { values } = channel;
    const distance = (t: number, other: number): number => Math.abs(values[t]! - (values[other] ?? Infinity));
    return { ...channel, values: values.map((_, t) => Math.min(distance(t, t - 1), distance(t, t + 1))) };
  });
  const points = { ...filled, channels: [...filled.channels, ...changes] };
  const { raw } = await detector.score(points, { ...run, onProgress: undefined, feedback: undefined });
  return series.channels.map((channel) => withoutOutliers(channel, (t) => raw[t]! > ISOLATED));
}

function withoutOutliers(channel: Channel, isOutlier: (t: number) => boolean): Channel {
  return { ...channel, values: channel.values.map((value, t) => (isOutlier(t) ? NaN : value)) };
}
