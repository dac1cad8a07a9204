import { expect, test } from 'vitest';
import { eventErrors } from './event-errors.js';

test('begins, ends and other events of hand-worked cases', () => {
  const fault = { start: 100, end: 119 };
  const event = (startIndex: number, endIndex: number) => ({ startIndex, endIndex });
  expect(
    eventErrors([
      // Two events tell the fault, a third is another one.
      { fault, events: [event(10, 12), event(97, 105), event(110, 121)] },
      { fault, events: [event(101, 119)] },
      // Beside it by one point: still told.
      { fault, events: [event(120, 130)] },
      { fault, events: [event(121, 130)] },
    ]),
  ).toEqual({ found: 3, begin: 3, end: 2, others: 0.5 });
  expect(eventErrors([{ fault, events: [] }])).toEqual({ found: 0, begin: NaN, end: NaN, others: 0 });
});
