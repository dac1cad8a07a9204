import { generateSeries } from '../datasets/index.js';
import type { DetectorDefinition, DetectorOptions, RunOptions } from '../detectors/base/types.js';
import { createDetector } from '../detection/create.js';
import type { Detector } from '../detection/detector-types.js';
import type { Series } from '../series/series.js';

/** Settings of a contract check. */
export interface ContractOptions extends Pick<RunOptions, 'signal' | 'seed'> {
  /** Points of the generated series; default 600. */
  readonly points?: number;
  /**
   * Ids of the generators to fit and score; default all, for detectors that need training two (one channel,
   * several channels), so that the suite stays cheap.
   */
  readonly generators?: readonly string[];
  /** Longest time in ms that a detector may keep the event loop while it is cancelled; default 100. */
  readonly cancelWithin?: number;
}

/** A detector under test, with what the checks share. */
export class ContractSubject {
  readonly needsTraining: boolean;
  private shared: Promise<Detector> | undefined;

  constructor(
    readonly definition: DetectorDefinition,
    readonly options: ContractOptions,
  ) {
    this.needsTraining = definition.tags.needsTraining;
  }

  /** Number of points of generated series: what the detector needs, and room for anomalies. */
  get points(): number {
    return Math.max(this.options.points ?? 600, 4 * this.definition.tags.minPoints);
  }

  get run(): RunOptions {
    const { seed, signal } = this.options;
    return { ...(seed === undefined ? {} : { seed }), ...(signal ? { signal } : {}) };
  }

  /** A new detector with the quick options. */
  create(options: DetectorOptions = {}): Promise<Detector> {
    return createDetector(this.definition, { ...this.definition.quick, ...options });
  }

  /** A labeled series with noise, a period and anomalies; one channel. */
  sample(points = this.points): Series {
    return generateSeries('spike', { points: Math.max(points, 400), seed: 1 });
  }

  /** A new detector, fitted to the sample. */
  async createFitted(): Promise<Detector> {
    const detector = await this.create();
    await detector.fit(this.sample(), this.run);
    return detector;
  }

  /** One fitted detector for all checks that do not change it. */
  fitted(): Promise<Detector> {
    return (this.shared ??= this.createFitted());
  }

  async dispose(): Promise<void> {
    (await this.shared?.catch(() => undefined))?.dispose();
  }
}
