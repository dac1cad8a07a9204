import { expect, it } from 'vitest';
import { compareByRank } from '../evaluate/critical-difference.js';
import { plotCriticalDifference } from './critical-difference.js';

const values = new Map(
  ['a', 'b', 'c', 'd <e>'].map((name, k) => [
    name,
    Array.from({ length: 30 }, (_, i) => Math.sin(i) - (k < 2 ? 0.001 * ((i + k) % 2) : k)),
  ]),
);

it('draws every algorithm, the bar of those that do not differ, and the same again', () => {
  const comparison = compareByRank(values);
  const svg = plotCriticalDifference(comparison, { title: 'Ranks', highlight: ['a'] });
  expect(svg).toContain('d &lt;e&gt;  4.00');
  expect(svg).toContain('Mean rank over 30 files');
  expect(svg.match(/<rect [^>]*height="4"/g)).toHaveLength(1);
  expect(svg.match(/font-weight="bold"[^>]*>a {2}/g)).toHaveLength(1);
  // The best stands left of the worst.
  const positions = [...svg.matchAll(/d="M([\d.]+),\d+V/g)].map(([, x]) => Number(x));
  expect(positions).toHaveLength(4);
  expect(Math.min(...positions.slice(0, 2))).toBeLessThan(Math.min(...positions.slice(2)));
  expect(plotCriticalDifference(comparison, { title: 'Ranks', highlight: ['a'] })).toBe(svg);
  expect(svg).not.toContain('NaN');
});
