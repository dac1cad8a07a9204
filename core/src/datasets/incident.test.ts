import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { parseIncident } from './incident.js';

const path = (name: string) => fileURLToPath(new URL(`../../data/${name}`, import.meta.url));
const text = readFileSync(path('incident.json'), 'utf8');
const incident = parseIncident(text);
const { data, errors } = Papa.parse<Record<string, string>>(readFileSync(path('incident.csv'), 'utf8'), {
  header: true,
  skipEmptyLines: true,
});
const time = data.map((row) => Date.parse(row['time']!));
const column = (name: string) => data.map((row) => (row[name] === '' ? Number.NaN : Number(row[name])));
const isFaulty = (t: number, within = 0) =>
  incident.faults.some(({ start, end }) => t >= start - within && t <= end + within);

const quantile = (values: readonly number[], q: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(q * values.length))]!;

describe('the recorded incident', () => {
  it('is a CSV file of the described points, times and channels, small enough to ship', () => {
    expect(errors).toEqual([]);
    expect(data).toHaveLength(incident.points);
    expect(Object.keys(data[0]!)).toEqual(['time', ...incident.channels.map(({ name }) => name), 'label']);
    expect([time[0], time.at(-1)]).toEqual([incident.start, incident.end]);
    expect(time.every((t, i) => t === incident.start + i * incident.step)).toBe(true);
    expect(statSync(path('incident.csv')).size + statSync(path('incident.json')).size).toBeLessThan(2e6);
  });

  it('is complete: at most 1% of the values of a channel are missing', () => {
    for (const { name } of incident.channels) {
      expect(column(name).filter(Number.isNaN).length).toBeLessThanOrEqual(0.01 * incident.points);
    }
  });

  it('labels exactly the points within the faults of the schedule', () => {
    const labels = column('label');
    expect(labels).toEqual(time.map((t) => (isFaulty(t) ? 1 : 0)));
    expect(new Set(incident.faults.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(7);
  });

  it('begins with five normal minutes, and has 90 normal seconds between faults', () => {
    expect(incident.faults[0]!.start - incident.start).toBeGreaterThanOrEqual(300_000);
    incident.faults.slice(1).forEach(({ start }, i) => {
      expect(start - incident.faults[i]!.end).toBeGreaterThanOrEqual(90_000);
    });
  });

  // 20 s after a fault the last rate window has passed it.
  it.each(incident.faults.map((fault) => [fault.kind, fault] as const))(
    '%s shows in its channels',
    (_kind, fault) => {
      for (const name of fault.channels) {
        const values = column(name);
        const normal = values.filter((value, i) => !isFaulty(time[i]!, 20_000) && !Number.isNaN(value));
        const during = values.filter((_, i) => time[i]! >= fault.start && time[i]! <= fault.end);
        const [low, high] = [quantile(normal, 0.002), quantile(normal, 0.998)];
        const outside = during.filter((value) => value < low || value > high).length;
        expect(outside, `${name}: points outside of all that is normal`).toBeGreaterThanOrEqual(4);
      }
    },
  );

  it('repeats its normal cycle six times or more', () => {
    const { cycleSeconds } = JSON.parse(text) as { cycleSeconds: number };
    expect((incident.end - incident.start) / 1000 / cycleSeconds).toBeGreaterThanOrEqual(6);
    const rate = column('http_requests_per_second');
    const lag = (1000 * cycleSeconds) / incident.step;
    const pairs = rate.flatMap((value, i) =>
      i >= lag &&
      !isFaulty(time[i]!, 20_000) &&
      !isFaulty(time[i - lag]!, 20_000) &&
      !Number.isNaN(value + rate[i - lag]!)
        ? [[value, rate[i - lag]!] as const]
        : [],
    );
    expect(correlation(pairs)).toBeGreaterThan(0.9);
  });
});

function correlation(pairs: readonly (readonly [number, number])[]): number {
  const mean = (pick: (pair: readonly [number, number]) => number) =>
    pairs.reduce((sum, pair) => sum + pick(pair), 0) / pairs.length;
  const [a, b] = [mean(([x]) => x), mean(([, y]) => y)];
  const covariance = mean(([x, y]) => (x - a) * (y - b));
  return covariance / Math.sqrt(mean(([x]) => (x - a) ** 2) * mean(([, y]) => (y - b) ** 2));
}

describe('parseIncident', () => {
  it.each([
    ['no JSON', '{'],
    ['null', 'null'],
    [
      'no faults',
      '{"start":"2024-01-01T00:00:00Z","end":"2024-01-01T00:00:00Z","points":1,"stepSeconds":2,"channels":[]}',
    ],
    [
      'a time that is none',
      '{"faults":[],"channels":[],"points":1,"stepSeconds":2,"start":"noon","end":"2024-01-01T00:00:00Z"}',
    ],
  ])('rejects %s', (_what, bad) => {
    expect(() => parseIncident(bad)).toThrow(
      expect.objectContaining({ name: 'HeedError', code: 'bad-json' }),
    );
  });
});
