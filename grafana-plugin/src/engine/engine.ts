import { isHeedError } from '@heed/core';
import { runJob } from './jobs.js';
import type { EngineScope, PlainError, Reply } from './protocol.js';

/** Runs jobs that arrive as messages and answers with messages; knows nothing of where it runs. */
export function startEngine(scope: EngineScope): void {
  const running = new Map<number, AbortController>();
  const send = (reply: Reply) => scope.postMessage(reply);
  scope.onmessage = ({ data }) => {
    if (data.type === 'cancel') {
      running.get(data.id)?.abort();
      return;
    }
    const { id, job } = data;
    const abort = new AbortController();
    running.set(id, abort);
    const started = performance.now();
    void runJob(job, {
      signal: abort.signal,
      onProgress: (progress) => send({ type: 'progress', id, progress }),
    })
      .then(
        (result) => send({ type: 'done', id, result, milliseconds: performance.now() - started }),
        (error: unknown) => send({ type: 'failed', id, error: toPlainError(error) }),
      )
      .finally(() => running.delete(id));
  };
  send({ type: 'ready' });
}

function toPlainError(error: unknown): PlainError {
  if (isHeedError(error)) return { message: error.message, code: error.code };
  const { code, message } = error as { code?: unknown; message?: unknown };
  return {
    message: typeof message === 'string' ? message : String(error),
    code: typeof code === 'string' ? code : 'internal',
  };
}
