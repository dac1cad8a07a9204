import type { BinaryReader, BinaryWriter } from './binary.js';
import { Departure } from './departure.js';
import { Forecast } from './forecast.js';
import { History } from './history.js';
import { LastingError } from './lasting.js';
import { LONGEST_WINDOW, nearestShape, NearestWindow } from './nearest.js';
import { Season } from './season.js';
import { Tail } from './tail.js';
import { UsualSpikes } from './usual-spikes.js';

/** Points that every channel remembers. */
export const MEMORY = 1440;
const WINDOWS = [16, 64, LONGEST_WINDOW];
/** Earlier periods that an incident names. */
const ATTENDED = 3;
/** Latest errors that the second member is the mean of. */
const SHORT = 8;
/** A deviation below this share of the usual range, or of the expected value, is nothing to act on. */
const LEAST_OF_RANGE = 0.01;
const LEAST_OF_VALUE = 0.002;
/** Decades from which a point is learned from only now and then, until so many in a row that it is the new normal. */
const FLAGGED = 2;
const NOW_AND_THEN = 8;
const NEW_NORMAL = 128;
const NEW_NORMAL_WEIGHT = 4;
/** Points of the shortest window, which is compared anew with every point. */
const SHORTEST = 4;
/**
 * Members: error of the forecast, its mean over some points, nearest windows, the same phase of a cycle and of a longer
 * one, the shortest window, what lasts of the errors. Their weights in the strength, and in the rank: whether to alert
 * asks how many agree; how a point compares with others of the series asks more for the windows.
 */
const OF_STRENGTH = [1, 1, 1, 1, 1, 1, 1, 0, 0];
const OF_RANK = [0.5, 0.5, 1.5, 1, 1, 0.5, 0.5, 1, 0];
const SEASON = 2 + WINDOWS.length;
/** The last member speaks for itself: decades of a channel's strength for one of its own. */
const LASTING = SEASON + 3;
const LASTING_SHARE = 0.5;
const MEMBERS = OF_STRENGTH.length;

/** One channel of a monitor: what its members make of the newest point, and how rare that was in their own past. */
export class ChannelMonitor {
  readonly history = new History(MEMORY, Float64Array);
  readonly forecast = new Forecast();
  private readonly windows = WINDOWS.map((window) => new NearestWindow(window, this.history));
  readonly season: Season;
  private readonly tails = Array.from({ length: MEMBERS }, () => new Tail());
  private readonly spikes = new UsualSpikes();
  private readonly values = new Float64Array(MEMBERS);
  private readonly squares = new Float64Array(SHORT);
  /** The first two values that differ, NaN where there is none yet; whether there are no others. */
  private readonly states = new Float64Array(2).fill(NaN);
  isSwitch = true;
  private readonly lasting = new LastingError();
  private readonly departure = new Departure(NEW_NORMAL);
  /** Values seen, missing ones included. */
  points = 0;
  private nextFit = 8;
  private floor = 1e-12;
  private flagged = 0;
  /** Decades of each member at the newest point. */
  readonly decades = new Float64Array(MEMBERS);
  /** Weighted cubic mean of the decades at the newest point; 0 where it is missing. */
  rank = 0;

  constructor(calendar: readonly number[] = []) {
    this.season = new Season(this.history, calendar);
  }

  /** Usual error of what is expected, at least as large as what is worth acting on. */
  spread(): number {
    return Math.max(this.forecast.spread, Math.sqrt(this.floor));
  }

  /** The earlier periods most like the newest, of the longest window there is: lag and length in points. */
  attend(): { readonly lag: number; readonly length: number; readonly weight: number }[] {
    const at = this.windows.findLastIndex((window) => window.lag > 0);
    const unit = this.forecast.scale ** 2 || 1;
    return at < 0
      ? []
      : this.windows[at]!.attend(ATTENDED, unit).map((found) => ({ ...found, length: WINDOWS[at]! }));
  }

  /** Forgets the values, so that windows and phases begin anew; what was usual stays known. */
  clear(): void {
    this.history.clear();
    this.season.clear();
    for (const window of this.windows) window.clear();
  }

  /** What the next value is expected to be; NaN while nothing is known. */
  expected(): number {
    return this.forecast.next();
  }

