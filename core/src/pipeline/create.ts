import { HeedError, throwIfAborted } from '../errors.js';
import type {
  DetectorDefinition,
  DetectorOptions,
  FitReport,
  RawDetector,
  RunOptions,
} from '../detectors/contract.js';
import { getDetectorDefinition } from '../detectors/registry.js';
import type { Detection } from '../score/types.js';
import type { Series } from '../series/series.js';
import { buildDetection } from './detection.js';
import { fillGaps } from './gaps.js';
import { resolveOptions } from './options.js';
import type { Detector, ScoreOptions } from './types.js';

/**
 * Makes a detector ready to fit or score.
 * @param detector the id of a registered detector, or a definition
 * @param options laid over the definition's defaults
 * @throws HeedError unknown-detector, bad-option, not-supported (graph detectors)
 */
export async function createDetector(
  detector: string | DetectorDefinition,
  options: DetectorOptions = {},
): Promise<Detector> {
  const definition = typeof detector === 'string' ? getDetectorDefinition(detector) : detector;
  if (definition.tags.input !== 'series') {
    throw new HeedError(
      'not-supported',
      `the detector "${definition.id}" scores a ${definition.tags.input}, not a series`,
      'Choose a detector for series.',
    );
  }
  const resolved = resolveOptions(definition, options);
  return new SeriesDetector(definition, resolved, await definition.create(resolved));
}

export class SeriesDetector implements Detector {
  readonly id: string;
  readonly tags;
  private fitted?: { readonly channels: readonly string[]; readonly training?: Float64Array };

  constructor(
    readonly definition: DetectorDefinition,
    readonly options: DetectorOptions,
    private readonly raw: RawDetector,
  ) {
    this.id = definition.id;
    this.tags = definition.tags;
  }

  async fit(train: Series, options: RunOptions = {}): Promise<FitReport> {
    throwIfAborted(options.signal);
    const start = performance.now();
    if (!this.raw.fit) {
      return {
        detector: this.id,
        points: train.time.length,
        seconds: (performance.now() - start) / 1000,
        parameters: 0,
        notes: ['This detector needs no training.'],
      };
    }
    const report = await this.raw.fit(fillGaps(train).series, options);
    this.fitted = { channels: train.channels.map(({ name }) => name) };
    return report;
  }

  async score(series: Series, options: ScoreOptions = {}): Promise<Detection> {
    throwIfAborted(options.signal);
    const filled = fillGaps(series);
    const raw = await this.raw.score(filled.series, options);
    throwIfAborted(options.signal);
    return buildDetection(this.id, filled, raw, options, this.fitted?.training);
  }

  async save(): Promise<string> {
    throw new HeedError('not-supported', 'saving is not there yet', 'Wait.');
  }

  dispose(): void {
    this.raw.dispose?.();
  }
}
