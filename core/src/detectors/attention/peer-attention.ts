import { integer, number, type OptionsOf } from '../base/options.js';
import { defineDetector } from '../base/types.js';
import { attendToPeers, blockAt, imputeFromPeers, type PeerAttention } from '../../windows/peers.js';
import { CooperativeScheduler } from '../../yield.js';
import { fitScaler } from '../../preprocess/scale.js';
import { MAD_TO_SIGMA, median } from '../../preprocess/statistics.js';
import { movingMean } from '../../preprocess/moving.js';
import type { Series } from '../../series/series.js';
import type { AttendedChannel, RawDetector, RawScores, RunOptions } from '../base/types.js';

/** Residuals below this share of a series' own spread are never unusual: series that move as one are not infinitely alike. */
const finestResidual = 0.05;
/** Times the usual peak of a series, from which on it counts as one that stands out. */
const standsOut = 2;
/** With fewer series one that leaves the others would itself decide how much they usually differ. */
const fewestForCommon = 5;

const options = {
  window: integer(
    'Points over which deviations from the peers are averaged: larger overlooks short ones',
    5,
    { min: 1, max: 100_000, unit: 'points' },
  ),
  keys: integer('Peers each series attends to', 16, { min: 1, max: 256 }),
  temperature: number(
    'Softmax temperature in mean squared standard deviations: higher spreads the attention',
    0.1,
    { min: 1e-6 },
  ),
  budget: number(
    'Most differences of two values computed; beyond it likeness is measured on every second, third… point',
    1e8,
    { min: 10_000 },
  ),
};

/** Options of `peer-attention`. */
export type PeerAttentionDetectorOptions = OptionsOf<typeof options>;

/** Which series is unlike the others, by attention across series. */
export const peerAttention = defineDetector({
  id: 'peer-attention',
  summary:
    'Which series is unlike the others: rebuilds each from the peers it usually resembles, at the same time.',
  source: 'Heed; softmax attention across series, with series as queries, keys and values',
  input: 'series',
  tags: {
    needsTraining: false,
    supervised: false,
    multivariate: true,
    streaming: false,
    minPoints: 16,
    explains: true,
  },
  options,
  create: (options) => new PeerAttentionDetector(options),
});

/**
 * Every channel is brought to its own median and spread, so that a host that is always larger is like the others.
 * It is rebuilt from the peers it resembles at other times, on the line that it usually keeps to them, and what
 * remains is measured twice: by the channel's
 * own usual residual (a host that always goes its own way is quiet) and by how much all of them differ at that
 * moment (when everything is in motion nobody stands out).
 */
class PeerAttentionDetector implements RawDetector {
  constructor(private readonly options: PeerAttentionDetectorOptions) {}

  async score(series: Series, run: RunOptions): Promise<RawScores> {
    const { window } = this.options;
    const d = series.channels.length;
    const n = series.time.length;
    const scheduler = new CooperativeScheduler(run.signal);
    await scheduler.yieldIfDue();
    const scalers = series.channels.map(({ values }) => fitScaler(values, 'robust'));
    const z = series.channels.map(({ values }, c) => scalers[c]!.apply(values));
    const attention = await attendToPeers(z, this.options, scheduler, (done) =>
      run.onProgress?.({ phase: 'score', done: 0.8 * done }),
    );

    const rebuilt: Float64Array[] = [];
    const residuals: Float64Array[] = [];
    const usual = new Float64Array(d);
    for (let c = 0; c < d; c++) {
      const peers = imputeFromPeers(z, attention, c);
      const { offset, slope } = usualRelation(z[c]!, peers);
      rebuilt.push(peers.map((value) => offset + slope * value));
      const size = z[c]!.map((value, t) => Math.abs(value - rebuilt[c]![t]!));
      usual[c] = Math.max(finestResidual, MAD_TO_SIGMA * median(size));
      residuals.push(size.map((value) => value / usual[c]!));
      await scheduler.yieldIfDue();
      run.onProgress?.({ phase: 'score', done: 0.8 + (0.2 * (c + 1)) / d });
    }
    const common = await commonResidual(residuals, scheduler);

    const raw = new Float64Array(n);
    const perChannel: Float64Array[] = [];
    for (const residual of residuals) {
      const own = movingMean(
        residual.map((value, t) => value / common[t]!),
        { window },
      );
      for (let t = 0; t < n; t++) if (own[t]! > raw[t]!) raw[t] = own[t]!;
      perChannel.push(own);
      await scheduler.yieldIfDue();
    }
    return {
      raw,
      perChannel,
      calibration: highestOfOrdinary(perChannel, raw),
      expected: rebuilt.map((values, c) => scalers[c]!.invert(values)),
      spread: scalers.map(({ scale }, c) => common.map((factor) => factor * usual[c]! * scale)),
      attendPeers: (channel, start, end) => attendedPeers(attention, channel, start, end),
      notes: listNotes(d, attention),
    };
  }
}

