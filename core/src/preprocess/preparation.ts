import { checkText } from '../check-argument.js';
import * as v from 'valibot';
import { HeedError } from '../errors.js';
import { nearest } from '../nearest.js';
import type { Channel, Series } from '../series/series.js';
import { exponentialSmoothing, meanShift, medianFilter, movingAverage, savitzkyGolay } from './denoise.js';
import type { FillMethod } from './fill.js';

/** One filter and its size. Windows and radius in points, odd windows. */
export type Denoising =
  | { readonly method: 'mean' | 'median' | 'savitzky-golay'; readonly window: number }
  | { readonly method: 'exponential'; readonly alpha: number }
  | { readonly method: 'mean-shift'; readonly radius: number };

/** Which values of a training series are taken for outliers, and left out of it. */
export type Cleaning = 'three-sigma' | 'isolation-forest';

/**
 * What is done to a series before a detector sees it. Given to `fit` it is kept, done before every later scoring too,
 * and saved with the model; cleaning concerns training alone.
 */
export interface Preparation {
  /** How missing values are filled; default: by the usual value of their phase, else by straight lines. */
  readonly fill?: FillMethod;
  /** After filling. What is scored, and what is expected, is then the smoothed series. */
  readonly denoise?: Denoising;
  /** Before filling: outliers of the training series become missing values. */
  readonly clean?: Cleaning;
}

const fillMethods = ['mean', 'median', 'nearest', 'linear', 'forward', 'seasonal'] as const;
const cleanings = ['three-sigma', 'isolation-forest'] as const;
const sizes = {
  mean: { name: 'window', standard: 5 },
  median: { name: 'window', standard: 5 },
  'savitzky-golay': { name: 'window', standard: 7 },
  exponential: { name: 'alpha', standard: 0.3 },
  'mean-shift': { name: 'radius', standard: 5 },
} as const;
type DenoisingMethod = keyof typeof sizes;
const denoisings = Object.keys(sizes) as [DenoisingMethod, ...DenoisingMethod[]];

const oddWindow = (least: number) =>
  v.pipe(
    v.number(),
    v.integer(),
    v.minValue(least),
    v.maxValue(100_001),
    v.check((value: number) => value % 2 === 1),
  );
const schema = v.strictObject({
  fill: v.optional(v.picklist(fillMethods)),
  denoise: v.optional(
    v.variant('method', [
      v.strictObject({ method: v.picklist(['mean', 'median']), window: oddWindow(3) }),
      v.strictObject({ method: v.literal('savitzky-golay'), window: oddWindow(5) }),
      v.strictObject({
        method: v.literal('exponential'),
        alpha: v.pipe(v.number(), v.minValue(1e-6), v.maxValue(1)),
      }),
      v.strictObject({
        method: v.literal('mean-shift'),
        radius: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000)),
      }),
    ]),
  ),
  clean: v.optional(v.picklist(cleanings)),
});

/**
 * A preparation as it may come from a model file or from a caller without types.
 * @throws HeedError bad-option
 */
export function checkPreparation(preparation: unknown): Preparation {
  const result = v.safeParse(schema, preparation);
  if (result.success) return result.output as Preparation;
  const path = v.getDotPath(result.issues[0]) ?? '';
  throw new HeedError(
    'bad-option',
    `the preparation of the series is not understood${path === '' ? '' : ` at "${path}"`}`,
    `Give fill (${fillMethods.join(', ')}), denoise (a method of ${denoisings.join(', ')} with an odd window of 3 or more ` +
      `points, of 5 or more for savitzky-golay, with alpha or with radius) and clean (${cleanings.join(', ')}).`,
  );
}

/**
 * Reads a filter as the command line has it: `median`, `median:9`, `exponential:0.2`.
 * @throws HeedError bad-option
 */
export function parseDenoising(text: string): Denoising {
  checkText('text', text);
  const [name = '', size, ...rest] = text.split(':');
  if (!Object.hasOwn(sizes, name) || rest.length > 0) {
    const close = nearest(name, denoisings);
    throw new HeedError(
      'bad-option',
      `"${text}" is no filter`,
      `${close === undefined ? '' : `Did you mean "${close}"? `}Give one of ${denoisings.join(', ')}, perhaps with its size: median:9.`,
    );
  }
  const method = name as DenoisingMethod;
  const value = size === undefined ? sizes[method].standard : size.trim() === '' ? NaN : Number(size);
  return checkPreparation({ denoise: { method, [sizes[method].name]: value } }).denoise!;
}

/**
 * The series with every channel smoothed. Missing values stay missing.
 * @throws HeedError bad-option, too-few-points
 */
export function denoiseSeries(series: Series, denoising: Denoising): Series {
  const smooth = smoother(denoising);
  return {
    ...series,
    channels: series.channels.map((channel): Channel => ({ ...channel, values: smooth(channel.values) })),
  };
}

/** The filter as a sentence of the notes has it. */
export function describeDenoising(denoising: Denoising): string {
  switch (denoising.method) {
    case 'exponential':
      return `exponential smoothing (alpha ${denoising.alpha})`;
    case 'mean-shift':
      return `mean shift over ${denoising.radius} points to either side`;
    case 'savitzky-golay':
      return `a Savitzky–Golay filter of ${denoising.window} points`;
    default:
      return `a moving ${denoising.method} of ${denoising.window} points`;
  }
}

function smoother(denoising: Denoising): (values: Float64Array) => Float64Array {
  switch (denoising.method) {
    case 'mean':
      return (values) => movingAverage(values, { window: denoising.window });
    case 'median':
      return (values) => medianFilter(values, { window: denoising.window });
    case 'savitzky-golay':
      return (values) => savitzkyGolay(values, { window: denoising.window });
    case 'exponential':
      return (values) => exponentialSmoothing(values, denoising.alpha);
    case 'mean-shift':
      return (values) => meanShift(values, { radius: denoising.radius });
  }
}