  /**
   * Takes the newest value; a missing one is taken to be what was expected and not judged.
   * @param expected what `expected` gave for it
   * @returns root mean square of the members' decades; 0 where the value is missing
   */
  push(value: number, expected: number): number {
    const missing = Number.isNaN(value);
    this.rank = 0;
    if (missing && Number.isNaN(expected)) return 0;
    const taken = missing ? expected : value;
    if (this.isSwitch && !missing) this.isSwitch = this.isKnownState(value);
    this.history.push(taken);
    this.season.push(taken);
    const error = this.forecast.push(taken, expected);
    const { range, scale } = this.forecast;
    const { values, squares, decades, points } = this;
    squares[points % SHORT] = Math.max(0, error);
    this.points++;
    const floor = Math.max(
      LEAST_OF_RANGE * range,
      LEAST_OF_VALUE * Math.abs(expected || 0),
      1e-9 * scale,
      1e-12,
    );
    this.floor = floor * floor;
    const isKnown = error >= 0;
    let short = 0;
    for (const square of squares) short += square;
    values[0] = isKnown ? error : -1;
    values[1] = isKnown ? short / Math.min(this.points, SHORT) : -1;
    this.windows.forEach((window, i) => (values[2 + i] = window.next()));
    values[SEASON] = this.season.distance();
    values[SEASON + 1] = this.season.longDistance();
    values[SEASON + 2] = nearestShape(this.history, SHORTEST);
    values[LASTING] = missing ? -1 : this.lasting.push(value - expected);

    let sum = 0;
    let cubes = 0;
    let ofStrength = 0;
    let ofRank = 0;
    for (let i = 0; i < MEMBERS; i++) {
      const isAbsent = values[i]! < 0;
      const own = isAbsent || missing ? 0 : this.tails[i]!.decades(values[i]! + this.floor);
      decades[i] = own;
      // A window that is not there yet counts as calm, so that a young series is judged with care.
      if (isAbsent && (i === SEASON || i === SEASON + 1)) continue;
      sum += OF_STRENGTH[i]! * own * own;
      cubes += OF_RANK[i]! * own * own * own;
      ofStrength += OF_STRENGTH[i]!;
      ofRank += OF_RANK[i]!;
    }
    if (this.points >= this.nextFit) {
      this.forecast.fit(this.history);
      this.season.fit();
      this.nextFit = this.points + Math.max(8, Math.min(MEMORY / 10, Math.floor(this.points / 10)));
    }
    if (missing) return 0;
    this.rank = Math.cbrt(cubes / ofRank);
    const byMembers = Math.sqrt(sum / ofStrength);
    const lasting = LASTING_SHARE * decades[LASTING]!;
    const tempered = this.spikes.temper(
      Math.max(byMembers, this.departure.push(value)),
      Math.abs(value - expected),
      this.spread(),
    );
    // What lasts is no spike.
    const strength = Math.max(tempered, lasting);
    // What a young series does for the first time may be what it does every day.
    this.learn(Math.min(strength, Math.max(byMembers, lasting)));
    return strength;
  }

  private isKnownState(value: number): boolean {
    const { states } = this;
    const at = states.findIndex((state) => state === value || Number.isNaN(state));
    if (at >= 0) states[at] = value;
    return at >= 0;
  }

  /** Adds what the members made of the newest point to their past, unless it was flagged. */
  private learn(strength: number): void {
    this.flagged = strength >= FLAGGED ? this.flagged + 1 : Math.max(0, this.flagged - 2);
    const isNewNormal = this.flagged > NEW_NORMAL;
    if (strength >= FLAGGED && !isNewNormal && this.points % NOW_AND_THEN !== 0) return;
    const weight = isNewNormal ? NEW_NORMAL_WEIGHT : 1;
    this.values.forEach((value, i) => {
      if (value >= 0) this.tails[i]!.add(value + this.floor, this.floor, weight);
    });
  }

  write(out: BinaryWriter): void {
    for (const value of [this.points, this.nextFit, this.floor, this.flagged]) out.number(value);
    out.number(this.isSwitch ? 1 : 0);
    out.array(this.states);
    out.array(this.values);
    out.array(this.decades);
    out.array(this.squares);
    for (const part of this.parts()) {
      part.write(out);
    }
  }

  read(from: BinaryReader): void {
    this.points = from.number();
    this.nextFit = from.number();
    this.floor = from.number();
    this.flagged = from.number();
    this.isSwitch = from.number() === 1;
    from.array(this.states);
    from.array(this.values);
    from.array(this.decades);
    from.array(this.squares);
    for (const part of this.parts()) {
      part.read(from);
    }
  }

  private parts(): { write(out: BinaryWriter): void; read(from: BinaryReader): void }[] {
    const { history, forecast, season, spikes, lasting, departure, windows, tails } = this;
    return [history, forecast, season, spikes, lasting, departure, ...windows, ...tails];
  }
}
