/** Worker of `heed evaluate`: runs the tasks the pool sends. */
import { parentPort } from 'node:worker_threads';
import { serveTasks } from '../workers/protocol.js';
import { runTask, type EvaluateTask } from './evaluate-task.js';

serveTasks(
  {
    postMessage: (message) => parentPort!.postMessage(message),
    listen: (onMessage) => parentPort!.on('message', onMessage),
  },
  (task: EvaluateTask, { signal }) => runTask(task, signal),
);
