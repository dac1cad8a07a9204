import { readLength } from '../check-number.js';
import { checkParts, checkRecord, checkRecords, checkSeries } from '../check-argument.js';
import { HeedError, shownValue } from '../errors.js';
import type { Series } from '../series/series.js';
import { meanAndStd, quantileOfSorted, robustLocation, sortedPresent } from './statistics.js';

/**
 * How values are brought to a common scale: `min-max` to [0, 1]; `z-score` to mean 0 and standard deviation 1;
 * `robust` to median 0 and scaled median absolute deviation 1, which outliers in the fitted interval do not move.
 */
export type ScalerKind = 'min-max' | 'z-score' | 'robust';

const kinds: readonly ScalerKind[] = ['min-max', 'z-score', 'robust'];

/** A fitted scaler as JSON. */
export interface ScalerState {
  readonly kind: ScalerKind;
  /** Scaled value = (value − offset) / scale; scale > 0. */
  readonly offset: number;
  readonly scale: number;
}

/** A scaler fitted to one channel. Missing values stay missing. */
export interface Scaler extends ScalerState {
  /** New array of (value − offset) / scale. */
  apply(values: ArrayLike<number>): Float64Array;
  /** New array of value × scale + offset: undoes `apply`. */
  invert(values: ArrayLike<number>): Float64Array;
  toJSON(): ScalerState;
}

/**
 * Fits a scaler to the values that are not missing. A constant channel gets scale 1, so that its own value maps
 * to 0 and departures keep their size. Where more than half of the values are equal (median absolute deviation 0)
 * `robust` takes the interquartile range / 1.349, then the standard deviation.
 * @throws HeedError all-missing, bad-option
 */
export function fitScaler(values: ArrayLike<number>, kind: ScalerKind): Scaler {
  checkKind(kind);
  const { mean, std, count } = meanAndStd(values);
  if (count === 0) {
    throw new HeedError(
      'all-missing',
      'every value is missing',
      'Give the scaler an interval that has values.',
    );
  }
  let offset = mean;
  let scale = std;
  if (kind === 'min-max') {
    let low = Infinity;
    let high = -Infinity;
    for (let t = 0; t < values.length; t++) {
      const value = values[t]!;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    offset = low;
    scale = high - low;
  } else if (kind === 'robust') {
    const location = robustLocation(values);
    offset = location.median;
    scale = location.sigma;
    if (!(scale > negligible(offset, std))) {
      const sorted = sortedPresent(values);
      // 1.349 = the interquartile range of the standard normal distribution.
      scale = (quantileOfSorted(sorted, 0.75) - quantileOfSorted(sorted, 0.25)) / 1.349;
    }
    if (!(scale > negligible(offset, std))) scale = std;
  }
  return createScaler({ kind, offset, scale: scale > negligible(offset, std) ? scale : 1 });
}

/** What rounding alone can make a series at `offset` with standard deviation `std` spread. */
function negligible(offset: number, std: number): number {
  return Math.max(1e-300, 1e-14 * Math.abs(offset), 1e-14 * std);
}

/**
 * The scaler of a saved state.
 * @throws HeedError model-corrupt
 */
export function createScaler(state: ScalerState): Scaler {
  checkRecord('state', state);
  const { kind, offset, scale } = state;
  if (!kinds.includes(kind) || !Number.isFinite(offset) || !(Number.isFinite(scale) && scale > 0)) {
    throw new HeedError(
      'model-corrupt',
      `the scaler's state is ${JSON.stringify(state)}`,
      'Fit the scaler again; a state has a kind, a finite offset and a scale above 0.',
    );
  }
  return {
    kind,
    offset,
    scale,
    apply: (values) => map(values, (value) => (value - offset) / scale),
    invert: (values) => map(values, (value) => value * scale + offset),
    toJSON: () => ({ kind, offset, scale }),
  };
}

function map(values: ArrayLike<number>, f: (value: number) => number): Float64Array {
  const out = new Float64Array(readLength(values));
  for (let t = 0; t < out.length; t++) out[t] = f(values[t]!);
  return out;
}

function checkKind(kind: ScalerKind): void {
  if (!kinds.includes(kind)) {
    throw new HeedError(
      'bad-option',
      `the scaler is ${shownValue(kind)}`,
      `Give one of ${kinds.join(', ')}.`,
    );
  }
}

/** A scaler for each channel of a series, by the channel's name. */
export interface SeriesScaler {
  readonly channels: readonly { readonly name: string; readonly scaler: Scaler }[];
  /** @throws HeedError channel-mismatch */
  apply(series: Series): Series;
  /** @throws HeedError channel-mismatch */
  invert(series: Series): Series;
  toJSON(): SeriesScalerState;
}

/** A fitted series scaler as JSON. */
export interface SeriesScalerState {
  readonly channels: readonly { readonly name: string; readonly scaler: ScalerState }[];
}

/** Fits one scaler per channel. @throws HeedError all-missing, bad-option */
export function fitSeriesScaler(series: Series, kind: ScalerKind): SeriesScaler {
  checkSeries(series);
  return createSeriesScaler({
    channels: series.channels.map(({ name, values }) => ({ name, scaler: fitScaler(values, kind).toJSON() })),
  });
}

/** The series scaler of a saved state. @throws HeedError model-corrupt */
export function createSeriesScaler(state: SeriesScalerState): SeriesScaler {
  checkParts('state', state, { channels: checkRecords });
  const channels = state.channels.map(({ name, scaler }) => ({ name, scaler: createScaler(scaler) }));
  const run = (series: Series, direction: 'apply' | 'invert'): Series => {
    checkSeries(series);
    const given = series.channels.map(({ name }) => name);
    if (given.length !== channels.length || channels.some(({ name }, i) => name !== given[i])) {
      throw new HeedError(
        'channel-mismatch',
        `the scaler was fitted to the channels ${channels.map(({ name }) => name).join(', ')}, the series has ${given.join(', ')}`,
        'Give the channels of the fit, in that order.',
      );
    }
    return {
      ...series,
      channels: series.channels.map((channel, i) => ({
        ...channel,
        values: channels[i]!.scaler[direction](channel.values),
      })),
    };
  };
  return {
    channels,
    apply: (series) => run(series, 'apply'),
    invert: (series) => run(series, 'invert'),
    toJSON: () => ({ channels: channels.map(({ name, scaler }) => ({ name, scaler: scaler.toJSON() })) }),
  };
}
