import { read, SSF, utils, type CellObject, type WorkSheet } from 'xlsx';
import { HeedError, isHeedError } from '../../errors.js';
import { formatCount } from '../../format.js';
import { readCsv } from './csv.js';
import type { ReadOptions, ReadResult } from './options.js';
import { excelToMs } from './time-formats.js';
import { listNames, shorten } from './words.js';

/**
 * Reads a sheet of an Excel workbook (.xlsx, .xlsm, .xlsb, .xls) or of an OpenDocument table. The sheet goes through
 * the reader of CSV: titles above the table, rows of units and totals are understood just so. Cells are what they
 * hold, not what their format shows; dates are times without a zone.
 * @throws HeedError not-text, unknown-column, empty-input, and what `readCsv` throws
 */
export function readWorkbook(bytes: Uint8Array, options: ReadOptions = {}): ReadResult {
  const file = options.name;
  let sheets: Record<string, WorkSheet>;
  let names: string[];
  let since1904: boolean;
  try {
    const book = read(bytes, {
      type: 'array',
      cellFormula: false,
      cellHTML: false,
      cellNF: true,
      cellText: false,
    });
    sheets = book.Sheets;
    names = book.SheetNames;
    since1904 = book.Workbook?.WBProps?.date1904 ?? false;
  } catch (cause) {
    const zip = bytes[0] === 0x50;
    if (zip && !hasDirectory(bytes)) {
      throw new HeedError(
        'not-text',
        'this archive or workbook is damaged or cut off: its end is missing',
        'Save or download the file again.',
        { file },
        cause,
      );
    }
    throw new HeedError(
      'not-text',
      zip ? 'this archive is no workbook' : 'this is no workbook that can be read',
      zip ? 'Unpack it and give the file inside.' : 'Save it as .xlsx or as CSV.',
      { file },
      cause,
    );
  }
  if (options.sheet !== undefined && !names.includes(options.sheet)) {
    throw new HeedError(
      'unknown-column',
      `there is no sheet "${options.sheet}"`,
      `There are ${listNames(names)}.`,
      { file },
    );
  }
  const filled = names.filter((name) => countRows(sheets[name]!) > 1);
  const readSheet = (sheet: string): ReadResult => {
    const text = sheetText(sheets[sheet]!, since1904);
    if (text.trim() === '') {
      throw new HeedError(
        'empty-input',
        'there is no table in this workbook',
        'Give a sheet with column names and rows.',
        { file },
      );
    }
    return readCsv(text, { decimal: '.', ...options, delimiter: '\t' });
  };
  const { name, result } = findSheet(
    options.sheet === undefined && filled.length > 1 ? filled : [options.sheet ?? filled[0] ?? names[0]!],
    readSheet,
    (sheet) => countNumberRows(sheets[sheet]!) >= fewestRows,
    file,
  );
  const others = filled.filter((other) => other !== name);
  const note =
    others.length > 0
      ? `Sheet "${name}" was read; ${listNames(others)} ${others.length === 1 ? 'was' : 'were'} not (--sheet names another).`
      : `Sheet "${name}" was read.`;
  return { ...result, notes: [note, ...result.notes] };
}

/** A sheet with fewer rows of numbers and no times is rather a cover than a table. */
const fewestRows = 8;

/**
 * The first of some sheets that holds a plausible table: times and numbers, or eight rows of numbers. Others, such as
 * covers, are passed over.
 * @param holdsTable true for a sheet of many numbers: what is wrong with it is told, not passed over
 * @throws HeedError no-numeric-column where there is none, and what is wrong with a table
 */
