import { createHash } from 'node:crypto';
import { basename, dirname } from 'node:path';
import type { DetectorOptions } from '../detectors/base/types.js';
import { HeedError, isHeedError, throwIfAborted } from '../errors.js';
import {
  evaluateFeedback,
  failedEffect,
  type FeedbackQuestion,
  type FeedbackResult,
} from '../evaluate/feedback.js';
import {
  evaluateDetector,
  failedMetrics,
  parseBenchmarkName,
  type FileResult,
} from '../evaluate/protocol.js';
import { evaluateLive, type LiveOptions } from '../evaluate/live-run.js';
import { failedLive, liveMetrics, type LiveResult } from '../evaluate/live-summary.js';
import { sliceSeries, type Series } from '../series/series.js';
import type { ReadOptions } from '../series/index.js';
import { readSeriesFile } from '../node/files.js';

/** One detector on one file: what a worker is asked for. Plain data. */
export interface EvaluateTask {
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
  readonly detector: string;
  readonly options: DetectorOptions;
  readonly seed: number;
  /** How the file is to be read, where that cannot be left to the reader. */
  readonly reading?: ReadOptions;
  /** The file was named by itself: its faults end the evaluation. */
  readonly named?: boolean;
  /** The file is left out where it holds no labeled series. */
  readonly optional?: boolean;
  /** Measure what feedback changes, instead of the detector alone. */
  readonly question?: FeedbackQuestion;
  /** Give the points one by one to a live detector; the first so many of them. */
  readonly live?: LiveOptions & { readonly first?: number };
}

/** What a task without, or with, a `question` or `live` gives. */
export type EvaluateResult = FileResult | FeedbackResult | LiveResult;

/** The same for the same file, detector, options and seed: what a resumed evaluation looks up. */
export function taskKey(task: EvaluateTask, version: string): string {
  const { name, bytes, detector, options, seed, reading = {}, question, live } = task;
  const asked: unknown[] = question ? [question.kind, question.events, question.choices] : [];
  if (Object.keys(reading).length > 0) asked.push(reading);
  if (live) asked.push({ live });
  return createHash('sha256')
    .update(JSON.stringify([version, name, bytes, detector, Object.entries(options).sort(), seed, ...asked]))
    .digest('hex')
    .slice(0, 24);
}

/** The file read last: a worker often gets several detectors of one file in a row. */
let last: { readonly path: string; readonly reading: string; readonly series: Promise<Series> } | undefined;

/**
 * Evaluates one detector on one file. Whatever goes wrong with the detector, or with one file of a folder, becomes a
 * result with `error`.
 * @throws HeedError cancelled, bad-option, unknown-detector; of a file that was named by itself, or is optional, also
 *   what reading it rejects, and labels-missing
 */
export async function runTask(task: EvaluateTask, signal?: AbortSignal): Promise<EvaluateResult> {
  throwIfAborted(signal);
  const { family, trainLength } = parseBenchmarkName(task.name);
  const facts = { file: task.name, family, detector: task.detector };
  let series: Series | undefined;
  try {
    const reading = JSON.stringify(task.reading ?? {});
    if (last?.path !== task.path || last.reading !== reading) {
      const { path } = task;
      last = { path, reading, series: readSeriesFile(path, task.reading).then((read) => read.series) };
    }
    series = await last.series;
    if (task.live?.first !== undefined && task.live.first < series.time.length) {
      series = sliceSeries(series, 0, task.live.first);
    }
    checkLabels(series, task);
    const size = { points: series.time.length, channels: series.channels.length };
    if (task.live) {
      const live = evaluateLive(task.detector, series, { ...task.live, trainLength });
      return {
        ...facts,
        family: chooseFamily(task, family),
        ...live,
        metrics: liveMetrics([live]),
        channels: size.channels,
      };
    }
    const run = {
      detector: task.detector,
      options: task.options,
      seed: task.seed,
      ...(trainLength > 0 ? { trainLength } : {}),
      ...(signal ? { signal } : {}),
    };
    if (task.question) {
      const effect = await evaluateFeedback(series, task.question, run);
      return { ...facts, ...effect, ...size, metrics: effect.after.metrics };
    }
    const { metrics, seconds } = await evaluateDetector(series, run);
    return { ...facts, metrics, seconds, ...size };
  } catch (error) {
    if (isHeedError(error) && error.code === 'cancelled') throw error;
    throwIfAborted(signal);
    // The user's own mistake concerns every file alike and must not drown in a table of zeros.
    if (isHeedError(error) && (error.code === 'bad-option' || error.code === 'unknown-detector')) throw error;
    if (task.named && isHeedError(error) && (!series || error.place?.file === task.path)) throw error;
    if (task.optional && isHeedError(error) && !series?.labels) throw error;
    const failure = {
      code: isHeedError(error) ? error.code : 'internal',
      message: error instanceof Error ? error.message : String(error),
    };
    const channels = series?.channels.length ?? 0;
    if (task.live) return { ...facts, ...failedLive(), channels, error: failure };
    return {
      ...facts,
      ...(task.question ? failedEffect() : {}),
      metrics: failedMetrics(),
      seconds: 0,
      points: series?.time.length ?? 0,
      channels,
      error: failure,
    };
  }
}

/** Of files that do not name a family, the folder is one. */
function chooseFamily({ path }: EvaluateTask, named: string): string {
  return named === 'other' ? basename(dirname(path)) || named : named;
}

/** @throws HeedError labels-missing, where there is nothing to judge scores by */
function checkLabels({ labels }: Series, { path: file, question, live }: EvaluateTask): void {
  // Where feedback is measured, a file with too few events is left out, which the report says.
  // As it happened, a file without an anomaly tells of false alarms.
  if (labels && (question || live || labels.includes(1))) return;
  throw labels
    ? new HeedError(
        'labels-missing',
        `none of the ${labels.length} rows is labeled anomalous`,
        'Label at least one: 1 where anomalous, 0 where not.',
        { file },
      )
    : new HeedError(
        'labels-missing',
        'there is no column named label, is_anomaly or anomaly to judge scores by',
        'Add one with 1 at anomalous rows and 0 elsewhere, or name yours with --label.',
        { file },
      );
}

/** @internal For tests that write the same path twice. */
export function forgetLastFile(): void {
  last = undefined;
}
