import { useEffect, useState } from 'react';
import { readIncidents, type ServedIncidents } from './incidents.js';

/** Time between two questions, ms. */
const every = 15_000;

interface State {
  /** The last answer; it stays while a later question fails. */
  readonly found?: ServedIncidents;
  readonly problem?: string;
  /** Epoch ms of the last answer. */
  readonly at?: number;
}

/** Asks again and again while the page is shown. */
export function useIncidents(isConfigured: boolean): State {
  const [state, setState] = useState<State>({});
  useEffect(() => {
    if (!isConfigured) return;
    let live = true;
    let timer: ReturnType<typeof setTimeout>;
    const look = async () => {
      try {
        const found = await readIncidents();
        if (live) setState({ found, at: Date.now() });
      } catch (error) {
        if (live)
          setState(({ found, at }) => ({
            ...(found ? { found, at: at! } : {}),
            problem: (error as Error).message,
          }));
      }
      if (live) timer = setTimeout(() => void look(), every);
    };
    void look();
    return () => {
      live = false;
      clearTimeout(timer);
    };
  }, [isConfigured]);
  return state;
}
