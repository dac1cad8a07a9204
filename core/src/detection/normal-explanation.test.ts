import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createSeries, sliceSeries, type Series } from '../series/series.js';
import { createStream } from '../stream/index.js';
import { readSeriesFile } from '../node/files.js';
import { createDetector } from './create.js';

const n = 1200;
const day = 100;
const usual = (t: number): number => 50 + 20 * Math.sin((2 * Math.PI * t) / day) + 0.4 * Math.sin(t * t);

function seriesWith(change: (t: number) => number | undefined): Series {
  return createSeries({
    channels: [
      { name: 'requests', values: Float64Array.from({ length: n }, (_, t) => change(t) ?? usual(t)) },
    ],
  });
}

/** Mean distance of what was expected from what usually happens there. */
async function gap(series: Series, detector: string, from: number, to: number): Promise<number> {
  const { expected, events } = await (await createDetector(detector)).score(series);
  expect(events.some(({ startIndex, endIndex }) => startIndex <= to && endIndex >= from)).toBe(true);
  let sum = 0;
  for (let t = from; t <= to; t++) sum += Math.abs(expected![0]![t]! - usual(t));
  return sum / (to - from + 1);
}

test('a fault is expected to be as usual, also where the same fault came before', async () => {
  const once = seriesWith((t) => (t >= 810 && t < 840 ? 160 : undefined));
  const twice = seriesWith((t) => ((t >= 310 && t < 340) || (t >= 810 && t < 840) ? 160 : undefined));
  expect(await gap(once, 'memory-attention', 812, 837)).toBeLessThan(4);
  expect(await gap(twice, 'auto', 312, 337)).toBeLessThan(4);
  expect(await gap(twice, 'auto', 812, 837)).toBeLessThan(4);
});

test('a missing peak is expected to be there, and compared with other days', async () => {
  const missing = seriesWith((t) => (t >= 605 && t < 645 ? 50 : undefined));
  expect(await gap(missing, 'auto', 610, 640)).toBeLessThan(4);
  const { events } = await (await createDetector('auto')).score(missing);
  const event = events.find(({ startIndex, endIndex }) => startIndex <= 640 && endIndex >= 610)!;
  expect(event.direction).toBe('below');
  expect(event.attended.length).toBeGreaterThan(0);
  for (const { start, end } of event.attended) {
    expect(events.every((other) => other.endIndex < start || other.startIndex > end)).toBe(true);
    expect(end - start).toBe(event.endIndex - event.startIndex);
  }
});

test('what stays below the threshold is not compared with a graver fault either', async () => {
  const { series: whole } = await readSeriesFile(
    fileURLToPath(new URL('../../data/incident.csv', import.meta.url)),
  );
  const latency = whole.channels.filter(({ name }) => name === 'http_request_duration_p95_seconds');
  const one = { ...whole, channels: latency };
  const detector = await createDetector('auto');
  const { threshold } = await detector.score(one);
  // With a threshold so high the last slowing begins below it; the one of minutes before, which stays above, is more
  // like it than any normal interval.
  const { upper, score, events } = await detector.score(one, {
    events: { threshold: 'fixed', thresholdValue: 3.9 * threshold.value },
  });
  const { values } = latency[0]!;
  const raised = [...values.keys()].filter((t) => t > 700 && values[t]! > 0.1 && score[t]! < 1);
  expect(raised.length).toBeGreaterThan(5);
  expect(events.some(({ startIndex }) => startIndex < 700)).toBe(true);
  for (const t of raised) expect(upper![0]![t]!, `point ${t}`).toBeLessThan(values[t]!);
});

// To memory attention alone a fault that came before is nothing new.
test.each([
  ['auto', 310],
  ['memory-attention', Infinity],
])('a fault that %s meets live is expected to be as usual', async (id, first) => {
  const series = seriesWith((t) =>
    (t >= first && t < first + 30) || (t >= 1110 && t < 1140) ? 160 : undefined,
  );
  const stream = await createStream(sliceSeries(series, 0, 1100), { detector: id, explainByNormal: true });
  const expected = new Float64Array(n);
  let event: { startIndex: number; endIndex: number; direction: string } | undefined;
  for (let from = 1100; from < 1160; from += 5) {
    const update = await stream.append(sliceSeries(series, from, from + 5));
    expected.set(update.expected![0]!, from);
    event = update.events.find(({ startIndex }) => startIndex > 1000) ?? event;
  }
  stream.dispose();
  for (let t = 1115; t < 1140; t++) expect(Math.abs(expected[t]! - usual(t)), `point ${t}`).toBeLessThan(8);
  expect(event).toMatchObject({ startIndex: 1110, endIndex: 1139, direction: 'above' });
});

test('the band beside an event is as narrow as elsewhere', async () => {
  const { lower, upper } = await (
    await createDetector('auto')
  ).score(seriesWith((t) => (t >= 600 && t < 630 ? 160 : undefined)));
  const width = (from: number, to: number): number => {
    let sum = 0;
    for (let t = from; t < to; t++) sum += upper![0]![t]! - lower![0]![t]!;
    return sum / (to - from);
  };
  expect(width(570, 590)).toBeLessThan(3 * width(300, 500));
  expect(width(640, 660)).toBeLessThan(3 * width(300, 500));
});

test('explanations are the same every time, and cancelled work ends', async () => {
  const series = seriesWith((t) => (t >= 600 && t < 630 ? 160 : undefined));
  const detector = await createDetector('memory-attention');
  const [first, second] = [await detector.score(series), await detector.score(series)];
  expect(second).toEqual(first);
  await expect(detector.score(series, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'cancelled',
  });
});
