import { describe, expect, it } from 'vitest';
import { leastInterval, planGrid, planMonitoredGrid } from './grid.js';

const hour = 3600e3;
const now = Date.UTC(2026, 10, 22, 6, 0, 7);

describe('planGrid', () => {
  it('depends on the range alone, so that a layer and a panel score the same points', () => {
    expect(planGrid({ from: now - 6 * hour, to: now })).toEqual(planGrid({ from: now - 6 * hour, to: now }));
    const grid = planGrid({ from: now - 6 * hour, to: now });
    expect(grid.step).toBe(30_000);
    for (const edge of [grid.from, grid.to, grid.historyFrom]) expect(edge % grid.step).toBe(0);
    expect(grid.from).toBeGreaterThanOrEqual(now - 6 * hour);
    expect(grid.to).toBeLessThanOrEqual(now);
  });

  it('reaches back two visible ranges, and asks for as many points as that has', () => {
    const grid = planGrid({ from: now - hour, to: now });
    expect(now - hour - grid.historyFrom).toBeGreaterThanOrEqual(2 * hour);
    expect(grid.maxDataPoints * grid.step).toBeGreaterThanOrEqual(now - grid.historyFrom);
  });

  it('keeps the beginning of the history while the range moves a little', () => {
    const starts = new Set<number>();
    for (let s = 0; s < 60; s += 5)
      starts.add(planGrid({ from: now - hour + s * 1000, to: now + s * 1000 }).historyFrom);
    expect(starts.size).toBeLessThanOrEqual(2);
  });

  it('takes wishes, none included', () => {
    const grid = planGrid({ from: now - hour, to: now, step: '1m', lookback: '2d' });
    expect(grid.step).toBe(60_000);
    expect(now - hour - grid.historyFrom).toBeGreaterThanOrEqual(48 * hour);
    const none = planGrid({ from: now - hour, to: now, lookback: '0' });
    expect(none.historyFrom).toBe(none.from);
  });

  it('never asks for less than the source has', () => {
    expect(planGrid({ from: now - hour, to: now, minStep: 60_000 }).step).toBe(60_000);
  });

  it('makes an impossible wish coarser and says so', () => {
    const grid = planGrid({ from: now - 24 * hour, to: now, step: '1s' });
    expect(grid.maxDataPoints).toBeLessThanOrEqual(50_002);
    expect(grid.note).toContain('instead');
  });

  it.each(['ten minutes', '5x', '-1m'])('names the wish "%s" that is no duration', (step) => {
    expect(() => planGrid({ from: 0, to: hour, step })).toThrow(`"${step}" is not a duration`);
  });
});

it('reads the least interval of a data source as it is written', () => {
  expect(['15s', '>1m', '> 2h', '', undefined, '$interval'].map(leastInterval)).toEqual([
    15_000,
    60_000,
    7_200_000,
    undefined,
    undefined,
    undefined,
  ]);
});

describe('planMonitoredGrid', () => {
  const plan = (from: number, to: number, rest = {}) => planMonitoredGrid({ from, to, ...rest });

  it('keeps its step, and begins at fixed moments, in ranges that are zoomed into and that move on', () => {
    const wide = plan(now - 12 * hour, now);
    const narrow = plan(now - 2 * hour, now - hour);
    expect(wide.step).toBe(15_000);
    expect(narrow.step).toBe(15_000);
    const cell = 1440 * 15_000;
    for (const grid of [wide, narrow]) {
      expect(grid.historyFrom % cell).toBe(0);
      expect(grid.from - grid.historyFrom).toBeGreaterThanOrEqual(2 * cell);
      expect(grid.from - grid.historyFrom).toBeLessThan(3 * cell);
    }
    expect(plan(now - hour, now).historyFrom).toBe(plan(now - hour + 5000, now + 5000).historyFrom);
  });

  it('takes a wish and the least interval of the source, and says where a range is too wide for it', () => {
    expect(plan(now - hour, now, { step: '5s' }).step).toBe(5000);
    expect(plan(now - hour, now, { minStep: 60_000 }).step).toBe(60_000);
    const wide = plan(now - 30 * 24 * hour, now, { step: '5s' });
    expect(wide.step).toBe(600_000);
    expect(wide.note).toContain('600 s');
    expect(() => plan(now - hour, now, { step: 'soon' })).toThrow(/soon/);
  });

  it('stays bounded for hundreds of years', () => {
    const grid = plan(Date.UTC(1700, 0), Date.UTC(2200, 0), { step: '1s' });
    expect(grid.maxDataPoints).toBeLessThan(10_000);
  });
});
