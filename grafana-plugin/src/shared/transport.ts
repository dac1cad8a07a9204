import type { PoolWorker } from '@heed/core/workers';
import type { EngineScope } from './engine.js';

/**
 * A worker from source text. Blob workers need no extra file, so nested plugins and plugin CDNs serve nothing for
 * them; a strict content security policy refuses them with an error event, not an exception.
 */
export function startWorker(source: string, name = 'heed'): PoolWorker {
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(url, { name });
  return {
    post: (message) => worker.postMessage(message),
    listen: (onMessage, onFailure) => {
      worker.onmessage = (event: MessageEvent) => onMessage(event.data);
      worker.onerror = (event) => {
        event.preventDefault?.();
        onFailure(new Error(event.message || 'the browser refused to start a worker'));
      };
      worker.onmessageerror = () => onFailure(new Error('a message could not be read'));
    },
    end: () => {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}

/** The engine on the page itself; jobs yield to the event loop by themselves. */
export function startOnPage(engine: (scope: EngineScope) => void): PoolWorker {
  let live = true;
  let onReply: (message: unknown) => void = () => undefined;
  const scope: EngineScope = {
    onmessage: null,
    postMessage: (message) => queueMicrotask(() => live && onReply(message)),
  };
  engine(scope);
  return {
    // A macrotask, as between a page and a worker, so that a burst of jobs does not become one long task.
    post: (message) => void setTimeout(() => live && scope.onmessage?.({ data: message }), 0),
    listen: (onMessage) => {
      onReply = onMessage;
    },
    end: () => {
      live = false;
    },
  };
}
