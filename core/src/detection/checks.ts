import { checkNumber } from '../check-number.js';
import type { DetectorTags, Feedback, RunOptions } from '../detectors/base/types.js';
import { formatCount } from '../format.js';
import { HeedError } from '../errors.js';
import { checkFeedback } from '../feedback/read.js';
import type { Series } from '../series/series.js';
import { checkTimeZone } from './time-zone.js';

/** What a fit or a scoring is told beside the options of every run. */
interface ToldOptions extends RunOptions {
  readonly feedback?: readonly Feedback[];
  readonly timeZone?: string;
}

/** @throws HeedError bad-option, and bad-value and bad-time for feedback */
export function checkRunOptions(
  series: Series,
  { trainLength, seed, memoryLimit, feedback, timeZone }: ToldOptions,
): void {
  checkFeedback(feedback);

  if (timeZone !== undefined) checkTimeZone(timeZone);
  const n = series.time.length;
  if (trainLength !== undefined)
    checkNumber('the number of training points', trainLength, { min: 0, max: n, whole: true });
  if (seed !== undefined) checkNumber('the seed', seed, {});
  if (memoryLimit !== undefined)
    checkNumber('the memory limit in bytes', memoryLimit, { above: 0, infinite: true });
}

/** @throws HeedError bad-option, not-supported, too-few-points */
export function checkCalibratedLength(
  { id, tags }: { readonly id: string; readonly tags: DetectorTags },
  { time }: Series,
  { calibratedLength = 0 }: RunOptions,
): void {
  const n = time.length;
  checkNumber('the number of calibrated points', calibratedLength, { min: 0, max: n, whole: true });
  if (calibratedLength === 0) return;
  if (!tags.calibrated) {
    throw new HeedError(
      'not-supported',
      `the detector "${id}" keeps nothing of a calibration`,
      'Leave the calibration length out, or choose a detector whose tags say calibrated.',
    );
  }
  if (calibratedLength < tags.minPoints) {
    throw new HeedError(
      'too-few-points',
      `the calibration has ${calibratedLength} points, "${id}" needs at least ${tags.minPoints}`,
      'Give a longer calibration.',
    );
  }
}

/** @throws HeedError channel-mismatch */
export function checkChannels(
  detector: string,
  fitted: readonly string[] | undefined,
  { channels }: Series,
): void {
  if (!fitted) return;
  const names = channels.map(({ name }) => name);
  if (names.length === fitted.length && names.every((name, c) => name === fitted[c])) return;
  throw new HeedError(
    'channel-mismatch',
    `the detector "${detector}" was fitted to ${list(fitted)}, the series has ${list(names)}`,
    'Give the channels of the fit in the same order, or fit again.',
  );
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return `${formatCount(names.length, 'channel')} (${shown}${names.length > 5 ? ', …' : ''})`;
}

/** @throws HeedError too-few-points */
export function checkPoints(detector: string, fewest: number, { time }: Series): void {
  if (time.length >= fewest) return;
  throw new HeedError(
    'too-few-points',
    `the series has ${formatCount(time.length, 'point')}, "${detector}" needs at least ${fewest}`,
    time.length === 1
      ? 'Give a longer series; of Prometheus ask /api/v1/query_range in place of /api/v1/query.'
      : 'Give a longer series or choose a simpler detector.',
  );
}

/** @throws HeedError labels-missing */
export function checkTrainingLabels(detector: string, { labels }: Series): void {
  if (labels?.includes(1) && labels.includes(0)) return;
  throw new HeedError(
    'labels-missing',
    labels
      ? `all labels of the training series are ${labels[0] ?? 0}, and "${detector}" learns from labels`
      : `the training series has no labels, and "${detector}" learns from labels`,
    'Give labels with both normal and anomalous points, or choose an unsupervised detector.',
  );
}

/** Copies of the series that filling, scores and the expected band take at once, whatever the detector. */
const copies = 6;

/** @throws HeedError memory-limit */
export function checkMemory(detector: string, series: Series, { memoryLimit }: RunOptions): void {
  const bytes = series.time.length * series.channels.length * 8 * copies;
  if (memoryLimit === undefined || bytes <= memoryLimit) return;
  throw new HeedError(
    'memory-limit',
    `scoring ${series.time.length} points of ${series.channels.length} channels with "${detector}" takes ` +
      `${bytes} bytes, the limit is ${memoryLimit}`,
    'Raise the limit, or give fewer points or channels.',
  );
}
