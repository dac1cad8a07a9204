import { throwIfAborted } from './errors.js';

const setImmediateOfNode = (globalThis as { setImmediate?: (callback: () => void) => void }).setImmediate;

/**
 * Lets timers, messages and abort signals run. A macrotask: a resolved promise alone would not let an
 * AbortSignal fire.
 */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => {
    if (setImmediateOfNode) {
      setImmediateOfNode(resolve);
      return;
    }
    // setTimeout is clamped to 4 ms in browsers once nested; a message is not.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** Yields when more than `interval` ms have passed since it last did, and throws where the work was cancelled. */
export class Breather {
  private last = performance.now();

  constructor(
    private readonly signal: AbortSignal | undefined,
    private readonly interval = 25,
  ) {}

  /** @throws HeedError cancelled */
  async breathe(): Promise<void> {
    throwIfAborted(this.signal);
    if (performance.now() - this.last < this.interval) return;
    await yieldToEventLoop();
    this.last = performance.now();
    throwIfAborted(this.signal);
  }
}
