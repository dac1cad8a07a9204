import type { Progress } from '../detectors/base/types.js';
import { throwIfAborted } from '../errors.js';
import { yieldToEventLoop } from '../yield.js';
import { removeUnfinished } from './output.js';
import { printable } from './terminal.js';

/** Work that has not ended in order this long after an interrupt is ended all the same, in ms. */
const grace = 150;

/**
 * Ctrl+C and `kill`: the first one cancels the work, which then ends in order (no half-written file); a second one,
 * or work that does not listen, ends the process at once.
 */
class Interruption {
  private readonly controller = new AbortController();
  private code: number | undefined;
  private told = false;
  private listening = false;
  private readonly onInterrupt = () => this.interrupt('SIGINT', 130);
  private readonly onTerminate = () => this.interrupt('SIGTERM', 143);

  /** Starts listening; commands that wait for something else (a server, a child) do not call it. */
  begin(): AbortSignal {
    if (!this.listening) {
      process.on('SIGINT', this.onInterrupt);
      process.on('SIGTERM', this.onTerminate);
    }
    this.listening = true;
    return this.controller.signal;
  }

  /** Exit status owed to a signal; undefined where there was none. */
  status(): number | undefined {
    return this.code;
  }

  end(): void {
    process.off('SIGINT', this.onInterrupt);
    process.off('SIGTERM', this.onTerminate);
    this.listening = false;
  }

  /**
   * Work that holds the thread for long, and writes nothing. Node tells of a signal only between pieces of work; so
   * nobody listens meanwhile, and the system ends the process where it stands.
   */
  async atOnce<T>(work: () => Promise<T>): Promise<T> {
    const listened = this.listening;
    // A signal that has come already is told of first.
    await yieldToEventLoop();
    throwIfAborted(this.controller.signal);
    this.end();
    try {
      return await work();
    } finally {
      if (listened) this.begin();
    }
  }

  /** Work that tells when it begins to hold the thread (`decide`): from there to its end nobody listens, as in `atOnce`. */
  async following<T>(
    update: (progress: Progress) => void,
    work: (onProgress: (progress: Progress) => void) => Promise<T>,
  ): Promise<T> {
    const listened = this.listening;
    try {
      return await work((progress) => {
        if (progress.phase === 'decide') this.end();
        update(progress);
      });
    } finally {
      if (listened) this.begin();
    }
  }

  /** Says so, once. */
  tell(): void {
    if (!this.told) process.stderr.write('heed: interrupted; nothing was written.\n');
    this.told = true;
  }

  private interrupt(signal: NodeJS.Signals, code: number): void {
    const end = () => {
      this.tell();
      removeUnfinished();
      // Not process.exit(): it waits for reads of a disk or a server that does not answer.
      this.end();
      process.kill(process.pid, signal);
    };
    if (this.code !== undefined) return end();
    this.code = code;
    this.controller.abort();
    setTimeout(end, grace).unref();
  }
}

export const interruption = new Interruption();

/** A message as one printable line. */
export function printedLine(text: string): string {
  return printable(text).trim();
}
