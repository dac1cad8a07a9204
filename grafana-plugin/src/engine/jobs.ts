import { HeedError, createDetector, createSeries, listDetectors, loadDetector, readCsv } from '@heed/core';
import type { Detector, RunOptions } from '@heed/core';
import { scoreGraph } from './graph.js';
import { scoreLive } from './live.js';
import type { FitJob, Job, JobResults, PlainSeries, ScoreJob } from './protocol.js';

/** Runs one job on @heed/core. Everything the plugin computes goes through here, in a worker or on the page. */
export async function runJob(
  job: Job,
  run: Pick<RunOptions, 'signal' | 'onProgress'>,
): Promise<JobResults[Job['kind']]> {
  switch (job.kind) {
    case 'score':
      return score(job, run);
    case 'graph':
      return scoreGraph(job, run);
    case 'fit':
      return fit(job, run);
    case 'inspect':
      return inspect(job.model);
    case 'read-csv':
      return readCsv(job.text, { ...(job.name ? { name: job.name } : {}), sort: true, duplicates: 'last' });
    case 'list':
      return listDetectors().map(({ id, summary, source, tags, defaults, options }) => ({
        id,
        summary,
        source,
        tags,
        defaults,
        options,
      }));
    default: {
      // A page loaded before an update may ask for what the types no longer know.
      const { kind } = job satisfies never as Job;
      throw new HeedError('not-supported', `the engine knows no job "${kind}"`, 'Reload the page.');
    }
  }
}

async function score(job: ScoreJob, run: Pick<RunOptions, 'signal' | 'onProgress'>) {
  const { scoreConfig } = job;
  const series = toSeries(job.series);
  if (job.live !== undefined && scoreConfig.model === undefined) {
    return scoreLive(
      job.live,
      series,
      scoreConfig,
      () => createDetector(scoreConfig.detector, scoreConfig.options ?? {}),
      run,
    );
  }
  const { detector, release } = await prepareDetector(
    scoreConfig.detector,
    scoreConfig.options,
    scoreConfig.model,
  );
  try {
    const detection = await detector.score(series, {
      ...run,
      ...(scoreConfig.events ? { events: scoreConfig.events } : {}),
      ...(scoreConfig.feedback && scoreConfig.feedback.length > 0 ? { feedback: scoreConfig.feedback } : {}),
    });
    return { detection, scoredPoints: series.time.length };
  } finally {
    release();
  }
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

function toSeries(plain: PlainSeries) {
  return createSeries({
    ...(plain.name === undefined ? {} : { name: plain.name }),
    time: plain.time,
    channels: plain.channels,
  });
}

/** Loaded models by their text: loading a network costs more than scoring a few hundred points with it. */
const models = new Map<string, Promise<Detector>>();
const keptModels = 4;

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
    if (models.size > keptModels) {
      const [oldest] = models.keys();
      models.delete(oldest!);
    }
  }
  return { detector: await loading, release: () => undefined };
}
