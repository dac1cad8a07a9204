import type { RawScores } from '../../detectors/base/types.js';
import type { Reference } from '../events/deviation.js';
import type { EventInterval } from '../events/events.js';
import { toSeverity } from '../threshold/scores.js';
import type { AnomalyEvent } from '../types.js';
import type { Series } from '../../series/series.js';
import { usualStep } from '../../series/step.js';
import { mergeAttended } from './attended.js';
import { channelShares } from './channels.js';
import { cameBackFrom, describeEvent, staysAt, type EventPoints } from './kinds.js';
import { writeReason } from './reason.js';

/** What explanations need besides the raw scores. */
export interface ExplainContext {
  /** n values, 1 = no value was observed. */
  readonly missing?: Uint8Array;
  /** What a decision knows of an interval of a channel, where there was one. */
  readonly decided?: (
    channel: number,
    start: number,
    end: number,
  ) =>
    | {
        readonly sign: NonNullable<EventPoints['sign']>;
        readonly stays?: boolean;
        readonly cycle?: EventPoints['cycle'];
        readonly partner?: number;
      }
    | undefined;
  /** d × n, 1 = the channel's value was missing. */
  readonly missingIn?: readonly (Uint8Array | undefined)[];
  /** Whether to say that a series stayed where an event took it without a decision that says so. */
  readonly tellsStay?: boolean;
  /** IANA zone of the times in reasons; UTC where absent. */
  readonly timeZone?: string;
  /** Where `series` is the end of a longer one: where its own points begin in it, and the times of what they attend to. */
  readonly whole?: { readonly offset: number; readonly timeAt: (index: number) => number };
}

/**
 * Explains runs: which channels, what was attended to, and why in words.
 * @param series complete
 * @param raw `attend` takes and returns indices into the whole series
 * @returns indices of the events into `series`, of attended intervals into the whole series
 */
export function explainEvents(
  series: Series,
  raw: RawScores,
  reference: Reference,
  runs: readonly EventInterval[],
  { missing, missingIn, timeZone, whole, decided, tellsStay = false }: ExplainContext = {},
): AnomalyEvent[] {
  const { time } = series;
  if (runs.length === 0) return [];
  const step = usualStep(time);
  const { offset, timeAt } = whole ?? { offset: 0, timeAt: (index: number) => time[index]! };
  return runs.map((run) => {
    const { startIndex, endIndex, peakIndex } = run;
    const shares = channelShares(series, raw, reference, startIndex, endIndex);
    const intervals = raw.attend?.(startIndex + offset, endIndex + offset) ?? [];
    const attended = mergeAttended(intervals, offset + time.length).map((interval) => ({
      ...interval,
      startTime: timeAt(interval.start),
      endTime: timeAt(interval.end),
    }));
    const blamed = shares[0]!.channel;
    const known = decided?.(blamed, startIndex, endIndex);
    const absent = missingIn?.[blamed] ?? missing;
    const facts = describeEvent({
      values: series.channels[blamed]!.values,
      expected: reference.expected[blamed]!,
      spread: reference.spread[blamed]!,
      start: startIndex,
      end: endIndex,
      ...(absent ? { missing: absent } : {}),
      ...(known ? { sign: known.sign } : {}),
      ...(known?.cycle ? { cycle: known.cycle } : {}),
    });
    // A decision goes on from what was before a fault, and so ends it where it comes back.
    const back = known ? undefined : cameBackFrom(series.channels[blamed]!.values, startIndex, facts);
    const peers = raw
      .attendPeers?.(blamed, startIndex, endIndex)
      .map(({ channel, weight }) => ({ name: series.channels[channel]!.name, weight }));
    return {
      start: time[startIndex]!,
      end: time[endIndex]!,
      peak: time[peakIndex]!,
      startIndex,
      endIndex,
      peakIndex,
      score: run.score,
      severity: toSeverity(run.score),
      kind: facts.kind,
      direction: run.direction,
      // Of channels judged one by one most have no part in an event at all.
      channels: shares
        .filter(({ share }) => share > 0 || !raw.perChannel)
        .map(({ name, share }) => ({ name, share })),
      attended,
      ...(peers ? { peers } : {}),
      reason: writeReason({
        series,
        run,
        reference,
        shares,
        blamed,
        facts,
        ...(back ? { back } : {}),
        ...((known?.stays ?? tellsStay) && staysAt(series.channels[blamed]!.values, endIndex, facts)
          ? { stays: true }
          : {}),
        ...(known?.partner === undefined ? {} : { partner: series.channels[known.partner]!.name }),
        ...(absent?.[startIndex] ? { absent: true } : {}),
        attended,
        peers,
        step,
        timeZone,
      }),
    };
  });
}

/** Half-width of the expected band, in spreads. */
export const bandWidth = 3;

/** Lower and upper edge of the expected band: expected ∓ 3 spreads; d × n. */
export function expectedBand(
  expected: readonly Float64Array[],
  spread: readonly Float64Array[],
): { readonly lower: Float64Array[]; readonly upper: Float64Array[] } {
  const edge = (width: number): Float64Array[] =>
    expected.map((values, c) => {
      const own = spread[c]!;
      const out = new Float64Array(values.length);
      for (let t = 0; t < out.length; t++) out[t] = values[t]! + width * own[t]!;
      return out;
    });
  return { lower: edge(-bandWidth), upper: edge(bandWidth) };
}
