import { useState } from 'react';
import type { View } from '../datasource/types.js';
import type { Groups } from './useGroups.js';

/**
 * What the reader wants to see of series that are watched as they happen; the dashboard keeps nothing of it. Undefined in
 * `view` where there is no choice.
 */
export function useView(): {
  readonly wanted: View | undefined;
  readonly choose: (view: View) => void;
  readonly viewOf: (found: Groups) => View | undefined;
} {
  const [hindsight, setHindsight] = useState(false);
  return {
    wanted: hindsight ? 'hindsight' : undefined,
    choose: (view) => setHindsight(view === 'hindsight'),
    viewOf: ({ groups }) =>
      hindsight ? 'hindsight' : groups.some((group) => group.state) ? 'live' : undefined,
  };
}
