/** Texts as programs print them, and what is read of them. */
import { readText, type ReadOptions } from './index.js';

export const start = Date.UTC(2026, 2, 2);
export const chance = (t: number): number => (((t + 1) * 7919 * 104_729) % 65_537) / 65_537;
export const level = (t: number): string => (20 + 5 * chance(t)).toFixed(2);
export const lines = (count: number, row: (t: number) => string): string =>
  `${Array.from({ length: count }, (_, t) => row(t)).join('\n')}\n`;
export const iso = (ms: number): string => new Date(ms).toISOString();
export const wall = (t: number): string =>
  iso(start + 60_000 * t)
    .slice(0, 19)
    .replace('T', ' ');
export const levels = (count: number): number[] => Array.from({ length: count }, (_, t) => Number(level(t)));

/** Start, step, and channels by name, of a text that is read. */
export function read(text: string | Uint8Array, options?: ReadOptions) {
  const { series, notes } = readText(text, options);
  return {
    begin: iso(series.time[0]!),
    step: series.time[1]! - series.time[0]!,
    points: series.time.length,
    names: series.channels.map(({ name }) => name),
    values: [...series.channels[0]!.values],
    notes: notes.join(' '),
  };
}
