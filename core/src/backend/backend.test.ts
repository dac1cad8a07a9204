import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { chooseBackend, configureBackend } from './backend.js';
import { Breather, yieldToEventLoop } from './yield.js';

describe('the choice of engine', () => {
  it('says what is wrong when the configured engine does not load, and chooses anew after that', async () => {
    configureBackend({ backend: 'native', loadNative: () => Promise.reject(new Error('not installed')) });
    await expect(chooseBackend()).rejects.toMatchObject({ code: 'backend-unavailable' });
    await expect(chooseBackend()).rejects.toThrow(/not installed/);
    configureBackend({ backend: undefined });
    const report = await chooseBackend();
    expect(report.backend).toBe('wasm');
    expect(report.notes.join()).toContain('not installed');
    expect(tf.getBackend()).toBe('wasm');
    expect(await chooseBackend()).toBe(report);
  });

  it('registers the gradients that tfjs-core leaves out', async () => {
    await chooseBackend();
    const gradient = tf.grad((x) => tf.sum(tf.square(x)))(tf.tensor1d([1, 2]));
    expect(Array.from(gradient.dataSync())).toEqual([2, 4]);
  });
});

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
