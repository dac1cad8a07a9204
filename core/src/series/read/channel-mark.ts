import { isRelatedToLabels, labelRank } from './labels.js';
import { isIdName, isIndexName, timePart, timeRank } from './roles.js';

const mark = ' (channel)';

/** True for the name of a column that readers would not, or not always, take for a channel. */
function isTaken(name: string): boolean {
  return (
    isMarked(name) ||
    timeRank(name) >= 0 ||
    timePart(name) !== null ||
    labelRank(name) >= 0 ||
    isRelatedToLabels(name) ||
    (name !== '' && isIndexName(name)) ||
    isIdName(name)
  );
}

/** The name of a channel in a file: one that means something else there says what it is, as in `label (channel)`. */
export function markChannel(name: string, isFirst = false): string {
  const bare = name.trim();
  return isTaken(bare) || (isFirst && isNumber(bare)) ? `${bare}${mark}` : name;
}

/** A number above numbers alone is rather one of them. */
const isNumber = (name: string): boolean => name !== '' && Number.isFinite(Number(name));

/** Whether a column says that it is a channel, whatever its name means. */
export function isMarked(name: string): boolean {
  const bare = name.slice(0, -mark.length);
  return name.endsWith(mark) && (isTaken(bare) || isNumber(bare));
}

/** The name of the channel in a column. */
export function unmarkChannel(name: string): string {
  return isMarked(name) ? name.slice(0, -mark.length) : name;
}
