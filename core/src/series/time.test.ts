import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIsoTime } from './read/iso-time.js';
import { formatDuration, parseDuration } from './time.js';

describe('parseIsoTime', () => {
  it('agrees with Date on what both understand', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
        (date) => {
          expect(parseIsoTime(date.toISOString())).toBe(date.getTime());
        },
      ),
    );
  });

  it.each([
    ['2024-02-29', Date.UTC(2024, 1, 29)],
    ['2024/02/29 01:02', Date.UTC(2024, 1, 29, 1, 2)],
    ['2024-02-29T01:02:03.5', Date.UTC(2024, 1, 29, 1, 2, 3, 500)],
    ['2024-02-29T01:02:03,25+02:00', Date.UTC(2024, 1, 28, 23, 2, 3, 250)],
    ['2024-02-29 01:02:03-0530', Date.UTC(2024, 1, 29, 6, 32, 3)],
    ['2024-02-29 01:02:03 UTC', Date.UTC(2024, 1, 29, 1, 2, 3)],
    ['2024-02-29T01:02:03.123456Z', Date.UTC(2024, 1, 29, 1, 2, 3) + 123.456],
    ['1969-12-31T23:59:59+01', -3_601_000],
  ])('%s', (text, ms) => expect(parseIsoTime(text)).toBeCloseTo(ms, 6));

  it.each([
    '',
    '2024',
    '2023-02-29',
    '2024-13-01',
    '2024-00-01',
    '2024-01-01T25:00',
    '2024-01-01T10:61',
    '2024-01-01T10:00:00X',
    '2024-01-01T10:00:00.Z',
    '2024-01-01T10:00:00+2',
    '2024-01-01T10:00:00+02:000',
    '01/02/2024',
    '2024-1-1',
    'yesterday',
  ])('rejects "%s"', (text) => expect(parseIsoTime(text)).toBeNaN());
});

describe('durations', () => {
  it('are read and written', () => {
    expect(parseDuration('60s')).toBe(60_000);
    expect(parseDuration(' 1h30m ')).toBe(5_400_000);
    expect(parseDuration('0.5s')).toBe(500);
    expect(parseDuration('2w')).toBe(1_209_600_000);
    expect(parseDuration(250)).toBe(250);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e10 }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
  });

  it.each(['', '60', '5 minutes', '-5s', '0s', '1h x'])('reject "%s"', (text) => {
    expect(() => parseDuration(text)).toThrow(/60s, 5m, 1h/);
  });
});
