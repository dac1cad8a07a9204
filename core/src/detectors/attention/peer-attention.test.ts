import { describe, expect, it } from 'vitest';
import { detect } from '../../detection/detect.js';
import { createRandom } from '../../random.js';
import type { Detection } from '../../detection/types.js';
import { createSeries, type Series } from '../../series/series.js';

const n = 480;

interface Fleet {
  readonly hosts?: number;
  readonly points?: number;
  readonly seed?: number;
  /** What all hosts share. */
  readonly load?: (t: number) => number;
  /** What host c does at point t instead of the ordinary value. */
  readonly change?: (value: number, c: number, t: number) => number;
}

/** Hosts that share a load, each with a level and size of its own and some noise. */
const usualLoad = (t: number): number => 10 + 4 * Math.sin(t / 20) + 2 * Math.sin(t / 7);
function fleet({
  hosts = 12,
  points = n,
  seed = 1,
  load = usualLoad,
  change = (value) => value,
}: Fleet = {}): Series {
  const random = createRandom(seed);
  const channels = Array.from({ length: hosts }, (_, c) => {
    const level = random.uniform(5, 60);
    const size = random.uniform(0.5, 3);
    const values = Float64Array.from({ length: points }, (__, t) =>
      change(level + size * (load(t) + random.normal(0, 0.6)), c, t),
    );
    return { name: `host-${c}`, unit: 'percent', values };
  });
  return createSeries({ time: Float64Array.from({ length: points }, (_, t) => t * 15_000), channels });
}

const judge = (series: Series, options: Parameters<typeof detect>[1] = {}): Promise<Detection> =>
  detect(series, { detector: 'peer-attention', ...options });
const between = (t: number, from: number, to: number): boolean => t >= from && t < to;
/** Names of the hosts with events. */
const odd = ({ channels }: Detection): string[] =>
  channels!.filter(({ events }) => events.length > 0).map(({ name }) => name);

