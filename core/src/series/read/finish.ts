import { HeedError } from '../../errors.js';
import { formatCount } from '../../format.js';
import { fillAbsent } from '../absent.js';
import { createSeries } from '../series.js';
import { parseDuration } from '../time.js';
import { buildChannels, type Channel } from './channels.js';
import type { Column } from './column.js';
import { isMeasuredAfterAll, readLabels, mayBeGroundTruth } from './labels.js';
import type { ReadResult } from './options.js';
import { cyclicKeys, findSeries, groupBy, isEven, numericKeys, pivot, type Grouping } from './pivot.js';
import { isIdOnly, keyRank, tellsSeries } from './roles.js';
import { noteUneven, putInOrder, refuseEvents } from './row-order.js';
import type { TableBuilder, TableColumn } from './table.js';
import { byZoneColumn, findZoneColumn, inZone } from './wall-clock.js';
import { listNames, shorten } from './words.js';
import { Zone } from './zones.js';

/** Makes the series of a table whose rows have all been read. */
export function finishTable(table: TableBuilder): ReadResult {
  const result = buildSeries(table);
  if (table.options.missing !== 'zero') return result;
  const { series, notes } = fillAbsent(result.series);
  return { ...result, series, notes: [...result.notes, ...notes] };
}

function buildSeries(table: TableBuilder): ReadResult {
  table.end();
  const { options, notes, rows } = table;
  const file = options.name;
  const findLine = (row: number): number => table.findLine(row);
  const times = table.time?.resolve(findLine);
  if (times) notes.push(...times.notes);
  if (times && table.timeSource?.kind === 'clock') {
    const { startDay } = table;
    times.time.forEach((ms, row) => (times.time[row] = ms + startDay));
    notes.push(
      `"${shorten(table.time!.name)}" holds times of day without a date; the days were counted from ${new Date(startDay).toISOString().slice(0, 10)}${startDay === 0 ? '' : ', which stands above the table'}.`,
    );
  }

  // What users name comes first, then what is numeric; the rest may name series.
  const unnamed = findUnnamedLabels(table);
  const labelNamed = unnamed ?? table.columns.find(({ role }) => role === 'label')?.cells;
  const measured = labelNamed !== undefined && !table.labelAsked && isMeasuredAfterAll(labelNamed, rows);
  const isOutput = ({ role, cells }: TableColumn): boolean =>
    role === 'related' && !isMeasuredAfterAll(cells, rows);
  const values = table.asked
    ? table.asked.map((c) => table.columns[c]!.cells)
    : table.columns
        .filter(
          (column) =>
            (column.role === 'value' && column.cells !== unnamed) ||
            (column.role === 'related' && !isOutput(column)) ||
            (measured && column.cells === labelNamed),
        )
        .map(({ cells }) => cells);
  const keyed = new Set(table.keys?.map((c) => table.columns[c]!.cells));
  const labelColumn = measured ? undefined : labelNamed;
  const labelIsKey = labelColumn !== undefined && !table.labelAsked && !mayBeGroundTruth(labelColumn);
  const numeric = values.filter(
    (column) => !keyed.has(column) && (column.wanted || (column.isNumeric && !isMixedKey(column))),
  );
  const zone = times?.zoneless ? findZoneColumn(table) : null;
  const texts = table.columns
    .filter(
      ({ role, cells }) =>
        (role === 'value' &&
          cells !== zone &&
          !numeric.includes(cells) &&
          !(table.asked && cells.isNumeric)) ||
        (labelIsKey && cells === labelColumn),
    )
    .map(({ cells }) => cells);

  // A column of zones makes an hour that comes twice two, before rows are told apart by their times.
  const wall = times && zone ? { ...times, time: byZoneColumn(zone, times.time) } : times;
  const grouping = wall ? findGroups(table, wall, numeric, texts) : null;
  const keys = new Set(grouping?.columns);
  const labels =
    labelColumn && !labelIsKey ? readLabels(labelColumn, rows, table.labelAsked, file, notes) : null;
  for (const column of table.columns) {
    const { cells } = column;
    if (isOutput(column) && !table.asked && !keys.has(cells)) {
      notes.push(
        `Column "${cells.name}" was left out: labels and scores of anomalies are not input (--columns "${cells.name}" reads it as a channel).`,
      );
    }
  }
  const channels = buildChannels(
    table,
    numeric.filter((column) => !keys.has(column)),
    times?.time,
    texts.some((column) => !keys.has(column) && (column.freeText || column.texts.size > 1)),
    notes,
  );
  // Who names columns does not want to hear of the others.
  if (!table.asked)
    noteTexts(
      texts.filter((column) => !keys.has(column)),
      notes,
    );
  checkChannels(table, channels);

  let time = wall?.time;
  if (zone) notes.push(`The times were read in the zones that column "${zone.name}" tells.`);
  else if (times?.zoneless) time = inZone(table, times.time, grouping, notes);
  if (!time && options.step !== undefined) {
    const step = parseDuration(options.step);
    time = Float64Array.from({ length: rows }, (_, t) => t * step);
  }
  if (table.time && options.step !== undefined) {
    notes.push(`The step was not used: column "${table.time.name}" gives the times.`);
  }
  if (!time)
    notes.push(
      'There is no time column: rows are counted from 0 (--time names one, --step gives rows a length).',
    );
  const named = options.name === undefined ? {} : { name: options.name };
  const told = labels ? { labelColumn: labelColumn!.name } : {};
  if (grouping && time) {
    const keyNames = grouping.columns.map(({ name }) => name);
    notes.push(
      table.layoutNote ??
        `This is a long table: ${listNames(keyNames)} ${keyNames.length === 1 ? 'names' : 'name'} ${formatCount(grouping.names.length, 'series').replace('seriess', 'series')}, one channel each.`,
    );
    const { notes: more, ...pivoted } = pivot(
      { time, values: channels, ...(labels ? { labels } : {}) },
      grouping,
      options.duplicates ?? 'reject',
      file,
      findLine,
    );
    if (grouping.guessed && !keyNames.some(tellsSeries)) refuseEvents(time, grouping, file);
    notes.push(...more);
    if (grouping.names.length === 1) noteUneven(pivoted.time, notes);
    return {
      series: createSeries({ ...named, ...pivoted, channels: distinct(pivoted.channels) }),
      notes,
      ...told,
    };
  }
  if (time && table.time) {
    const ordered = putInOrder(table, time, channels, labels);
    const described = texts.some((column) => column.freeText || column.texts.size > 1);
    const numbered = table.columns.some(({ role, cells }) => role === 'value' && isIdOnly(cells.name));
    if (!times?.elapsed) noteUneven(ordered.time, notes, described && numbered && !table.asked, file);
    return { series: createSeries({ ...named, ...ordered }), notes, ...told };
  }
  return {
    series: createSeries({ ...named, ...(time ? { time } : {}), channels, ...(labels ? { labels } : {}) }),
    notes,
    ...told,
  };
}

