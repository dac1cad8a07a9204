import { Observable } from 'rxjs';

/**
 * Applies slow work to the newest value: while one runs, values that arrive replace each other, and the last one is
 * worked on next. `switchMap` would never finish on a stream that is faster than the work. The work is aborted when
 * nobody listens any more. `emit` shows what there is while the work goes on.
 */
export function workOnLatest<T, R>(
  work: (value: T, signal: AbortSignal, emit: (partial: R) => void) => Promise<R>,
) {
  return (source: Observable<T>): Observable<R> =>
    new Observable<R>((subscriber) => {
      const abort = new AbortController();
      let pending: { value: T } | undefined;
      let busy = false;
      let sourceDone = false;
      const next = () => {
        if (!pending) {
          busy = false;
          if (sourceDone) subscriber.complete();
          return;
        }
        const { value } = pending;
        pending = undefined;
        busy = true;
        work(value, abort.signal, (partial) => subscriber.next(partial)).then(
          (result) => {
            if (subscriber.closed) return;
            subscriber.next(result);
            next();
          },
          (error: unknown) => {
            if (!subscriber.closed) subscriber.error(error);
          },
        );
      };
      const subscription = source.subscribe({
        next: (value) => {
          pending = { value };
          if (!busy) next();
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          sourceDone = true;
          if (!busy) subscriber.complete();
        },
      });
      return () => {
        abort.abort();
        subscription.unsubscribe();
      };
    });
}