describe('peer-attention', () => {
  it.each([3, 4, 12, 60])('finds the one of %i hosts that leaves the others, and when', async (hosts) => {
    const change: Fleet['change'] = (value, c, t) => (c === 2 && between(t, 300, 330) ? value + 30 : value);
    const detection = await judge(fleet({ hosts, change }));
    expect(odd(detection)).toEqual(['host-2']);
    const [event, ...more] = detection.channels![2]!.events;
    expect(more).toEqual([]);
    expect(Math.abs(event!.startIndex - 300)).toBeLessThanOrEqual(4);
    expect(Math.abs(event!.endIndex - 329)).toBeLessThanOrEqual(4);
    expect(event!.direction).toBe('above');
    expect(event!.channels).toEqual([{ name: 'host-2', share: 1 }]);
    expect(event!.peers!.length).toBe(Math.min(16, hosts - 1));
    expect(event!.peers!.map(({ name }) => name)).not.toContain('host-2');
    expect(event!.peers!.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
    expect(event!.reason).toMatch(
      /^host-2 rose to .*%, above what its peers let expect, .*; compared with host-\d+ \(\d+%\)/,
    );
    expect(detection.events[0]!.channels[0]).toEqual({ name: 'host-2', share: 1 });
  });

  it('is quiet while nothing happens, and where all move together', async () => {
    const surge = (t: number): number => usualLoad(t) + (between(t, 200, 240) ? 30 : 0);
    for (const seed of [1, 2, 3]) {
      expect(odd(await judge(fleet({ seed })))).toEqual([]);
      expect(odd(await judge(fleet({ seed, load: surge })))).toEqual([]);
    }
  });

  it('is quiet about a host that is always different', async () => {
    const change: Fleet['change'] = (value, c, t) => {
      if (c === 1) return 40 + 25 * Math.sin(t / 3.3);
      if (c === 2) return 2 * value;
      return c === 3 ? 77 : value;
    };
    expect(odd(await judge(fleet({ change })))).toEqual([]);
  });

  it('finds a host that drifts away from its usual relation to the others', async () => {
    const change: Fleet['change'] = (value, c, t) => (c === 4 && t > 380 ? value + (t - 380) / 3 : value);
    expect(odd(await judge(fleet({ change })))).toEqual(['host-4']);
  });

  it('is not misled by what the odd time itself does to the level and spread of a host', async () => {
    // A third of a short series, on top of a load that the hosts follow closely.
    const change: Fleet['change'] = (value, c, t) => (c === 4 && t > 160 ? value + (t - 160) / 3 : value);
    for (const seed of [1, 2, 3, 4]) {
      const { channels } = await judge(fleet({ seed, points: 240, change }));
      channels!.forEach(({ score }, c) => {
        if (c === 4) expect(Math.max(...score)).toBeGreaterThan(1.5);
        else expect(Math.max(...score)).toBeLessThanOrEqual(1);
      });
    }
  });

  it('compares within the group: two kinds of hosts, one of each kind leaves', async () => {
    const kinds: Fleet['change'] = (value, c, t) =>
      c % 2 === 0 ? value : 50 + 12 * Math.cos(t / 9) + value / 20;
    expect(odd(await judge(fleet({ hosts: 16, change: kinds })))).toEqual([]);
    const change: Fleet['change'] = (value, c, t) => {
      // It behaves as a host of the other kind would: each of its values is usual, for somebody else.
      if (c === 5 && between(t, 250, 290)) return value;
      if (c === 8 && between(t, 400, 430)) return kinds(value, c, t) - 25;
      return kinds(value, c, t);
    };
    const detection = await judge(fleet({ hosts: 16, change }));
    expect(odd(detection)).toEqual(['host-5', 'host-8']);
    const peers = detection.channels![8]!.events[0]!.peers!;
    const own = peers.filter(({ name }) => Number(name.slice(5)) % 2 === 0);
    expect(own.reduce((sum, { weight }) => sum + weight, 0)).toBeGreaterThan(0.9);
  });

  it('finds hosts that fail together in the same way', async () => {
    const change: Fleet['change'] = (value, c, t) => (c < 4 && between(t, 300, 340) ? value + 30 : value);
    expect(odd(await judge(fleet({ hosts: 40, change })))).toEqual(['host-0', 'host-1', 'host-2', 'host-3']);
  });

  it('finds hosts that are odd for a third of the time between them', async () => {
    const change: Fleet['change'] = (value, c, t) => {
      if (c === 1 && between(t, 180, 260)) return value + 30;
      return c === 2 && between(t, 380, 480) ? value + 30 : value;
    };
    expect(odd(await judge(fleet({ hosts: 40, change })))).toEqual(['host-1', 'host-2']);
  });

  it('takes a host that is not measured for a while neither for odd nor for a standard', async () => {
    const change: Fleet['change'] = (value, c, t) => {
      if (c === 3 && between(t, 100, 220)) return NaN;
      return c === 6 && between(t, 150, 180) ? value - 25 : value;
    };
    const detection = await judge(fleet({ change }));
    expect(odd(detection)).toEqual(['host-6']);
    expect(detection.channels![3]!.score.subarray(100, 220).every((score) => score === 0)).toBe(true);
  });

  it('cannot tell two series apart, and says so', async () => {
    const change: Fleet['change'] = (value, c, t) => (c === 1 && between(t, 300, 330) ? value + 40 : value);
    const detection = await judge(fleet({ hosts: 2, change }));
    expect(odd(detection)).toEqual(['host-0', 'host-1']);
    expect(detection.notes.join()).toContain('cannot be told');
    const alone = await judge(fleet({ hosts: 1, change }));
    expect(alone.score.every((score) => score === 0)).toBe(true);
    expect(alone.notes.join()).toContain('no peers');
  });

  it('has as score the highest of the hosts, and as events their union', async () => {
    const change: Fleet['change'] = (value, c, t) => {
      if (c === 1 && between(t, 200, 240)) return value + 40;
      return c === 2 && between(t, 225, 260) ? value - 40 : value;
    };
    const { score, channels, events } = await judge(fleet({ change }));
    score.forEach((value, t) => expect(value).toBe(Math.max(...channels!.map((own) => own.score[t]!))));
    expect(events).toHaveLength(1);
    expect(events[0]!.channels.map(({ name }) => name).sort()).toEqual(['host-1', 'host-2']);
    expect(events[0]!.channels.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(events[0]!.startIndex).toBe(channels![1]!.events[0]!.startIndex);
    expect(events[0]!.endIndex).toBe(channels![2]!.events[0]!.endIndex);
  });

  it('heeds what was said of one host, for that host alone', async () => {
    const change: Fleet['change'] = (value, c, t) =>
      (c === 1 || c === 2) && between(t, 300, 330) ? value + 40 : value;
    const series = fleet({ hosts: 30, change });
    const said = { start: series.time[295]!, end: series.time[334]!, kind: 'normal' as const };
    expect(odd(await judge(series))).toEqual(['host-1', 'host-2']);
    expect(odd(await judge(series, { feedback: [{ ...said, channel: 'host-1' }] }))).toEqual(['host-2']);
    expect(odd(await judge(series, { feedback: [said] }))).toEqual([]);
  });

  it('is the same whatever the order and the units of the hosts', async () => {
    const change: Fleet['change'] = (value, c, t) => (c === 2 && between(t, 300, 330) ? value + 30 : value);
    const series = fleet({ hosts: 8, change });
    const turned = {
      ...series,
      channels: [...series.channels]
        .reverse()
        .map((channel, c) => ({ ...channel, values: channel.values.map((value) => value * 2 ** c) })),
    };
    const [a, b] = [await judge(series), await judge(turned)];
    a.score.forEach((score, t) => expect(b.score[t]).toBeCloseTo(score, 5));
  });

  it('stops when cancelled', async () => {
    const controller = new AbortController();
    const work = judge(fleet({ hosts: 300, points: 2000 }), { signal: controller.signal });
    setTimeout(() => controller.abort(), 5);
    await expect(work).rejects.toMatchObject({ code: 'cancelled' });
  });
});
