import { describe, expect, it } from 'vitest';
import { Breather, yieldToEventLoop } from './yield.js';

describe('yielding', () => {
  it('lets timers run and notices a cancelled signal', async () => {
    let ran = false;
    setTimeout(() => (ran = true), 0);
    const deadline = performance.now() + 1000;
    while (!ran && performance.now() < deadline) await yieldToEventLoop();
    expect(ran).toBe(true);
    const controller = new AbortController();
    const breather = new Breather(controller.signal, 0);
    await breather.breathe();
    setTimeout(() => controller.abort(), 0);
    await expect(
      (async () => {
        for (;;) await breather.breathe();
      })(),
    ).rejects.toMatchObject({ code: 'cancelled' });
  });
});
