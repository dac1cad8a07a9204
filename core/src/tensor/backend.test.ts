import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { chooseBackend, configureBackend } from './backend.js';

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
