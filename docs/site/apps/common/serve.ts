import { serveTasks, type TaskRun } from '@heed/core/workers';

/** Answers the tasks of the page this worker belongs to. */
export function serve<Task, Result>(work: (task: Task, run: TaskRun) => Promise<Result> | Result): void {
  const scope = globalThis as unknown as {
    postMessage(message: unknown): void;
    addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  };
  serveTasks<Task, Result>(
    {
      postMessage: (message) => scope.postMessage(message),
      listen: (onMessage) => scope.addEventListener('message', ({ data }) => onMessage(data)),
    },
    async (task, run) => work(task, run),
  );
}
