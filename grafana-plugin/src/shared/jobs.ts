import {
  HeedError,
  createDetector,
  createSeries,
  listDetectors,
  loadDetector,
  type Detector,
  type RunOptions,
  type Series,
} from '@heed/core';
import { RangeMonitor, backtestBudgets } from '@heed/core/live';
import { SlidingStream } from '@heed/core/stream';
import { listDefaults, describeOptions } from '@heed/core/detectors';
import { LRUCache } from 'lru-cache';
import { scoreGraph } from './graphJob.js';
import { stableJson } from './hash.js';
import type { BacktestJob, BacktestResult, FitJob, Job, JobResults, ReadJob, ScoreJob } from './jobTypes.js';

/** Runs one job on @heed/core. Everything the plugin computes goes through here, in a worker or on the page. */
export async function runJob(
  job: Job,
  run: Pick<RunOptions, 'signal' | 'onProgress'>,
): Promise<JobResults[Job['kind']]> {
  switch (job.kind) {
    case 'score':
      return score(job, run);
    case 'backtest':
      return runBacktest(job);
    case 'graph':
      return scoreGraph(job, run);
    case 'fit':
      return fit(job, run);
    case 'inspect':
      return inspect(job.model);
    case 'read':
      return read(job, run);
    case 'list':
      return listDetectors().map(({ id, summary, source, input, tags, options }) => ({
        id,
        summary,
        source,
        input,
        tags,
        defaults: listDefaults(options),
        options: describeOptions(options),
      }));
    default: {
      // A page loaded before an update may ask for what the types no longer know.
      const { kind } = job satisfies never as Job;
      throw new HeedError('not-supported', `the engine knows no job "${kind}"`, 'Reload the page.');
    }
  }
}

/** Ranges that move on, by their names: per worker, the one unused for longest goes first. */
const sliding = new LRUCache<string, SlidingStream>({ max: 200, dispose: (stream) => stream.dispose() });

function runBacktest({ series, budgets }: BacktestJob): BacktestResult[] {
  return backtestBudgets(toSeries(series), budgets).map(
    ({ budget, pagesPerWeek, days, history, incidents, detection }) => {
      const pages = detection.events.filter((event) =>
        incidents.some(({ start, peak }) => start === event.start && peak === event.peak),
      );
      return { budget, pagesPerWeek, days, history, pages };
    },
  );
}

/** Series that are watched as they happen, by their names and what is asked. */
const watched = new LRUCache<string, RangeMonitor>({ max: 400 });

async function watch({ series, scoreConfig, live, range }: ScoreJob, signal: AbortSignal | undefined) {
  const { budget, step, anchored, timeZone } = scoreConfig.monitor!;
  const key = `${live} ${stableJson([scoreConfig, series.channels.map(({ name }) => name)])}`;
  const known = live === undefined ? undefined : watched.get(key);
  const monitor =
    known ??
    new RangeMonitor({
      budget,
      step,
      ...(anchored ? {} : { cell: Infinity }),
      ...(timeZone === undefined ? {} : { timeZone }),
    });
  if (live !== undefined) watched.set(key, monitor);
  const { detection, scoredPoints, state, since } = await monitor.update(
    toSeries(series),
    range?.from ?? -Infinity,
    { ...(signal ? { signal } : {}), ...(range ? { now: range.until } : {}) },
  );
  return { detection, scoredPoints, state: { state, since } };
}

/** The page has the series: it is not sent back. */
async function score(job: ScoreJob, run: Pick<RunOptions, 'signal' | 'onProgress'>) {
  const { detection, ...rest } = await scoreWhole(job, run);
  const { series: _given, ...result } = detection;
  return { ...rest, detection: result };
}

async function scoreWhole(job: ScoreJob, run: Pick<RunOptions, 'signal' | 'onProgress'>) {
  const { live, scoreConfig } = job;
  if (scoreConfig.monitor) return watch(job, run.signal);
  const { detector: id, options, model, events, feedback } = scoreConfig;
  const series = toSeries(job.series);
  const scoreOptions = { ...(events ? { events } : {}), ...(feedback?.length ? { feedback } : {}) };
  if (live !== undefined && model === undefined) {
    const key = `${live} ${stableJson(scoreConfig)}`;
    const stream =
      sliding.get(key) ?? new SlidingStream(() => createDetector(id, options ?? {}), scoreOptions);
    sliding.set(key, stream, { noDisposeOnSet: true });
    return stream.update(series, run);
  }
  const { detector, release } = await prepareDetector(id, options, model);
  try {
    const detection = await detector.score(series, { ...run, ...scoreOptions });
    return { detection, scoredPoints: series.time.length };
  } finally {
    release();
  }
}

/** The readers of all formats are a third of the engine, and one page alone reads: they lie with the learned detectors. */
async function read({ content, name }: ReadJob, run: Pick<RunOptions, 'signal' | 'onProgress'>) {
  const { readSeriesBlob } = await import('@heed/core/series');
  return readSeriesBlob(new Blob([content]), { ...(name ? { name } : {}), sort: true }, run);
}

async function fit(job: FitJob, run: Pick<RunOptions, 'signal' | 'onProgress'>) {
  const detector = await createDetector(job.detector, job.options ?? {});
  try {
    const report = await detector.fit(toSeries(job.series), { ...run, seed: job.seed ?? 0 });
    return { model: await detector.save(), report };
  } finally {
    detector.dispose();
  }
}

async function inspect(model: string) {
  const { detector, release } = await prepareDetector('', {}, model);
  const id = detector.id;
  release();
  return { detector: id };
}

function toSeries(plain: Series) {
  return createSeries({
    ...(plain.name === undefined ? {} : { name: plain.name }),
    time: plain.time,
    channels: plain.channels,
  });
}

/** Loaded models by their text: loading a network costs more than scoring a few hundred points with it. */
const models = new LRUCache<string, Promise<Detector>>({
  max: 4,
  dispose: (loading) => void loading.then((detector) => detector.dispose()).catch(() => undefined),
});

async function prepareDetector(
  id: string,
  options: Readonly<Record<string, unknown>> | undefined,
  model: string | undefined,
): Promise<{ detector: Detector; release: () => void }> {
  if (model === undefined) {
    const detector = await createDetector(id, options ?? {});
    return { detector, release: () => detector.dispose() };
  }
  let loading = models.get(model);
  if (!loading) {
    loading = Promise.resolve(loadDetector(model));
    models.set(model, loading);
    loading.catch(() => models.delete(model));
  }
  return { detector: await loading, release: () => undefined };
}
