import { existsSync } from 'node:fs';
import type { Progress } from '../detectors/base/types.js';
import { HeedError, throwIfAborted, type HeedErrorCode } from '../errors.js';
import { NodeWorkerPool } from '../node/pool.js';
import type { EvaluationCache } from './evaluate-cache.js';
import { runTask, taskKey, type EvaluateResult, type EvaluateTask } from './evaluate-task.js';

/** Changes when results of an earlier version may no longer be mixed with new ones. */
const cacheVersion = '1';

/**
 * Results in the order of the tasks, whatever order they finish in.
 * @typeParam Result what these tasks give: `FeedbackResult` where they ask a question, else `FileResult`
 * @throws HeedError cancelled, bad-option, output-unwritable, faults of files that were named by themselves, and the
 *   first failure where every run failed: means of nothing but failures say nothing
 */
export async function runAll<Result extends EvaluateResult>(
  tasks: readonly EvaluateTask[],
  jobs: number,
  cache: EvaluationCache | undefined,
  signal: AbortSignal | undefined,
  onProgress: (progress: Progress) => void,
): Promise<Result[]> {
  const results = new Array<Result>(tasks.length);
  const keys = tasks.map((task) => taskKey(task, cacheVersion));
  const open: number[] = [];
  tasks.forEach((_, i) => {
    const known = cache?.get(keys[i]!);
    if (known) results[i] = known as Result;
    else open.push(i);
  });
  // The largest files first, so that none is left running alone at the end.
  open.sort((a, b) => tasks[b]!.bytes - tasks[a]!.bytes);

  let done = tasks.length - open.length;
  const total = open.reduce((sum, i) => sum + tasks[i]!.bytes, 0);
  let finished = 0;
  const finish = async (i: number, result: Result): Promise<void> => {
    results[i] = result;
    await cache?.add(keys[i]!, result);
    done++;
    finished += tasks[i]!.bytes;
    onProgress({
      phase: 'evaluate',
      done: total > 0 ? finished / total : 1,
      message: `${done} of ${tasks.length}, ${result.detector} on ${result.file}`,
    });
  };

  const worker = new URL('./evaluate-worker.js', import.meta.url);
  const parallel = Math.min(jobs, open.length);
  if (parallel <= 1 || !existsSync(worker)) {
    for (const i of open) await finish(i, (await runTask(tasks[i]!, signal)) as Result);
    return someSucceeded(results);
  }
  const pool = new NodeWorkerPool<EvaluateTask, Result>(worker, parallel);
  const stop = (): void => void pool.close();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    throwIfAborted(signal);
    await Promise.all(open.map(async (i) => finish(i, (await pool.run(tasks[i]!)).result)));
  } finally {
    signal?.removeEventListener('abort', stop);
    await pool.close();
  }
  return someSucceeded(results);
}

function someSucceeded<Result extends EvaluateResult>(results: Result[]): Result[] {
  const [first] = results;
  if (!first?.error || results.some(({ error }) => !error)) return results;
  const { file, detector, error } = first;
  const [what, ...remedy] = error.message.split('. ');
  const of = results.length === 1 ? '' : `all ${results.length} runs failed, the first because `;
  throw new HeedError(
    error.code as HeedErrorCode,
    `${detector} on ${file}: ${of}${what!.replace(/\.$/, '')}`,
    remedy.join('. ') || 'Name other files.',
  );
}
