import { cpus, totalmem, type CpuInfo } from 'node:os';
import Table from 'cli-table3';
import type { Absent, BenchResult } from './harness.js';

/** Processors, memory, system and engine in one line. */
export function machine(): string {
  const list = cpus();
  const model = (list[0] as CpuInfo | undefined)?.model.trim() ?? 'unknown processor';
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${list.length} × ${model}, ${memory} GiB, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
}

const columns = ['case', 'implementation', 'median', '10–90 %', 'ratio', 'rounds', ''];

/** One row per result, the case named on its first. */
function toRows(results: readonly BenchResult[]): string[][] {
  let last = '';
  return results.map((one) => {
    const timed = one.median_ms > 0;
    const row = [
      one.case === last ? '' : one.case,
      one.implementation,
      timed ? milliseconds(one.median_ms) : quantity(one),
      timed ? `${milliseconds(one.p10_ms)}–${milliseconds(one.p90_ms)}` : '',
      one.ratio_to_heed === null ? '' : one.ratio_to_heed.toFixed(2),
      String(one.rounds),
      [timed && one.quantity ? quantity(one) : '', one.note ?? ''].filter(Boolean).join('; '),
    ];
    last = one.case;
    return row;
  });
}

/** The table for a terminal. */
export function table(results: readonly BenchResult[]): string {
  const drawn = new Table({
    head: columns,
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [] },
  });
  drawn.push(...toRows(results));
  return drawn.toString();
}

/** The table as Markdown, with the command and the machine that gave it. */
export function markdown(
  command: string,
  results: readonly BenchResult[],
  absent: readonly Absent[],
): string {
  const rows = toRows(results).map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = columns.map((name, i) => Math.max(3, name.length, ...rows.map((row) => row[i]!.length)));
  const right = (i: number): boolean => i >= 2 && i <= 5;
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => (right(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))).join(' | ')} |`;
  const rule = widths.map((width, i) => (right(i) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
  const notes = [
    growth(results).trim(),
    ...absent.map((one) => `without ${one.implementation}: ${one.absent}`),
  ];
  return [
    `\`${command}\` on ${machine()}; ${new Date().toISOString().slice(0, 10)}`,
    '',
    line(columns),
    line(rule),
    ...rows.map(line),
    '',
    ...notes.filter(Boolean).map((note) => `- ${note}`),
    '',
  ].join('\n');
}

function milliseconds(value: number): string {
  return value >= 1000 ? `${(value / 1000).toPrecision(3)} s` : `${value.toPrecision(3)} ms`;
}

function quantity({ quantity }: BenchResult): string {
  if (!quantity) return '';
  if (quantity.unit !== 'bytes') return `${quantity.value.toPrecision(3)} ${quantity.unit}`;
  return quantity.value > 1e6
    ? `${(quantity.value / 1e6).toFixed(0)} MB`
    : `${(quantity.value / 1e3).toFixed(1)} kB`;
}

/** How the default detector's time grows with n, as the exponent of a power law through the cases that ran. */
export function growth(results: readonly BenchResult[]): string {
  const points = results.flatMap((one) => {
    const match = /^auto-(\d+)$/.exec(one.case);
    return match && one.implementation === 'heed'
      ? [[Math.log(Number(match[1])), Math.log(one.median_ms)] as const]
      : [];
  });
  if (points.length < 3) return '';
  const mean = (at: 0 | 1) => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [mx, my] = [mean(0), mean(1)];
  const slope =
    points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0) /
    points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
  return `auto grows as n^${slope.toFixed(2)} from ${points.length} lengths\n`;
}
