import { afterEach, expect, test, vi } from 'vitest';
import { ProgressDisplay } from './terminal.js';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test('off a terminal a line tells the share that is done, and none where a phase knows none', () => {
  vi.useFakeTimers();
  const written: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  const isTTY = process.stderr.isTTY;
  process.stderr.isTTY = false;
  try {
    const { update } = new ProgressDisplay(false);
    vi.advanceTimersByTime(2500);
    update({ phase: 'score', done: 0.25 });
    vi.advanceTimersByTime(2500);
    update({ phase: 'decide', done: 0 });
  } finally {
    process.stderr.isTTY = isTTY;
  }
  expect(written).toEqual(['Scoring: 25% after 2.5 s\n', 'Deciding after 5 s\n']);
});
