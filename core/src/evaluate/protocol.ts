import { checkEach, checkParts, checkRecord, checkRun, checkSeries, checkText } from '../check-argument.js';
import { mean as average, sampleStandardDeviation } from 'simple-statistics';
import { HeedError } from '../errors.js';
import { findPeriodTsbAd } from '../preprocess/period/index.js';
import { scoreRaw, type RawRunOptions } from '../detection/raw.js';
import type { DetectorReference } from '../detectors/known.js';
import type { Series } from '../series/series.js';
import { evaluateScores, METRIC_DESCRIPTIONS, type MetricName, type Metrics } from './metrics.js';

/** What a file name of the TSB-AD benchmark says: `NNN_FAMILY_id_K_DOMAIN_tr_N_1st_M.csv`. */
export interface BenchmarkName {
  /** Data set the series comes from; `other` where the name does not say. */
  readonly family: string;
  /** Leading points known to be normal; 0 where the name does not say. */
  readonly trainLength: number;
}

/** Reads family and training prefix off a file name; never fails. */
export function parseBenchmarkName(file: string): BenchmarkName {
  checkText('file', file);
  const base = file.split(/[\\/]/).pop()!;
  const family = /^\d+_([A-Za-z0-9-]+)_id_/.exec(base)?.[1] ?? 'other';
  const train = /_tr_(\d+)(?:_|\.|$)/.exec(base)?.[1];
  return { family, trainLength: train === undefined ? 0 : Number(train) };
}

/** One detector on one file. A failed run has `error` and counts 0 in every metric. */
export interface FileResult {
  readonly file: string;
  readonly family: string;
  readonly detector: string;
  readonly metrics: Metrics;
  /** Of the random numbers, where the same file was scored with several. */
  readonly seed?: number;
  /** Fit and score, without reading and evaluating. */
  readonly seconds: number;
  readonly points: number;
  readonly channels: number;
  readonly error?: { readonly code: string; readonly message: string };
}

/** The metrics of a failed run: the benchmark counts failures as 0. */
export function failedMetrics(): Metrics {
  return Object.fromEntries(METRIC_DESCRIPTIONS.map(({ name }) => [name, 0])) as Metrics;
}

/**
 * The TSB-AD protocol for one detector and one labeled series: fit on the training prefix, score the full series,
 * judge the raw ranking; VUS with the period of the first channel as widest buffer.
 * @throws HeedError labels-missing, and whatever the detector rejects
 */
export async function evaluateDetector<const D extends DetectorReference = 'auto'>(
  series: Series,
  options: RawRunOptions<D> = {},
): Promise<{ readonly metrics: Metrics; readonly seconds: number; readonly scores: Float64Array }> {
  checkSeries(series);
  checkRun(options);
  if (!series.labels) {
    throw new HeedError(
      'labels-missing',
      'the series has no labels',
      'Add a column "label" with 1 at anomalous points and 0 elsewhere.',
    );
  }
  const run = await scoreRaw(series, options);
  const window = findPeriodTsbAd(series.channels[0]!.values);
  return {
    metrics: evaluateScores(series.labels, run.scores.raw, window),
    seconds: run.seconds,
    scores: run.scores.raw,
  };
}

/** Means of one detector over a set of files. */
export interface DetectorMeans {
  readonly metrics: Metrics;
  /** Standard deviation, over the seeds, of the mean over the files; only where there were several seeds. */
  readonly spread?: Metrics;
  readonly seconds: number;
  /** Runs: files times seeds. */
  readonly files: number;
  readonly failures: number;
}

export interface FamilySummary {
  readonly files: number;
  readonly detectors: Readonly<Record<string, DetectorMeans>>;
}

/** Published values of one metric per file: column → mean over the same files. */
export interface PublishedSummary {
  readonly metric: string;
  /** Files of this evaluation that the publication lists. */
  readonly files: number;
  readonly means: Readonly<Record<string, number>>;
  /** File → column → value. */
  readonly values: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Families with no listed file are absent. */
  readonly families: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** How our detectors compare with their published namesakes file by file. */
  readonly agreement: readonly Agreement[];
}

export interface Agreement {
  readonly detector: string;
  readonly column: string;
  readonly tolerance: number;
  readonly files: number;
  /** Files on which both values differ by at most `tolerance`. */
  readonly within: number;
  readonly meanDifference: number;
}

/** What `heed evaluate --format json` prints. */
export interface EvaluationReport {
  readonly files: readonly FileResult[];
  /** Detector → metric → mean over all files, failures counting 0. */
  readonly means: Readonly<Record<string, Metrics>>;
  readonly overall: Readonly<Record<string, DetectorMeans>>;
  readonly families: Readonly<Record<string, FamilySummary>>;
  readonly failures: readonly { file: string; detector: string; code: string; message: string }[];
  readonly published?: PublishedSummary;
}

/** Per file, per column: the published value. */
export type PublishedTable = ReadonlyMap<string, Readonly<Record<string, number>>>;

/**
 * Published algorithms our detectors re-implement, by number of channels: one, several. `one-class-svm` is not among
 * them: the published one scores windows on another scale than it was trained on.
 */
