import type { DetectorOptions } from '../detectors/base/types.js';
import { HeedError, isHeedError } from '../errors.js';
import { loadDetector } from '../detection/load.js';
import { createDetector } from '../detection/create.js';
import type { Detector, ScoreOptions } from '../detection/detector-types.js';
import type { Detection } from '../detection/types.js';
import type { Series } from '../series/series.js';
import type { PoolCancellation, PoolReply, PoolRequest } from './worker-pool.js';

/** Options that can cross a thread. */
export type PoolScoreOptions = Omit<ScoreOptions, 'signal' | 'onProgress'>;

/** One series to score. Plain data. */
export interface ScoreTask {
  /** Id of a registered detector, or a saved model. */
  readonly detector: string | { readonly model: string };
  readonly detectorOptions?: DetectorOptions;
  readonly series: Series;
  readonly options: PoolScoreOptions;
}

/** The side of a message channel that a worker holds. */
export interface PoolPort {
  postMessage(message: unknown): void;
  listen(onMessage: (message: unknown) => void): void;
}

/**
 * Answers the requests of a pool: what a worker's module runs. In a browser the module is
 * `import { serveScores } from '@heed/core'; serveScores();`.
 * @param port where requests come from; default: the worker's own global scope
 */
export function serveScores(port: PoolPort = globalPort()): void {
  const running = new Map<number, AbortController>();
  let last: { readonly key: string; readonly detector: Promise<Detector> } | undefined;
  const detectorOf = ({ detector, detectorOptions }: ScoreTask): Promise<Detector> => {
    const key = JSON.stringify([detector, detectorOptions]);
    if (last?.key !== key) {
      last = {
        key,
        detector:
          typeof detector === 'string'
            ? createDetector(detector, detectorOptions)
            : loadDetector(detector.model),
      };
    }
    return last.detector;
  };
  const answer = async ({ id, task }: PoolRequest<ScoreTask>): Promise<void> => {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const detector = await detectorOf(task);
      const result = await detector.score(task.series, { ...task.options, signal: controller.signal });
      // Copied: handing buffers over detaches them, after which V8 checks every access to any typed array for that.
      port.postMessage({ id, result } satisfies PoolReply<Detection>);
    } catch (error) {
      const reply: PoolReply<Detection> = {
        id,
        error: {
          code: isHeedError(error) ? error.code : 'internal',
          message: error instanceof Error ? error.message : String(error),
        },
      };
      port.postMessage(reply);
    } finally {
      running.delete(id);
    }
  };
  port.listen((message) => {
    const request = message as PoolRequest<ScoreTask> | PoolCancellation;
    if ('cancel' in request) running.get(request.cancel)?.abort();
    else void answer(request);
  });
}

function globalPort(): PoolPort {
  const scope = globalThis as unknown as {
    postMessage?: (message: unknown) => void;
    addEventListener?: (type: string, listener: (event: { readonly data: unknown }) => void) => void;
    WorkerGlobalScope?: unknown;
  };
  if (!scope.WorkerGlobalScope || !scope.postMessage || !scope.addEventListener) {
    throw new HeedError(
      'not-supported',
      'scores can be served from a worker only',
      'Call it in the module of a Web Worker.',
    );
  }
  return {
    postMessage: (message) => scope.postMessage!(message),
    listen: (onMessage) => scope.addEventListener!('message', ({ data }) => onMessage(data)),
  };
}
