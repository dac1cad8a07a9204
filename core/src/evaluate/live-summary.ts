import { LIVE_FACTORS, type LiveRun } from './live-run.js';

/** What a live detector comes to on one file or on several; null where there is nothing to judge it by. */
export interface LiveMetrics {
  /** Mean of the files that have a labeled event after the history. */
  readonly 'VUS-PR': number | null;
  /** Share of labeled events found. */
  readonly Recall: number | null;
  /** False incidents per 1,440 points. */
  readonly 'False alarms': number;
  /** Points from an event's first one to the moment it was noticed, over the events found. */
  readonly 'Median delay': number | null;
  readonly 'P90 delay': number | null;
  /** Share of points within incidents. */
  readonly 'Time in incident': number;
  /** The Numenta benchmark's score of all files, one threshold: the detector's own. */
  readonly NAB: number | null;
  /** F1 of events found within 3, 7 and any number of points against false points, weighted as EasyTSAD does. */
  readonly 'F1@3': number | null;
  readonly 'F1@7': number | null;
  readonly F1: number | null;
}

/** One live detector on one file. A failed run has `error` and is left out of the means. */
export interface LiveResult extends LiveRun {
  readonly file: string;
  readonly family: string;
  readonly detector: string;
  readonly metrics: LiveMetrics;
  readonly channels: number;
  readonly error?: { readonly code: string; readonly message: string };
}

/** The trade-off at one factor on the threshold, over all files. */
export interface LiveTradeOff {
  readonly factor: number;
  readonly Recall: number | null;
  readonly 'False alarms': number;
}

export interface LiveSummary {
  readonly metrics: LiveMetrics;
  readonly files: number;
  readonly failures: number;
  readonly points: number;
  readonly events: number;
  readonly tradeOff: readonly LiveTradeOff[];
  readonly seconds: number;
}

/** What `heed evaluate --live --format json` prints. */
export interface LiveReport {
  readonly files: readonly LiveResult[];
  /** Detector → metric, over all files. */
  readonly means: Readonly<Record<string, LiveMetrics>>;
  readonly overall: Readonly<Record<string, LiveSummary>>;
  readonly families: Readonly<Record<string, Readonly<Record<string, LiveSummary>>>>;
  readonly failures: readonly { file: string; detector: string; code: string; message: string }[];
}

/** Of one run, or of several taken together: counts are added up before they are divided. */
export function liveMetrics(runs: readonly LiveRun[]): LiveMetrics {
  const sum = (value: (run: LiveRun) => number): number => runs.reduce((total, run) => total + value(run), 0);
  const ratio = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);
  const points = sum((run) => run.points);
  const ranked = runs.flatMap(({ vusPr }) => (vusPr === undefined ? [] : [vusPr]));
  const delays = runs.flatMap((run) => run.delays).sort((a, b) => a - b);
  const delay = (share: number): number | null =>
    delays[Math.min(delays.length - 1, Math.floor(share * delays.length))] ?? null;
  const windows = sum((run) => run.nabWindows);
  const f1 = (at: number): number | null => {
    const found = sum((run) => run.eventWeights[at]!.found);
    const missed = sum((run) => run.eventWeights[at]!.missed);
    const wrong = sum((run) => run.eventWeights[at]!.falsePoints);
    return found + missed > 0 ? (2 * found) / (2 * found + missed + wrong) : null;
  };
  return {
    'VUS-PR': ratio(
      ranked.reduce((a, b) => a + b, 0),
      ranked.length,
    ),
    Recall: ratio(
      sum((run) => run.found),
      sum((run) => run.events),
    ),
    'False alarms': (1440 * sum((run) => run.falseIncidents.length)) / Math.max(1, points),
    'Median delay': delay(0.5),
    'P90 delay': delay(0.9),
    'Time in incident': sum((run) => run.inIncident) / Math.max(1, points),
    // A file without a window adds its cost to those that have one.
    NAB: ratio(
      sum((run) => run.nab * Math.max(1, run.nabWindows)),
      windows,
    ),
    'F1@3': f1(0),
    'F1@7': f1(1),
    F1: f1(2),
  };
}

/** What stands for a run that failed. */
export function failedLive(): Omit<LiveResult, 'file' | 'family' | 'detector' | 'channels' | 'error'> {
  const run = {
    points: 0,
    events: 0,
    found: 0,
    delays: [],
    falseIncidents: [],
    inIncident: 0,
    nab: 0,
    nabWindows: 0,
    eventWeights: [0, 1, 2].map(() => ({ found: 0, missed: 0, falsePoints: 0 })),
    tradeOff: LIVE_FACTORS.map(() => ({ found: 0, falseIncidents: 0 })),
    seconds: 0,
  };
  return { ...run, metrics: liveMetrics([run]) };
}

/** Summarizes results per family and overall. Detectors keep the order of their first result. */
export function summarizeLive(results: readonly LiveResult[]): LiveReport {
  const detectors = [...new Set(results.map(({ detector }) => detector))];
  const byDetector = (subset: readonly LiveResult[]): Record<string, LiveSummary> =>
    Object.fromEntries(
      detectors.map((detector) => [detector, summarize(subset.filter((r) => r.detector === detector))]),
    );
  const overall = byDetector(results);
  const families = [...new Set(results.map(({ family }) => family))].sort();
  return {
    files: results,
    means: Object.fromEntries(detectors.map((detector) => [detector, overall[detector]!.metrics])),
    overall,
    families: Object.fromEntries(
      families.map((family) => [family, byDetector(results.filter((r) => r.family === family))]),
    ),
    failures: results.flatMap(({ file, detector, error }) => (error ? [{ file, detector, ...error }] : [])),
  };
}

function summarize(results: readonly LiveResult[]): LiveSummary {
  const runs = results.filter(({ error }) => !error);
  const sum = (value: (run: LiveRun) => number): number => runs.reduce((total, run) => total + value(run), 0);
  const points = sum((run) => run.points);
  const events = sum((run) => run.events);
  return {
    metrics: liveMetrics(runs),
    files: results.length,
    failures: results.length - runs.length,
    points,
    events,
    tradeOff: LIVE_FACTORS.map((factor, i) => ({
      factor,
      Recall: events > 0 ? sum((run) => run.tradeOff[i]!.found) / events : null,
      'False alarms': (1440 * sum((run) => run.tradeOff[i]!.falseIncidents)) / Math.max(1, points),
    })),
    seconds: sum((run) => run.seconds) / Math.max(1, runs.length),
  };
}
