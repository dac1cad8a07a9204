/** The times of a stream: those of its history, and the latest. */
export class StreamTimes {
  private recent: number[] = [];
  private start: number;
  private latest: number;

  /**
   * @param history epoch ms, kept
   * @param most times after the history that are kept at least
   */
  constructor(
    private readonly history: Float64Array,
    private readonly most: number,
  ) {
    this.start = history.length;
    this.latest = history[history.length - 1]!;
  }

  /** Points seen. */
  get length(): number {
    return this.start + this.recent.length;
  }

  /** Index of the first point after which every time is known. */
  get first(): number {
    return this.start === this.history.length ? 0 : this.start;
  }

  /** Time of the last point seen. */
  get last(): number {
    return this.latest;
  }

  append(times: Float64Array): void {
    for (const time of times) this.recent.push(time);
    this.latest = this.recent.at(-1) ?? this.latest;
    const dropped = this.recent.length - this.most;
    if (dropped <= this.most) return;
    this.recent = this.recent.slice(dropped);
    this.start += dropped;
  }

  /** Time of a point of the history, or of one of the latest. */
  at(index: number): number {
    return (index < this.history.length ? this.history[index] : this.recent[index - this.start])!;
  }
}
