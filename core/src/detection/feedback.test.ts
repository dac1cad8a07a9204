import { describe, expect, it } from 'vitest';
import { createSeries } from '../series/series.js';
import { createDetector } from './create.js';
import { readFeedback } from '../feedback/read.js';
import { loadDetector } from './load.js';

const n = 3000;
/** Noise with three equal slow humps of 60 points and three equal spikes. */
const humps = [600, 1400, 2300];
const spikes = [300, 1000, 2700];
let state = 1;
const noise = (): number => (state = (state * 48271) % 2147483647) / 2147483647 - 0.5;
const values = Float64Array.from({ length: n }, () => noise());
for (const at of humps)
  for (let k = 0; k < 60; k++) values[at + k] = values[at + k]! + 1.5 * Math.sin((Math.PI * k) / 60);
for (const at of spikes) values[at] = values[at]! + 3.6;
const series = createSeries({ channels: [{ name: 'v', values }] });
const interval = (start: number, length: number) => ({
  start: series.time[start]!,
  end: series.time[start + length - 1]!,
});
const highest = (score: Float32Array, start: number, length: number): number =>
  Math.max(...score.subarray(start, start + length));

describe('feedback through the whole pipeline', () => {
  it('ranks what is similar to a confirmed event above other oddities, either way round', async () => {
    const detector = await createDetector('auto');
    const slow = await detector.score(series, { feedback: [{ ...interval(600, 60), kind: 'anomaly' }] });
    for (const hump of humps.slice(1))
      for (const spike of spikes)
        expect(highest(slow.score, hump, 60)).toBeGreaterThan(highest(slow.score, spike, 1));
    const sharp = await detector.score(series, { feedback: [{ ...interval(300, 1), kind: 'anomaly' }] });
    for (const spike of spikes.slice(1))
      for (const hump of humps)
        expect(highest(sharp.score, spike, 1)).toBeGreaterThan(highest(sharp.score, hump, 60));
  });

  it('silences a dismissed event and what is similar to it, and keeps the others', async () => {
    const detector = await createDetector('auto');
    const plain = await detector.score(series);
    const at = (detection: typeof plain, start: number, length: number) =>
      detection.events.find(({ startIndex, endIndex }) => startIndex < start + length && endIndex >= start);
    for (const spike of spikes) expect(at(plain, spike, 1)).toBeDefined();
    // As in a panel, the event is dismissed as it was shown.
    const { start, end } = at(plain, 300, 1)!;
    const told = await detector.score(series, { feedback: [{ start, end, kind: 'normal' }] });
    expect(at(told, 300, 1)).toBeUndefined();
    for (const spike of spikes.slice(1))
      expect(highest(told.score, spike, 1)).toBeLessThan(highest(plain.score, spike, 1));
    for (const hump of humps) expect(at(told, hump, 60)).toBeDefined();
  });

  it('holds what was said, is undone by taking it back, and ignores the order', async () => {
    const detector = await createDetector('auto');
    const plain = await detector.score(series);
    const words = [
      { ...interval(1700, 40), kind: 'anomaly' },
      { ...interval(1400, 60), kind: 'normal' },
    ] as const;
    const told = await detector.score(series, { feedback: words });
    expect(highest(told.score, 1700, 40)).toBeGreaterThan(1);
    expect(highest(told.score, 1400, 60)).toBeLessThan(1);
    expect((await detector.score(series, { feedback: [words[1], words[0]] })).score).toEqual(told.score);
    expect((await detector.score(series, { feedback: [] })).score).toEqual(plain.score);
  });

  it('travels in the model file, of a detector that needs no training too', async () => {
    const detector = await createDetector('auto');
    const feedback = [{ ...interval(600, 60), kind: 'anomaly' }] as const;
    const told = await detector.score(series, { feedback });
    const report = await detector.fit(series, { feedback });
    expect(report.notes!.join(' ')).toMatch(/feedback/);
    const loaded = await loadDetector(await detector.save());
    expect((await loaded.score(series)).score).toEqual(told.score);
  });

  it('counts what a model keeps and what is given with the series once', async () => {
    const detector = await createDetector('auto');
    const outside = { start: -20, end: -10, kind: 'normal' } as const;
    const feedback = [{ ...interval(600, 60), kind: 'anomaly' } as const, outside];
    await detector.fit(series, { feedback });
    const kept = await detector.score(series);
    const both = await detector.score(series, { feedback: feedback.map((judged) => ({ ...judged })) });
    expect(both.score).toEqual(kept.score);
    expect(both.notes).toEqual(kept.notes);
    expect(kept.notes.join()).toContain('1 of 2 judged intervals');
  });

  it('says which judgments concern nothing', async () => {
    const detector = await createDetector('z-score');
    const far = { start: 1e15, end: 1e15 + 1, kind: 'normal' } as const;
    expect((await detector.score(series, { feedback: [far] })).notes.join(' ')).toMatch(/outside the series/);
    const both = await detector.score(series, { feedback: [far, { ...interval(10, 2), kind: 'normal' }] });
    expect(both.notes.join(' ')).toMatch(/1 of 2 judged intervals lie/);
  });
});

describe('readFeedback', () => {
  it('reads a list, or an object that holds one, with both kinds of times', () => {
    const wanted = [{ start: 1000, end: 2000, kind: 'normal' }];
    expect(readFeedback('[{"start": 1000, "end": 2000, "kind": "normal", "series": "x"}]')).toEqual(wanted);
    expect(
      readFeedback(
        '{"feedback": [{"start": "1970-01-01T00:00:01Z", "end": "1970-01-01T00:00:02Z", "kind": "normal"}]}',
      ),
    ).toEqual(wanted);
    expect(readFeedback('[]')).toEqual([]);
  });

  it.each([
    ['[', 'bad-json'],
    ['{"a": 1}', 'bad-value'],
    ['null', 'bad-value'],
    ['[null]', 'bad-value'],
    ['[{"start": 1, "end": 2, "kind": "odd"}]', 'bad-value'],
    ['[{"start": "soon", "end": 2, "kind": "normal"}]', 'bad-time'],
    ['[{"start": 1, "kind": "normal"}]', 'bad-time'],
    ['[{"start": 3, "end": 2, "kind": "normal"}]', 'bad-time'],
  ])('refuses %s', (text, code) => {
    expect(() => readFeedback(text)).toThrow(expect.objectContaining({ code }));
  });
});
