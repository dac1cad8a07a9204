import { quantileSorted } from 'simple-statistics';
import { throwIfAborted } from '../../errors.js';

/** One implementation of one case, ready to run. */
export interface Contestant {
  readonly implementation: string;
  /** Called before each of its rounds, outside the time measured. */
  readonly prepare?: () => void;
  /** One run of the work. Its result is thrown away; it must be complete when the promise resolves. */
  readonly run: () => unknown;
  readonly dispose?: () => void;
  /** Runs outside this process, say, and brings its own times (ms per run). */
  readonly times?: readonly number[];
  /** What the reader must know of this row. */
  readonly note?: string;
}

/** A peer that could not take part, and why. */
export interface Absent {
  readonly implementation: string;
  readonly absent: string;
}

/** One row of the table, as `heed bench --json` prints it. */
export interface BenchResult {
  readonly case: string;
  readonly implementation: string;
  readonly median_ms: number;
  readonly p10_ms: number;
  readonly p90_ms: number;
  /** Theirs over ours: above 1 where Heed is faster. Null without a row of ours. */
  readonly ratio_to_heed: number | null;
  readonly rounds: number;
  readonly note?: string;
  /** GFLOP/s, bytes, or what else the case counts besides time. */
  readonly quantity?: { readonly value: number; readonly unit: string };
}

export interface MeasureOptions {
  readonly rounds: number;
  readonly signal: AbortSignal | undefined;
  /** Floating-point operations of one run, for GFLOP/s. */
  readonly operations?: number;
  readonly onRound?: (done: number) => void;
  /** A peer that threw and is left out. */
  readonly onFailure?: (implementation: string, error: unknown) => void;
}

/** How long each contestant runs unmeasured, at least, in ms. */
const WARM_MS = 1000;

/**
 * Times contestants in turn, round by round, so that a slow moment of a shared machine meets all of them; two
 * unmeasured rounds, the second at least a second long, first warm caches and compilers.
 */
export async function measure(
  name: string,
  contestants: readonly Contestant[],
  options: MeasureOptions,
): Promise<BenchResult[]> {
  const { rounds, signal, operations } = options;
  const times = new Map<string, number[]>(
    contestants.map((one) => [one.implementation, [...(one.times ?? [])]]),
  );
  const failed = new Set<Contestant>();
  for (let round = -2; round < rounds; round++) {
    for (const one of contestants) {
      if (one.times || failed.has(one)) continue;
      throwIfAborted(signal);
      let elapsed: number;
      try {
        // Compilers work in the background: short runs are repeated until the optimized code has surely arrived.
        one.prepare?.();
        const warm = round === -1 ? performance.now() + WARM_MS : 0;
        do {
          const started = performance.now();
          await one.run();
          elapsed = performance.now() - started;
        } while (performance.now() < warm);
      } catch (error) {
        // A peer that fails must not take the others' results with it; ours must not fail unseen.
        if (one.implementation.startsWith('heed')) throw error;
        failed.add(one);
        options.onFailure?.(one.implementation, error);
        continue;
      }
      if (round >= 0) times.get(one.implementation)!.push(elapsed);
    }
    options.onRound?.(Math.max(0, round + 1) / rounds);
    // Interrupts and timers get their turn between rounds.
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const one of failed) one.dispose?.();
  const sorted = contestants
    .filter((one) => !failed.has(one))
    .map((one) => {
      one.dispose?.();
      return { one, times: times.get(one.implementation)!.sort((a, b) => a - b) };
    });
  const ours = sorted.find(({ one }) => one.implementation === 'heed')?.times;
  return sorted.map(({ one, times }) => {
    const median = quantileSorted(times, 0.5);
    return {
      case: name,
      implementation: one.implementation,
      median_ms: median,
      p10_ms: quantileSorted(times, 0.1),
      p90_ms: quantileSorted(times, 0.9),
      ratio_to_heed: ours ? median / quantileSorted(ours, 0.5) : null,
      rounds: times.length,
      ...(one.note === undefined ? {} : { note: one.note }),
      ...(operations === undefined
        ? {}
        : { quantity: { value: operations / median / 1e6, unit: 'GFLOP/s' } }),
    };
  });
}
