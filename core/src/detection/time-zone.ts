import { HeedError, shownValue } from '../errors.js';

/** @throws HeedError bad-option */
export function checkTimeZone(name: string | undefined): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
  } catch (cause) {
    throw new HeedError(
      'bad-option',
      `${shownValue(name)} is not a time zone`,
      'Use an IANA name such as UTC or Europe/Berlin.',
      undefined,
      cause,
    );
  }
}
