import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isHeedError } from '../../errors.js';
import type { Answer } from '../http.js';
import type { OutputContext } from './output.js';

const FIRST_RETRY = 1_000;
const LAST_RETRY = 300_000;

/** What is wrong with an answer; `lasting` where sending again would not help. */
export interface Refusal {
  readonly message: string;
  readonly lasting: boolean;
}

/** Undefined where the server took it. */
export function toRefusal({ status, text }: Answer): Refusal | undefined {
  if (status >= 200 && status < 300) return undefined;
  const said = text.replace(/\s+/g, ' ').trim().slice(0, 200);
  return {
    message: `it answered ${status}${said === '' ? '' : `: ${said}`}`,
    lasting: status >= 400 && status < 500 && ![401, 403, 408, 425, 429].includes(status),
  };
}

/** ms before the next of several attempts; half of it at random, so that many do not come back at once. */
export function retryAfter(attempts: number): number {
  return Math.min(LAST_RETRY, FIRST_RETRY * 2 ** Math.min(20, attempts - 1)) * (0.5 + Math.random() / 2);
}

export interface DeliveryOptions<M> {
  readonly name: string;
  /** Where it goes: tells its messages in the store from those of others. */
  readonly target: string;
  readonly context: OutputContext;
  /** Whether what waits is written to the store, and goes on after a restart. */
  readonly kept: boolean;
  /** @returns why it was refused */
  readonly send: (message: M, signal: AbortSignal) => Promise<Refusal | undefined>;
}

/** Sends messages one after another, each until it is taken or refused for good: at least once, in order. */
export class Delivery<M> {
  sent = 0;
  failures = 0;
  dropped = 0;
  failure: string | undefined;
  private readonly queue: { readonly key: number; readonly message: M }[] = [];
  private readonly stopping = new AbortController();
  private readonly table: string;
  private nextKey = 0;
  private running: Promise<void> | undefined;

  constructor(private readonly options: DeliveryOptions<M>) {
    const { kept, context, name, target } = options;
    this.table = `${name.replace(/-\d+$/, '')} ${createHash('sha1').update(target).digest('base64url')}`;
    if (!kept) return;
    const { outbox } = context.store;
    for (const { key, value } of outbox.getRange({ start: [this.table, 0], end: [this.table, Infinity] })) {
      this.queue.push({ key: key[1], message: value as M });
      this.nextKey = key[1] + 1;
    }
    if (this.queue.length > 0) this.wake();
  }

  get waiting(): number {
    return this.queue.length;
  }

  push(message: M): void {
    const { kept, context, name } = this.options;
    const entry = { key: this.nextKey++, message };
    this.queue.push(entry);
    if (kept) void context.store.outbox.put([this.table, entry.key], message).catch(() => {});
    // The oldest one is being sent.
    if (this.queue.length > context.most) {
      this.remove(1);
      this.dropped++;
      context.log.once(
        `${name}: full`,
        'error',
        'The queue of an output is full; its oldest messages are dropped.',
        {
          output: name,
          messages: context.most,
        },
      );
    }
    this.wake();
  }

  async close(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private wake(): void {
    this.running ??= this.run().finally(() => {
      this.running = undefined;
      // What came after the last look at the queue.
      if (this.queue.length > 0 && !this.stopping.signal.aborted) this.wake();
    });
  }

  private async run(): Promise<void> {
    const { name, send, context } = this.options;
    const { signal } = this.stopping;
    // After the caller's own work.
    await new Promise((resolve) => setImmediate(resolve));
    for (let attempts = 0; this.queue.length > 0 && !signal.aborted;) {
      const refusal = await send(this.queue[0]!.message, signal).catch((error: unknown) => ({
        message: isHeedError(error) ? error.message : String((error as Error)?.stack ?? error),
        lasting: false,
      }));
      if (signal.aborted && refusal) return;
      if (refusal && !refusal.lasting) {
        attempts++;
        this.failures++;
        this.failure = refusal.message;
        context.log.once(`${name}: send`, 'error', 'An output does not take messages; they are sent again.', {
          output: name,
          cause: refusal.message,
        });
        await sleep(retryAfter(attempts), undefined, { signal }).catch(() => {});
        continue;
      }
      attempts = 0;
      this.remove(0);
      if (refusal) {
        this.dropped++;
        this.failures++;
        this.failure = refusal.message;
        context.log.once(`${name}: ${refusal.message}`, 'error', 'An output refused a message for good.', {
          output: name,
          cause: refusal.message,
        });
        continue;
      }
      this.sent++;
      this.failure = undefined;
      if (context.log.clear(`${name}: send`))
        context.log.write('info', 'An output takes messages again.', { output: name });
      context.log.clear(`${name}: full`);
    }
  }

  private remove(at: number): void {
    const [entry] = this.queue.splice(at, 1);
    if (entry && this.options.kept) {
      void this.options.context.store.outbox.remove([this.table, entry.key]).catch(() => {});
    }
  }
}
