import { HeedError } from '@heed/core';
import { type PoolWorker } from '@heed/core/workers';
import { engine, engineSource } from 'heed-engine';
import { GraphScoring } from './graphs.js';
import { ScoringService } from './service.js';
import { startOnPage, startWorker } from './transport.js';

/** All three plugins of one version share one service per page; another version brings its own. */
const slot = Symbol.for('heed.scoring-service/0.1.0');

/** Address of the folder with the learned detectors; nested plugins are served below their own id. */
function learnedFolder(): string {
  const base = document.baseURI || location.href;
  return new URL(`${learnedBase ?? 'public/plugins/heed-anomaly-datasource'}/`, base).href;
}
let learnedBase: string | undefined;

/** Tells where Grafana serves the data source plugin from (a CDN in Grafana Cloud). */
export function setDataSourceModule(module: string | undefined): void {
  if (module?.endsWith('/module.js')) learnedBase = module.slice(0, -'/module.js'.length);
}

/** A worker whose engine knows learned detectors; loaded when a job turns out to need it. */
async function startLearned(): Promise<PoolWorker> {
  const folder = learnedFolder();
  const response = await fetch(`${folder}learned.js`);
  const type = response.headers.get('content-type') ?? '';
  // A host that answers every unknown address with its page answers this one too.
  if (!response.ok || type.includes('html'))
    throw new Error(`${folder}learned.js answered ${response.status} ${type}`);
  return startWorker(`self.heedFolder=${JSON.stringify(folder)};\n${await response.text()}`, 'heed-learned');
}

export function scoringService(): ScoringService {
  const holder = globalThis as unknown as Record<symbol, ScoringService | undefined>;
  return (holder[slot] ??= new ScoringService({
    // One core is left to the page, and more than four workers gain little on a dashboard.
    size: Math.max(1, Math.min(4, (navigator.hardwareConcurrency ?? 2) - 1)),
    start: () => startWorker(engineSource),
    startFallback: () => startOnPage(engine),
    startTimeout: 20_000,
    attempts: 2,
    specialist: {
      refusal: 'engine-without-learned',
      start: startLearned,
      failure: (reason) =>
        new HeedError(
          'backend-unavailable',
          `learned detectors and files need a Web Worker, and it could not be started: ${reason}`,
          'Allow blob: workers in the content security policy, or use a detector that needs no training.',
        ),
    },
  }));
}

const graphSlot = Symbol.for('heed.graph-scoring/0.1.0');

/** Scoring of maps, in the same pool. */
export function graphScoring(): GraphScoring {
  const holder = globalThis as unknown as Record<symbol, GraphScoring | undefined>;
  return (holder[graphSlot] ??= new GraphScoring(scoringService()));
}
