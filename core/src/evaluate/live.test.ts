import { describe, expect, it } from 'vitest';
import { judgeIncidents, liveHistoryLength, mergeIncidents } from './live.js';
import { livePeers } from './live-peers.js';
import { evaluateLive } from './live-run.js';
import { liveMetrics } from './live-summary.js';
import { createRandom } from '../random.js';
import { createSeries } from '../series/series.js';

const labels = (n: number, ...events: [number, number][]): Uint8Array => {
  const out = new Uint8Array(n);
  for (const [start, end] of events) out.fill(1, start, end + 1);
  return out;
};

describe('judging incidents as they happened', () => {
  it('takes 1,000 points, or the training prefix, as history, and at most half', () => {
    expect(liveHistoryLength(5000, 0)).toBe(1000);
    expect(liveHistoryLength(5000, 1700)).toBe(1700);
    expect(liveHistoryLength(5000, 4000)).toBe(2500);
    expect(liveHistoryLength(300, 0)).toBe(150);
  });

  it('counts by hand: found with its delay, found before, false, too early, after the end', () => {
    const truth = labels(1000, [300, 319], [500, 509], [700, 709]);
    const counts = judgeIncidents(
      [
        { start: 200, end: 201 },
        { start: 304, end: 330 },
        { start: 490, end: 495 },
        { start: 600, end: 640 },
        { start: 773, end: 780 },
      ],
      truth,
      100,
    );
    expect(counts).toMatchObject({ points: 900, events: 3, found: 2, delays: [4, 0] });
    // The one at 773 begins within 64 points after the third event: no false alarm, but no find either.
    expect(counts.falseIncidents).toEqual([
      { start: 200, end: 201 },
      { start: 600, end: 640 },
    ]);
  });

  it('leaves out an event that the history ends in, and merges incidents 16 points apart', () => {
    const counts = judgeIncidents(
      [
        { start: 50, end: 60 },
        { start: 400, end: 401 },
        { start: 417, end: 418 },
      ],
      labels(1000, [90, 120]),
      100,
    );
    expect(counts).toMatchObject({ events: 0, found: 0, inIncident: 19 });
    expect(counts.falseIncidents).toHaveLength(1);
    expect(mergeIncidents([0, 1, 1, 0, 1], 1)).toEqual([{ start: 1, end: 4 }]);
  });

  it('adds up counts before dividing', () => {
    const run = evaluateRun();
    const metrics = liveMetrics([run, { ...run, found: 0, delays: [] }]);
    expect(metrics.Recall).toBe(0.5);
    expect(metrics['Median delay']).toBe(run.delays[0]);
    expect(metrics['VUS-PR']).toBe(run.vusPr);
  });
});

function evaluateRun(): ReturnType<typeof evaluateLive> {
  return evaluateLive('monitor', noisy(3, 12));
}

function noisy(seed: number, height: number): ReturnType<typeof createSeries> {
  const random = createRandom(seed);
  const values = Array.from(
    { length: 2400 },
    (_, t) => 100 + random.normal() + (t >= 1800 && t < 1810 ? height : 0),
  );
  return createSeries({ channels: [{ name: 'v', values }], labels: labels(2400, [1800, 1809]) });
}

describe('evaluateLive', () => {
  it('finds a burst with the monitor, without a false alarm, and cannot see ahead', () => {
    const run = evaluateRun();
    expect(run).toMatchObject({ events: 1, found: 1, falseIncidents: [] });
    expect(run.delays[0]).toBeLessThanOrEqual(2);
    expect(run.vusPr).toBeGreaterThan(0.5);
    expect(run.nab).toBeGreaterThan(80);
  });

  it.each(livePeers.map(({ id }) => id))('%s is causal: later points change no earlier score', (id) => {
    const peer = livePeers.find((other) => other.id === id)!;
    const { values } = noisy(4, 30).channels[0]!;
    const cut = values.slice();
    cut.fill(500, 2000);
    const [a, b] = [peer.score(values, 1000), peer.score(cut, 1000)];
    expect(a.slice(0, 2000)).toEqual(b.slice(0, 2000));
    expect(a.every((score) => score >= 0 && Number.isFinite(score))).toBe(true);
  });

  it('names a live detector that does not exist', () => {
    expect(() => evaluateLive('seer', noisy(5, 1))).toThrow(/no live detector "seer"/);
  });
});
