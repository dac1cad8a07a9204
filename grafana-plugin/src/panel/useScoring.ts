import { useEffect, useMemo, useState } from 'react';
import type { Scored, ScoringService } from '../shared/service.js';
import { withDetection, type Group, type GroupJob } from './model.js';

interface State {
  readonly results: ReadonlyMap<string, Scored | { readonly error: string }>;
}

/**
 * Scores what the groups leave to the panel. Lines are drawn at once and scores follow; while new data are scored
 * the last picture stays.
 */
export function useScoring(
  groups: readonly Group[],
  title: string,
  from: number,
  service: ScoringService,
): { groups: Group[]; busy: boolean } {
  const [state, setState] = useState<State>({ results: new Map() });
  const [done, setDone] = useState<readonly Group[] | undefined>();

  useEffect(() => {
    const abort = new AbortController();
    const results = new Map<string, Scored | { error: string }>();
    const jobs = groups.filter((group) => group.job);
    // Hundreds of hosts judged against each other share one job: it is hashed and waited for once.
    const started = new Map<GroupJob, Promise<Scored>>();
    const scoreOnce = (job: GroupJob, name: string) => {
      const running =
        started.get(job) ??
        service.score({ ...job, origin: { surface: 'panel', title: title || name }, signal: abort.signal });
      started.set(job, running);
      return running;
    };
    let timer: ReturnType<typeof setTimeout> | undefined;
    // Many small results arrive together: one drawing for all that came within 60 ms.
    const publish = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        if (!abort.signal.aborted) setState({ results: new Map(results) });
      }, 60);
    };
    void Promise.all(
      jobs.map(async (group) => {
        try {
          results.set(group.name, await scoreOnce(group.job!, group.name));
        } catch (error) {
          const { code, message } = error as { code?: string; message: string };
          if (code === 'cancelled') return;
          results.set(group.name, { error: message });
        }
        publish();
      }),
    ).then(() => {
      if (abort.signal.aborted) return;
      clearTimeout(timer);
      setState({ results });
      setDone(groups);
    });
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [groups, service, title]);

  const merged = useMemo(
    () =>
      groups.map((group) => {
        if (!group.job) return group;
        const result = state.results.get(group.name);
        if (!result) return group;
        if ('error' in result) return { ...group, error: result.error };
        return withDetection(group, result.key, result.series, result.detection, from, result.state);
      }),
    [groups, state, from],
  );
  return { groups: merged, busy: groups.some((group) => group.job) && done !== groups };
}
