import { checkText } from '../../check-argument.js';
import { findDelimiter } from './dialect.js';
import { CsvRows } from './rows.js';

/** A row of a table of text, with the line it stands in. */
export interface CellRow {
  readonly cells: readonly string[];
  readonly line: number;
}

/**
 * The cells of a whole CSV as text, for tables that are no series: lists of files, edges of graphs. Blank lines are
 * left out.
 * @throws HeedError bad-csv, not-text
 */
export function readCells(text: string, name?: string): CellRow[] {
  checkText('text', text);
  if (name !== undefined) checkText('name', name);
  const plain = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const rows: CellRow[] = [];
  const reader = new CsvRows(findDelimiter(plain.slice(0, 20_000)).charCodeAt(0), name, () => {
    const cells = Array.from({ length: reader.count }, (_, c) => reader.cell(c));
    if (cells.some((cell) => cell !== '')) rows.push({ cells, line: reader.line });
  });
  reader.push(plain);
  reader.finish();
  return rows;
}
