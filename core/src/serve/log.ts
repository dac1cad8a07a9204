import { printJson } from '../format.js';

/** How much is worth a line. */
export type LogLevel = 'info' | 'warn' | 'error';

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Log {
  write(level: LogLevel, message: string, fields?: LogFields): void;
  /** Tells of a cause once, and again only after `clear`, however often it strikes. */
  once(cause: string, level: LogLevel, message: string, fields?: LogFields): void;
  /** The cause is gone; true where it had been told. */
  clear(cause: string): boolean;
}

/** Causes remembered; so many different ones are told again from the oldest on. */
const MOST_CAUSES = 10_000;

/**
 * Lines for people (`text`) or for machines (`json`: one object a line with `time`, `level`, `message` and fields).
 * @param write takes one line
 */
export function createLog(
  format: 'text' | 'json',
  write: (line: string) => void,
  now: () => number = Date.now,
): Log {
  const told = new Set<string>();
  const log: Log = {
    write(level, message, fields = {}) {
      const time = new Date(now()).toISOString();
      const text = printable(message);
      if (format === 'json') {
        write(printJson({ time, level, message: text, ...fields }));
        return;
      }
      const more = Object.entries(fields)
        .filter(([, value]) => value !== undefined)
        .map(
          ([name, value]) =>
            ` ${name}=${typeof value === 'string' ? JSON.stringify(printable(value)) : value}`,
        )
        .join('');
      write(`${time} ${level.padEnd(5)} ${text}${more}`);
    },
    once(cause, level, message, fields) {
      if (told.has(cause)) return;
      if (told.size >= MOST_CAUSES) told.delete(told.values().next().value!);
      told.add(cause);
      log.write(level, message, fields);
    },
    clear: (cause) => told.delete(cause),
  };
  return log;
}

/** No line may end early, or talk to a terminal. */
function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');
}
