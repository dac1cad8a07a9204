/** ms of work on the page before it may draw and answer again; a person notices from 50 on. */
const sliceLength = 8;

let sliceBegan = 0;
let turn = Promise.resolve();

/**
 * A place at which the page's own work can be put off: resolves at once while the slice of work is young, and in a
 * later task when it is not. Callers pass one after the other, so that hundreds who ask in one task do not all find
 * the slice young and then do their work in one go.
 */
export function yieldIfDue(): Promise<void> {
  turn = turn.then(async () => {
    if (performance.now() - sliceBegan < sliceLength) return;
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
    sliceBegan = performance.now();
  });
  return turn;
}
