import type { EngineScope, Reply, Request } from '../engine/protocol.js';

/** One engine as the pool sees it, wherever it runs. */
export interface EngineHandle {
  post(request: Request): void;
  terminate(): void;
  onReply: (reply: Reply) => void;
  /** The engine is gone and will answer nothing any more. */
  onDead: (reason: string) => void;
  readonly kind: 'worker' | 'page';
}

/**
 * A worker from source text. Blob workers need no extra file, so nested plugins and plugin CDNs serve nothing for
 * them; a strict content security policy refuses them with an error event, not an exception.
 */
export function startWorker(source: string, name = 'heed'): EngineHandle {
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(url, { name });
  const handle: EngineHandle = {
    kind: 'worker',
    post: (request) => worker.postMessage(request),
    terminate: () => {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
    onReply: () => undefined,
    onDead: () => undefined,
  };
  worker.onmessage = (event: MessageEvent<Reply>) => handle.onReply(event.data);
  worker.onerror = (event) => {
    event.preventDefault?.();
    handle.onDead(event.message || 'the browser refused to start a worker');
  };
  worker.onmessageerror = () => handle.onDead('a message could not be read');
  return handle;
}

/** The engine on the page itself; jobs yield to the event loop by themselves. */
export function startOnPage(engine: (scope: EngineScope) => void): EngineHandle {
  let live = true;
  const scope: EngineScope = {
    onmessage: null,
    postMessage: (reply) => queueMicrotask(() => live && handle.onReply(reply)),
  };
  const handle: EngineHandle = {
    kind: 'page',
    // A macrotask, as between a page and a worker, so that a burst of jobs does not become one long task.
    post: (request) => void setTimeout(() => live && scope.onmessage?.({ data: request }), 0),
    terminate: () => {
      live = false;
    },
    onReply: () => undefined,
    onDead: () => undefined,
  };
  engine(scope);
  return handle;
}
