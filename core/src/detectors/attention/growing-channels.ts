import type { Series } from '../../series/series.js';

/** The values of a series that grows at its end, channel by channel; room is doubled where it runs out. */
export class GrowingChannels {
  private buffers: Float64Array[];
  private times: Float64Array;
  private length: number;

  constructor(private readonly history: Series) {
    this.length = history.time.length;
    const room = 2 * this.length;
    this.times = new Float64Array(room);
    this.times.set(history.time);
    this.buffers = history.channels.map(({ values }) => {
      const own = new Float64Array(room);
      own.set(values);
      return own;
    });
  }

  get points(): number {
    return this.length;
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

  /** All points so far. The arrays are valid until the next append. */
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
