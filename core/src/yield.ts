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

/** When work last let others run: one clock for all, so that many short pieces of work in a row yield as one would. */
let lastYield = -Infinity;

/** Yields when more than `interval` ms have passed since work last did, and throws where it was cancelled. */
export class CooperativeScheduler {
  constructor(
    private readonly signal: AbortSignal | undefined,
    private readonly interval = 25,
  ) {}

  /** @throws HeedError cancelled */
  async yieldIfDue(): Promise<void> {
    throwIfAborted(this.signal);
    if (performance.now() - lastYield < this.interval) return;
    await yieldToEventLoop();
    lastYield = performance.now();
    throwIfAborted(this.signal);
  }
}
