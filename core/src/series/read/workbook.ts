import { read, SSF, utils, type CellObject, type WorkSheet } from 'xlsx';
import { HeedError } from '../../errors.js';
import { readCsv } from './csv.js';
import type { ReadOptions, ReadResult } from './options.js';
import { excelToMs } from './time-formats.js';
import { listNames } from './words.js';

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
  const name = options.sheet ?? filled[0] ?? names[0];
  const text = name === undefined ? '' : sheetText(sheets[name]!, since1904);
  if (name === undefined || text.trim() === '') {
    throw new HeedError(
      'empty-input',
      'there is no table in this workbook',
      'Give a sheet with column names and rows.',
      { file },
    );
  }
  const result = readCsv(text, { decimal: '.', ...options, delimiter: '\t' });
  const others = filled.filter((other) => other !== name);
  const note =
    others.length > 0
      ? `Sheet "${name}" was read; ${listNames(others)} ${others.length === 1 ? 'was' : 'were'} not (--sheet names another).`
      : `Sheet "${name}" was read.`;
  return { ...result, notes: [note, ...result.notes] };
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
