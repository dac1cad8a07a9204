import { describe, expect, it } from 'vitest';
import { CooperativeScheduler, yieldToEventLoop } from './yield.js';

describe('yielding', () => {
  it('lets timers run and notices a cancelled signal', async () => {
    let ran = false;
    setTimeout(() => (ran = true), 0);
    const deadline = performance.now() + 1000;
    while (!ran && performance.now() < deadline) await yieldToEventLoop();
    expect(ran).toBe(true);
    const controller = new AbortController();
    const scheduler = new CooperativeScheduler(controller.signal, 0);
    await scheduler.yieldIfDue();
    setTimeout(() => controller.abort(), 0);
    await expect(
      (async () => {
        for (;;) await scheduler.yieldIfDue();
      })(),
    ).rejects.toMatchObject({ code: 'cancelled' });
  });
});
