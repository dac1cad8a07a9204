import { HeedError } from '../../errors.js';
import { formatCount } from '../../format.js';
import { unitOfName } from '../units.js';
import type { CellUnit } from './cell-units.js';
import { pullToGroups, roughness } from './decimal-mark.js';
import { Growing } from './growing.js';
import { beginsLikeNumber, Shape, shapeCount } from './numbers.js';
import { shorten } from './words.js';

/** Texts of a column beyond this many are not kept: they are free text and tell no series apart. */
const mostTexts = 20_000;

interface Seen {
  readonly code: number;
  readonly text: string;
  readonly line: number;
  count: number;
}

interface UnitSeen {
  readonly unit: CellUnit;
  readonly code: number;
  readonly line: number;
  readonly text: string;
  count: number;
}

/** What a decimal mark can be; the other one groups thousands. */
export type Mark = '.' | ',';

/** The cells of one column as they come in: what a cell means may hang on all the others. */
export class Column {
  readonly values = new Growing(Float64Array);
  private readonly shapes = new Growing(Uint8Array);
  /** Index of the unit per row, from 1; none where no cell has one. */
  private unitCodes: Growing<Uint8Array> | null = null;
  /** Code of the text per row, from 1; 0 for numbers and missing cells. None where no cell is text. */
  private textCodes: Growing<Int32Array> | null = null;
  readonly counts = new Int32Array(shapeCount);
  private readonly units = new Map<string, UnitSeen>();
  readonly texts = new Map<string, Seen>();
  /** Cells of text. */
  textCount = 0;
  numbers = 0;
  private marked: { count: number; line: number; text: string } | null = null;
  /** First cell of every shape, for messages. */
  private readonly firstOfShape: ({ text: string; line: number } | undefined)[] = [];
  private bare: { line: number; value: number; count: number } | null = null;

  constructor(
    readonly name: string,
    /** True where the user named it: then it must hold numbers. */
    readonly wanted: boolean,
  ) {}

  get freeText(): boolean {
    return this.texts.size > mostTexts;
  }

  missing(row: number, line: number, text?: string): void {
    this.values.set(row, NaN);
    if (text !== undefined && text !== '') {
      if (this.marked) this.marked.count++;
      else this.marked = { count: 1, line, text };
    }
  }

  number(
    row: number,
    value: number,
    shape: number,
    unit: CellUnit | null,
    line: number,
    source: string,
    from: number,
    to: number,
  ): void {
    this.numbers++;
    this.values.set(row, value);
    this.shapes.set(row, shape);
    this.counts[shape]!++;
    if (this.firstOfShape[shape] === undefined)
      this.firstOfShape[shape] = { text: source.slice(from, to).trim(), line };
    if (unit) {
      let seen = this.units.get(unit.name);
      if (!seen) {
        seen = {
          unit,
          code: Math.min(255, this.units.size + 1),
          line,
          text: source.slice(from, to).trim(),
          count: 0,
        };
        this.units.set(unit.name, seen);
      }
      seen.count++;
      this.unitCodes ??= new Growing(Uint8Array);
      this.unitCodes.set(row, seen.code);
    } else if (value !== 0) {
      if (this.bare) this.bare.count++;
      else this.bare = { line, value, count: 1 };
    }
  }

  text(row: number, text: string, line: number): void {
    this.textCount++;
    this.values.set(row, NaN);
    if (this.freeText) return;
    let seen = this.texts.get(text);
    if (!seen) {
      seen = { code: this.texts.size + 1, text, line, count: 0 };
      this.texts.set(text, seen);
    }
    seen.count++;
    this.textCodes ??= new Growing(Int32Array);
    this.textCodes.set(row, seen.code);
  }

  get present(): number {
    return this.numbers + this.textCount;
  }

  /** True where cells are written as times of day: `10:15:00`. */
  get holdsClock(): boolean {
    return [...this.units.values()].some(({ text }) => text.includes(':'));
  }

  /** Mostly numbers, or asked for as numbers. */
  get isNumeric(): boolean {
    if (this.units.size > 1 && [...this.units.values()].every(({ unit }) => !unit.known)) return false;
    return this.numbers > 0 && (this.wanted || 2 * this.numbers >= this.present);
  }

