import type { RunOptions } from '../detectors/base/types.js';
import { isHeedError, type HeedErrorCode } from '../errors.js';
import type { Detection } from '../detection/types.js';
import type { Series } from '../series/series.js';

/** A contract that was not kept. */
class ContractViolation extends Error {
  override readonly name = 'ContractViolation';
}

export function demand(condition: boolean, what: string): asserts condition {
  if (!condition) throw new ContractViolation(what);
}

/** The work must be refused with one of the codes. */
export async function expectRefusal(
  codes: readonly HeedErrorCode[],
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    demand(
      isHeedError(error) && codes.includes(error.code),
      `should have been refused with ${codes.join(' or ')}, but: ${String(error)}`,
    );
    return;
  }
  throw new ContractViolation(`should have been refused with ${codes.join(' or ')}, but succeeded`);
}

/** A subject of the checks, whatever its detector takes. */
interface FittableSubject<Input> {
  readonly run: RunOptions;
  sample(): Input;
  create(): Promise<{
    score(input: Input, run: RunOptions): Promise<unknown>;
    save(): Promise<string>;
    dispose(): void;
  }>;
}

/** A new detector neither scores nor is saved before it is fitted. */
export async function expectRefusalUnfitted<Input>(subject: FittableSubject<Input>): Promise<void> {
  const detector = await subject.create();
  try {
    await expectRefusal(['not-fitted'], () => detector.score(subject.sample(), subject.run));
    await expectRefusal(['not-fitted'], () => detector.save());
  } finally {
    detector.dispose();
  }
}

/** Everything a surface relies on in a detection. */
export function expectSound(series: Series, detection: Detection): void {
  const n = series.time.length;
  const d = series.channels.length;
  demand(detection.score.length === n, `gave ${detection.score.length} scores for ${n} points`);
  const bad = detection.score.findIndex((score) => !(score >= 0 && score < Infinity));
  demand(bad < 0, `the score of point ${bad} is ${detection.score[bad]}`);
  const { value } = detection.threshold;
  demand(value >= 0 && value < Infinity, `the threshold is ${value}`);
  for (const name of ['expected', 'lower', 'upper'] as const) {
    const arrays = detection[name];
    if (!arrays) continue;
    demand(arrays.length === d, `"${name}" has ${arrays.length} channels of ${d}`);
    for (const values of arrays) {
      demand(values.length === n && values.every(Number.isFinite), `"${name}" is not ${n} finite values`);
    }
  }
  for (const channel of detection.channels ?? []) {
    demand(
      channel.score.length === n,
      `the channel "${channel.name}" has ${channel.score.length} scores for ${n} points`,
    );
  }
  let last = -1;
  for (const event of detection.events) {
    const { startIndex, endIndex, peakIndex } = event;
    const where = `the event ${startIndex}–${endIndex}`;
    demand(startIndex > last && endIndex >= startIndex && endIndex < n, `${where} is out of order or range`);
    last = endIndex;
    demand(peakIndex >= startIndex && peakIndex <= endIndex, `${where} has its peak outside`);
    demand(event.severity >= 0 && event.severity <= 100, `${where} has severity ${event.severity}`);
    const shares = event.channels.reduce((sum, { share }) => sum + share, 0);
    demand(Math.abs(shares - 1) < 1e-6, `${where} has channel shares that sum to ${shares}`);
    const weights = event.attended.reduce((sum, { weight }) => sum + weight, 0);
    demand(weights <= 1 + 1e-6, `${where} has attended weights that sum to ${weights}`);
    const peers = (event.peers ?? []).reduce((sum, { weight }) => sum + weight, 0);
    demand(peers <= 1 + 1e-6, `${where} has weights of peers that sum to ${peers}`);
    demand(!/NaN|undefined|Infinity|null/.test(event.reason), `${where} has the reason "${event.reason}"`);
  }
}

/** Equal element by element. */
export function expectEqualScores(a: Float32Array, b: Float32Array, what: string): void {
  demand(a.length === b.length, `${what}: ${a.length} scores against ${b.length}`);
  const at = a.findIndex((score, t) => score !== b[t]);
  demand(at < 0, `${what}: the score of point ${at} is ${a[at]} and ${b[at]}`);
}

/** Resolves at the next turn of the event loop that a timer gets. */
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Aborts as soon as the event loop turns, and looks how long the loop was kept. */
export async function expectPromptStop(
  work: (run: { signal: AbortSignal }) => Promise<unknown>,
  cancelWithin = 100,
): Promise<void> {
  const controller = new AbortController();
  const started = work({ signal: controller.signal }).then(
    () => ({ error: undefined }),
    (error: unknown) => ({ error }),
  );
  let finished = false;
  void started.then(() => (finished = true));
  await pause(5);
  const asked = performance.now();
  controller.abort();
  const { error } = await started;
  const waited = performance.now() - asked;
  if (error === undefined) {
    demand(finished && waited <= cancelWithin, `went on for ${Math.round(waited)} ms and ignored the signal`);
    return;
  }
  demand(isHeedError(error) && error.code === 'cancelled', `was not cancelled, but failed: ${String(error)}`);
  demand(waited <= cancelWithin, `took ${Math.round(waited)} ms to stop`);
}
