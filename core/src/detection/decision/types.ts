/** How an interval came to be an event. */
export type Sign =
  'off' | 'absent' | 'rough' | 'calm' | 'stuck' | 'pattern' | 'cycle' | 'extra' | 'gap' | 'relation';

/** An interval that is an event, both ends inclusive. */
export interface DecidedInterval {
  readonly start: number;
  readonly end: number;
  readonly peak: number;
  readonly sign: Sign;
  /** +1 above, −1 below what was expected, 0 neither. */
  readonly way: -1 | 0 | 1;
  /** >= 1; 1 = just an event. */
  readonly score: number;
  /** True where the series stayed at a new level, told for its first points only. */
  readonly stays?: boolean;
  /** Where cycles run at another speed or come once more: after how many points they repeat, and usually do. */
  readonly cycle?: { readonly period: number; readonly usual: number };
  /** The channel that it moves with at other times, where it left that. */
  readonly partner?: number;
}
