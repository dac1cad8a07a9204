/** Tables and records that commands draw with rules and blanks, written as CSV so that the reader of CSV takes them. */
import { HeedError } from '../../errors.js';
import { formatCount } from '../../format.js';
import { seriesFromRecords, type SeriesRecord } from './records.js';
import { readCsv } from './csv.js';
import type { ReadOptions, ReadResult } from './options.js';

type Read = (text: string, options: ReadOptions) => ReadResult;

const splitLines = (text: string): string[] => text.trimEnd().split(/\r\n|[\r\n]/);
/** Two and more groups of dashes below the names, as SQL Server, PowerShell and the clients of clouds draw them. */
const rule = /^\s*(?:-{2,}|={2,})(?: +(?:-+|=+))+\s*$/;
const quote = (cell: string): string => `"${cell.trim().replaceAll('"', '""')}"`;

/** The line of the rule below the names; -1 where there is none. */
function findRule(lines: readonly string[]): number {
  return lines.findIndex((line, i) => rule.test(line) && (lines[i - 1] ?? '').trim() !== '');
}

/**
 * Where the columns of a table below a rule begin: between two groups of dashes, at the last place that is blank in
 * nearly all lines; null where there is no such place.
 */
function findCuts(lines: readonly string[], drawn: string): number[] | null {
  const groups = [...drawn.matchAll(/[-=]+/g)].map((match) => [match.index, match.index + match[0].length]);
  const cuts: number[] = [];
  for (let i = 1; i < groups.length; i++) {
    const [from, to] = [groups[i - 1]![1]!, groups[i]![0]!];
    let found = -1;
    for (let at = from; at < to && at < from + 200; at++) {
      const blank = lines.filter((line) => (line[at] ?? ' ') === ' ' || line[at] === '\t').length;
      if (blank >= 0.95 * lines.length) found = at;
    }
    if (found < 0) return null;
    cuts.push(found);
  }
  return cuts;
}

const ruled: Read = (text, options) => {
  const lines = splitLines(text);
  const at = findRule(lines);
  const rows = lines.slice(at + 1);
  const some = [lines[at - 1]!, ...rows.filter((line) => line.trim() !== '').slice(0, 300)];
  const cuts = findCuts(some, lines[at]!);
  if (!cuts) return readCsv(text, options);
  const csv = lines.map((line, i) => {
    // Titles, the rule and footers stay lines, so that messages name those of the file.
    if (i < at - 1 || i === at || line.trim() === '' || rule.test(line)) return '';
    if (/^\s*\(\d[\d,]* rows?(?: \w+)?\)\s*$/i.test(line)) return '';
    return [0, ...cuts].map((from, c) => quote(line.slice(from, cuts[c] ?? line.length))).join(',');
  });
  return readCsv(csv.join('\n'), { ...options, delimiter: ',' });
};

const recordRule = /^-\[ RECORD \d+ \][-+]*\s*$|^\*{5,} \d+\. row \*{5,}\s*$/;

/** One value per line, a rule above each record: `\x` of psql, `\G` of MySQL. */
const expanded: Read = (text, options) => {
  const records: Record<string, string>[] = [];
  const numbers: number[] = [];
  splitLines(text).forEach((line, i) => {
    if (recordRule.test(line)) {
      records.push({});
      numbers.push(i + 1);
      return;
    }
    const match = /^\s*(.+?)\s*(?:\||:)\s?(.*?)\s*$/.exec(line);
    if (match && records.length > 0) records.at(-1)![match[1]!] = match[2]!;
  });
  const result = seriesFromRecords(records as SeriesRecord[], options, numbers);
  return {
    ...result,
    notes: ['Every value stands in a line of its own, below its record.', ...result.notes],
  };
};

/** The heading of ClickHouse's compact tables: names within the frame. */
const framed = /^\s*┌[─ ]*[^─┬┐\s].*┐\s*$/;

/** A name without the frame's line on both sides. */
function unframe(cell: string): string {
  let [from, to] = [0, cell.length];
  while (from < to && cell[from] === '─') from++;
  while (to > from && cell[to - 1] === '─') to--;
  return cell.slice(from, to);
}

/** Compact tables of ClickHouse's client: names within the frame, perhaps numbers in front of the rows. */
const compact: Read = (text, options) => {
  let named = false;
  const csv = splitLines(text).map((line) => {
    if (framed.test(line)) {
      if (named) return '';
      named = true;
      return line
        .replace(/^\s*┌|┐\s*$/g, '')
        .split('┬')
        .map((cell) => quote(unframe(cell)))
        .join(',');
    }
    const cells = /^(?:\d+\.\s+)?│(.*)│$/.exec(line.trim())?.[1];
    return cells === undefined ? '' : cells.split('│').map(quote).join(',');
  });
  return readCsv(csv.join('\n'), { ...options, delimiter: ',' });
};

const blockName = /^name: (.+)$/;

/** A table per series below its name and tags, as the client of InfluxDB 1.x prints them. */
const blocks: Read = (text, options) => {
  const records: Record<string, string>[] = [];
  const numbers: number[] = [];
  let [labels, columns]: [Record<string, string>, string[] | null] = [{}, null];
  splitLines(text).forEach((line, i) => {
    const name = blockName.exec(line)?.[1];
    const tags = /^tags: (.+)$/.exec(line)?.[1];
    if (name !== undefined) [labels, columns] = [{ name }, null];
    else if (tags !== undefined) {
      for (const tag of tags.split(', ')) {
        const at = tag.indexOf('=');
        if (at > 0) labels[tag.slice(0, at)] = tag.slice(at + 1);
      }
    } else if (line.trim() !== '' && !/^[\s-]+$/.test(line)) {
      // Columns are as wide as their widest cell; one that is empty leaves blanks.
      if (!columns) columns = line.trim().split(/\s+/);
      else {
        const cells = line.trim().split(/\s+/);
        if (cells.length !== columns.length) {
          throw new HeedError(
            'ragged-row',
            `the row has ${formatCount(cells.length, 'cell')} where there are ${formatCount(columns.length, 'column')}`,
            'Print it with -format csv or -format json instead: cells that are empty or hold blanks then keep their place.',
            { file: options.name, line: i + 1 },
          );
        }
        records.push({ ...Object.fromEntries(columns.map((column, c) => [column, cells[c]!])), ...labels });
        numbers.push(i + 1);
      }
    }
  });
  const result = seriesFromRecords(records as SeriesRecord[], options, numbers);
  return {
    ...result,
    notes: ['The file holds a table per series, below its name (InfluxDB).', ...result.notes],
  };
};

/** The reader of a text that is drawn by its beginning; null for any other. */
export function drawnLayout(head: string): Read | null {
  const lines = splitLines(head);
  if (recordRule.test(lines[0] ?? '')) return expanded;
  if (lines.slice(0, 3).some((line) => framed.test(line))) return compact;
  const isRule = (line: string): boolean => /^-+(\s+-+)*\s*$/.test(line);
  if (blockName.test(lines[0] ?? '') && lines.slice(2, 4).some(isRule)) return blocks;
  const at = findRule(lines.slice(0, 8));
  const names = lines[at - 1];
  // Tables with other marks between their cells are read as they stand.
  return at > 0 && names !== undefined && names.trim() !== '' && !/[|,;\t]/.test(names) ? ruled : null;
}
