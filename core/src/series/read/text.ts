import { checkRecord, checkTextOrBytes } from '../../check-argument.js';
import { HeedError } from '../../errors.js';
import { checkReadOptions } from './check-options.js';
import { createCsvReader, readCsv, type TableReader } from './csv.js';
import { createJsonReader } from './json.js';
import { sourceError } from './json-faults.js';
import { drawnLayout } from './drawn.js';
import { lineLayout } from './lines.js';
import type { ReadOptions, ReadResult } from './options.js';
import { createWholeReader } from './whole.js';

/** A reader for text that comes in pieces, by its first one: JSON, lines of measurements, else CSV. */
export function createTextReader(first: Uint8Array | string, options: ReadOptions): TableReader {
  checkReadOptions(options);
  const head = takeHead(first);
  refuseLog(head, options);
  if (/^\uFEFF?\s*(?:\[|\{(?!\s*[A-Za-z_]\w*\s*=))/.test(head)) return createJsonReader(options);
  refuseMarkup(head, options);
  refuseErrorTable(head, options);
  const free = options.delimiter === undefined && options.header === undefined;
  const lines = free ? (lineLayout(head) ?? drawnLayout(head)) : null;
  // Cells as ="12" are formulas that keep Excel from reading them as it likes.
  if (!lines && (head.match(formulaCell)?.length ?? 0) > 2)
    return createWholeReader('text', options, (text, own) =>
      readCsv(text.replace(formulaCell, '$1"$2"'), own),
    );
  return lines ? createWholeReader('text', options, lines) : createCsvReader(options);
}

/**
 * Reads a text that is wholly there, CSV or JSON, at once; for files of any kind there is `readSeriesStream`.
 * @throws HeedError what `readCsv` and `readJson` throw
 */
export function readText(text: string | Uint8Array, options: ReadOptions = {}): ReadResult {
  checkTextOrBytes('text', text);
  checkRecord('options', options);
  const reader = createTextReader(text, options);
  reader.push(text);
  return reader.finish();
}

const formulaCell = /(^|[,;\t])="((?:[^"\r\n]|"")*)"(?=[,;\t\r\n]|$)/gm;

/** The beginning of a text, enough to tell what it is. */
function takeHead(piece: Uint8Array | string): string {
  if (typeof piece === 'string') return piece.slice(0, 8000);
  const [a, b] = piece;
  const encoding = a === 0xff && b === 0xfe ? 'utf-16le' : a === 0xfe && b === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(piece.subarray(0, 8000));
}

/** JSON below the headers of an answer: behind the first blank line. */
function hasHttpHead(head: string): boolean {
  if (!/^HTTP\/[\d.]+ \d{3}/.test(head)) return false;
  const lines = head.split(/\r?\n/);
  const blank = lines.indexOf('');
  return blank > 0 && /^\s*[[{]/.test(lines.slice(blank).join('\n'));
}

/** Texts of other kinds by how they begin: what they are, and what to do. */
const otherTexts: readonly (readonly [begin: Pick<RegExp, 'test'>, what: string, remedy: string])[] = [
  [
    /^\s*<(?:!doctype\s+html|html|head|body)\b/i,
    'a web page (HTML)',
    'Often it is a page to log in or an error: export the data as CSV or JSON, or give the address with credentials.',
  ],
  [/^\s*<(?:\?xml|[a-z][\w:-]*(?:\s|>(?![,;\t])))/i, 'XML', 'Export the data as CSV or JSON.'],
  [
    /^version https:\/\/git-lfs\.github\.com\//,
    'a pointer of Git LFS, and not the file itself',
    'Fetch the file with git lfs pull.',
  ],
  [
    /^[A-Z][A-Za-z]+:[ \t\r]*\n[ \t]*- [A-Za-z]\w*:/,
    'YAML',
    'Export the data as CSV or JSON, for instance with --output json.',
  ],
  [
    /^(?:[\w.$]+)\(\s*[[{]/,
    'JSON inside the call of a function (JSONP)',
    'Take the name in front and the brackets around it off, or ask without a callback.',
  ],
  [
    /^(?:psql: )?(?:ERROR|FATAL): {1,2}\S/,
    'an error of the database, and no table',
    'Correct the query, and export its result again.',
  ],
  [
    /^ *\w[^\n]*\n[-+ ]+\n\(0 rows\)/,
    'the answer of a query without any row',
    'Widen the time range, or check the query.',
  ],
  [
    { test: hasHttpHead },
    'JSON below the headers of an answer of HTTP',
    'Save the body alone: curl without -i.',
  ],
  [
    /^(?:---[ \t\r]*\n)?- [\w"]+:[^\n]*\n {2}[\w"]+:/,
    'YAML',
    'Export the data as CSV or JSON, for instance with yq -o json.',
  ],
  [
    /^(?:#[^\n]*\n|[^\S\n]*\n)*@problemname\b/i,
    'a set of examples for classification (.ts), not a series over time',
    'Give one series, a row per time.',
  ],
  [
    /^\S+ \S+ \S+ \[\d{1,2}\/\p{L}{3}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "/u,
    'the log of a web server, a row per request, and no series',
    'Count or average the requests per minute first, and give that table.',
  ],
  [
    /^(?:<\d+>)?\p{L}{3} [ \d]\d \d\d:\d\d:\d\d \S+ [^\s:]+: /u,
    'a log of messages (syslog), and no series',
    'Count the messages per minute first, or take numbers out of them into a table.',
  ],
];

/**
 * `[1772409600.12] 64 bytes from …`, `[INFO] started`: a bracket in which no list of JSON stands.
 * @throws HeedError not-text
 */
function refuseLog(head: string, options: ReadOptions): void {
  const text = head.replace(/^\uFEFF/, '');
  // A list ends, or goes on behind a comma.
  if (!/^\[[^[\]{}"\n]+\][ \t]*[^\s,\]}]/.test(text)) return;
  throw new HeedError(
    'not-text',
    'this is a log whose lines begin with a bracket, and not JSON',
    'Take the times and numbers out of it into a table (time,value), for instance with sed or awk, and give that.',
    { file: options.name },
  );
}

/**
 * InfluxDB answers a query that failed with a table of errors.
 * @throws HeedError source-error
 */
function refuseErrorTable(head: string, options: ReadOptions): void {
  const match = /^\uFEFF?(?:#.*\r?\n)*,?error,reference\r?\n,?(?:"((?:[^"]|"")*)"|([^,\r\n]*))/.exec(head);
  if (match) throw sourceError((match[1] ?? match[2] ?? '').replaceAll('""', '"'), options.name);
}

/** @throws HeedError not-text for texts that are neither tables nor JSON */
function refuseMarkup(head: string, options: ReadOptions): void {
  const found = otherTexts.find(([begin]) => begin.test(head.replace(/^\uFEFF/, '')));
  if (found) throw new HeedError('not-text', `this is ${found[1]}`, found[2], { file: options.name });
}
