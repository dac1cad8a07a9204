import { typicalStep } from '../plot/downsample.js';
import { formatCount, humanDuration, formatNumber } from '../format.js';
import { formatTimestamp } from '../plot/times.js';
import type { AnomalyEvent, Detection, ThresholdReport } from '../detection/types.js';
import type { InputSummary } from '../series/index.js';
import type { Series } from '../series/series.js';

/** Times of a series as people read them: the clock of a zone, or row numbers where there is no clock. */
export class SeriesClock {
  /** Usual distance of neighboring points in ms (1 for rows). */
  readonly step: number;

  constructor(
    private readonly series: Series,
    private readonly timeZone: string,
  ) {
    this.step = typicalStep(series.time, { start: 0, end: series.time.length });
  }

  /** `2026-05-12 21:10:00` or `row 431`. */
  at(index: number): string {
    return this.series.indexTime ? `row ${index}` : formatTimestamp(this.series.time[index]!, this.timeZone);
  }

  /** How long the points start…end (inclusive) last; a single point lasts one step. */
  length(start: number, end: number): string {
    if (this.series.indexTime) return rows(end - start + 1);
    const { time } = this.series;
    return humanDuration(time[end]! - time[start]! + this.step);
  }

  /** `every 15 s`; undefined for rows and single points. */
  get rhythm(): string | undefined {
    return this.series.indexTime || this.step === 0 ? undefined : `every ${humanDuration(this.step)}`;
  }

  /** `UTC`; undefined for rows. */
  get zone(): string | undefined {
    return this.series.indexTime ? undefined : this.timeZone;
  }
}

export function rows(count: number): string {
  return formatCount(count, 'point');
}

const methodNames: Readonly<Record<ThresholdReport['method'], string>> = {
  fixed: 'fixed value',
  'three-sigma': 'mean and standard deviation',
  mad: 'median and median absolute deviation',
  quantile: 'quantile',
  pot: 'peaks over threshold',
  learned: 'given by the detector',
};

/** How the threshold was set, in a few words. */
export function thresholdText(threshold: ThresholdReport): string {
  return `${methodNames[threshold.method]}, sensitivity ${formatNumber(threshold.sensitivity)}`;
}

/** Name and value of everything a reader should know of a result before its events. */
export function listFacts(
  series: Series,
  detection: Detection,
  timeZone: string,
  input?: InputSummary,
): [string, string][] {
  const clock = new SeriesClock(series, timeZone);
  const n = series.time.length;
  const facts: [string, string][] = [
    ['Points', `${n.toLocaleString('en-US')}${clock.rhythm ? `, ${clock.rhythm}` : ''}`],
    ['Channels', channelText(series, input)],
  ];
  if (!series.indexTime) {
    facts.push(['From – to', `${clock.at(0)} – ${clock.at(n - 1)} ${timeZone}`]);
  }
  if (input?.labels) {
    const { column, anomalous } = input.labels;
    facts.push([
      'Labels',
      `${column}: ${anomalous.toLocaleString('en-US')} of ${rows(n)} anomalous (ground truth, not used to detect)`,
    ]);
  }
  for (const note of input?.notes ?? []) facts.push(['Read', note]);
  facts.push(['Detector', detection.detector]);
  if (detection.members?.length) {
    const heads = detection.members
      .filter(({ weight }) => weight > 0)
      .map(({ name, weight }) => `${name} ${Math.round(weight * 100)}%`);
    facts.push(['Made of', heads.join(', ')]);
  }
  if (detection.period !== undefined) {
    const period = Math.round(detection.period);
    const long = series.indexTime ? '' : ` (${humanDuration(period * clock.step)})`;
    facts.push(['Repeats every', `${rows(period)}${long}`]);
  }
  facts.push(['Threshold', thresholdText(detection.threshold)]);
  return facts;
}

function channelText(series: Series, input: InputSummary | undefined): string {
  // Of a few channels their values are told too: a number read wrongly shows there first.
  const ranges = input && input.channels.length <= 4 ? input.channels : undefined;
  const names = series.channels.map(({ name, unit }, c) => {
    const range = ranges?.[c];
    const values = range ? ` ${formatNumber(range.min)} to ${formatNumber(range.max)}` : '';
    const missing = range && range.missing > 0 ? `, ${range.missing} missing` : '';
    return `${unit ? `${name} (${unit})` : name}${values}${missing}`;
  });
  const joint = ranges ? '; ' : ', ';
  return names.length <= 8 ? names.join(joint) : `${names.length}: ${names.slice(0, 6).join(', ')}, …`;
}

/** `errors 70%, latency 30%`: the channels that made an event, the largest share first. */
export function channelShares(event: AnomalyEvent, most: number): { name: string; percent: number }[] {
  return event.channels
    .filter(({ share }, i) => i === 0 || share >= 0.01)
    .slice(0, most)
    .map(({ name, share }) => ({ name, percent: Math.round(share * 100) }));
}
