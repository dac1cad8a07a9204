/** The points [start, end) of one drawn line. */
export interface DrawRange {
  readonly start: number;
  readonly end: number;
}

/** Median distance of neighboring times, from at most 1001 of them; 0 for a single point. */
export function typicalStep(time: Float64Array, range: DrawRange): number {
  const count = range.end - range.start - 1;
  if (count <= 0) return 0;
  const stride = Math.max(1, Math.floor(count / 1001));
  const steps: number[] = [];
  for (let t = range.start + 1; t < range.end; t += stride) steps.push(time[t]! - time[t - 1]!);
  return steps.sort((a, b) => a - b)[steps.length >> 1]!;
}

/** Column of every point in `columns` equal parts of the drawn time, as a function of the index. */
function makeColumnFinder(time: Float64Array, range: DrawRange, columns: number): (index: number) => number {
  const first = time[range.start]!;
  const span = time[range.end - 1]! - first;
  return (index) =>
    span > 0 ? Math.min(columns - 1, Math.floor(((time[index]! - first) / span) * columns)) : 0;
}

/**
 * Indices to draw so that the line looks as if all points had been drawn: all of them where they are few, else the
 * lowest and highest of every pixel column. Missing values and holes in time split the line into segments; when
 * points share columns, only a column without any value does.
 */
export function lineSegments(
  time: Float64Array,
  values: ArrayLike<number>,
  range: DrawRange,
  columns: number,
  splitHoles = true,
): number[][] {
  const segments: number[][] = [];
  let segment: number[] = [];
  const hole = splitHoles ? 4.5 * typicalStep(time, range) : Infinity;
  const close = () => {
    if (segment.length > 0) segments.push(segment);
    segment = [];
  };
  if (range.end - range.start <= 2 * columns) {
    for (let t = range.start; t < range.end; t++) {
      if (Number.isNaN(values[t]!)) close();
      else {
        if (segment.length > 0 && time[t]! - time[segment.at(-1)!]! > hole) close();
        segment.push(t);
      }
    }
    close();
    return segments;
  }
  const column = makeColumnFinder(time, range, columns);
  const width = (time[range.end - 1]! - time[range.start]!) / columns;
  const widest = Math.max(hole, 2 * width);
  let t = range.start;
  while (t < range.end) {
    const current = column(t);
    let low = -1;
    let high = -1;
    for (; t < range.end && column(t) === current; t++) {
      if (Number.isNaN(values[t]!)) continue;
      if (low < 0 || values[t]! < values[low]!) low = t;
      if (high < 0 || values[t]! > values[high]!) high = t;
    }
    if (low < 0) close();
    else {
      const firstExtreme = Math.min(low, high);
      if (segment.length > 0 && time[firstExtreme]! - time[segment.at(-1)!]! > widest) close();
      segment.push(firstExtreme);
      if (low !== high) segment.push(Math.max(low, high));
    }
  }
  close();
  return segments;
}

/** One stop of a band: the widest extent within a pixel column, at the column's first time. */
export interface BandStop {
  readonly time: number;
  readonly low: number;
  readonly high: number;
}

/** The band between two curves, split where either is missing; at most one stop per pixel column. */
export function bandSegments(
  time: Float64Array,
  lower: ArrayLike<number>,
  upper: ArrayLike<number>,
  range: DrawRange,
  columns: number,
): BandStop[][] {
  const segments: BandStop[][] = [];
  let segment: BandStop[] = [];
  const close = () => {
    if (segment.length > 0) segments.push(segment);
    segment = [];
  };
  const all = range.end - range.start <= columns;
  const column = makeColumnFinder(time, range, columns);
  let t = range.start;
  while (t < range.end) {
    const at = t;
    const current = column(t);
    let low = Infinity;
    let high = -Infinity;
    do {
      if (lower[t]! < low) low = lower[t]!;
      if (upper[t]! > high) high = upper[t]!;
      t++;
    } while (!all && t < range.end && column(t) === current);
    if (low <= high && Number.isFinite(low) && Number.isFinite(high)) {
      segment.push({ time: time[at]!, low, high });
    } else close();
  }
  close();
  return segments;
}