  /** The only text of the column; undefined where there are several, or numbers. */
  get constantText(): string | undefined {
    return this.numbers === 0 && this.texts.size === 1 ? [...this.texts.keys()][0] : undefined;
  }

  /** A code per row that is equal where the cells are: for columns that name series. */
  codes(rows: number): { codes: Int32Array; names: string[] } {
    const names = ['', ...this.texts.keys()];
    const codes = new Int32Array(rows);
    if (this.textCodes) codes.set(this.textCodes.values.subarray(0, rows));
    if (this.numbers > 0) {
      const known = new Map<number, number>();
      for (let row = 0; row < rows; row++) {
        if (codes[row] !== 0) continue;
        const value = this.values.values[row]!;
        if (Number.isNaN(value)) continue;
        let code = known.get(value);
        if (code === undefined) {
          code = names.length;
          known.set(value, code);
          names.push(String(value));
        }
        codes[row] = code;
      }
    }
    return { codes, names };
  }

  /** The text of a cell; null for numbers and missing cells. */
  textAt(row: number): string | null {
    const code = this.textCodes?.values[row] ?? 0;
    if (code === 0) return null;
    this.textList ??= [...this.texts.keys()];
    return this.textList[code - 1]!;
  }
  private textList: string[] | null = null;

  /** The decimal mark that single cells of this column prove; null where none does. @throws where they contradict */
  provenMark(file: string | undefined): Mark | null {
    const { counts } = this;
    const point = counts[Shape.point]! + counts[Shape.commaGroups]!;
    const comma = counts[Shape.comma]! + counts[Shape.pointGroups]!;
    if (point > 0 && comma > 0) {
      const one = this.firstOfShape[Shape.point] ?? this.firstOfShape[Shape.commaGroups]!;
      const other = this.firstOfShape[Shape.comma] ?? this.firstOfShape[Shape.pointGroups]!;
      throw new HeedError(
        'bad-value',
        `"${shorten(one.text)}" (line ${one.line}) has a decimal point, "${shorten(other.text)}" (line ${other.line}) a decimal comma`,
        'Write all numbers of the column in one way.',
        { file, line: Math.max(one.line, other.line), column: this.name },
      );
    }
    return point > 0 ? '.' : comma > 0 ? ',' : null;
  }

  /** True where what `1.005` means depends on the decimal mark. */
  get isOpen(): boolean {
    const { counts } = this;
    return (
      counts[Shape.point3]! + counts[Shape.point30]! + counts[Shape.comma3]! + counts[Shape.comma30]! > 0
    );
  }

  /**
   * The decimal mark by the way numbers change, where no single cell proves it. Integers below 1,000 without marks
   * beside `1,005` mean groups of thousands: who writes decimals writes them in (nearly) every cell, and no program
   * pads `1,010` with a zero and leaves 950 bare.
   * @param usual the mark that columns of this file and its dates speak for
   * @param mayGroup nothing speaks against points between thousands, as in files with semicolons between cells
   * @throws HeedError bad-value where both readings are as likely
   */
  decideMark(
    rows: number,
    usual: Mark | null,
    proven: boolean,
    mayGroup: boolean,
    file: string | undefined,
  ): Mark {
    const { counts } = this;
    const points = counts[Shape.point3]! + counts[Shape.point30]!;
    const commas = counts[Shape.comma3]! + counts[Shape.comma30]!;
    if (points > 0 && commas > 0) {
      if (proven) return usual!;
      this.failOpen(file, Shape.comma3);
    }
    const mark: Mark = points > 0 ? '.' : ',';
    const groups: Mark = mark === '.' ? ',' : '.';
    const padded = points > 0 ? counts[Shape.point30]! : counts[Shape.comma30]!;
    // 1000 without a mark: there are no groups.
    if (counts[Shape.long]! > 0) return mark;
    if (proven) return usual!;
    const bare = this.bareIntegers(rows);
    const marked = points + commas;
    if (bare > 0) {
      const [values, shapes] = [this.values.values.subarray(0, rows), this.shapes.values];
      const pull = pullToGroups(values, shapes);
      if (pull < -1) {
        if (mark === '.' || usual === ',') return mark;
        this.failOpen(file, Shape.comma3);
      }
      if (padded > 0 && pull > 0) return groups;
      if (padded > 0 || marked >= 8) {
        if (roughness(values, shapes, true) < roughness(values, shapes, false)) return groups;
        if (mark === '.' && padded === 0) return '.';
        this.failOpen(file, points > 0 ? Shape.point3 : Shape.comma3);
      }
      if (mark === '.' && pull < 3) return '.';
      this.failOpen(file, points > 0 ? Shape.point3 : Shape.comma3);
    }
    // Every cell has three digits behind the mark.
    if (mark === '.') {
      if (usual === ',' || mayGroup) this.failOpen(file, Shape.point3);
      return '.';
    }
    if (usual === ',') return ',';
    this.failOpen(file, Shape.comma3);
  }

