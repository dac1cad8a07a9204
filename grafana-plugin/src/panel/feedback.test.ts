import { expect, it } from 'vitest';
import { feedbackOn } from './feedback.js';
import type { PanelFeedback } from './types.js';

it('belongs to one series and to the events it touches, the last word counting', () => {
  const all: PanelFeedback[] = [
    { series: 'a', start: 10, end: 20, kind: 'normal' },
    { series: 'b', start: 10, end: 20, kind: 'normal' },
    { series: 'a', start: 15, end: 25, kind: 'anomaly' },
  ];
  expect(feedbackOn(all, 'a', { start: 18, end: 40 })?.kind).toBe('anomaly');
  expect(feedbackOn(all, 'b', { start: 18, end: 40 })?.kind).toBe('normal');
  expect(feedbackOn(all, 'a', { start: 26, end: 40 })).toBeUndefined();
});
