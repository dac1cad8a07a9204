import { HeedError, isHeedError } from '../errors.js';
import type { DetectorOptions, Feedback } from '../detectors/base/types.js';
import { getDetectorDefinition } from '../detectors/registry.js';
import { createDetector } from '../detection/create.js';
import { detect } from '../detection/detect.js';
import { readFeedback } from '../feedback/read.js';
import { fileIdentity, readTextFile } from '../node/open.js';
import { loadDetector } from '../detection/load.js';
import type { Detector, ScoreOptions } from '../detection/detector-types.js';
import type { Detection, EventOptions } from '../detection/types.js';
import type { Preparation } from '../preprocess/preparation.js';
import type { Series } from '../series/series.js';
import { optionValue, type TrainingPart } from './values.js';

/** Which detector the flags ask for. */
export interface DetectorChoice {
  readonly detector?: string;
  readonly option?: Readonly<Record<string, string>>;
  readonly model?: string;
  readonly train?: TrainingPart;
  readonly seed: number;
  /** File with judgments on intervals of the series. */
  readonly feedback?: string;
  /** What is done to the series first. */
  readonly preparation?: Preparation;
}

/** NAME=VALUE texts as the values the detector's option specifications ask for. */
export function detectorOptions(id: string, texts: Readonly<Record<string, string>> = {}): DetectorOptions {
  const specs = getDetectorDefinition(id).options;
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [
      name,
      optionValue(text, Object.hasOwn(specs, name) ? specs[name] : undefined),
    ]),
  );
}

/** Points of the training part, at least one. */
export function countTrainingPoints(part: TrainingPart | undefined, series: Series): number | undefined {
  if (!part) return undefined;
  const n = series.time.length;
  if ('share' in part) return Math.max(1, Math.floor(part.share * n));
  if (part.points > n) {
    throw new HeedError(
      'bad-option',
      `--train ${part.points} asks for more points than the ${n} of the series`,
      'Give fewer, or a share such as 0.3.',
    );
  }
  return part.points;
}

/**
 * The detector of a model file.
 * @throws HeedError as `loadDetector`, naming the file, and file-unreadable
 */
export async function openModel(path: string, signal?: AbortSignal): Promise<Detector> {
  const text = await readModel(path, signal);
  return naming(path, () => loadDetector(text));
}

const pipedModels = new Map<string, string>();

/** The text of a model file; of a pipe, which gives it once, as often as it is asked for. */
export async function readModel(path: string, signal?: AbortSignal): Promise<string> {
  if ((await fileIdentity(path)) !== undefined) return readTextFile(path, { signal });
  const known = pipedModels.get(path);
  if (known !== undefined) return known;
  const text = await readTextFile(path, { signal });
  pipedModels.set(path, text);
  return text;
}

/**
 * The judgments in a file; none where no file is named.
 * @throws HeedError file-unreadable, bad-json, bad-value, bad-time, each naming the file
 */
export async function loadFeedback(
  path: string | undefined,
  signal?: AbortSignal,
): Promise<Feedback[] | undefined> {
  if (path === undefined) return undefined;
  const text = await readTextFile(path, { signal });
  return naming(path, async () => readFeedback(text));
}

/** Says the file's name with whatever is found wrong with it. */
export async function naming<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isHeedError(error) && !error.place ? placedIn(file, error) : error;
  }
}

/** What differs from one scoring to the next. */
type ScoringRun = Pick<ScoreOptions, 'signal' | 'onProgress' | 'timeZone'>;

/** A detector with its files read, ready to score one series after another. */
export interface OpenDetector {
  /**
   * Scores one series; a detector that learns and has no model file is fitted to the series first.
   * @throws HeedError as `detect`; faults of the series name it
   */
  score(series: Series, run: ScoringRun): Promise<Detection>;
  /** Whether scoring fits it first, which listens to interrupts and lasts. */
  readonly trains: boolean;
  dispose(): void;
}

/**
 * Reads whatever the flags name (model, judgments, options of the detector) once, so that scoring reads no file.
 * @throws HeedError file-unreadable, model-corrupt, model-version, not-supported, unknown-detector, bad-option,
 *   bad-json, bad-value, bad-time
 */
export async function openDetector(
  choice: DetectorChoice,
  events: EventOptions,
  signal?: AbortSignal,
): Promise<OpenDetector> {
  const feedback = await loadFeedback(choice.feedback, signal);
  const optionsFor = (series: Series, run: ScoringRun): ScoreOptions => ({
    ...run,
    seed: choice.seed,
    events,
    trainLength: countTrainingPoints(choice.train, series),
    ...(feedback ? { feedback } : {}),
    ...(choice.preparation ? { preparation: choice.preparation } : {}),
  });
  if (choice.model !== undefined) {
    const loaded = await openModel(choice.model, signal);
    return {
      trains: false,
      score: (series, run) =>
        namingInput(series.name, async () => loaded.score(series, optionsFor(series, run))),
      dispose: () => loaded.dispose(),
    };
  }
  const detector = choice.detector ?? 'auto';
  const options = detectorOptions(detector, choice.option);
  // Made once for nothing: what is wrong with it is told before a series is read.
  const created = await createDetector(detector, options);
  created.dispose();
  return {
    trains: created.tags.needsTraining,
    score: (series, run) =>
      namingInput(series.name, async () => detect(series, { ...optionsFor(series, run), detector, options })),
    dispose: () => {},
  };
}

const ofInput: ReadonlySet<string> = new Set([
  ...['too-few-points', 'all-missing', 'constant-series', 'not-finite', 'labels-missing', 'bad-graph'],
]);

/** What a detector finds wrong with its input, said with the input's name: who runs ten files must see which one. */
export async function namingInput<T>(name: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isHeedError(error) && !error.place && ofInput.has(error.code) ? placedIn(name, error) : error;
  }
}

/** The same error with the file it is about. */
function placedIn(file: string | undefined, error: HeedError): HeedError {
  const what = error.message.slice(0, -(error.remedy.length + 2));
  return new HeedError(error.code, what, error.remedy, { file }, error);
}