/** Beyond these a series does not follow its peers, and their line is not made to fit it. */
const slopes = { least: 0.5, most: 2 };
/** Tukey's biweight at 95% efficiency: residuals beyond so many spreads have no weight at all. */
const biweight = 4.685;
const refinements = 8;

/**
 * The line own ≈ offset + slope · peers that a series usually keeps to, by iteratively reweighted least squares. A
 * median and a spread of its own would not do: the time in which it goes its own way distorts them, and the error
 * shows at all other times as a residual that hides it.
 */
function usualRelation(own: Float64Array, peers: Float64Array): { offset: number; slope: number } {
  let slope = 1;
  let offset = median(own.map((value, t) => value - peers[t]!));
  for (let pass = 0; pass < refinements; pass++) {
    const residual = own.map((value, t) => Math.abs(value - offset - slope * peers[t]!));
    const reach = biweight * MAD_TO_SIGMA * median(residual);
    if (!(reach > 1e-9)) break;
    let [weights, x, y] = [0, 0, 0];
    const weight = residual.map((size) => (size < reach ? (1 - (size / reach) ** 2) ** 2 : 0));
    for (let t = 0; t < own.length; t++) {
      weights += weight[t]!;
      x += weight[t]! * peers[t]!;
      y += weight[t]! * own[t]!;
    }
    x /= weights;
    y /= weights;
    let [xx, xy] = [0, 0];
    for (let t = 0; t < own.length; t++) {
      xx += weight[t]! * (peers[t]! - x) ** 2;
      xy += weight[t]! * (peers[t]! - x) * (own[t]! - y);
    }
    slope = xx > 1e-12 * weights ? Math.min(slopes.most, Math.max(slopes.least, xy / xx)) : 1;
    offset = y - slope * x;
  }
  return { offset, slope };
}

/**
 * What the threshold is set from: the highest score of the series that never stand out. The maximum over all of them is
 * anomalous whenever one of them is, and a few hosts that are odd for a while each would hide behind each other.
 */
function highestOfOrdinary(perChannel: readonly Float64Array[], raw: Float64Array): Float64Array {
  const peaks = perChannel.map((own) => own.reduce((a, b) => Math.max(a, b), 0));
  const most = standsOut * median(peaks);
  const ordinary = perChannel.filter((_, c) => peaks[c]! <= most);
  if (ordinary.length === perChannel.length) return raw;
  const highest = new Float64Array(raw.length);
  for (const own of ordinary) {
    for (let t = 0; t < highest.length; t++) if (own[t]! > highest[t]!) highest[t] = own[t]!;
  }
  return highest;
}

/** n values of at least 1: the median residual over the channels, each in units of its usual one. */
async function commonResidual(
  residuals: readonly Float64Array[],
  scheduler: CooperativeScheduler,
): Promise<Float64Array> {
  const common = new Float64Array(residuals[0]!.length).fill(1);
  if (residuals.length < fewestForCommon) return common;
  const column = new Float64Array(residuals.length);
  for (let t = 0; t < common.length; t++) {
    for (let c = 0; c < column.length; c++) column[c] = residuals[c]![t]!;
    common[t] = Math.max(1, median(column));
    if (t % 64 === 63) await scheduler.yieldIfDue();
  }
  return common;
}

function attendedPeers(
  attention: PeerAttention,
  channel: number,
  start: number,
  end: number,
): AttendedChannel[] {
  const { channels, k, index, weights } = attention;
  const first = (blockAt((start + end) >> 1, attention) * channels + channel) * k;
  const out: AttendedChannel[] = [];
  for (let slot = first; slot < first + k && index[slot]! >= 0; slot++) {
    out.push({ channel: index[slot]!, weight: weights[slot]! });
  }
  return out;
}

function listNotes(channels: number, { stride }: PeerAttention): string[] {
  if (channels === 1) {
    return ['A single series has no peers to be unlike: every score is 0. Give several series.'];
  }
  return [
    ...(channels === 2
      ? ['Two series differ from each other equally: which of them is the odd one cannot be told.']
      : []),
    ...(stride > 1 ? [`How alike two series are was measured on one point in ${stride}.`] : []),
  ];
}
