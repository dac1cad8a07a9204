import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Progress } from '../detectors/base/types.js';
import { HeedError, isHeedError, throwIfAborted, type HeedErrorCode } from '../errors.js';
import { interruption } from './interrupt.js';
import { NodeWorkerPool } from '../node/pool.js';
import type { EvaluationCache } from './evaluate-cache.js';
import type { EvaluateOptions } from './evaluate-options.js';
import { runTask, taskKey, type EvaluateResult, type EvaluateTask } from './evaluate-task.js';
import { printable, tell } from './terminal.js';

/** Changes when results of an earlier version may no longer be mixed with new ones. */
const cacheVersion = '1';

/** A task with what it gave. */
export interface Finished<Result extends EvaluateResult> {
  readonly task: EvaluateTask;
  readonly result: Result;
}

/**
 * Results in the order of the tasks, whatever order they finish in, without those of optional files that hold no
 * labeled series: they are told on stderr, unless `quiet`.
 * @typeParam Result what these tasks give: `FeedbackResult` where they ask a question, else `FileResult`
 * @throws HeedError cancelled, bad-option, output-unwritable, faults of files that were named by themselves, empty-input
 *   where all files are left out, and the first failure where every run failed: means of nothing but failures say nothing
 */
export async function runAll<Result extends EvaluateResult>(
  tasks: readonly EvaluateTask[],
  { jobs = availableParallelism(), quiet }: Pick<EvaluateOptions, 'jobs' | 'quiet'>,
  cache: EvaluationCache | undefined,
  signal: AbortSignal | undefined,
  onProgress: (progress: Progress) => void,
): Promise<Finished<Result>[]> {
  const results = new Array<Result | undefined>(tasks.length);
  const leftOut = new Set<string>();
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
  const run = async (i: number, give: () => Promise<EvaluateResult>): Promise<void> => {
    const { path, name, detector, bytes, optional } = tasks[i]!;
    if (!leftOut.has(path)) {
      try {
        const result = (results[i] = (await give()) as Result);
        await cache?.add(keys[i]!, result);
      } catch (error) {
        if (!optional || !isHeedError(error) || concernsAll.includes(error.code)) throw error;
        if (!leftOut.has(path) && !quiet) tell(`Left out: ${printable(name)}: ${printable(explain(error))}.`);
        leftOut.add(path);
      }
    }
    done++;
    finished += bytes;
    onProgress({
      phase: 'evaluate',
      done: total > 0 ? finished / total : 1,
      message: `${done} of ${tasks.length}, ${detector} on ${name}`,
    });
  };

  const worker = new URL('./evaluate-worker.js', import.meta.url);
  const parallel = Math.min(jobs, open.length);
  if (parallel <= 1 || !existsSync(worker)) {
    // On this thread: metrics hold it, and no result is being kept meanwhile.
    for (const i of open) await run(i, () => interruption.atOnce(() => runTask(tasks[i]!, signal)));
    return someSucceeded(finishedTasks(tasks, results));
  }
  const pool = new NodeWorkerPool<EvaluateTask, Result>(worker, parallel);
  const stop = (): void => void pool.close();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    throwIfAborted(signal);
    await Promise.all(open.map((i) => run(i, async () => (await pool.run(tasks[i]!)).result)));
  } finally {
    signal?.removeEventListener('abort', stop);
    await pool.close();
  }
  return someSucceeded(finishedTasks(tasks, results));
}

/** Codes of errors that are no fault of one file. */
const concernsAll: readonly string[] = ['cancelled', 'bad-option', 'unknown-detector', 'output-unwritable'];

function explain({ code, what }: HeedError): string {
  return code === 'labels-missing' ? 'it has no labels' : what;
}

function finishedTasks<Result extends EvaluateResult>(
  tasks: readonly EvaluateTask[],
  results: readonly (Result | undefined)[],
): Finished<Result>[] {
  return results.flatMap((result, i) => (result ? [{ task: tasks[i]!, result }] : []));
}

function someSucceeded<Result extends EvaluateResult>(finished: Finished<Result>[]): Finished<Result>[] {
  if (finished.length === 0) {
    throw new HeedError(
      'empty-input',
      'there is no file with labeled series',
      'Name such files, or a folder that holds some.',
    );
  }
  const [first] = finished.map(({ result }) => result);
  if (!first?.error || finished.some(({ result }) => !result.error)) return finished;
  const { file, detector, error } = first;
  const [what, ...remedy] = error.message.split('. ');
  const of = finished.length === 1 ? '' : `all ${finished.length} runs failed, the first because `;
  throw new HeedError(
    error.code as HeedErrorCode,
    `${detector} on ${file}: ${of}${what!.replace(/\.$/, '')}`,
    remedy.join('. ') || 'Name other files.',
  );
}
