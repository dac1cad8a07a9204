import { expect, test } from 'vitest';
import { formatCount, humanDuration, formatNumber, formatTicks } from './format.js';

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000];

test.each([
  [0, '0'],
  [0.3149, '0.315'],
  [8.1, '8.1'],
  [999.4, '999'],
  [999.7, '1,000'],
  [1204, '1,204'],
  [9999.4, '9,999'],
  [9999.6, '10k'],
  [12_345, '12.3k'],
  [999_999, '1M'],
  [2.5e6, '2.5M'],
  [1.5e9, '1.5G'],
  [3e17, '300P'],
  [3e18, '3e+18'],
  [4.5e-7, '4.5e-7'],
  [-3, '−3'],
  [-12_345, '−12.3k'],
])('the number %d reads %s', (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test('things are counted with their plural', () => {
  expect([0, 1, 2, 12_345].map((count) => formatCount(count, 'point'))).toEqual([
    '0 points',
    '1 point',
    '2 points',
    '12,345 points',
  ]);
});

test('a number keeps the digits asked for', () => {
  expect(formatNumber(0.123456, 2)).toBe('0.12');
  expect(formatNumber(0.123456, 5)).toBe('0.12346');
  expect(formatNumber(12_345, 2)).toBe('12k');
});

test.each([
  [250, '250 ms'],
  [999.7, '1 s'],
  [1500, '1.5 s'],
  [45 * second, '45 s'],
  [59.94 * second, '59.9 s'],
  [59.96 * second, '1 min'],
  [200 * second, '3 min 20 s'],
  [hour - 400, '1 h'],
  [hour - 600, '59 min 59 s'],
  [2 * hour + 5 * minute, '2 h 5 min'],
  [23 * hour + 40 * minute, '23 h 40 min'],
  [day - 20 * second, '1 d'],
  [3.2 * day, '3 d 5 h'],
  [400 * day, '400 d'],
])('%d ms read %s', (milliseconds, text) => {
  expect(humanDuration(milliseconds)).toBe(text);
});

test.each([
  [
    [0, 0.5, 1, 1.5],
    ['0', '0.5', '1.0', '1.5'],
  ],
  [
    [-20, 0, 20],
    ['−20', '0', '20'],
  ],
  [
    [0, 5000, 10_000, 15_000],
    ['0', '5k', '10k', '15k'],
  ],
  [
    [0, 2500, 5000, 7500],
    ['0', '2500', '5000', '7500'],
  ],
  [
    [1e6, 1.0001e6, 1.0002e6],
    ['1.0000M', '1.0001M', '1.0002M'],
  ],
  [
    [0, 2e-5, 4e-5],
    ['0', '2.0e-5', '4.0e-5'],
  ],
  [[7], ['7']],
])('the ticks %j read %j', (ticks, labels) => {
  expect(formatTicks(ticks)).toEqual(labels);
});
