import { describe, expect, it } from 'vitest';
import { createDetector } from '../index.js';
import { coverWholeIntervals } from './labeled-runs.js';
import type { AnomalyEvent } from '../types.js';
import { createSeries } from '../../series/index.js';

const normal = (start: number, end: number) => ({ start, end, kind: 'normal' as const });

describe('a dismissed interval', () => {
  const time = Float64Array.from({ length: 60 }, (_, t) => 10 * t);
  const score = Float32Array.from(time, (_, t) => ((t >= 10 && t <= 20) || (t >= 40 && t <= 44) ? 2 : 0.3));

  it('stands for the whole run it belongs to, and for no neighbor', () => {
    const cover = (start: number, end: number) => coverWholeIntervals(time, score, [normal(start, end)])[0];
    expect(cover(130, 150)).toEqual(normal(100, 200));
    expect(cover(90, 150)).toEqual(normal(90, 200));
    expect(cover(150, 150)).toEqual(normal(100, 200));
    expect(cover(0, 100)).toEqual(normal(0, 100));
    expect(cover(210, 390)).toEqual(normal(210, 390));
    expect(cover(100, 440)).toEqual(normal(100, 440));
  });

  it('is the only one that does: a confirmed one stays as it was said', () => {
    const said = { start: 130, end: 150, kind: 'anomaly' as const };
    expect(coverWholeIntervals(time, score, [said])).toEqual([said]);
  });
});

describe('feedback on one picture', () => {
  const second = 1000;
  const begin = Date.UTC(2026, 5, 1, 10);
  /** Two hours of a wave of ten minutes with a burst and a collapse, on any grid. */
  const seriesOf = (from: number, to: number, step: number) => {
    const time: number[] = [];
    for (let t = Math.ceil(from / step) * step; t <= to; t += step) time.push(t);
    const values = time.map((t) => {
      const at = (t - begin) / second;
      const wave = 50 + 18 * Math.sin((2 * Math.PI * at) / 600) + 1.5 * Math.sin(at * at);
      return wave + (at > 4000 && at <= 4070 ? 45 : 0) - (at > 5500 && at <= 5535 ? 40 : 0);
    });
    return createSeries({
      time: Float64Array.from(time),
      channels: [{ name: 'latency', values: Float64Array.from(values) }],
    });
  };
  const overlaps = (a: Pick<AnomalyEvent, 'start' | 'end'>, b: Pick<AnomalyEvent, 'start' | 'end'>) =>
    a.start <= b.end + 60 * second && a.end >= b.start - 60 * second;

  it.each([
    ['a refresh seconds later', 7, 5],
    ['a refresh minutes later', 400, 5],
    ['a finer step', 0, 2],
    ['a coarser step', 40, 15],
  ])('holds after %s', async (_what, later, stepSeconds) => {
    const detector = await createDetector('auto');
    const first = await detector.score(seriesOf(begin, begin + 6600 * second, 5 * second));
    const judged = first.events.find(
      (event) => event.start <= begin + 4070 * second && event.end >= begin + 4000 * second,
    )!;
    const next = seriesOf(begin + later * second, begin + (6600 + later) * second, stepSeconds * second);
    const withoutFeedback = await detector.score(next);
    expect(withoutFeedback.events.some((event) => overlaps(event, judged))).toBe(true);
    const { events } = await detector.score(next, { feedback: [normal(judged.start, judged.end)] });
    expect(events.filter((event) => overlaps(event, judged))).toEqual([]);
    // The other fault is still one.
    expect(events.some((event) => event.end >= begin + 5500 * second)).toBe(true);
    detector.dispose();
  });
});
