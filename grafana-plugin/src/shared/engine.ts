import { serveTasks } from '@heed/core/workers';
import { runJob } from './jobs.js';
import type { Job } from './jobTypes.js';

/** A message channel's end in the engine: a worker's global scope, or one made by `startOnPage`. */
export interface EngineScope {
  postMessage(message: unknown): void;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
}

/** Runs the jobs that a pool sends over a channel; knows nothing of where it runs. */
export function startEngine(scope: EngineScope): void {
  serveTasks(
    {
      postMessage: (message) => scope.postMessage(message),
      listen: (onMessage) => {
        scope.onmessage = ({ data }) => onMessage(data);
      },
    },
    (job: Job, run) => runJob(job, run),
  );
}
