import { createHash } from 'node:crypto';
import type { DetectorOptions } from '../detectors/contract.js';
import { isHeedError, throwIfAborted } from '../errors.js';
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
import type { Series } from '../series/series.js';
import { readSeriesFile } from '../node-files.js';

/** One detector on one file: what a worker is asked for. Plain data. */
export interface EvaluateTask {
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
  readonly detector: string;
  readonly options: DetectorOptions;
  readonly seed: number;
  /** Measure what feedback changes, instead of the detector alone. */
  readonly question?: FeedbackQuestion;
}

/** What a task without, or with, a `question` gives. */
export type EvaluateResult = FileResult | FeedbackResult;

/** The same for the same file, detector, options and seed: what a resumed evaluation looks up. */
export function taskKey(task: EvaluateTask, version: string): string {
  const { name, bytes, detector, options, seed, question } = task;
  const asked = question ? [question.kind, question.events, question.choices] : [];
  return createHash('sha256')
    .update(JSON.stringify([version, name, bytes, detector, Object.entries(options).sort(), seed, ...asked]))
    .digest('hex')
    .slice(0, 24);
}

/** The file read last: a worker often gets several detectors of one file in a row. */
let last: { readonly path: string; readonly series: Promise<Series> } | undefined;

/**
 * Evaluates one detector on one file. Whatever goes wrong with the file or the detector becomes a result with
 * `error`; only cancellation is thrown.
 * @throws HeedError cancelled
 */
export async function runTask(task: EvaluateTask, signal?: AbortSignal): Promise<EvaluateResult> {
  throwIfAborted(signal);
  const { family, trainLength } = parseBenchmarkName(task.name);
  const facts = { file: task.name, family, detector: task.detector };
  let series: Series | undefined;
  try {
    if (last?.path !== task.path)
      last = { path: task.path, series: readSeriesFile(task.path).then(({ series }) => series) };
    series = await last.series;
    const run = {
      detectorOptions: task.options,
      seed: task.seed,
      ...(trainLength > 0 ? { trainLength } : {}),
      ...(signal ? { signal } : {}),
    };
    const size = { points: series.time.length, channels: series.channels.length };
    if (task.question) {
      const effect = await evaluateFeedback(task.detector, series, task.question, run);
      return { ...facts, ...effect, ...size, metrics: effect.after.metrics };
    }
    const { metrics, seconds } = await evaluateDetector(task.detector, series, run);
    return { ...facts, metrics, seconds, ...size };
  } catch (error) {
    if (isHeedError(error) && error.code === 'cancelled') throw error;
    throwIfAborted(signal);
    // The user's own mistake concerns every file alike and must not drown in a table of zeros.
    if (isHeedError(error) && (error.code === 'bad-option' || error.code === 'unknown-detector')) throw error;
    return {
      ...facts,
      ...(task.question ? failedEffect() : {}),
      metrics: failedMetrics(),
      seconds: 0,
      points: series?.time.length ?? 0,
      channels: series?.channels.length ?? 0,
      error: {
        code: isHeedError(error) ? error.code : 'internal',
        message: error instanceof Error ? error.message : String(error),
      },
    };
  }
}

/** @internal For tests that write the same path twice. */
export function forgetLastFile(): void {
  last = undefined;
}
