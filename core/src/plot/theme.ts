/**
 * Colors. Series colors are those of Okabe and Ito (Color Universal Design, 2008), which stay apart for the common
 * kinds of color blindness; severities also differ in lightness, so that they can be told apart in grey.
 */
export const colors = {
  text: '#333333',
  faint: '#6b6b6b',
  grid: '#e6e6e6',
  axis: '#9a9a9a',
  measured: '#1b5e9b',
  expected: '#56b4e9',
  attended: '#009e73',
  truth: '#333333',
  threshold: '#7a3b00',
} as const;

/** Blue, vermilion, green, purple, orange, sky blue, black, ochre. */
export const seriesColors: readonly string[] = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#333333',
  '#8a7a00',
];
