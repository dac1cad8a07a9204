import type { BinaryReader, BinaryWriter } from './binary.js';
import { LONGEST_WINDOW } from './nearest.js';

/** Strength, and usual errors of the next value, from which a point is a spike. */
const FROM = 1.6;
const SPREADS = 6;
/** A share of the usual spike below which there is none: what a forecast makes of the last one, say. */
const LEAST_OF_SIZE = 0.1;
/** Points in which spikes belong to one, and in which they are counted. */
const ONE = 8;
const SPAN = 16;
/** Spikes seen before anything is said of them. */
const FEWEST = 4;
/** Points after which an old spike weighs 1/e. */
const FORGET = 10_000;
/** Natural logarithms by which sizes spread at least. */
const LEAST_SPREAD = 0.4;
/** Decades of a channel's strength for one of a spike's rarity: the members see one spike in parts. */
const SHARE = 0.6;
/** What windows hold of a usual spike may show so much more than it. */
const MORE = 0.4;
/** Decades that a size is worth at most. */
const HIGHEST = 6;

/**
 * Spikes that come now and then: errors among zeros, a slow request, a collection of garbage. Each is rare, as the past of
 * every member says, but not for the series. They are taken to come at random times, with sizes of which the logarithm is
 * normal; a point counts as much as it is rare among them, by its size or by how many came at once.
 */
export class UsualSpikes {
  /** Points, spikes, and the sum and the sum of squares of the logarithms of their sizes; old ones weigh less. */
  private points = 0;
  private count = 0;
  private logs = 0;
  private squares = 0;
  /** Points until the next spike counts as another one. */
  private apart = 0;
  /** Which of the latest points were spikes, one bit each. */
  private latest = 0;
  /** Points for which windows still hold a usual spike, and how much it may stand out. */
  private held = 0;
  private level = 0;

  /**
   * Takes a point.
   * @param strength of the point, in decades
   * @param error distance from what was expected; NaN where that is not known
   * @param spread usual error
   * @returns how much it stands out among the spikes of the series, in decades; more than `strength` only by its size
   */
  temper(strength: number, error: number, spread: number): number {
    const least = this.count > 0 ? LEAST_OF_SIZE * Math.exp(this.logs / this.count) : 0;
    const isSpike = strength >= FROM && error > Math.max(SPREADS * spread, least);
    this.latest = ((this.latest << 1) | (isSpike ? 1 : 0)) & ((1 << SPAN) - 1);
    let tempered = strength;
    if (isSpike && this.count >= FEWEST) {
      const bySize = SHARE * this.decadesOfSize(error);
      tempered = Math.min(strength, Math.max(SHARE * this.decadesOfRate(), bySize));
      // Where most values are the same, members know spikes from none, but hardly one size from another.
      tempered = Math.max(tempered, Math.min(HIGHEST, bySize));
      if (tempered < strength) {
        this.level = this.held > 0 ? Math.max(this.level, tempered) : tempered;
        this.held = LONGEST_WINDOW;
      }
    } else if (!isSpike && this.held > 0) tempered = Math.min(strength, this.level + MORE);
    if (this.held > 0) this.held--;
    this.note(isSpike, error);
    return tempered;
  }

  private note(isSpike: boolean, error: number): void {
    const keep = 1 - 1 / FORGET;
    this.points = this.points * keep + 1;
    this.count *= keep;
    this.logs *= keep;
    this.squares *= keep;
    if (!isSpike) {
      this.apart = Math.max(0, this.apart - 1);
      return;
    }
    if (this.apart === 0) {
      const size = Math.log(error);
      this.count++;
      this.logs += size;
      this.squares += size * size;
    }
    this.apart = ONE;
  }

  /** How rare it is that so many of the latest points are spikes: the Poisson probability of that many. */
  private decadesOfRate(): number {
    const usual = (SPAN * this.count) / this.points;
    let log = -usual;
    let many = 0;
    for (let bits = this.latest; bits > 0; bits >>= 1) if (bits & 1) log += Math.log(usual / ++many);
    return Math.max(0, -log / Math.LN10);
  }

  /** How rare a spike of that size is. */
  private decadesOfSize(size: number): number {
    const { count, points } = this;
    const mean = this.logs / count;
    const spread = Math.max(LEAST_SPREAD, Math.sqrt(Math.max(0, this.squares / count - mean * mean)));
    const z = (Math.log(size) - mean) / (spread * Math.sqrt(1 + 2 / count));
    const rarity = Math.log10(points / count);
    // The tail of the normal distribution, near enough: half at the middle, exp(−z²/2) / z far out.
    return z < 0 ? rarity : rarity + Math.log10(2) + (z * z) / 2 / Math.LN10 + 0.6 * Math.log10(1 + z);
  }

  write(out: BinaryWriter): void {
    for (const value of [this.points, this.count, this.logs, this.squares]) out.number(value);
    for (const value of [this.apart, this.latest, this.held, this.level]) out.number(value);
  }

  read(from: BinaryReader): void {
    this.points = from.number();
    this.count = from.number();
    this.logs = from.number();
    this.squares = from.number();
    this.apart = from.number();
    this.latest = from.number();
    this.held = from.number();
    this.level = from.number();
  }
}
