// Series judged against each other, from the inner source's frames to what the panel shows of them.
import type { DataFrame, Field } from '@grafana/data';
import { describe, expect, it } from 'vitest';
import { runJob } from '../shared/jobs.js';
import type { JobResults } from '../shared/jobTypes.js';
import type { ScoreRequest, Scored } from '../shared/service.js';
import { groupFrames, withDetection } from '../panel/model.js';
import { defaultOptions, type HeedPanelOptions } from '../panel/types.js';
import { heedMeta } from '../shared/heedMeta.js';
import { readScoreConfig, scoreFrames } from './score.js';
import type { HeedQuery } from './types.js';

const step = 10_000;
const n = 400;
const time = Array.from({ length: n }, (_, i) => i * step);
const odd = { host: 'host-3', from: 300, to: 320 };

/** Hosts of one load, each on its own level; one leaves. */
function host(name: string, c: number): DataFrame {
  const values = time.map((_, t) => {
    const noise = Math.sin(t * (1.7 + c) + c * c);
    const away = name === odd.host && t >= odd.from && t < odd.to ? 30 : 0;
    return 20 + 5 * c + 6 * Math.sin(t / 15) + noise + away;
  });
  return {
    length: n,
    fields: [
      { name: 'Time', type: 'time' as Field['type'], values: time, config: {} },
      { name, type: 'number' as Field['type'], values, config: { unit: 'percent' }, labels: { host: name } },
    ] as Field[],
  };
}
const fleet = Array.from({ length: 8 }, (_, c) => host(`host-${c}`, c));
const name = (field: Field) => field.name;

const scorings: ScoreRequest[] = [];
const results = new Map<string, Scored>();
const service = {
  async score(request: ScoreRequest): Promise<Scored> {
    scorings.push(request);
    const { series, scoreConfig } = request;
    const { detection } = (await runJob({ kind: 'score', series, scoreConfig }, {})) as JobResults['score'];
    const scored = {
      key: `key ${results.size}`,
      series,
      scoreConfig,
      detection: { ...detection, series },
    };
    results.set(scored.key, scored);
    return scored;
  },
};

const query: HeedQuery = { refId: 'A', detector: 'auto', model: 'mine', mode: 'peers', output: 'overlay' };
const run = (q: Partial<HeedQuery> = {}, extra: Partial<Parameters<typeof scoreFrames>[0]> = {}) =>
  scoreFrames({
    frames: fleet,
    query: { ...query, ...q },
    scoreConfig: readScoreConfig({ ...query, ...q }, 'a model that is not asked'),
    context: { refId: 'A', from: 100 * step, to: n * step, step },
    service,
    name,
    surface: 'query',
    annotation: false,
    signal: new AbortController().signal,
    ...extra,
  });
const values = (frame: DataFrame, field: string) =>
  frame.fields.find((candidate) => candidate.name === field)!.values as number[];
const scoredOf = (frames: readonly DataFrame[]) =>
  frames.filter((frame) => heedMeta(frame)?.role === 'scored');

describe('a query against peers', () => {
  it('gives every host a score, a severity and events of its own, from one scoring', async () => {
    scorings.length = 0;
    const { frames } = await run();
    expect(scorings).toHaveLength(1);
    expect(scorings[0]!.scoreConfig.detector).toBe('peer-attention');
    expect(scorings[0]!.scoreConfig.model).toBeUndefined();
    const scored = scoredOf(frames);
    expect(scored.map((frame) => heedMeta(frame)!.group)).toEqual(fleet.map((_, c) => `host-${c}`));
    for (const frame of scored) {
      const anomalous = values(frame, 'anomaly').filter((flag) => flag === 1).length;
      if (frame.name === odd.host) expect(anomalous).toBeGreaterThanOrEqual(odd.to - odd.from);
      else expect(anomalous).toBe(0);
      expect(Math.max(...values(frame, 'score')) > 1).toBe(frame.name === odd.host);
      expect(frame.fields[1]!.labels).toEqual({ host: frame.name });
    }
    const [event] = heedMeta(scored[3]!)!.events!;
    expect(event!.channels).toEqual([{ name: odd.host, share: 1 }]);
    expect(event!.peers!.length).toBe(7);
    const annotations = frames.find((frame) => heedMeta(frame)?.role === 'events')!;
    expect(values(annotations, 'title')).toEqual([expect.stringContaining(odd.host)]);
  });

  it('names the host and its peers in rows, annotations and scores', async () => {
    const { frames: rows } = await run({ output: 'events' });
    expect(values(rows[0]!, 'series')).toEqual([odd.host]);
    expect(values(rows[0]!, 'compared with')[0]).toMatch(/^host-\d \d+%, host-\d/);
    const { frames: scores } = await run({ output: 'scores' });
    expect(scores).toHaveLength(8);
    const { frames: layer } = await run({}, { annotation: true });
    expect(values(layer[0]!, 'text')[0]).toContain('compared with host-');
  });

  it('tells hosts of the same name apart', async () => {
    const { frames } = await run({}, { frames: [host('a', 0), host('a', 1), host('b', 2)] });
    expect(scoredOf(frames).map((frame) => frame.name)).toEqual(['a', 'a (2)', 'b']);
  });
});

describe('the panel', () => {
  const options = { ...defaultOptions, mode: 'peers' } as HeedPanelOptions;

  it('shows each host by itself, with what the query brought along', async () => {
    const { frames } = await run();
    const groups = groupFrames(scoredOf(frames), options, name, (key) => results.get(key));
    expect(groups.map((group) => group.name)).toEqual(fleet.map((_, c) => `host-${c}`));
    expect(groups.filter((group) => group.events.length > 0).map((group) => group.name)).toEqual([odd.host]);
    expect(groups.every((group) => group.job === undefined)).toBe(true);
  });

  it('scores all hosts once more when one has feedback, and shows it on that host alone', async () => {
    const { frames } = await run();
    const said = { start: 295 * step, end: 325 * step, kind: 'normal' as const };
    const feedback = [{ series: odd.host, ...said }];
    const groups = groupFrames(scoredOf(frames), { ...options, feedback }, name, (key) => results.get(key));
    const jobs = new Set(groups.map((group) => group.job));
    expect(jobs.size).toBe(1);
    const [job] = jobs;
    expect(job!.scoreConfig.feedback).toEqual([{ ...said, channel: odd.host }]);
    const { key, series, detection } = await service.score({
      ...job!,
      origin: { surface: 'panel', title: '' },
    });
    const after = groups.map((group) => withDetection(group, key, series, detection, 0));
    expect(after.every((group) => group.events.length === 0)).toBe(true);
    expect(after[3]!.members[0]!.values).toBe(series.channels[3]!.values);
    expect(after[3]!.members[0]!.expected).toBe(detection.expected![3]);
  });

  it('judges plain frames of any source against each other', async () => {
    const groups = groupFrames(fleet, options, name, () => undefined);
    expect(new Set(groups.map((group) => group.job)).size).toBe(1);
    const { job } = groups[0]!;
    const { key, series, detection } = await service.score({
      ...job!,
      origin: { surface: 'panel', title: '' },
    });
    const after = groups.map((group) => withDetection(group, key, series, detection, 0));
    expect(after.filter((group) => group.events.length > 0).map((group) => group.name)).toEqual([odd.host]);
  });
});