  /** Integers of at most three digits, other than 0. */
  private bareIntegers(rows: number): number {
    let count = 0;
    for (let row = 0; row < rows; row++) {
      const value = this.values.values[row]!;
      if (this.shapes.values[row] === Shape.short && value !== 0 && !Number.isNaN(value)) count++;
    }
    return count;
  }

  private failOpen(file: string | undefined, shape: number): never {
    const seen = this.firstOfShape[shape] ?? this.firstOfShape[shape + 1]!;
    const decimal = seen.text.replace(',', '.');
    const whole = seen.text.replace(/[.,]/, '');
    throw new HeedError(
      'bad-value',
      `"${shorten(seen.text)}" is ${decimal} or ${whole}: no cell tells whether the mark is a decimal mark or groups thousands`,
      'Say it with --decimal , or --decimal . (option decimal).',
      { file, line: seen.line, column: this.name },
    );
  }

  /** Values of all rows and the unit, read with a decimal mark. @throws HeedError bad-value */
  resolve(
    rows: number,
    mark: Mark,
    file: string | undefined,
    notes: string[],
  ): { values: Float64Array; unit?: string } {
    this.checkWords(file, notes);
    const values = this.values.values.slice(0, rows);
    const { counts } = this;
    const open =
      mark === '.'
        ? counts[Shape.comma3]! + counts[Shape.comma30]!
        : counts[Shape.point3]! + counts[Shape.point30]!;
    if (open > 0) {
      const [a, b] = mark === '.' ? [Shape.comma3, Shape.comma30] : [Shape.point3, Shape.point30];
      for (let row = 0; row < rows; row++) {
        const shape = this.shapes.values[row];
        if (shape === a || shape === b) values[row] = Math.round(values[row]! * 1000);
      }
      const seen = this.firstOfShape[a] ?? this.firstOfShape[b]!;
      notes.push(
        `Column "${this.name}": "${shorten(seen.text)}" was read as ${shorten(seen.text.replace(/[.,]/, ''))} (--decimal ${mark === '.' ? ',' : '.'} reads it as a decimal fraction).`,
      );
    } else if (mark === ',' && counts[Shape.comma3]! + counts[Shape.comma30]! + counts[Shape.comma]! > 0) {
      const seen =
        this.firstOfShape[Shape.comma] ??
        this.firstOfShape[Shape.comma3] ??
        this.firstOfShape[Shape.comma30]!;
      notes.push(`Column "${this.name}": the comma in "${shorten(seen.text)}" was read as a decimal comma.`);
    }
    const unit = this.applyUnits(values, file, notes);
    return unit === undefined ? { values } : { values, unit };
  }

