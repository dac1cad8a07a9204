import { describe, expect, it } from 'vitest';
import { addLogChannels, logTemplate } from './logs.js';
import { createSeries } from './series.js';

const series = createSeries({
  time: [0, 10, 20, 30, 40, 50],
  channels: [{ name: 'cpu', values: [1, 1, 1, 1, 1, 1] }],
});

describe('log channels', () => {
  it('take out what varies', () => {
    expect(logTemplate('GET /user/42 took 13ms from 10.0.0.7')).toBe(
      'GET /user/<number> took <number> from <number>',
    );
    expect(logTemplate('job "nightly" 0xFF')).toBe('job <text> <hex>');
  });

  it('count lines, errors, new kinds and frequent kinds per point', () => {
    const lines = [
      { time: 0, text: 'GET 1' },
      { time: 9, text: 'GET 2' },
      { time: 10, text: 'GET 3' },
      { time: 31, text: 'disk error 7' },
      { time: 59, text: 'GET 4' },
      { time: 60, text: 'GET 5' },
      { time: -1, text: 'GET 6' },
    ];
    const joined = addLogChannels(series, lines, { known: 2 });
    const values = Object.fromEntries(joined.channels.map(({ name, values }) => [name, [...values]]));
    expect(values['cpu']).toEqual([1, 1, 1, 1, 1, 1]);
    expect(values['log:lines']).toEqual([2, 1, 0, 1, 0, 1]);
    expect(values['log:errors']).toEqual([0, 0, 0, 1, 0, 0]);
    expect(values['log:new']).toEqual([0, 0, 0, 1, 0, 0]);
    expect(values['log:GET <number>']).toEqual([2, 1, 0, 0, 0, 1]);
  });

  it('reject lines without a time and a series of one point', () => {
    expect(() => addLogChannels(series, [{ time: NaN, text: 'x' }])).toThrowError(
      expect.objectContaining({ code: 'bad-time' }),
    );
    const one = createSeries({ channels: [{ name: 'cpu', values: [1] }] });
    expect(() => addLogChannels(one, [])).toThrowError(expect.objectContaining({ code: 'too-few-points' }));
  });
});
