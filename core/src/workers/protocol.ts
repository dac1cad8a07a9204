import { checkFunction, checkRecord } from '../check-argument.js';
import type { Progress } from '../detectors/base/types.js';
import { isHeedError, type HeedErrorCode } from '../errors.js';

/** What a pool sends to its workers. */
export interface PoolRequest<Task> {
  readonly id: number;
  readonly task: Task;
}

/** Sent after a request whose answer nobody waits for any more. */
export interface PoolCancellation {
  readonly cancel: number;
}

/** An error as it crosses a thread: the code of a HeedError is kept. */
export interface PoolError {
  readonly code: HeedErrorCode;
  readonly message: string;
}

/** What a worker answers: exactly one of these per request, in any order. */
export type PoolReply<Result> =
  | {
      readonly id: number;
      readonly result: Result;
      /** Time in the worker, without waiting, ms. */ readonly milliseconds?: number;
    }
  | { readonly id: number; readonly error: PoolError };

/** What it says besides: that it has started, and how far a request has come. */
export type PoolNotice = { readonly ready: true } | { readonly id: number; readonly progress: Progress };

/** The side of a message channel that a worker holds. */
export interface PoolPort {
  postMessage(message: unknown): void;
  listen(onMessage: (message: unknown) => void): void;
}

/** What is told to the work on one task. */
export interface TaskRun {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/**
 * Answers the requests of a pool on a port: the worker's side of the protocol, wherever the worker runs.
 * @param work does one task; it may be asked for several at a time
 */
export function serveTasks<Task, Result>(
  port: PoolPort,
  work: (task: Task, run: TaskRun) => Promise<Result>,
): void {
  checkRecord('port', port, 'listen', 'postMessage');
  checkFunction('work', work);
  const running = new Map<number, AbortController>();
  const answer = async ({ id, task }: PoolRequest<Task>): Promise<void> => {
    const controller = new AbortController();
    running.set(id, controller);
    const began = performance.now();
    try {
      const result = await work(task, {
        signal: controller.signal,
        onProgress: (progress) => port.postMessage({ id, progress } satisfies PoolNotice),
      });
      // Copied: handing buffers over detaches them, after which V8 checks every access to any typed array for that.
      port.postMessage({ id, result, milliseconds: performance.now() - began } satisfies PoolReply<Result>);
    } catch (error) {
      port.postMessage({ id, error: plainError(error) } satisfies PoolReply<Result>);
    } finally {
      running.delete(id);
    }
  };
  port.listen((message) => {
    const request = message as PoolRequest<Task> | PoolCancellation;
    if ('cancel' in request) running.get(request.cancel)?.abort();
    else void answer(request);
  });
  port.postMessage({ ready: true } satisfies PoolNotice);
}

function plainError(error: unknown): PoolError {
  if (isHeedError(error)) return { code: error.code, message: error.message };
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return {
    code: (typeof code === 'string' ? code : 'internal') as HeedErrorCode,
    message: typeof message === 'string' ? message : String(error),
  };
}
