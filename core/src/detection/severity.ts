import { checkAnyNumber } from '../check-argument.js';

/** A class of severities: what people read on a badge. */
export interface SeverityClass {
  /** Its severities lie below this one, 0…100. */
  readonly below: number;
  readonly name: 'low' | 'medium' | 'high';
  /** Tells the classes apart in hue and in lightness, on light and dark ground, also for color-blind readers. */
  readonly color: string;
  /** Color of text on it, of a contrast of at least 4.5. */
  readonly textColor: string;
}

/** The classes from low to high: medium from twice the threshold, high from seven times. */
export const severityClasses: readonly SeverityClass[] = [
  { below: 40, name: 'low', color: '#e9a70f', textColor: '#000000' },
  { below: 70, name: 'medium', color: '#e0661c', textColor: '#000000' },
  { below: Infinity, name: 'high', color: '#c8214f', textColor: '#ffffff' },
];

/** The class of a severity 0…100. */
export function severityClass(severity: number): SeverityClass {
  checkAnyNumber('severity', severity);
  return severityClasses.find(({ below }) => severity < below) ?? severityClasses.at(-1)!;
}
