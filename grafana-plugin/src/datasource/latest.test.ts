import { Subject, lastValueFrom, of, throwError, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { workOnLatest } from './latest.js';

const soon = () => new Promise<void>((resolve) => setTimeout(resolve, 1));

describe('workOnLatest', () => {
  it('works on the newest value and skips those that were overtaken', async () => {
    const source = new Subject<number>();
    const begun: number[] = [];
    const got: number[] = [];
    let finish = () => undefined as void;
    source
      .pipe(
        workOnLatest(async (value: number) => {
          begun.push(value);
          await new Promise<void>((resolve) => (finish = resolve));
          return value * 10;
        }),
      )
      .subscribe((value) => got.push(value));
    source.next(1);
    source.next(2);
    source.next(3);
    finish();
    await soon();
    finish();
    await soon();
    expect(begun).toEqual([1, 3]);
    expect(got).toEqual([10, 30]);
  });

  it('finishes a stream that is faster than the work', async () => {
    const all = await lastValueFrom(
      of(1, 2, 3).pipe(
        workOnLatest(async (v: number) => v),
        toArray(),
      ),
    );
    expect(all).toEqual([1, 3]);
  });

  it('aborts the work when nobody listens any more, and is silent then', async () => {
    const source = new Subject<number>();
    let signal: AbortSignal | undefined;
    const got: number[] = [];
    const subscription = source
      .pipe(
        workOnLatest(async (v: number, s) => {
          signal = s;
          await soon();
          return v;
        }),
      )
      .subscribe((v) => got.push(v));
    source.next(1);
    subscription.unsubscribe();
    expect(signal!.aborted).toBe(true);
    await soon();
    await soon();
    expect(got).toEqual([]);
  });

  it('passes partial results and errors on', async () => {
    const parts = await lastValueFrom(
      of(1).pipe(
        workOnLatest<number, string>(async (_v, _s, emit) => {
          emit('half');
          return 'whole';
        }),
        toArray(),
      ),
    );
    expect(parts).toEqual(['half', 'whole']);
    await expect(
      lastValueFrom(throwError(() => new Error('down')).pipe(workOnLatest(async (v) => v))),
    ).rejects.toThrow('down');
  });
});
