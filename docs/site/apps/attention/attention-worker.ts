import { createRandom } from '@heed/core/datasets';
import { plotAttention, plotBars } from '@heed/core/plot';
import { serve } from '../common/serve.js';
import { attend, type AttentionSettings } from './attention.js';

export interface AttentionTask extends AttentionSettings {
  readonly width: number;
  readonly words: { readonly day: string; readonly head: string; readonly error: string };
}

export interface AttentionAnswer {
  /** One map per head, and the error of each day. */
  readonly maps: string[];
  readonly bars: string;
  /** Mean squared error of what each day is rebuilt as. */
  readonly errors: number[];
  readonly largestWeight: number;
  readonly ownWeight: number;
}

const perDay = 24;
/** Counted from 0. */
export const oddDay = 5;

/** Eight days of 24 points; in the afternoon of the sixth something else happens. */
function days(): number[][] {
  const random = createRandom(3);
  return Array.from({ length: 8 }, (_, day) =>
    Array.from({ length: perDay }, (_, hour) => {
      const usual = Math.sin((2 * Math.PI * hour) / perDay) + 0.08 * random.normal();
      return day === oddDay && hour >= 11 && hour < 17 ? usual + 1.1 : usual;
    }),
  );
}

serve<AttentionTask, AttentionAnswer>(({ words, width, ...settings }) => {
  const rows = days();
  const { weights, context } = attend(rows, settings);
  const errors = rows.map(
    (row, i) => row.reduce((sum, value, p) => sum + (value - context[i]![p]!) ** 2, 0) / perDay,
  );
  const names = rows.map((_, day) => `${words.day} ${day + 1}`);
  const size = Math.max(240, Math.min(width, weights.length > 1 ? 300 : 420));
  return {
    maps: weights.map((map, h) =>
      plotAttention(map, {
        title: weights.length > 1 ? `${words.head} ${h + 1}` : '',
        rowLabels: names,
        columnLabels: names,
        width: size,
        extent: [0, 1],
      }),
    ),
    bars: plotBars(
      errors.map((value, day) => ({
        label: names[day]!,
        value,
      })),
      { width: Math.max(240, Math.min(width, 560)), title: '', valueTitle: words.error },
    ),
    errors,
    largestWeight: Math.max(...weights.flat(2)),
    ownWeight: weights.reduce((sum, map) => sum + map[oddDay]![oddDay]!, 0) / weights.length,
  };
});