  /** Words among numbers are missing values, up to a tenth of the cells. */
  private checkWords(file: string | undefined, notes: string[]): void {
    if (this.marked) {
      notes.push(
        `Column "${this.name}": ${formatCount(this.marked.count, 'value')} ${this.marked.count === 1 ? 'is' : 'are'} missing ("${this.marked.text}", first in line ${this.marked.line}).`,
      );
    }
    if (this.textCount === 0) return;
    const words = [...this.texts.values()];
    const broken = words.find(({ text }) => beginsLikeNumber(text)) ?? words[0]!;
    if (10 * this.textCount > this.present || beginsLikeNumber(broken.text)) {
      const many = this.textCount > 1 ? ` (${this.textCount} of ${this.present} cells are not)` : '';
      throw new HeedError(
        'bad-value',
        `"${shorten(broken.text)}" is not a number${many}`,
        words.length === 1 && !beginsLikeNumber(broken.text)
          ? `More than a tenth of the cells are too many to pass over. If it stands for a missing value, say so with --na-values '${shorten(broken.text)}'; else correct the cells, or read other columns (--columns).`
          : `${beginsLikeNumber(broken.text) ? 'It looks like a damaged number, which is never passed over' : 'More than a tenth of the cells are too many to pass over'}. Correct the cell, leave it empty where the value is missing, or read other columns (--columns).`,
        { file, line: broken.line, column: this.name },
      );
    }
    const shown = words
      .slice(0, 3)
      .map(({ text }) => `"${shorten(text)}"`)
      .join(', ');
    notes.push(
      `Column "${this.name}": ${formatCount(this.textCount, 'cell')} ${this.textCount === 1 ? 'is not a number' : 'are not numbers'} (${shown}, first in line ${words[0]!.line}) and ${this.textCount === 1 ? 'was' : 'were'} read as missing.`,
    );
  }

  /** Brings all values to one unit. */
  private applyUnits(values: Float64Array, file: string | undefined, notes: string[]): string | undefined {
    if (this.units.size === 0) return unitOfName(this.name);
    const seen = [...this.units.values()];
    const bareFamily = (name: string): string => name.replace(/^\?/, '');
    let family = seen[0]!.unit.family;
    const factors = new Float64Array(256).fill(1);
    // "m" is meters, minutes beside other durations, thousandths beside k and M.
    const others = seen.filter(({ unit }) => unit.name !== 'm');
    if (others.length > 0 && others.length < seen.length && ['s', ''].includes(others[0]!.unit.family)) {
      family = others[0]!.unit.family;
    }
    for (const { unit, code, line, text } of seen) {
      const minutes = unit.name === 'm' && family === 's';
      const thousandths = unit.name === 'm' && family === '' && seen.length + (this.bare ? 1 : 0) > 1;
      if (unit.family !== family && !minutes && !thousandths) {
        throw this.mixedUnits(file, seen[0]!.text, seen[0]!.line, text, line);
      }
      const kilo = seen.find((one) => one.unit.name === 'k' || one.unit.name === 'K');
      if (thousandths && kilo && !/\s/.test(text)) {
        throw new HeedError(
          'bad-value',
          `"${shorten(text)}" (line ${line}) beside "${shorten(kilo.text)}" (line ${kilo.line}) is in millions or in thousandths: nothing tells which`,
          'Write the numbers of the column without letters, or millions as M.',
          { file, line, column: this.name },
        );
      }
      factors[code] = minutes ? 60 : thousandths ? 1e-3 : unit.factor;
    }
    if (this.bare && family !== '') {
      throw this.mixedUnits(file, seen[0]!.text, seen[0]!.line, String(this.bare.value), this.bare.line);
    }
    if (seen.length === 1 && family !== '') return seen[0]!.unit.name;
    const codes = this.unitCodes!.values;
    for (let row = 0; row < values.length; row++) {
      const factor = factors[row < codes.length ? codes[row]! : 0]!;
      if (factor !== 1) values[row] = Number((values[row]! * factor).toPrecision(15));
    }
    if (family === '') return unitOfName(this.name);
    notes.push(
      `Column "${this.name}": ${seen.map(({ unit }) => unit.name).join(', ')} were turned into ${bareFamily(family)}.`,
    );
    return bareFamily(family);
  }

  private mixedUnits(
    file: string | undefined,
    one: string,
    oneLine: number,
    other: string,
    line: number,
  ): HeedError {
    return new HeedError(
      'bad-value',
      `"${shorten(one)}" (line ${oneLine}) and "${shorten(other)}" (line ${line}) have different units`,
      'Give the whole column one unit, or leave it out (--columns).',
      { file, line: Math.max(oneLine, line), column: this.name },
    );
  }
}
