import type { BinaryReader, BinaryWriter } from './binary.js';
import { ChannelMonitor } from './channel.js';
import type { Slot } from './clock.js';
import { Recent } from './recent.js';

/** What the channels made of one point; d channels. */
export interface Seen {
  /** Points before it, missing ones included. */
  readonly index: number;
  /** Epoch ms */
  readonly time: number;
  readonly missing: boolean;
  /** Whether windows and phases began anew with it. */
  readonly restart: boolean;
  readonly values: readonly number[];
  readonly expected: readonly number[];
  readonly spreads: readonly number[];
  /** Decades. */
  readonly strengths: readonly number[];
}

/** The channels of a series: how much each point stands out, whatever the budget is. */
export class Watch {
  readonly channels: ChannelMonitor[];
  readonly recent: Recent[];
  private point = 0;
  private time = 0;

  /**
   * @param channels d
   * @param calendar cycles that clocks have, in points, shortest first
   */
  constructor(
    channels: number,
    readonly calendar: readonly number[],
  ) {
    this.channels = Array.from({ length: channels }, () => new ChannelMonitor(calendar));
    this.recent = this.channels.map(() => new Recent());
  }

  /** Points seen, missing ones included, and the time of the latest. */
  get points(): number {
    return this.point;
  }

  get lastTime(): number {
    return this.time;
  }

  push(slot: Slot): Seen {
    const { channels } = this;
    if (slot.restart) for (const channel of channels) channel.clear();
    const values = channels.map((_, c) => slot.values?.[c] ?? NaN);
    const expected = channels.map((channel) => channel.expected());
    const spreads = channels.map((channel) => channel.spread());
    const strengths = channels.map((channel, c) => channel.push(values[c]!, expected[c]!));
    this.recent.forEach((recent, c) => {
      const known = Number.isNaN(expected[c]!) ? values[c]! : expected[c]!;
      recent.push(known, spreads[c]!, strengths[c]!);
    });
    this.time = slot.time;
    return {
      index: this.point++,
      time: slot.time,
      missing: values.every(Number.isNaN),
      restart: slot.restart === true,
      values,
      expected,
      spreads,
      strengths,
    };
  }

  write(out: BinaryWriter): void {
    out.number(this.point);
    out.number(this.time);
    for (const part of [...this.channels, ...this.recent]) part.write(out);
  }

  read(from: BinaryReader): void {
    this.point = from.number();
    this.time = from.number();
    for (const part of [...this.channels, ...this.recent]) part.read(from);
  }
}