/**
 * The last column of a table without names, where it holds 0 and few 1 and no other column does, as archives of
 * anomalies have it; undefined where there is none.
 */
function findUnnamedLabels({ columns, options, asked, rows, notes }: TableBuilder): Column | undefined {
  if (options.label !== undefined || asked) return undefined;
  if (!columns.every(({ cells }, c) => cells.name === `column ${c + 1}`)) return undefined;
  const bits = columns.map(({ role, cells }) => {
    if (role !== 'value' || cells.numbers < rows) return null;
    const ones = cells.values.values.subarray(0, rows).reduce((sum, value) => sum + value, 0);
    return cells.values.values.subarray(0, rows).every((value) => value === 0 || value === 1) ? ones : null;
  });
  const last = bits.at(-1);
  const others = bits.slice(0, -1).filter((one, c) => one !== null && columns[c]!.role === 'value');
  if (columns.length === 1 && last !== null) {
    notes.push(
      'Every value is 0 or 1 and nothing names them: where these are labels of anomalies, give the file of the measurements instead.',
    );
  }
  const measured = columns.slice(0, -1).some(({ role, cells }) => role === 'value' && cells.numbers > 0);
  if (last === null || last === undefined || last === 0 || last > rows / 2 || others.length > 0 || !measured)
    return undefined;
  const { cells } = columns.at(-1)!;
  notes.push(
    `Column "${cells.name}" holds 0 and 1 alone, as ground truth does, and was read as labels (--label none reads it as a channel).`,
  );
  return cells;
}

