const held = Number(new URLSearchParams(location.search).get('now'));

/** Epoch ms; `?now=` in the page's address holds the demo's sources still, for tests and pictures. */
export const clock = (): number => held || Date.now();

/**
 * How long what the demo shows stays where it is, ms. Longer would be better for links and feedback, which name
 * moments; but the recorded incident is half an hour long, and the part that is still to come at the beginning of
 * such a stretch is missing from the first screen.
 */
export const standing = 6 * 60_000;

/**
 * The moment that the recorded incident and the generated faults are placed by, epoch ms. It moves on in steps, by
 * the clock and not by when a page was opened, so that every page shows the same data at the same moment.
 */
export const anchor = (): number => Math.floor(clock() / standing) * standing;

/** Calls back whenever the anchor has moved, with the ms it moved by. The function that is returned ends it. */
export function onAnchorMove(moved: (by: number) => void): () => void {
  if (held) return () => undefined;
  let last = anchor();
  let timer: ReturnType<typeof setTimeout>;
  const wait = () => {
    timer = setTimeout(
      () => {
        const by = anchor() - last;
        last += by;
        wait();
        // A timer may be early.
        if (by > 0) moved(by);
      },
      last + standing - clock(),
    );
  };
  wait();
  return () => clearTimeout(timer);
}
