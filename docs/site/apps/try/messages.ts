/** What the page asks its worker, and what it gets. */
export type TryTask =
  | { readonly kind: 'example' }
  | { readonly kind: 'read'; readonly file: Blob; readonly name: string }
  | {
      readonly kind: 'detect';
      readonly sensitivity: number;
      readonly direction: 'above' | 'below' | 'both';
      readonly width: number;
    }
  | { readonly kind: 'event'; readonly at: number; readonly width: number }
  | { readonly kind: 'backtest'; readonly budget: string; readonly width: number };

export interface TryEvent {
  readonly start: string;
  readonly duration: string;
  readonly severity: number;
  readonly color: string;
  readonly channels: string;
  readonly reason: string;
}

export interface TryRead {
  readonly kind: 'read';
  readonly name: string;
  readonly points: number;
  readonly channels: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly step: string;
  readonly notes: readonly string[];
}

export interface TryDetected {
  readonly kind: 'detect';
  readonly picture: string;
  readonly events: readonly TryEvent[];
  readonly notes: readonly string[];
}

export interface TryEventShown {
  readonly kind: 'event';
  readonly picture: string;
  /** Absent where the event was compared with nothing. */
  readonly attended?: string;
}

export interface TryBacktest {
  readonly kind: 'backtest';
  readonly budget: string;
  readonly picture: string;
  readonly days: string;
  readonly rows: readonly { readonly budget: string; readonly perWeek: string; readonly pages: number }[];
  readonly pages: readonly { readonly noticed: string; readonly severity: number; readonly reason: string }[];
}

export type TryAnswer = TryRead | TryDetected | TryEventShown | TryBacktest;
