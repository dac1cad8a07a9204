const held = Number(new URLSearchParams(location.search).get('now'));

/** Epoch ms; `?now=` in the page's address holds the demo's sources still, for tests and pictures. */
export const clock = (): number => held || Date.now();
