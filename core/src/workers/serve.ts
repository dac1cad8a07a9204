import type { DetectorOptions } from '../detectors/base/types.js';
import { HeedError } from '../errors.js';
import { loadDetector } from '../detection/load.js';
import { createDetector } from '../detection/create.js';
import type { Detector, ScoreOptions } from '../detection/detector-types.js';
import type { Detection } from '../detection/types.js';
import type { Series } from '../series/series.js';
import { serveTasks, type PoolPort } from './protocol.js';

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

/** A detection without its series, which whoever sent it has. */
export type ScoreResult = Omit<Detection, 'series'>;

/**
 * Answers the requests of a pool of scoring workers: what a worker's module runs. In a browser the module is
 * `import { serveScores } from '@heed/core'; serveScores();`.
 * @param port where requests come from; default: the worker's own global scope
 */
export function serveScores(port: PoolPort = globalPort()): void {
  let last: { readonly key: string; readonly detector: Promise<Detector> } | undefined;
  const getDetector = ({ detector, detectorOptions }: ScoreTask): Promise<Detector> => {
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
  serveTasks<ScoreTask, ScoreResult>(port, async (task, { signal }) => {
    const detector = await getDetector(task);
    const { series: _given, ...result } = await detector.score(task.series, { ...task.options, signal });
    return result;
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
