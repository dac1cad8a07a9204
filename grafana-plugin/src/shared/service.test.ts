import { describe, expect, it } from 'vitest';
import { startEngine } from './engine.js';
import type { Series } from '@heed/core';
import { stableJson } from './hash.js';
import { ActivityLog } from './activity.js';
import { Scorings } from './scorings.js';
import { ScoringService, makeKey } from './service.js';
import { startOnPage } from './transport.js';

const origin = { surface: 'query', title: 't' } as const;
const series = (spike = 5): Series => ({
  name: 's',
  time: Float64Array.from({ length: 300 }, (_, i) => i * 1000),
  channels: [
    {
      name: 'v',
      values: Float64Array.from({ length: 300 }, (_, i) => Math.sin(i / 5) + (i === 200 ? spike : 0)),
    },
  ],
});
const make = () =>
  new ScoringService({
    size: 1,
    start: () => {
      throw new Error('no workers in this test');
    },
    startFallback: () => startOnPage(startEngine),
  });
const scoreConfig = { detector: 'z-score' };

describe('ScoringService', () => {
  it('does its jobs on the page where there are no workers', async () => {
    const service = make();
    expect((await service.list()).map(({ id }) => id)).toContain('auto');
    const empty = { time: new Float64Array(0), channels: [] };
    await expect(service.score({ series: empty, scoreConfig, origin })).rejects.toMatchObject({
      name: 'HeedError',
      code: 'no-numeric-column',
    });
    expect(service.where).toBe('page');
  });

  it('keeps results within its bytes, those used last', async () => {
    const log = new ActivityLog();
    const scorings = new Scorings<{ name: string }>(log, 100);
    const note = { surface: 'query', title: 't', detector: 'd', points: 1 } as const;
    const spent = { milliseconds: 1, where: 'page', events: 0, scoredPoints: 1 } as const;
    const get = (name: string, bytes: number) =>
      scorings.get(name, note, async () => ({ value: { name }, bytes, spent }));
    await get('a', 40);
    await get('b', 40);
    scorings.recall('a');
    await get('c', 40);
    expect(['a', 'b', 'c'].map((name) => scorings.recall(name)?.name)).toEqual(['a', undefined, 'c']);
    expect(scorings.bytes).toBe(80);
    await get('too large', 101);
    expect(scorings.recall('too large')).toBeUndefined();
  });

  it('scores equal content once, whoever asks and whenever', async () => {
    const service = make();
    const [a, b] = await Promise.all([
      service.score({ series: series(), scoreConfig, origin }),
      service.score({ series: series(), scoreConfig, origin }),
    ]);
    const c = await service.score({ series: series(), scoreConfig, origin });
    expect(b).toBe(a);
    expect(c).toBe(a);
    expect(service.activity.totals).toMatchObject({ scorings: 1, hits: 2, points: 300 });
    expect(service.recall(a.key)).toBe(a);
  });

  it('scores anew when a value, an option or the feedback differs', async () => {
    const service = make();
    const first = await service.score({ series: series(), scoreConfig, origin });
    const other = await service.score({ series: series(6), scoreConfig, origin });
    const told = await service.score({
      series: series(),
      scoreConfig: { ...scoreConfig, feedback: [{ start: 200_000, end: 200_000, kind: 'normal' }] },
      origin,
    });
    expect(new Set([first.key, other.key, told.key]).size).toBe(3);
    expect(service.activity.totals.scorings).toBe(3);
  });

  it('goes on while one of several still waits, and stops when none does', async () => {
    const service = make();
    const one = new AbortController();
    const two = new AbortController();
    const a = service.score({ series: series(), scoreConfig, origin, signal: one.signal });
    const b = service.score({ series: series(), scoreConfig, origin, signal: two.signal });
    one.abort();
    await expect(a).rejects.toMatchObject({ code: 'cancelled' });
    await expect(b).resolves.toMatchObject({ scoreConfig });

    const three = new AbortController();
    const c = service.score({ series: series(9), scoreConfig, origin, signal: three.signal });
    three.abort();
    await expect(c).rejects.toMatchObject({ code: 'cancelled' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(service.activity.totals.scorings).toBe(1);
  });

  it('fails with the code of the core and remembers nothing of it', async () => {
    const service = make();
    const attempt = () => service.score({ series: series(), scoreConfig: { detector: 'nonsense' }, origin });
    await expect(attempt()).rejects.toMatchObject({ code: 'unknown-detector' });
    await expect(attempt()).rejects.toMatchObject({ code: 'unknown-detector' });
    expect(service.activity.totals.failed).toBe(2);
    expect(service.activity.entries[0]!.error).toContain('nonsense');
  });
});

describe('keys', () => {
  it('do not depend on the order in which options were written', () => {
    const a = makeKey(series(), { detector: 'x', events: { sensitivity: 1, direction: 'both' } });
    const b = makeKey(series(), { events: { direction: 'both', sensitivity: 1 }, detector: 'x' } as never);
    expect(a).toBe(b);
    expect(stableJson({ b: 1, a: [{ d: 1, c: 2 }] })).toBe('{"a":[{"c":2,"d":1}],"b":1}');
  });

  it('tell NaN from zero and one channel from another', () => {
    const base = series();
    const missing = {
      ...base,
      channels: [{ name: 'v', values: base.channels[0]!.values.map((v, i) => (i === 7 ? NaN : v)) }],
    };
    const renamed = { ...base, channels: [{ ...base.channels[0]!, name: 'w' }] };
    expect(new Set([base, missing, renamed].map((s) => makeKey(s, scoreConfig))).size).toBe(3);
    expect(makeKey(missing, scoreConfig)).toBe(makeKey({ ...missing }, scoreConfig));
  });

  it('differ for ten thousand series that differ in one value', () => {
    const keys = new Set<string>();
    const s = { time: Float64Array.of(1, 2, 3), channels: [{ name: 'v', values: Float64Array.of(1, 2, 3) }] };
    for (let i = 0; i < 10_000; i++) {
      s.channels[0]!.values[1] = i / 7;
      keys.add(makeKey(s, scoreConfig));
    }
    expect(keys.size).toBe(10_000);
  });
});
