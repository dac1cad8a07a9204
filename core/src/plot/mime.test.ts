import { describe, expect, test } from 'vitest';
import { detect } from '../detection/index.js';
import { createSeries } from '../series/index.js';
import { toMimeBundle } from './mime.js';

const values = Array.from({ length: 400 }, (_, t) => Math.sin((2 * Math.PI * t) / 40) + (t === 301 ? 8 : 0));
const series = createSeries({ channels: [{ name: '<b>requests</b>', values }] });

describe('toMimeBundle', () => {
  test('shows a series as a picture', () => {
    expect(toMimeBundle(series)).toEqual({ 'image/svg+xml': expect.stringMatching(/^<svg /) });
  });

  test('shows a detection with its series, and its events as a table, with names from data escaped', async () => {
    const detection = await detect(series, { detector: 'memory-attention' });
    expect(detection.events.length).toBeGreaterThan(0);
    const bundle = toMimeBundle(detection)!;
    expect(bundle['image/svg+xml']).toMatch(/^<svg /);
    expect(bundle['text/html']).toContain('<table>');
    expect(bundle['text/html']).not.toContain('<b>requests');
    expect(toMimeBundle(detection.events)!['text/html']).toContain('row ');
    // Read back from JSON it no longer knows its series, and is a table still.
    const { series: _given, ...copy } = detection;
    expect(Object.keys(toMimeBundle(copy)!)).toEqual(['text/html']);
  });

  test('counts the last point of an event, whether its series is at hand or not', async () => {
    const timed = createSeries({
      time: values.map((_, t) => 60_000 * t),
      channels: [{ name: 'requests', values: values.map((v, t) => (t >= 200 && t < 204 ? 9 : v)) }],
    });
    const { events } = await detect(timed, { detector: 'z-score' });
    const long = events.filter(({ startIndex }) => startIndex === 200);
    expect(long).toHaveLength(1);
    expect(toMimeBundle(events)!['text/html']).toContain('<td>4 min</td>');
    expect(toMimeBundle([...events])!['text/html']).toContain('<td>4 min</td>');
  });

  test('shows a matrix of weights as a heat map, and leaves everything else alone', () => {
    expect(toMimeBundle([Float32Array.of(0.5, 0.5), Float32Array.of(0.1, 0.9)])).toHaveProperty(
      'image/svg+xml',
    );
    for (const other of [
      1,
      'text',
      null,
      undefined,
      [1, 2],
      [[1]],
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
      [
        [1, NaN],
        [0, 1],
      ],
      {},
    ]) {
      expect(toMimeBundle(other)).toBeUndefined();
    }
  });
});
