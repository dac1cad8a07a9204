/** The two series that the layouts are written of, and what writes them. */
/** What is exported: a point per minute, values of two hosts with two decimals. */
export interface Sample {
  readonly start: number;
  readonly step: number;
  readonly a: readonly number[];
  readonly b: readonly number[];
}

/** A sample whose values run from some tens to some thousands. */
export function makeSample(points: number, seed = 1, start = Date.UTC(2026, 2, 2), step = 60_000): Sample {
  const values = (phase: number): number[] =>
    Array.from({ length: points }, (_, t) => {
      const noise = ((t * 7919 + seed * 104_729 + phase * 31) % 997) / 997;
      return Math.round(100 * (950 + 600 * Math.sin(t / 17 + phase) + 40 * noise)) / 100;
    });
  return { start, step, a: values(seed), b: values(seed + 2) };
}

/** A layout: how it is written, and how it is to be read. */
export interface Layout {
  readonly write: (sample: Sample) => string | Uint8Array;
  /** Channels that must come out; the first holds `a`, the second `b`. */
  readonly channels: 1 | 2;
  /** Values are written with this many decimals. */
  readonly decimals?: number;
  /** Factor of the unit that the channel is given in. */
  readonly factor?: number;
  readonly unit?: string;
}

export const times = ({ a, start, step }: Sample): number[] => a.map((_, t) => start + t * step);
export const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
export const local = (ms: number): string => iso(ms).slice(0, 19).replace('T', ' ');
export const lines = (...rows: readonly string[]): string => `${rows.join('\n')}\n`;
export const json = (value: unknown): string => JSON.stringify(value);
export const pad = (value: number): string => String(value).padStart(2, '0');
export const wide = (
  sample: Sample,
  head: string,
  row: (ms: number, a: number, b: number) => string,
): string => lines(head, ...times(sample).map((ms, t) => row(ms, sample.a[t]!, sample.b[t]!)));
export const long = (
  sample: Sample,
  head: string,
  row: (ms: number, host: string, value: number) => string,
): string =>
  lines(
    head,
    ...times(sample).flatMap((ms, t) => [row(ms, 'web-1', sample.a[t]!), row(ms, 'web-2', sample.b[t]!)]),
  );
export const german = (value: number, decimals = 2): string =>
  value.toLocaleString('de-DE', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
export const english = (value: number, decimals = 2): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
export const day = (ms: number): string => {
  const date = new Date(ms);
  return `${pad(date.getUTCDate())}.${pad(date.getUTCMonth() + 1)}.${date.getUTCFullYear()}`;
};
export const clock = (ms: number): string => iso(ms).slice(11, 19);
export const both = (sample: Sample): [host: string, values: readonly number[]][] => [
  ['web-1', sample.a],
  ['web-2', sample.b],
];

export function utf16(text: string): Uint8Array {
  const units = Uint16Array.from(`\uFEFF${text}`, (one) => one.charCodeAt(0));
  return new Uint8Array(units.buffer);
}
