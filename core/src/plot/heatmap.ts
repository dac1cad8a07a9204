import { checkEach, checkNumbers, checkRecord } from '../check-argument.js';
import { interpolateViridis } from 'd3-scale-chromatic';
import { HeedError } from '../errors.js';
import { drawHorizontalAxis, timeAxis } from './axes.js';
import { formatNumber } from '../format.js';
import { plotWidth, type PlotOptions } from './options.js';
import { element, svgDocument, textElement, textWidth } from './svg.js';
import { colors } from './theme.js';

/** Options of `plotMatrix`. */
export interface MatrixPlotOptions extends PlotOptions {
  /** What the rows / columns are: `query` and `key` for attention. */
  readonly rowTitle?: string;
  readonly columnTitle?: string;
  /** One name per row / column; without them rows and columns are numbered. */
  readonly rowLabels?: readonly string[];
  readonly columnLabels?: readonly string[];
  /** What the color stands for; default `weight`. */
  readonly valueTitle?: string;
  /** Values of the darkest and brightest color; default the extent of the matrix. */
  readonly extent?: readonly [number, number];
  /** False draws cells as wide as fit, true square ones (images, self-attention). Default: square for square ones. */
  readonly square?: boolean;
}

const levels = 48;
const mostCells = 96;

/** Means over equal parts, so that a matrix of any size becomes at most `mostCells` cells a side. */
function shrink(matrix: readonly ArrayLike<number>[], rows: number, columns: number): Float64Array[] {
  const height = Math.min(rows, mostCells);
  const width = Math.min(columns, mostCells);
  const cells: Float64Array[] = [];
  for (let r = 0; r < height; r++) {
    const line = new Float64Array(width);
    const [top, bottom] = [Math.floor((r * rows) / height), Math.floor(((r + 1) * rows) / height)];
    for (let c = 0; c < width; c++) {
      const [left, right] = [Math.floor((c * columns) / width), Math.floor(((c + 1) * columns) / width)];
      let sum = 0;
      for (let i = top; i < bottom; i++) for (let j = left; j < right; j++) sum += matrix[i]![j]!;
      line[c] = sum / ((bottom - top) * (right - left));
    }
    cells.push(line);
  }
  return cells;
}

/** One path per color; neighbors of the same color become one rectangle. */
function drawCells(cells: readonly Float64Array[], low: number, high: number): string {
  const paths = new Array<string>(levels).fill('');
  const toLevel = (value: number) =>
    Math.min(levels - 1, Math.max(0, Math.floor(((value - low) / (high - low || 1)) * levels)));
  cells.forEach((line, r) => {
    for (let c = 0; c < line.length;) {
      if (Number.isNaN(line[c]!)) {
        c++;
        continue;
      }
      const level = toLevel(line[c]!);
      let end = c + 1;
      while (end < line.length && !Number.isNaN(line[end]!) && toLevel(line[end]!) === level) end++;
      paths[level] += `M${c},${r}h${end - c}v1h${c - end}z`;
      c = end;
    }
  });
  return paths
    .map((d, level) =>
      d === '' ? '' : element('path', { d, fill: interpolateViridis((level + 0.5) / levels) }),
    )
    .join('');
}

function maximum(row: ArrayLike<number>): number {
  let most = -Infinity;
  for (let i = 0; i < row.length; i++) if (row[i]! > most) most = row[i]!;
  return most;
}

/** Every how many labels one is drawn, so that they have room. */
function labelStride(count: number, cell: number, needed: number): number {
  return Math.max(1, Math.ceil(needed / cell)) || count;
}

/**
 * Draws a matrix as colored cells: attention weights (rows are queries, columns are keys), an image, a confusion
 * matrix. More than 96 rows or columns are averaged.
 * @param matrix rows of equal length; NaN cells stay white
 * @returns a static SVG document
 * @throws HeedError empty-input, length-mismatch, bad-option
 */
