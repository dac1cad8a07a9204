import type { DataFrame, Field } from '@grafana/data';
import { describe, expect, it, vi } from 'vitest';
import { runJob } from '../shared/jobs.js';
import type { JobResults } from '../shared/jobTypes.js';
import type { ScoreRequest, Scored } from '../shared/service.js';
import { heedMeta, toIncident } from '../shared/heedMeta.js';
import { readMonitorConfig, readScoreConfig, scoreFrames, watchedAtMost } from './score.js';
import type { HeedQuery } from './types.js';

const step = 10_000;
const n = 400;
const time = Array.from({ length: n }, (_, i) => i * step);
const wave = (spikeAt: number, name: string, labels?: Record<string, string>): DataFrame => ({
  length: n,
  fields: [
    { name: 'Time', type: 'time' as Field['type'], values: time, config: {} },
    {
      name,
      type: 'number' as Field['type'],
      values: time.map(
        (_, i) => Math.sin(i / 6) + 0.02 * Math.sin(i * 1.7) + (i >= spikeAt && i < spikeAt + 5 ? 9 : 0),
      ),
      config: { unit: 'ms' },
      ...(labels ? { labels } : {}),
    } as Field,
  ],
});

/** The service without pool and cache: scores with the real core. */
const service = {
  async score({ series, scoreConfig, range }: ScoreRequest): Promise<Scored> {
    const { detection, state } = (await runJob(
      { kind: 'score', series, scoreConfig, ...(range ? { range } : {}) },
      {},
    )) as JobResults['score'];
    return {
      key: `key of ${series.name}`,
      series,
      scoreConfig,
      detection: { ...detection, series },
      ...(state ? { state } : {}),
    };
  },
};

const query: HeedQuery = {
  refId: 'A',
  detector: 'z-score',
  mode: 'each',
  output: 'overlay',
  sensitivity: 50,
  direction: 'both',
};
const visible = { refId: 'A', from: 100 * step, to: n * step, step };
const run = (extra: Partial<Parameters<typeof scoreFrames>[0]> = {}, q: Partial<HeedQuery> = {}) =>
  scoreFrames({
    frames: [wave(300, 'latency', { host: 'a' })],
    query: { ...query, ...q },
    scoreConfig: readScoreConfig({ ...query, ...q }, undefined),
    context: visible,
    service,
    name: (field) => field.name,
    surface: 'query',
    annotation: false,
    signal: new AbortController().signal,
    ...extra,
  });
const values = (frame: DataFrame, name: string) =>
  frame.fields.find((field) => field.name === name)!.values as number[];

describe('an overlay', () => {
  it('has value, score, severity and anomaly with unit and labels, cut to the visible range', async () => {
    const { frames } = await run();
    const frame = frames[0]!;
    const names = frame.fields.map((field) => field.name);
    expect(names).toEqual(expect.arrayContaining(['Time', 'value', 'score', 'severity', 'anomaly']));
    expect(frame.length).toBe(n - 100);
    expect(values(frame, 'Time')[0]).toBe(100 * step);
    const value = frame.fields[1]!;
    expect(value.config.unit).toBe('ms');
    expect(value.labels).toEqual({ host: 'a' });
    expect(value.config.displayNameFromDS).toBe('latency');
  });

  it('marks the spike, and nothing in the quiet first half', async () => {
    const { frames } = await run();
    const anomaly = values(frames[0]!, 'anomaly');
    expect(anomaly.slice(201, 204)).toEqual([1, 1, 1]);
    expect(anomaly.slice(0, 150).every((flag) => flag === 0)).toBe(true);
    const severity = values(frames[0]!, 'severity');
    expect(severity[202]).toBeGreaterThan(0);
    expect(severity[10]).toBeNull();
  });

  it('brings its events as annotations that any time series panel draws', async () => {
    const { frames } = await run();
    const events = frames.find((frame) => heedMeta(frame)?.role === 'events')!;
    expect(events.meta!.dataTopic).toBe('annotations');
    expect(events.length).toBeGreaterThan(0);
    expect(values(events, 'time').some((t) => t >= 298 * step && t <= 302 * step)).toBe(true);
    expect(values(events, 'id').every((id) => id === 0)).toBe(true);
    expect(heedMeta(frames[0]!)!.events!.length).toBe(events.length);
  });

  it('gives bands the unit of the values and hides what is not to be drawn', async () => {
    const { frames } = await run({}, { detector: 'memory-attention' });
    const upper = frames[0]!.fields.find((field) => field.name === 'upper')!;
    expect(upper.config.unit).toBe('ms');
    expect(upper.config.custom.fillBelowTo).toBe('latency lower');
    expect(upper.config.custom.showPoints).toBe('never');
    const score = frames[0]!.fields.find((field) => field.name === 'score')!;
    expect(score.config.custom.hideFrom.viz).toBe(true);
    expect(score.config.custom.axisPlacement).toBe('hidden');
  });
});

