import type { HeedQuery } from './types.js';

/** What a row of fields about detection needs. */
export interface FieldsProps {
  /** With defaults where it says nothing. */
  readonly query: HeedQuery;
  readonly change: (part: Partial<HeedQuery>) => void;
  readonly id: (name: string) => string;
}

export const labelWidth = 20;

/** What a query says where it leaves something to us. */
export const auto = 'auto';
