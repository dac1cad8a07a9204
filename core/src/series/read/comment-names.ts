/** Names of columns that do not stand right above them: in comments, or among lines that describe the columns. */
import { cellUnit } from './cell-units.js';
import { splitLine, type CellTypes, type Line, type Row } from './split.js';

/** `@attribute cpu numeric`, `@attribute 'wind speed' {low,high}`: the names of an ARFF file, where there are `width`. */
function readAttributes(comments: readonly Line[], width: number): string[] | null {
  const names = comments.flatMap(({ text }) => {
    const match = /^\s*@attribute\s+(?:'([^']*)'|"([^"]*)"|(\S+))/i.exec(text);
    return match ? [match[1] ?? match[2] ?? match[3]!] : [];
  });
  return names.length === width ? names : null;
}

/** Names behind the sign of a comment right above the data, as numpy, gnuplot and sysstat write them; else null. */
export function namesInComments(
  comments: readonly Line[],
  width: number,
  types: CellTypes,
  delimiter: string,
): { readonly names: readonly string[]; readonly units: readonly string[] } | null {
  const last = comments.at(-1);
  if (!last || width < 2) return null;
  const attributes = readAttributes(comments, width);
  if (attributes) return { names: attributes, units: [] };
  const read = (line: Line | undefined): string[] | null => {
    const cells = line && splitLine(line.text.replace(/^\s*(?:#|\/\/|%)+\s*/, ''), delimiter);
    return cells?.length === width && cells.every((cell) => types.of(cell) === 'text') ? cells : null;
  };
  const cells = read(last);
  const above = read(comments.at(-2));
  // Buoys have their units below the names: `#YY MM DD hh mm WDIR` above `#yr mo dy hr mn degT`.
  const countUnits = (row: readonly string[]): number => row.filter((cell) => cellUnit(cell)?.known).length;
  const isBelow = (comments.at(-2)?.line ?? 0) + 1 === last.line;
  if (cells && above && isBelow && countUnits(cells) > countUnits(above))
    return { names: above, units: cells };
  return cells && { names: cells, units: [] };
}

/** What the rows above a table of CloudWatch's console describe its columns by. */
const describing =
  /^(label|id|namespace|metric( ?name)?|dimensions?|period|stat(istic)?|unit|region|account( ?id)?)$/i;

/** The row of labels where all rows above the table say what they describe; null for other tables. */
export function findDescribedNames(headers: readonly Row[]): Row | null {
  const first = ({ cells }: Row): string => cells[0]!.trim();
  if (headers.length < 3 || !headers.every((row) => describing.test(first(row)))) return null;
  return headers.find((row) => /^label$/i.test(first(row))) ?? null;
}

/**
 * Of lines that describe every column ("Label", "Stat", "Period" …), the one that names it; null where the last line
 * does so itself.
 */
export function findNamingRow(headers: readonly Row[], types: CellTypes): Row | null {
  const isText = ({ cells }: Row): boolean => cells.slice(1).every((cell) => types.of(cell) === 'text');
  const last = headers.at(-1);
  if (headers.length < 2 || !last || last.cells.length < 2) return null;
  const described = findDescribedNames(headers);
  if (described) return described;
  if (isText(last)) return null;
  if (!last.cells.slice(1).every((cell) => ['number', 'missing'].includes(types.of(cell)))) return null;
  const able = headers.filter((row) => row.cells.length === last.cells.length && isText(row));
  return able.find(({ cells }) => /label|name|metric|series|tag/i.test(cells[0]!)) ?? able.at(-1) ?? null;
}