export const PUBLISHED_NAMESAKES: Readonly<Record<string, readonly string[]>> = {
  pca: ['Sub-PCA', 'PCA'],
  'k-means': ['KMeansAD'],
  'matrix-profile': ['MatrixProfile'],
  'spectral-residual': ['SR'],
  'isolation-forest': ['Sub-IForest', 'IForest'],
  'anomaly-transformer': ['AnomalyTransformer'],
  tranad: ['TranAD'],
};

/**
 * Summarizes results per family and overall. Detectors keep the order of their first result.
 * @param published values of VUS-PR per file, as the benchmark publishes them
 */
export function summarizeEvaluation(
  results: readonly FileResult[],
  published?: PublishedTable,
): EvaluationReport {
  checkEach('result', results, (what, result) => checkParts(what, result, { metrics: checkRecord }));
  if (published !== undefined) checkRecord('published', published);
  const detectors = [...new Set(results.map(({ detector }) => detector))];
  const families = [...new Set(results.map(({ family }) => family))].sort();
  const averageByDetector = (subset: readonly FileResult[]): Record<string, DetectorMeans> =>
    Object.fromEntries(
      detectors.map((detector) => [
        detector,
        meanResult(subset.filter((result) => result.detector === detector)),
      ]),
    );
  const overall = averageByDetector(results);
  const listFiles = (subset: readonly FileResult[]): string[] => [...new Set(subset.map(({ file }) => file))];
  return {
    files: results,
    means: Object.fromEntries(detectors.map((detector) => [detector, overall[detector]!.metrics])),
    overall,
    families: Object.fromEntries(
      families.map((family) => {
        const subset = results.filter((result) => result.family === family);
        return [family, { files: listFiles(subset).length, detectors: averageByDetector(subset) }];
      }),
    ),
    failures: results.flatMap(({ file, detector, error }) => (error ? [{ file, detector, ...error }] : [])),
    ...(published ? { published: summarizePublished(results, published, families) } : {}),
  };
}

function meanResult(results: readonly FileResult[]): DetectorMeans {
  const count = Math.max(1, results.length);
  const mean = (value: (result: FileResult) => number): number =>
    results.reduce((sum, result) => sum + value(result), 0) / count;
  const seeds = [...new Set(results.map(({ seed }) => seed))];
  const ofMetrics = (value: (name: MetricName) => number): Metrics =>
    Object.fromEntries(METRIC_DESCRIPTIONS.map(({ name }) => [name, value(name)])) as Metrics;
  const bySeed = (name: MetricName): number[] =>
    seeds.map((seed) =>
      average(results.filter((result) => result.seed === seed).map(({ metrics }) => metrics[name])),
    );
  return {
    metrics: ofMetrics((name) => mean(({ metrics }) => metrics[name])),
    ...(seeds.length > 1 ? { spread: ofMetrics((name) => sampleStandardDeviation(bySeed(name))) } : {}),
    seconds: mean(({ seconds }) => seconds),
    files: results.length,
    failures: results.filter(({ error }) => error).length,
  };
}

/** Agreement between an implementation and its published namesake is stated within this much. */
const TOLERANCE = 0.01;

function summarizePublished(
  results: readonly FileResult[],
  published: PublishedTable,
  families: readonly string[],
): PublishedSummary {
  const listed = results.filter(({ file }) => published.has(file));
  const familyByFile = new Map(listed.map(({ file, family }) => [file, family]));
  const columns = [...new Set([...familyByFile.keys()].flatMap((file) => Object.keys(published.get(file)!)))];
  const meanOver = (files: readonly string[]): Record<string, number> =>
    Object.fromEntries(
      columns.map((column) => [
        column,
        files.reduce((sum, file) => sum + (published.get(file)![column] ?? 0), 0) / Math.max(1, files.length),
      ]),
    );
  const agreement = Object.entries(PUBLISHED_NAMESAKES).flatMap(([detector, namesakes]) => {
    const column = namesakes.find((name) => columns.includes(name));
    const own = listed.filter((result) => result.detector === detector && result.seed === listed[0]!.seed);
    if (column === undefined || own.length === 0) return [];
    const differences = own.map(({ file, metrics }) => metrics['VUS-PR'] - published.get(file)![column]!);
    return [
      {
        detector,
        column,
        tolerance: TOLERANCE,
        files: own.length,
        within: differences.filter((difference) => Math.abs(difference) <= TOLERANCE).length,
        meanDifference: differences.reduce((sum, difference) => sum + difference, 0) / own.length,
      },
    ];
  });
  return {
    metric: 'VUS-PR',
    files: familyByFile.size,
    means: meanOver([...familyByFile.keys()]),
    values: Object.fromEntries([...familyByFile.keys()].map((file) => [file, published.get(file)!])),
    families: Object.fromEntries(
      families.flatMap((family) => {
        const files = [...familyByFile].filter(([, its]) => its === family).map(([file]) => file);
        return files.length > 0 ? [[family, meanOver(files)]] : [];
      }),
    ),
    agreement,
  };
}