/** Names of series of which some are numbers, as `all`, 0 and 1 of processors. */
function isMixedKey(column: Column): boolean {
  return keyRank(column.name) >= 0 && 10 * column.textCount > column.present;
}

/** The columns by which rows belong to several series; null for a table with one row per time. */
function findGroups(
  table: TableBuilder,
  { time: wall, zoneless }: { readonly time: Float64Array; readonly zoneless: boolean },
  numeric: readonly Column[],
  texts: readonly Column[],
): Grouping | null {
  const { options, rows } = table;
  if (options.series === null) return null;
  if (table.keys)
    return groupBy(
      table.keys.map((c) => table.columns[c]!.cells),
      rows,
    );
  let time = wall;
  let repeated = hasRepeats(time);
  if (repeated && zoneless && options.timeZone !== undefined) {
    time = withoutRepeatedHours(time, new Zone(options.timeZone));
    repeated = hasRepeats(time);
    if (!repeated) return null;
  }
  // Who asks for rows of one time to be merged does not want them apart.
  if (repeated && options.duplicates !== undefined && options.duplicates !== 'reject') {
    const key = texts.find(
      (column) => column.texts.size > 1 && !column.freeText && keyRank(column.name) >= 0,
    );
    if (key)
      table.notes.push(
        `Rows of one time were merged over "${key.name}"; --series "${key.name}" gives a channel for each of its values.`,
      );
    return null;
  }
  const candidates = texts.filter(
    (column) =>
      !column.freeText &&
      column.texts.size + (column.numbers > 0 ? 1 : 0) > 1 &&
      // A name in every row is free text, unless it is one of series at one time.
      (column.texts.size <= rows / 2 || (repeated && keyRank(column.name) >= 0)),
  );
  let found = candidates.length > 0 ? findSeries(time, candidates, rows) : null;
  // Series one after the other may have no time in common.
  const begins = time.some((ms, row) => row > 0 && ms < time[row - 1]!) && time[rows - 1]! > time[0]!;
  if (!found && (repeated || begins)) {
    const numbers = numericKeys(
      numeric.filter((column) => !column.wanted),
      rows,
    );
    if (numbers.length > 0 && numeric.length > 1) found = findSeries(time, [...candidates, ...numbers], rows);
  }
  if (!found && !repeated && !begins && !isEven(time, rows)) {
    const cyclic = cyclicKeys(
      numeric.filter((column) => !column.wanted),
      rows,
    );
    if (cyclic.length > 0 && numeric.length > cyclic.length) found = findSeries(time, cyclic, rows);
  }
  return found ? { ...groupBy(found, rows), guessed: true } : null;
}

/** Wall times, with a number of its own for every row of an hour that comes twice when clocks go back. */
function withoutRepeatedHours(wall: Float64Array, zone: Zone): Float64Array {
  return wall.map((ms, row) => (zone.instants(ms).length > 1 ? -row - 1 : ms));
}

function hasRepeats(time: Float64Array): boolean {
  let rising = true;
  for (let i = 1; i < time.length && rising; i++) rising = time[i]! > time[i - 1]!;
  if (rising) return false;
  const seen = time.slice().sort();
  for (let i = 1; i < seen.length; i++) if (seen[i] === seen[i - 1]) return true;
  return false;
}

