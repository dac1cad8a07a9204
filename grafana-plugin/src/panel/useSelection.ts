import { useCallback, useState } from 'react';
import { toIncident } from '../shared/heedMeta.js';
import type { GroupEvent } from './model.js';

interface Selection {
  readonly selected: GroupEvent | undefined;
  readonly pick: (item: GroupEvent) => void;
  readonly clear: () => void;
}

/**
 * The event whose reason is shown. After a refresh or feedback it may be another object, or gone; what was asked for
 * stays shown.
 */
export function useSelection(events: readonly GroupEvent[]): Selection {
  const [picked, setPicked] = useState<GroupEvent | undefined>();
  const selected = picked && (events.find((item) => isSame(item, picked)) ?? picked);
  const clear = useCallback(() => setPicked(undefined), []);
  return { selected, pick: setPicked, clear };
}

const isSame = (a: GroupEvent, b: GroupEvent) =>
  a.group.name === b.group.name &&
  a.event.start === b.event.start &&
  toIncident(a.event)?.id === toIncident(b.event)?.id;
