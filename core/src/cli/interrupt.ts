import { printable } from './terminal.js';

/**
 * Ctrl+C and `kill`: the first one cancels the work, which then ends in order (no half-written file); a second one,
 * or work that does not listen for a second, ends the process at once.
 */
class Interruption {
  private readonly controller = new AbortController();
  private code: number | undefined;
  private told = false;
  private readonly onInterrupt = () => this.interrupt(130);
  private readonly onTerminate = () => this.interrupt(143);

  /** Starts listening; commands that wait for something else (a server, a child) do not call it. */
  begin(): AbortSignal {
    process.on('SIGINT', this.onInterrupt);
    process.on('SIGTERM', this.onTerminate);
    return this.controller.signal;
  }

  /** Exit status owed to a signal; undefined where there was none. */
  status(): number | undefined {
    return this.code;
  }

  end(): void {
    process.off('SIGINT', this.onInterrupt);
    process.off('SIGTERM', this.onTerminate);
  }

  /** Says so, once. */
  tell(): void {
    if (!this.told) process.stderr.write('heed: interrupted; nothing was written.\n');
    this.told = true;
  }

  private interrupt(code: number): void {
    if (this.code !== undefined) process.exit(code);
    this.code = code;
    this.controller.abort();
    setTimeout(() => {
      this.tell();
      process.exit(code);
    }, 1000).unref();
  }
}

export const interruption = new Interruption();

/** A message as one printable line. */
export function printedLine(text: string): string {
  return printable(text).trim();
}
