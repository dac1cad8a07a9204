import {
  checkAnyNumber,
  checkEach,
  checkParts,
  checkRecord,
  checkSeries,
  checkText,
} from '../check-argument.js';
import { HeedError } from '../errors.js';
import { createSeries, type Series } from './series.js';

/** One line of a log. */
export interface LogLine {
  /** Epoch ms. */
  readonly time: number;
  readonly text: string;
}

/** Options of `addLogChannels`. */
export interface LogChannelOptions {
  /** Kinds of messages that get a channel of their own, the most frequent ones. Default 3. */
  readonly templates?: number;
  /** Points at the start, over which messages count as known. Default a third of the series. */
  readonly known?: number;
}

/** A line with what varies taken out, so that lines of one kind look alike: numbers, hex, quoted text, addresses. */
export function logTemplate(text: string): string {
  checkText('text', text);
  return text
    .replace(/"[^"]*"|'[^']*'/g, '<text>')
    .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '<id>')
    .replace(/\b0x[0-9a-f]+\b/gi, '<hex>')
    .replace(/\b\d+(\.\d+)*([a-z]+\b)?/gi, '<number>')
    .trim();
}

const ofLine = { time: checkAnyNumber, text: checkText };

/**
 * Joins metrics with a log on one time axis (multimodal fusion, “Attention-based anomaly detection in spatio-temporal sequences” §8.2 and “Deep learning in anomaly detection” §5.2): each point gets the
 * lines from its time to the next point's, as channels `log:lines` (how many), `log:errors` (lines that name an error,
 * failure, exception, timeout or a fatal state), `log:new` (lines of a kind not seen in the known part) and one count for each of
 * the most frequent kinds. Any multivariate detector then attends over both. Lines outside the series are left out.
 * @throws HeedError too-few-points, bad-time
 */
export function addLogChannels(
  series: Series,
  lines: readonly LogLine[],
  options: LogChannelOptions = {},
): Series {
  checkSeries(series);
  checkEach('line', lines, (what, line) => checkParts(what, line, ofLine));
  checkRecord('options', options);
  const { time } = series;
  const n = time.length;
  const { templates = 3, known = Math.ceil(n / 3) } = options;
  if (n < 2) {
    throw new HeedError(
      'too-few-points',
      'the series has one point',
      'Give at least two, so that a point has a length.',
    );
  }
  const last = time[n - 1]! + (time[n - 1]! - time[n - 2]!);
  const placed = lines.flatMap(({ time: at, text }) => {
    if (!Number.isFinite(at)) {
      throw new HeedError(
        'bad-time',
        `the time of the line "${text.slice(0, 40)}" is ${at}`,
        'Give epoch milliseconds.',
      );
    }
    return at < time[0]! || at >= last ? [] : [{ point: indexAt(time, at), text, kind: logTemplate(text) }];
  });
  const seen = new Map<string, number>();
  for (const { point, kind } of placed) if (point < known) seen.set(kind, (seen.get(kind) ?? 0) + 1);
  const frequent = [...seen].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, templates);
  const [all, errors, fresh] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  const counts = new Map(frequent.map(([kind]) => [kind, new Float64Array(n)]));
  for (const { point, text, kind } of placed) {
    all[point]++;
    if (/\b(error|fail(ed|ure)?|exception|fatal|panic|timed? ?out)\b/i.test(text)) errors[point]++;
    if (!seen.has(kind)) fresh[point]++;
    const count = counts.get(kind);
    if (count) count[point]++;
  }
  return createSeries({
    ...series,
    channels: [
      ...series.channels,
      { name: 'log:lines', unit: 'lines', values: all },
      { name: 'log:errors', unit: 'lines', values: errors },
      { name: 'log:new', unit: 'lines', values: fresh },
      ...[...counts].map(([kind, values]) => ({ name: `log:${kind}`, unit: 'lines', values })),
    ],
  });
}

/** Last point whose time is not after `at`. */
function indexAt(time: Float64Array, at: number): number {
  let [low, high] = [0, time.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (time[middle]! <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}
