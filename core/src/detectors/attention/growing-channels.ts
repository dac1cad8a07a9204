import type { Interval } from '../../series/interval.js';
import type { Series } from '../../series/series.js';
import type { AttendedInterval, NormalExplanation, StreamRunOptions } from '../base/types.js';

/** Points that are compared with where nothing else is asked for. */
const LOOKBACK = 10_000;

type Attend = (start: number, end: number) => readonly AttendedInterval[];

/**
 * The values of a series that grows at its end, channel by channel; room is doubled where it runs out, up to what the
 * lookback takes.
 */
export class GrowingChannels {
  private buffers: Float64Array[];
  private times: Float64Array;
  private length: number;
  private left = 0;
  private readonly lookback: number;

  constructor(
    private readonly history: Series,
    { lookback = LOOKBACK }: StreamRunOptions = {},
  ) {
    this.length = history.time.length;
    this.lookback = Math.max(lookback, this.length);
    const room = 2 * this.length;
    this.times = new Float64Array(room);
    this.times.set(history.time);
    this.buffers = history.channels.map(({ values }) => {
      const own = new Float64Array(room);
      own.set(values);
      return own;
    });
  }

  /** Points kept. */
  get points(): number {
    return this.length;
  }

  /** Points forgotten before those kept. */
  get dropped(): number {
    return this.left;
  }

  /**
   * Forgets all but the lookback once there is a quarter more, so that what starts anew then seldom does.
   * @returns whether it did
   */
  forget(): boolean {
    const dropped = this.length - this.lookback;
    if (4 * dropped <= this.lookback) return false;
    this.times.copyWithin(0, dropped, this.length);
    for (const own of this.buffers) own.copyWithin(0, dropped, this.length);
    this.length = this.lookback;
    this.left += dropped;
    return true;
  }

  /** What points kept attended to, by indices into the whole series. */
  attendInWhole(attend: Attend): Attend {
    const { left } = this;
    return (start, end) =>
      attend(Math.max(0, start - left), end - left).map((interval) => ({
        ...interval,
        start: interval.start + left,
        end: interval.end + left,
      }));
  }

  /** An explanation of the points kept, asked for by indices into the whole series. */
  async explainInWhole(
    intervals: readonly Interval[],
    explain: (kept: readonly Interval[]) => Promise<NormalExplanation> | NormalExplanation,
  ): Promise<NormalExplanation> {
    const kept = intervals
      .map(({ start, end }) => ({ start: Math.max(0, start - this.left), end: end - this.left }))
      .filter(({ end }) => end >= 0);
    const { attend, ...told } = await explain(kept);
    return { ...told, attend: this.attendInWhole(attend) };
  }

  /** d × n values. */
  get channels(): readonly Float64Array[] {
    return this.buffers.map((own) => own.subarray(0, this.length));
  }

  append({ time, channels }: Series): void {
    const n = this.length + time.length;
    if (n > this.times.length) {
      const grow = (old: Float64Array): Float64Array => {
        const own = new Float64Array(2 * n);
        own.set(old);
        return own;
      };
      this.times = grow(this.times);
      this.buffers = this.buffers.map(grow);
    }
    this.times.set(time, this.length);
    this.buffers.forEach((own, c) => own.set(channels[c]!.values, this.length));
    this.length = n;
  }

  /** All points kept. The arrays are valid until the next append. */
  whole(): Series {
    return this.last(this.length);
  }

  /** The last k points. */
  last(k: number): Series {
    const from = this.length - k;
    const { labels: _, ...rest } = this.history;
    return {
      ...rest,
      time: this.times.subarray(from, this.length),
      channels: this.history.channels.map((channel, c) => ({
        ...channel,
        values: this.buffers[c]!.subarray(from, this.length),
      })),
    };
  }
}
