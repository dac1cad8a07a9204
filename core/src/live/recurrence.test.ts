import { describe, expect, it } from 'vitest';
import { createRandom } from '../random.js';
import { Recurrence } from './recurrence.js';

/** Whether each of the points is taken for regular; all stand out as much. */
function replay(points: readonly number[], calendar: readonly number[] = []): boolean[] {
  const recurrence = new Recurrence(calendar);
  return points.map((point) => recurrence.push(point, 3));
}

describe('Recurrence', () => {
  it('knows what came twice before at the same distance, a little early or late', () => {
    expect(replay([100, 400, 701, 999, 1300])).toEqual([false, false, true, true, true]);
  });

  it('knows what came a day ago once', () => {
    expect(replay([100, 1541], [1440])).toEqual([false, true]);
  });

  it('does not take one of many at random times for regular', () => {
    const random = createRandom(5);
    let regular = 0;
    for (let trial = 0; trial < 200; trial++) {
      const points = Array.from({ length: 40 }, () => Math.floor(10_000 * random.uniform())).sort(
        (a, b) => a - b,
      );
      // Of 40 peaks some two are apart by what a third one is from nearly any moment.
      if (replay([...points, 11_000]).at(-1)) regular++;
    }
    expect(regular).toBeLessThan(60);
  });

  it('still finds the regular ones among others where there are enough of them', () => {
    const random = createRandom(6);
    const others = Array.from({ length: 12 }, () => Math.floor(9_900 * random.uniform()));
    const nightly = Array.from({ length: 8 }, (_, i) => 600 + 1300 * i);
    expect(replay([...others, ...nightly].sort((a, b) => a - b)).at(-1)).toBe(true);
  });
});