function findSheet(
  sheets: readonly string[],
  readSheet: (sheet: string) => ReadResult,
  holdsTable: (sheet: string) => boolean,
  file: string | undefined,
): { readonly name: string; readonly result: ReadResult } {
  const faults: string[] = [];
  for (const name of sheets) {
    try {
      const result = readSheet(name);
      const { time, indexTime } = result.series;
      if (sheets.length === 1 || (indexTime ? time.length >= fewestRows : time.length > 1))
        return { name, result };
      faults.push(`"${shorten(name)}" has ${formatCount(time.length, 'row')} of numbers`);
    } catch (error) {
      if (!isHeedError(error) || sheets.length === 1) throw error;
      // Columns that the user names may stand in another sheet.
      if (error.code !== 'unknown-column' && error.code !== 'no-numeric-column' && holdsTable(name)) {
        const place = `sheet "${shorten(name)}": `;
        throw new HeedError(
          error.code,
          `${place}${error.what}`,
          `${error.remedy} --sheet (option sheet) names another sheet.`,
          error.place,
          error,
        );
      }
      faults.push(`in "${shorten(name)}" ${error.what}`);
    }
  }
  throw new HeedError(
    'no-numeric-column',
    `no sheet holds a table of times and numbers: ${faults.slice(0, 5).join('; ')}`,
    `Name the sheet to read with --sheet (option sheet); there are ${listNames(sheets)}.`,
    { file },
  );
}

/** Rows with a number beside another cell. */
function countNumberRows(sheet: WorkSheet): number {
  const rows = new Map<number, { cells: number; numbers: number }>();
  for (const [address, cell] of Object.entries(sheet) as [string, CellObject][]) {
    if (address.startsWith('!') || cell.v === undefined || cell.v === null || cell.v === '') continue;
    const { r } = utils.decode_cell(address);
    const own = rows.get(r) ?? { cells: 0, numbers: 0 };
    rows.set(r, { cells: own.cells + 1, numbers: own.numbers + (cell.t === 'n' ? 1 : 0) });
  }
  return [...rows.values()].filter(({ cells, numbers }) => cells > 1 && numbers > 0).length;
}

/** True where the end of a zip archive is there, which lists its files. */
function hasDirectory(bytes: Uint8Array): boolean {
  for (let at = bytes.length - 22; at >= Math.max(0, bytes.length - 65_557); at--)
    if (bytes[at] === 0x50 && bytes[at + 1] === 0x4b && bytes[at + 2] === 5 && bytes[at + 3] === 6)
      return true;
  return false;
}

function countRows(sheet: WorkSheet): number {
  const ref = sheet['!ref'];
  return ref === undefined ? 0 : utils.decode_range(ref).e.r + 1;
}

/** A sheet as text with tabs, a line per row. */
function sheetText(sheet: WorkSheet, since1904: boolean): string {
  const ref = sheet['!ref'];
  if (ref === undefined) return '';
  const range = utils.decode_range(ref);
  const lines: string[] = [];
  for (let row = 0; row <= range.e.r; row++) {
    const cells: string[] = [];
    for (let column = range.s.c; column <= range.e.c; column++) {
      const cell = sheet[utils.encode_cell({ r: row, c: column })] as CellObject | undefined;
      cells.push(cellText(cell, since1904));
    }
    lines.push(cells.every((cell) => cell === '') ? '' : cells.join('\t'));
  }
  return `${lines.join('\n')}\n`;
}

function cellText(cell: CellObject | undefined, since1904: boolean): string {
  if (cell === undefined || cell.v === undefined || cell.v === null) return '';
  if (cell.t === 'e') return '#N/A';
  if (cell.t === 'n' && typeof cell.v === 'number') {
    const format = cell.z === undefined ? undefined : String(cell.z);
    if (format !== undefined && SSF.is_date(format)) return dateText(cell.v + (since1904 ? 1462 : 0), format);
    return String(cell.v);
  }
  if (cell.v instanceof Date) return cell.v.toISOString().slice(0, 23).replace('T', ' ');
  const text = String(cell.v)
    .replace(/[\r\n\t]+/g, ' ')
    .trim();
  return text.includes('"') ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A day number as a date, a date and time, or a time of day, as its format shows it. */
function dateText(days: number, format: string): string {
  const text = new Date(excelToMs(days)).toISOString();
  if (days < 1 && !/[yd]/i.test(format)) return text.slice(11, 19);
  return /[hs]/i.test(format.replace(/\[[^\]]*\]|"[^"]*"/g, '')) || days % 1 !== 0
    ? text.slice(0, 23).replace('T', ' ')
    : text.slice(0, 10);
}
