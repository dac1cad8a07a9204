import { HeedError, shownValue } from '../errors.js';
import { parseDuration } from '../series/time.js';
import type { BinaryReader, BinaryWriter } from './binary.js';

/** Strength from which peaks tell how often a series stands out. */
const PEAK = 0.8;
/** Calm points that separate one peak from the next; a long one below the threshold counts anew after so many points. */
const APART = 16;
const LONGEST = 32;
/** What is known of any series before it is seen: the mean excess of its peaks, worth so many peaks; and their rate. */
const USUAL_EXCESS = 0.19;
const EXCESS_WORTH = 40;
const PEAKS_BEFORE = 4;
const POINTS_BEFORE = 400;
/** Points after which an old peak weighs 1/e. */
const FORGET = 20_000;
/**
 * However calm a series was, its threshold is at least `LOWEST` where one incident in `LOWEST_FROM` points or fewer is
 * allowed. Where more are, it may be lower by the usual excess of peaks, down to `LEAST`: what stands out less is noise,
 * whatever is allowed.
 */
const LOWEST = 1.7;
const LOWEST_FROM = 10_080;
const LEAST = 1.4;
const HIGHEST = 6;
/** Share of the decades that so many points can tell at all beyond which no threshold lies. */
const TELLABLE = 0.75;
/**
 * The first points of a series: what stands out there is most often the first time of something usual, so that it takes
 * so much more to open an incident, at first.
 */
const FIRST = 650;
const FIRST_CAUTION = 0.6;
/** What a single point must exceed the threshold by, and the share of it that the point before reaches otherwise. */
const SINGLE = 0.3;
const NEARLY = 0.9;

/**
 * The highest threshold at which a point would open an incident: the second of two in a row need not exceed it by as
 * much as a single one. What is counted and what opens are thus the same.
 * @param strength of the point, in decades
 * @param before that of the point before it
 */
export function openingStrength(strength: number, before: number): number {
  return Math.max(Math.min(strength, before / NEARLY), strength - SINGLE);
}

/** At most `incidents` false ones per `period` (ms). */
export interface AlertBudget {
  readonly incidents: number;
  /** ms */
  readonly period: number;
}

const periods: Readonly<Record<string, string>> = { hour: '1h', day: '1d', week: '7d', month: '30d' };

/**
 * Reads a budget: `1/week`, `3/day`, `1/month`, `1/12h`.
 * @throws HeedError bad-option
 */
export function parseBudget(text: string): AlertBudget {
  const match = typeof text === 'string' ? /^\s*(\d+(?:\.\d+)?)\s*(?:\/|per)\s*(\S+)\s*$/.exec(text) : null;
  const incidents = Number(match?.[1]);
  if (match && incidents > 0 && Number.isFinite(incidents)) {
    const name = match[2]!;
    if (Object.hasOwn(periods, name)) return { incidents, period: parseDuration(periods[name]!) };
    if (/^\d/.test(name)) return { incidents, period: parseDuration(name) };
  }
  throw new HeedError(
    'bad-option',
    `the alert budget is ${shownValue(text)}`,
    'Give false incidents per time: 1/week, 3/day, 1/month, 1/12h.',
  );
}

/**
 * The strength from which points open an incident, so that a series without anomalies stays within its budget: peaks of
 * `openingStrength` above a low level are counted, their excess is taken to be exponential (peaks over threshold), and the
 * level that so many peaks per point exceed follows. What lies above the threshold counts as a peak that just reaches it,
 * since it may be an anomaly.
 */
export class BudgetThreshold {
  private points = 0;
  private seen = 0;
  private peaks = 0;
  private excess = 0;
  private uncensored = 0;
  private before = 0;
  private peak = 0;
  private sincePeak = Infinity;
  private sinceBegun = 0;
  value = HIGHEST;

  /** @param rate false incidents per point that are allowed */
  constructor(public rate: number) {
    this.update();
  }

  /**
   * Takes the strength of a point.
   * @param regular whether it stood out because of what happens at regular times
   */
  push(strength: number, regular: boolean): void {
    const opening = openingStrength(strength, this.before);
    this.before = strength;
    this.seen++;
    this.sinceBegun++;
    // An anomaly is one however long it lasts; what rests below the threshold might reach it at any time.
    const isOver = this.sincePeak > APART || (this.sinceBegun > LONGEST && this.peak < this.value);
    if (isOver && this.peak > 0) {
      const limit = Math.max(this.value - PEAK, 0.05);
      const excess = this.peak - PEAK;
      this.peaks++;
      this.excess += Math.min(excess, limit);
      if (excess < limit) this.uncensored++;
      this.peak = 0;
    }
    const keep = 1 - 1 / FORGET;
    this.points = this.points * keep + 1;
    this.peaks *= keep;
    this.excess *= keep;
    this.uncensored *= keep;
    this.sincePeak++;
    // What comes at regular times counts as long as it would not page anyhow.
    if (opening >= PEAK && !(regular && strength >= this.lowest())) {
      if (this.peak === 0) this.sinceBegun = 0;
      this.peak = Math.max(this.peak, opening);
      this.sincePeak = 0;
    }
    this.update();
  }

  private lowest(): number {
    return Math.max(LEAST, LOWEST - USUAL_EXCESS * Math.log(Math.max(1, this.rate * LOWEST_FROM)));
  }

  private update(): void {
    const excess = (this.excess + USUAL_EXCESS * EXCESS_WORTH) / (this.uncensored + EXCESS_WORTH);
    const peaks = (this.peaks + PEAKS_BEFORE) / (this.points + POINTS_BEFORE);
    // At a step of seconds a week is more points than a young series can say anything rare of.
    const tellable = TELLABLE * (Math.log10(Math.max(1000, this.seen)) + 0.3);
    const level = Math.min(HIGHEST, PEAK + excess * Math.log(Math.max(1, peaks / this.rate)));
    const caution = FIRST_CAUTION * Math.max(0, 1 - this.seen / FIRST) ** 2;
    this.value = Math.min(tellable, Math.max(this.lowest(), level) + caution);
  }

  write(out: BinaryWriter): void {
    for (const value of [this.points, this.seen, this.peaks, this.excess, this.uncensored]) out.number(value);
    const { before, peak, sincePeak, sinceBegun, value: level } = this;
    for (const value of [before, peak, sincePeak, sinceBegun, level]) out.number(value);
  }

  read(from: BinaryReader): void {
    this.points = from.number();
    this.seen = from.number();
    this.peaks = from.number();
    this.excess = from.number();
    this.uncensored = from.number();
    this.before = from.number();
    this.peak = from.number();
    this.sincePeak = from.number();
    this.sinceBegun = from.number();
    this.value = from.number();
  }
}
