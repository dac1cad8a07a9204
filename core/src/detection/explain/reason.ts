import { humanDuration, formatNumber } from '../../format.js';
import type { Deviation, Reference } from '../events/deviation.js';
import type { EventInterval } from '../events/events.js';
import type { AnomalyEvent } from '../types.js';
import type { Series } from '../../series/series.js';
import type { ChannelShare } from './channels.js';
import { describeQuantity, describeTimeRange } from './quantities.js';

/** What a reason is made from. */
export interface ReasonInput {
  readonly series: Series;
  readonly run: EventInterval;
  readonly reference: Reference;
  /** Largest share first. */
  readonly shares: readonly ChannelShare[];
  /** Largest deviation of the channel with the largest share. */
  readonly deviation: Deviation;
  readonly attended: AnomalyEvent['attended'];
  /** The channels that the most blamed one was compared with, where it was. */
  readonly peers?: AnomalyEvent['peers'];
  /** Usual distance of two points, in ms. */
  readonly step: number;
  /** IANA zone of the times; UTC where absent. */
  readonly timeZone?: string;
}

/** A sentence that an on-call engineer understands: what moved, by how much, for how long, compared with what. */
export function writeReason(input: ReasonInput): string {
  const { shares } = input;
  const clauses = [`${shares[0]!.name} ${behavior(input)}, for ${durationOf(input)}`];
  const others = shares.slice(1).filter(({ share }) => share >= 0.1);
  if (others.length > 0) {
    const named = others.slice(0, 2).map(({ name, share }) => `${name} (${percent(share)})`);
    const more = others.length - named.length;
    if (more > 0) named.push(`${more} more`);
    clauses.push(`${listOf(named)} took part`);
  }
  if (input.peers && input.peers.length > 0) clauses.push(comparisonWithPeers(input.peers));
  const nearest = input.attended[0];
  if (nearest) clauses.push(comparison(input, nearest));
  return `${clauses.join('; ')}.`;
}

function behavior({ series, run, reference, deviation, peers }: ReasonInput): string {
  const channel = series.channels[deviation.channel]!;
  const quantity = (value: number): string => describeQuantity(value, channel.unit);
  const { values } = channel;
  const { startIndex: start, endIndex: end } = run;
  const stayed = longestConstant(values, start, end);
  const flat = stayed.length >= 3 && stayed.length >= (end - start + 1) / 2;
  const { value, expected, spreads, difference } = deviation;
  const usual = peers?.length
    ? 'what its peers let expect,'
    : reference.fromDetector
      ? 'the expected'
      : 'its usual';

  if (spreads >= 3) {
    const way = difference > 0 ? 'above' : 'below';
    const by = Number.isFinite(spreads)
      ? `${formatNumber(spreads)} times its usual spread ${way} ${usual} ${quantity(expected)}`
      : `${way} ${usual} ${quantity(expected)}, from which it had never moved`;
    if (value === 0 && difference < 0) return `dropped to zero, ${by}`;
    if (flat && stayed.value === value) return `stayed at ${quantity(value)}, ${by}`;
    return `${difference > 0 ? 'rose' : 'fell'} to ${quantity(value)}, ${by}`;
  }
  if (flat) return `stayed flat at ${quantity(stayed.value)} where it usually moves`;
  const ratio = roughness(values, start, end) / roughness(values, 0, values.length - 1);
  if (ratio >= 2 && Number.isFinite(ratio)) {
    return `fluctuated ${formatNumber(ratio)} times as much as usual from point to point`;
  }
  if (ratio <= 0.5) return `moved only ${percent(ratio)} as much as usual from point to point`;
  return `kept to its usual range (around ${quantity(expected)}), but its shape was unusual`;
}

/** The longest run of equal values in start…end. */
function longestConstant(
  values: Float64Array,
  start: number,
  end: number,
): { length: number; value: number } {
  let longest = { length: 1, value: values[start]! };
  let length = 1;
  for (let t = start + 1; t <= end; t++) {
    length = values[t] === values[t - 1] ? length + 1 : 1;
    if (length > longest.length) longest = { length, value: values[t]! };
  }
  return longest;
}

/** Mean absolute step from point to point. */
function roughness(values: Float64Array, start: number, end: number): number {
  let sum = 0;
  for (let t = start + 1; t <= end; t++) sum += Math.abs(values[t]! - values[t - 1]!);
  return end > start ? sum / (end - start) : NaN;
}

function durationOf({ series, run, step }: ReasonInput): string {
  const points = run.endIndex - run.startIndex + 1;
  if (series.indexTime) return points === 1 ? 'one point' : `${formatNumber(points)} points`;
  if (points === 1) return 'a single point';
  return humanDuration(series.time[run.endIndex]! - series.time[run.startIndex]! + step);
}

function comparison(
  { series, run, timeZone }: ReasonInput,
  { start, end, startTime, endTime, weight }: AnomalyEvent['attended'][number],
): string {
  const where = series.indexTime
    ? start === end
      ? `point ${start}`
      : `points ${start}–${end}`
    : describeTimeRange(startTime, endTime, series.time[run.peakIndex]!, timeZone);
  return `the nearest normal interval (${where}, weight ${formatNumber(Math.round(weight * 100) / 100)}) looked different`;
}

/** The first three by name; many share the attention in a large fleet, and none of them alone says much. */
function comparisonWithPeers(peers: NonNullable<AnomalyEvent['peers']>): string {
  const named = peers.slice(0, 3).map(({ name, weight }) => `${name} (${percent(weight)})`);
  const more = peers.length - named.length;
  if (more > 0) named.push(`${more} more`);
  return `compared with ${listOf(named)} at the same time`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)}%`;
}

function listOf(parts: readonly string[]): string {
  return parts.length < 2
    ? parts.join('')
    : `${parts.slice(0, -1).join(', ')} and ${parts[parts.length - 1]}`;
}