function noteTexts(columns: readonly Column[], notes: string[]): void {
  for (const column of columns) {
    if (column.present === 0) {
      if (!/^column \d+$/.test(column.name))
        notes.push(`Column "${column.name}" was left out: every value is missing.`);
      continue;
    }
    const constant = column.constantText;
    const sample = [...column.texts.keys()][0] ?? '';
    notes.push(
      constant !== undefined
        ? `Column "${column.name}" was left out: it is "${shorten(constant)}" in every row.`
        : `Column "${column.name}" was left out: it holds text such as "${shorten(sample)}"${
            keyRank(column.name) >= 0 && column.texts.size > 1 && 3 * column.texts.size <= column.textCount
              ? ` (--series "${column.name}" reads a channel for each of its values)`
              : ''
          }.`,
    );
  }
}

/** @throws HeedError no-numeric-column, all-missing */
function checkChannels(table: TableBuilder, channels: readonly Channel[]): void {
  const { options } = table;
  const empty = channels.find(({ values }) => values.every(Number.isNaN));
  if (empty) {
    throw new HeedError(
      'all-missing',
      'every value is missing',
      'Leave the column out, or check how it is written.',
      { file: options.name, column: empty.name },
    );
  }
  if (channels.length > 0) return;
  const truth = table.columns.filter(({ role }) => role === 'label' || role === 'related');
  if (truth.length > 0 && table.columns.every(({ role }) => role !== 'value' && role !== 'unused')) {
    const named = listNames(truth.map(({ cells }) => cells.name));
    throw new HeedError(
      'no-numeric-column',
      `there is ground truth and nothing else: ${named} ${truth.length === 1 ? 'says' : 'say'} what is anomalous`,
      `Give the file of the measurements, with the labels beside them; --label none or --columns ${truth[0]!.cells.name} (options label, columns) reads the labels as measurements.`,
      { file: options.name },
    );
  }
  const blank = table.columns.some(({ role, cells }) => role === 'value' && cells.present === 0);
  const names = table.columns.map(({ cells }) => cells.name);
  const texts = table.columns.flatMap(({ role, cells }) => {
    const first = role === 'value' ? [...cells.texts.values()][0] : undefined;
    return first ? [{ name: cells.name, first, words: [...cells.texts.keys()], numbers: cells.numbers }] : [];
  });
  const flags = texts.filter(
    ({ words, numbers }) =>
      numbers === 0 && words.every((word) => /^(true|false|yes|no|on|off)$/i.test(word)),
  );
  if (flags.length > 0 && flags.length === texts.length) {
    throw new HeedError(
      'no-numeric-column',
      `no column holds numbers: ${listNames(flags.map(({ name }) => name))} ${flags.length === 1 ? 'holds' : 'hold'} ${[
        ...new Set(flags.flatMap(({ words }) => words)),
      ]
        .slice(0, 4)
        .map((word) => `"${word}"`)
        .join(' and ')}`,
      'Write 1 and 0 instead: what comes and goes is read as a channel then.',
      { file: options.name, line: flags[0]!.first.line, column: flags[0]!.name },
    );
  }
  const shown = texts
    .slice(0, 3)
    .map(({ name, first }) => `"${shorten(name)}" has "${shorten(first.text)}" in line ${first.line}`)
    .join(', ');
  throw new HeedError(
    blank ? 'all-missing' : 'no-numeric-column',
    blank ? 'every value is missing' : `no column holds numbers${shown === '' ? '' : `: ${shown}`}`,
    `There ${names.length === 1 ? 'is the column' : 'are the columns'} ${listNames(names)}; give at least one with numbers beside time and label.`,
    { file: options.name },
  );
}

/** Series of equal names, as when texts differ in blanks only. */
function distinct<C extends { name: string }>(channels: readonly C[]): C[] {
  const used = new Set<string>();
  return channels.map((channel) => {
    let { name } = channel;
    for (let copy = 2; used.has(name); copy++) name = `${channel.name} (${copy})`;
    used.add(name);
    return { ...channel, name };
  });
}
