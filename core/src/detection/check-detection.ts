import { checkArray, checkParts, checkRecord, checkRecords } from '../check-argument.js';

/** A detection by its shape, of a caller without types. @throws HeedError bad-value */
export function checkDetection(detection: unknown): void {
  checkParts('detection', detection, { score: checkArray, threshold: checkRecord, events: checkRecords });
}
