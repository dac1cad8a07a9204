/** Worker of `heed evaluate`: runs the tasks the pool sends. */
import { parentPort } from 'node:worker_threads';
import { isHeedError } from '../errors.js';
import type { PoolReply, PoolRequest } from '../node/pool.js';
import { runTask, type EvaluateResult, type EvaluateTask } from './evaluate-task.js';

parentPort!.on('message', ({ id, task }: PoolRequest<EvaluateTask>) => {
  const reply = (answer: PoolReply<EvaluateResult>): void => parentPort!.postMessage(answer);
  runTask(task).then(
    (result) => reply({ id, result }),
    (error: unknown) =>
      reply({
        id,
        error: {
          code: isHeedError(error) ? error.code : 'internal',
          message: error instanceof Error ? error.message : String(error),
        },
      }),
  );
});
