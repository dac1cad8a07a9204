import type { DataQueryRequest, DateTime } from '@grafana/data';
import { expect, it } from 'vitest';
import { planGrid } from '../shared/grid.js';
import { innerRequest } from './request.js';
import type { HeedQuery } from './types.js';

const at = (ms: number) => ({ valueOf: () => ms }) as DateTime;
const scene = { valueOf: () => 'scene' };
const request = {
  requestId: 'Q7',
  range: { from: at(7_200_000), to: at(10_800_000), raw: { from: 'now-1h', to: 'now' } },
  scopedVars: { host: { value: 'a' }, __sceneObject: { value: scene } },
  maxDataPoints: 1234,
  intervalMs: 999,
} as unknown as DataQueryRequest<HeedQuery>;
const query: HeedQuery = { refId: 'B', inner: { refId: 'old', expr: 'up{host="$host"}' } };

it('pins step and range, keeps variables and the scene, and takes an id of its own', () => {
  const grid = planGrid({ from: 7_200_000, to: 10_800_000 });
  const inner = innerRequest(request, query, grid, { type: 'prometheus', uid: 'p' }, at);
  expect(inner.requestId).toBe('Q7-heed-B');
  expect(inner.intervalMs).toBe(grid.step);
  expect(inner.maxDataPoints).toBe(grid.maxDataPoints);
  expect(inner.range.from.valueOf()).toBe(grid.historyFrom);
  expect(inner.range.to.valueOf()).toBe(10_800_000);
  expect(inner.scopedVars.host).toEqual({ value: 'a' });
  expect(inner.scopedVars.__sceneObject!.value).toBe(scene);
  expect(inner.scopedVars.__interval_ms!.value).toBe(grid.step);
  expect(inner.targets).toEqual([
    { refId: 'B', expr: 'up{host="$host"}', datasource: { type: 'prometheus', uid: 'p' } },
  ]);
});

it('is the same for a narrow panel, a wide one and an annotation layer', () => {
  const grid = planGrid({ from: 7_200_000, to: 10_800_000 });
  const of = (width: number) => {
    const { requestId: _id, ...rest } = innerRequest(
      { ...request, maxDataPoints: width, intervalMs: width } as never,
      query,
      grid,
      {},
      at,
    );
    return JSON.stringify(rest);
  };
  expect(of(300)).toBe(of(2000));
});

it('has a usable id where the annotation runner gives none', () => {
  const { requestId: _none, ...anonymous } = request as unknown as Record<string, unknown>;
  const grid = planGrid({ from: 0, to: 3_600_000 });
  expect(innerRequest(anonymous as never, query, grid, {}, at).requestId).not.toContain('undefined');
});
