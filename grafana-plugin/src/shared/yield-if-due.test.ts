import { afterEach, expect, it, vi } from 'vitest';
import { yieldIfDue } from './yield-if-due.js';

afterEach(() => vi.restoreAllMocks());

it('spreads the work of many callers of one task over several tasks', async () => {
  let clock = 1e6;
  vi.spyOn(performance, 'now').mockImplementation(() => clock);
  const tasks: Array<() => void> = [];
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((task: () => void) => tasks.push(task)) as never);
  const ran: number[] = [];
  let task = 0;
  const work = Array.from({ length: 12 }, async () => {
    await yieldIfDue();
    ran.push(task);
    // What each of them does takes 3 ms: the third is the last to find a slice of 8 ms young.
    clock += 3;
  });
  for (; task < 12; task++) {
    tasks.shift()?.();
    await new Promise(setImmediate);
  }
  await Promise.all(work);
  const perTask = [...new Set(ran)].map((t) => ran.filter((other) => other === t).length);
  expect(perTask).toEqual([3, 3, 3, 3]);
});
