import { createDetector, createSeries, type AnomalyEvent } from '@heed/core';
import { describe, expect, it } from 'vitest';
import { feedbackOn, wholeEvents } from './feedback.js';
import type { PanelFeedback } from './types.js';

const normal = (start: number, end: number) => ({ start, end, kind: 'normal' as const });

describe('feedback', () => {
  const all: PanelFeedback[] = [
    { series: 'a', start: 10, end: 20, kind: 'normal' },
    { series: 'b', start: 10, end: 20, kind: 'normal' },
    { series: 'a', start: 15, end: 25, kind: 'anomaly' },
  ];

  it('belongs to one series and to the events it touches, the last word counting', () => {
    expect(feedbackOn(all, 'a', { start: 18, end: 40 })?.kind).toBe('anomaly');
    expect(feedbackOn(all, 'a', { start: 26, end: 40 })).toBeUndefined();
  });

  it('means the whole event that it shares half of itself with, and no neighbour', () => {
    expect(wholeEvents([normal(10, 20)], [{ start: 8, end: 23 }])).toEqual([normal(8, 23)]);
    expect(wholeEvents([normal(10, 20)], [{ start: 12, end: 14 }])).toEqual([normal(10, 20)]);
    expect(wholeEvents([normal(10, 20)], [{ start: 18, end: 90 }])).toEqual([normal(10, 20)]);
    expect(wholeEvents([normal(10, 20)], [{ start: 30, end: 40 }])).toEqual([normal(10, 20)]);
    expect(wholeEvents([normal(10, 10)], [{ start: 8, end: 12 }])).toEqual([normal(8, 12)]);
    expect(wholeEvents([normal(10, 20)], [])).toEqual([normal(10, 20)]);
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
    const unjudged = await detector.score(next);
    expect(unjudged.events.some((event) => overlaps(event, judged))).toBe(true);
    const feedback = wholeEvents([normal(judged.start, judged.end)], unjudged.events);
    const { events } = await detector.score(next, { feedback });
    expect(events.filter((event) => overlaps(event, judged))).toEqual([]);
    // The other fault is still one.
    expect(events.some((event) => event.end >= begin + 5500 * second)).toBe(true);
    detector.dispose();
  });
});