export function plotMatrix(matrix: readonly ArrayLike<number>[], options: MatrixPlotOptions = {}): string {
  checkEach('row', matrix, checkNumbers);
  checkRecord('options', options);
  const rows = matrix.length;
  const columns = matrix[0]?.length ?? 0;
  if (rows === 0 || columns === 0) {
    throw new HeedError(
      'empty-input',
      'the matrix to plot is empty',
      'Give at least one row and one column.',
    );
  }
  const ragged = matrix.findIndex((line) => line.length !== columns);
  if (ragged >= 0) {
    throw new HeedError(
      'length-mismatch',
      `row ${ragged} of the matrix has ${matrix[ragged]!.length} values where row 0 has ${columns}`,
      'Give rows of equal length.',
    );
  }
  for (const [labels, count, what] of [
    [options.rowLabels, rows, 'row'],
    [options.columnLabels, columns, 'column'],
  ] as const) {
    if (labels && labels.length !== count) {
      throw new HeedError(
        'length-mismatch',
        `there are ${labels.length} ${what} labels for ${count} ${what}s`,
        `Give one label per ${what}.`,
      );
    }
  }
  const width = plotWidth({ width: options.width ?? 520 });
  const cells = shrink(matrix, rows, columns);
  let [low, high] = [Infinity, -Infinity];
  for (const line of cells) {
    for (const value of line) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (options.extent) [low, high] = options.extent;
  else if (!(low <= high)) [low, high] = [0, 1];

  const rowLabels = options.rowLabels?.map(String);
  const widest = Math.min(
    width * 0.3,
    Math.max(textWidth(String(rows)), ...(rowLabels ?? []).map((l) => textWidth(l))),
  );
  const left = Math.ceil(widest + (options.rowTitle ? 20 : 0) + 14);
  const legendWidth = 74;
  const fullWidth = width - left - legendWidth;
  const square = options.square ?? (rows > 1 && rows / columns > 0.5 && rows / columns < 2);
  const cellWidth = fullWidth / cells[0]!.length;
  const cellHeight = square
    ? ((fullWidth / columns) * rows) / cells.length
    : Math.min(28, Math.max(4, 260 / cells.length));
  const height = cellHeight * cells.length;

  const parts: string[] = [];
  let y = 10;
  if (options.title) {
    parts.push(
      textElement(left, y + 12, options.title, { size: 15, bold: true, maxWidth: width - left - 8 }),
    );
    y += 26;
  }
  const box = { x: left, y, width: fullWidth, height };
  parts.push(
    element(
      'g',
      {
        transform: `translate(${left} ${y}) scale(${cellWidth.toFixed(4)} ${cellHeight.toFixed(4)})`,
        'shape-rendering': 'crispEdges',
      },
      drawCells(cells, low, high),
    ),
    element('rect', { ...box, fill: 'none', stroke: colors.axis }),
  );
  const rowStride = labelStride(rows, height / rows, 14);
  for (let r = 0; r < rows; r += rowStride) {
    const at = y + ((r + 0.5) * height) / rows;
    parts.push(
      textElement(left - 6, at + 4, rowLabels?.[r] ?? String(r), { anchor: 'end', maxWidth: widest }),
    );
  }
  if (options.rowTitle) {
    parts.push(
      textElement(14, y + height / 2, options.rowTitle, {
        anchor: 'middle',
        rotate: -90,
        fill: colors.faint,
      }),
    );
  }
  let bottom = y + height;
  if (options.columnLabels) {
    const each = fullWidth / columns;
    const longest = Math.max(...options.columnLabels.map((label) => textWidth(label)));
    const upright = longest <= each - 6;
    const stride = upright ? 1 : labelStride(columns, each, 14);
    const room = Math.min(longest, 110);
    for (let c = 0; c < columns; c += stride) {
      const at = left + (c + 0.5) * each;
      const label = options.columnLabels[c]!;
      parts.push(
        upright
          ? textElement(at, bottom + 15, label, { anchor: 'middle' })
          : textElement(at + 4, bottom + 8, label, { anchor: 'end', rotate: -90, maxWidth: room }),
      );
    }
    bottom += upright ? 20 : room + 12;
    if (options.columnTitle) {
      parts.push(
        textElement(left + fullWidth / 2, bottom + 12, options.columnTitle, {
          anchor: 'middle',
          fill: colors.faint,
        }),
      );
      bottom += 18;
    }
  } else {
    const axis = timeAxis(-0.5, columns - 0.5, box, { indexTime: true });
    parts.push(drawHorizontalAxis({ ...axis, caption: options.columnTitle ?? '' }, box));
    bottom += options.columnTitle ? 36 : 22;
  }

  const legendX = left + fullWidth + 12;
  const legendHeight = Math.min(height, 180);
  const steps = 24;
  for (let i = 0; i < steps; i++) {
    parts.push(
      element('rect', {
        x: legendX,
        y: y + (legendHeight * i) / steps,
        width: 12,
        height: legendHeight / steps + 0.5,
        fill: interpolateViridis(1 - (i + 0.5) / steps),
      }),
    );
  }
  parts.push(
    textElement(legendX + 17, y + 9, formatNumber(high, 2), { maxWidth: legendWidth - 30 }),
    textElement(legendX + 17, y + legendHeight, formatNumber(low, 2), { maxWidth: legendWidth - 30 }),
  );
  if (legendHeight > 60) {
    parts.push(
      textElement(legendX + 26, y + legendHeight / 2, options.valueTitle ?? 'weight', {
        anchor: 'middle',
        rotate: -90,
        fill: colors.faint,
      }),
    );
  }
  return svgDocument(width, bottom + 8, options.title ?? 'Matrix', parts);
}

/**
 * Draws attention weights: one row per query, one column per key, bright where the query looks.
 * @param weights queries × keys
 * @returns a static SVG document
 * @throws HeedError empty-input, length-mismatch, bad-option
 */
export function plotAttention(
  weights: readonly ArrayLike<number>[],
  options: MatrixPlotOptions = {},
): string {
  checkEach('weight', weights, checkNumbers);
  checkRecord('options', options);
  const highest = weights.reduce((most, row) => Math.max(most, maximum(row)), 0);
  return plotMatrix(weights, {
    // Weights start at nothing, so that two heads can be compared by their colors.
    extent: weights.length > mostCells ? undefined : [0, highest || 1],
    rowTitle: 'query',
    columnTitle: 'key',
    valueTitle: 'attention weight',
    ...options,
  });
}