describe('outputs and modes', () => {
  it('returns scores alone', async () => {
    const { frames } = await run({}, { output: 'scores' });
    expect(frames).toHaveLength(1);
    expect(frames[0]!.fields.map((field) => field.name)).toEqual(['Time', 'score']);
  });

  it('returns events as rows', async () => {
    const { frames } = await run({}, { output: 'events' });
    expect(frames).toHaveLength(1);
    expect(values(frames[0]!, 'series')).toContain('latency');
    expect(values(frames[0]!, 'reason')[0]).toMatch(/latency/);
    expect(frames[0]!.meta?.dataTopic).toBeUndefined();
  });

  it('returns only annotations to the annotation runner, and leaves out mild ones', async () => {
    const { frames } = await run({ annotation: true });
    expect(frames).toHaveLength(1);
    const none = await run({ annotation: true, context: { ...visible, minSeverity: 101 } });
    expect(none.frames[0]!.length).toBe(0);
  });

  it('scores channels together: one score, one set of events, blame per channel', async () => {
    const frames = [wave(300, 'a'), wave(9999, 'b')];
    const { frames: out } = await run({ frames }, { mode: 'joint', detector: 'memory-attention' });
    const scored = out.filter((frame) => heedMeta(frame)?.role === 'scored');
    expect(scored).toHaveLength(2);
    expect(values(scored[0]!, 'score')).toEqual(values(scored[1]!, 'score'));
    const event = heedMeta(scored[0]!)!.events!.find((e) => e.start <= 304 * step && e.end >= 300 * step)!;
    expect(event.channels[0]!.name).toBe('a');
    expect(heedMeta(scored[0]!)!.group).toBe('system of 2');
  });

  it('shows the values of a series that cannot be scored, and says why', async () => {
    const silent: DataFrame = {
      length: n,
      fields: wave(0, 'x').fields.map((f) =>
        f.type === 'number' ? { ...f, values: f.values.map(() => null) } : f,
      ),
    };
    const { frames, errors } = await run({
      frames: [silent, wave(300, 'ok')],
      context: { ...visible, from: 0 },
    });
    expect(errors).toHaveLength(1);
    expect(errors[0]!.series).toBe('x');
    expect(frames.map((frame) => heedMeta(frame)?.role)).toEqual(['values', 'scored', 'events']);
  });

  it('passes cancelling on instead of calling it a failure', async () => {
    const abort = new AbortController();
    const cancelled = Object.assign(new Error('cancelled'), { code: 'cancelled' });
    const score = () => {
      abort.abort();
      return Promise.reject(cancelled);
    };
    await expect(run({ service: { score }, signal: abort.signal })).rejects.toBe(cancelled);
  });

  it('asks for no scoring when it is cancelled before', async () => {
    const abort = new AbortController();
    abort.abort();
    const score = vi.fn();
    await expect(run({ service: { score }, signal: abort.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(score).not.toHaveBeenCalled();
  });

  it('shows many series at once, unscored, before their scores come', async () => {
    const onPartial = vi.fn();
    const frames = Array.from({ length: 30 }, (_, i) => wave(300, `s${i}`));
    await run({ frames, onPartial });
    expect(onPartial).toHaveBeenCalled();
    const first = onPartial.mock.calls[0]![0].frames as DataFrame[];
    expect(first.filter((frame) => heedMeta(frame)?.role === 'values')).toHaveLength(30);
  });

  it('shows only some of hundreds of series before their scores come, and all of them with their scores', async () => {
    const onPartial = vi.fn();
    const { frames } = await run({
      frames: Array.from({ length: 120 }, (_, i) => wave(60, `s${i}`)),
      onPartial,
    });
    const roles = (all: DataFrame[]) => all.map((frame) => heedMeta(frame)!.role);
    const first = roles(onPartial.mock.calls[0]![0].frames);
    expect(first.filter((role) => role === 'values')).toHaveLength(50);
    expect(roles(frames).filter((role) => role === 'scored')).toHaveLength(120);
    // The first picture says that it is one of unfinished work; the last does not.
    const progress = (all: DataFrame[]) => all.map((frame) => heedMeta(frame)!.progress).filter(Boolean);
    expect(progress(onPartial.mock.calls[0]![0].frames)).toEqual([{ scored: 0, total: 120 }]);
    expect(progress(frames)).toEqual([]);
  });
});

describe('text of the data', () => {
  it('cannot become markup in annotations', async () => {
    const evil = '<img src=x onerror=alert(1)>';
    const { frames } = await run({ frames: [wave(300, evil)] });
    const events = frames.find((frame) => heedMeta(frame)?.role === 'events')!;
    for (const name of ['title', 'text', 'tags'])
      expect(JSON.stringify(values(events, name))).not.toMatch(/[<>]/);
  });
});

describe('readScoreConfig', () => {
  it('leaves out what is not set, so that equal wishes are equal recipes', () => {
    expect(
      readScoreConfig({ refId: 'A', detector: 'auto', minDeviation: 0, exclude: [] }, undefined),
    ).toEqual({
      detector: 'auto',
      events: {},
    });
  });
});

describe('as it happened', () => {
  const live: Partial<HeedQuery> = { detector: 'auto', view: 'live', budget: '1/day' };
  const config = (budget = '1/day') => readMonitorConfig({ ...query, budget }, step);

  it('tells incidents with ids and when they were noticed, and the state at the end', async () => {
    const { frames } = await run({ scoreConfig: config() }, live);
    const { events, state } = heedMeta(frames[0]!)!;
    expect(events).toHaveLength(1);
    const incident = toIncident(events![0]!)!;
    expect(incident.noticed).toBeGreaterThanOrEqual(incident.start);
    expect(incident.open).toBe(false);
    expect(state!.state).toBe('normal');
    const layer = await run({ scoreConfig: config(), annotation: true }, live);
    const tags = values(layer.frames[0]!, 'tags') as unknown as string[][];
    expect(tags[0]).toContain(`incident ${incident.id}`);
    const rows = await run({ scoreConfig: config() }, { ...live, output: 'events' });
    expect(values(rows.frames[0]!, 'incident')).toEqual([incident.id]);
  });

  it('says that there is no data where the series ends before the range does', async () => {
    const context = { ...visible, until: (n + 20) * step };
    const { frames } = await run({ scoreConfig: config(), context }, live);
    expect(heedMeta(frames[0]!)!.state).toEqual({ state: 'no data', since: n * step });
  });

  it('looks back instead, and says so, where series are too many to be watched', async () => {
    const frames = Array.from({ length: watchedAtMost + 1 }, (_, i) =>
      wave(300, 'latency', { host: `h${i}` }),
    );
    const quick = { ...config(), detector: 'z-score' };
    const { frames: out, notes } = await run(
      { frames, scoreConfig: quick },
      { ...live, detector: 'z-score' },
    );
    expect(notes[0]).toContain(`${watchedAtMost + 1} series`);
    expect(out.some((frame) => heedMeta(frame)?.state)).toBe(false);
  });

  it('refuses a budget that is none, and leaves the values', async () => {
    for (const budget of ['often', '1e12', '0/day', '-1/week', '__proto__']) {
      const { frames, errors } = await run({ scoreConfig: config(budget) }, live);
      expect(errors[0]!.message).toMatch(/budget/);
      expect(heedMeta(frames[0]!)!.role).toBe('values');
    }
  });
});
