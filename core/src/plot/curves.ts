import { checkEach, checkNumbers, checkParts, checkRecord } from '../check-argument.js';
import { scaleLog } from 'd3-scale';
import { HeedError } from '../errors.js';
import type { FitReport } from '../detectors/base/types.js';
import { drawHorizontalAxis, drawVerticalAxis, valueAxis, type VerticalAxis } from './axes.js';
import { formatNumber } from '../format.js';
import { drawLegend } from './legend.js';
import { drawLine } from './lines.js';
import { checkExtent, plotHeight, plotWidth, type PlotOptions } from './options.js';
import { element, svgDocument, textElement, textWidth } from './svg.js';
import { colors, seriesColors } from './theme.js';

/** A curve through the points (x[i], y[i]); x must not fall. */
export interface Curve {
  readonly name: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly dashed?: boolean;
}

/** Options of `plotCurves`. */
export interface CurvePlotOptions extends PlotOptions {
  readonly height?: number;
  readonly xTitle?: string;
  readonly yTitle?: string;
  readonly xExtent?: readonly [number, number];
  readonly yExtent?: readonly [number, number];
  /** Draws x and / or y by powers of ten (costs, losses). Values must be positive. */
  readonly logX?: boolean;
  readonly logY?: boolean;
  /** A marked point: the threshold in use, the best epoch. */
  readonly marks?: readonly { readonly x: number; readonly y: number; readonly label: string }[];
}

function logAxis(low: number, high: number, top: number, height: number): VerticalAxis {
  const scale = scaleLog([low, high], [top + height, top])
    .nice()
    .clamp(true);
  const ticks = scale.ticks(4).filter((tick) => Math.abs(Math.log10(tick) % 1) < 1e-9);
  const kept = ticks.length >= 2 ? ticks : scale.ticks(3);
  return {
    position: (value) => scale(value),
    ticks: kept.map((tick) => ({ at: scale(tick), label: formatNumber(tick) })),
    labelWidth: Math.max(0, ...kept.map((tick) => textWidth(formatNumber(tick)))),
  };
}

/**
 * Draws curves in one panel with titled axes and a legend.
 * @returns a static SVG document
 * @throws HeedError empty-input, length-mismatch, not-finite, bad-option
 */
export function plotCurves(curves: readonly Curve[], options: CurvePlotOptions = {}): string {
  checkEach('curve', curves, (what, curve) => checkParts(what, curve, { x: checkNumbers, y: checkNumbers }));
  checkRecord('options', options);
  if (curves.length === 0 || curves.every((curve) => curve.x.length === 0)) {
    throw new HeedError('empty-input', 'there is no curve to plot', 'Give at least one curve with a point.');
  }
  let [xLow, xHigh, yLow, yHigh] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const curve of curves) {
    if (curve.x.length !== curve.y.length) {
      throw new HeedError(
        'length-mismatch',
        `the curve "${curve.name}" has ${curve.x.length} x and ${curve.y.length} y values`,
        'Give one y for every x.',
      );
    }
    for (let i = 0; i < curve.x.length; i++) {
      const [x, y] = [curve.x[i]!, curve.y[i]!];
      if (
        !Number.isFinite(x) ||
        Math.abs(y) === Infinity ||
        (options.logX && x <= 0) ||
        (options.logY && y <= 0)
      ) {
        throw new HeedError(
          'not-finite',
          `point ${i} of the curve "${curve.name}" is (${x}, ${y}), which these axes cannot show`,
          'Remove it, or use linear axes.',
        );
      }
      if (x < xLow) xLow = x;
      if (x > xHigh) xHigh = x;
      if (y < yLow) yLow = y;
      if (y > yHigh) yHigh = y;
    }
  }
  [xLow, xHigh] = options.xExtent ?? [xLow, xHigh];
  [yLow, yHigh] = options.yExtent ?? (yLow <= yHigh ? [yLow, yHigh] : [0, 1]);
  checkExtent([xLow, xHigh], 'the horizontal axis');
  checkExtent([yLow, yHigh], 'the vertical axis');
  for (const { x, y } of options.marks ?? []) checkExtent([x, y], 'a mark');
  if (yLow === yHigh) [yLow, yHigh] = options.logY ? [yLow / 2, yHigh * 2] : [yLow - 0.5, yHigh + 0.5];
  const width = plotWidth({ width: options.width ?? 560 });
  const height = plotHeight(options.height ?? 260);
  const yAxisAt = (top: number) =>
    options.logY
      ? logAxis(yLow, yHigh, top, height)
      : valueAxis(
          yLow - (options.yExtent ? 0 : (yHigh - yLow) * 0.04),
          yHigh + (options.yExtent ? 0 : (yHigh - yLow) * 0.04),
          {
            y: top,
            height,
          },
        );
  const left = Math.ceil(yAxisAt(0).labelWidth + (options.yTitle ? 20 : 0) + 16);
  const inner = { x: left, width: width - left - 20 };

  const parts: string[] = [];
  let y = 10;
  if (options.title) {
    parts.push(textElement(left, y + 12, options.title, { size: 15, bold: true, maxWidth: inner.width }));
    y += 24;
  }
  const colored = curves.map((curve, i) => ({
    ...curve,
    color: curve.dashed ? colors.faint : seriesColors[i % seriesColors.length]!,
  }));
  const legend = drawLegend(
    colored.map(({ name, color, dashed }) => ({ kind: dashed ? 'dashed' : 'line', color, label: name })),
    left,
    y + 6,
    inner.width,
  );
  parts.push(legend.svg);
  y += legend.height + 6;
  const box = { ...inner, y, height };
  const yAxis = yAxisAt(y);
  const xAxis = options.logX ? logHorizontal(xLow, xHigh, box) : numberHorizontal(xLow, xHigh, box);
  parts.push(drawVerticalAxis(yAxis, box));
  for (const curve of colored) {
    const time = Float64Array.from(curve.x);
    const values = Float64Array.from(curve.y);
    // Curves may stand still in x (steps of ROC curves), so every point is drawn up to a limit.
    parts.push(
      drawLine(
        time,
        values,
        { start: 0, end: time.length },
        { x: xAxis, y: yAxis },
        time.length <= 4000 ? 4000 : 800,
        { color: curve.color, width: curve.dashed ? 1.2 : 2, dashed: curve.dashed, holes: false },
      ),
    );
  }
  for (const mark of options.marks ?? []) {
    const [mx, my] = [xAxis.position(mark.x), yAxis.position(mark.y)];
    const right = mx + 9 + textWidth(mark.label) < box.x + box.width;
    parts.push(
      element('circle', { cx: mx, cy: my, r: 4, fill: '#ffffff', stroke: colors.text, 'stroke-width': 1.5 }),
      textElement(right ? mx + 8 : mx - 8, my > y + 20 ? my - 6 : my + 14, mark.label, {
        anchor: right ? 'start' : 'end',
      }),
    );
  }
  parts.push(drawHorizontalAxis({ ...xAxis, caption: '' }, box));
  if (options.xTitle) {
    parts.push(
      textElement(box.x + box.width / 2, y + height + 33, options.xTitle, {
        anchor: 'middle',
        fill: colors.faint,
      }),
    );
  }
  if (options.yTitle) {
    parts.push(
      textElement(14, y + height / 2, options.yTitle, {
        anchor: 'middle',
        rotate: -90,
        fill: colors.faint,
      }),
    );
  }
  return svgDocument(width, y + height + (options.xTitle ? 42 : 26), options.title ?? 'Curves', parts);
}

function numberHorizontal(
  low: number,
  high: number,
  box: { x: number; y: number; width: number; height: number },
) {
  const axis = valueAxis(
    low,
    high > low ? high : low + 1,
    { y: 0, height: box.width },
    Math.max(2, Math.floor(box.width / 80)),
  );
  // A value axis runs upwards; here it is laid down.
  return {
    position: (value: number) => box.x + box.width - axis.position(value),
    ticks: axis.ticks.map(({ at, label }) => ({ at: box.x + box.width - at, label })),
    caption: '',
  };
}

function logHorizontal(
  low: number,
  high: number,
  box: { x: number; y: number; width: number; height: number },
) {
  const axis = logAxis(low, high > low ? high : low * 10, 0, box.width);
  return {
    position: (value: number) => box.x + box.width - axis.position(value),
    ticks: axis.ticks.map(({ at, label }) => ({ at: box.x + box.width - at, label })),
    caption: '',
  };
}

/** One detector's curve for `plotRoc` and `plotPrecisionRecall`: rates 0…1, with the area when it is known. */
export interface RateCurve {
  readonly name: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly area?: number;
}

/** Both rates of such a curve lie in 0…1. */
const unitSquare = { xExtent: [0, 1], yExtent: [0, 1], width: 420, height: 330 } as const;

const withArea = (curve: RateCurve, what: string): Curve => ({
  name: curve.area === undefined ? curve.name : `${curve.name} (${what} ${curve.area.toFixed(3)})`,
  x: curve.x,
  y: curve.y,
});

/**
 * Receiver operating characteristic: true-positive rate (y) over false-positive rate (x), beside chance.
 * @returns a static SVG document
 */
export function plotRoc(curves: readonly RateCurve[], options: CurvePlotOptions = {}): string {
  checkEach('curve', curves, checkRecord);
  checkRecord('options', options);
  return plotCurves(
    [
      ...curves.map((curve) => withArea(curve, 'AUC')),
      { name: 'chance', x: [0, 1], y: [0, 1], dashed: true },
    ],
    {
      title: 'ROC curve',
      xTitle: 'false-positive rate',
      yTitle: 'true-positive rate',
      ...unitSquare,
      ...options,
    },
  );
}

/**
 * Precision (y) over recall (x), beside the share of anomalous points, which is what chance reaches.
 * @param prevalence share of anomalous points 0…1
 * @returns a static SVG document
 */
export function plotPrecisionRecall(
  curves: readonly RateCurve[],
  prevalence?: number,
  options: CurvePlotOptions = {},
): string {
  checkEach('curve', curves, checkRecord);
  checkRecord('options', options);
  const chance: Curve[] =
    prevalence === undefined
      ? []
      : [
          {
            name: `chance (${formatNumber(prevalence)})`,
            x: [0, 1],
            y: [prevalence, prevalence],
            dashed: true,
          },
        ];
  return plotCurves([...curves.map((curve) => withArea(curve, 'AUC-PR')), ...chance], {
    title: 'Precision and recall',
    xTitle: 'recall',
    yTitle: 'precision',
    ...unitSquare,
    ...options,
  });
}

/**
 * The loss of a fit by epoch, with the validation loss and the best epoch where the report has them.
 * @returns a static SVG document
 * @throws HeedError empty-input for a fit without loss (training-free detectors)
 */
export function plotTraining(
  report: Pick<FitReport, 'loss' | 'validationLoss' | 'bestEpoch'>,
  options: CurvePlotOptions = {},
): string {
  checkRecord('report', report);
  checkRecord('options', options);
  const epochs = (loss: readonly number[]) => loss.map((_, i) => i + 1);
  const curves: Curve[] = [];
  if (report.loss?.length) curves.push({ name: 'training', x: epochs(report.loss), y: report.loss });
  if (report.validationLoss?.length) {
    curves.push({ name: 'validation', x: epochs(report.validationLoss), y: report.validationLoss });
  }
  if (curves.length === 0) {
    throw new HeedError(
      'empty-input',
      'this fit has no loss to plot',
      'Training-free detectors learn nothing; plot the fit of a trained one.',
    );
  }
  const positive = curves.every((curve) => Array.from(curve.y).every((loss) => loss > 0));
  const all = curves.flatMap((curve) => Array.from(curve.y));
  const wide = positive && Math.max(...all) > 20 * Math.min(...all);
  const best = report.bestEpoch;
  const bestLoss = best === undefined ? undefined : (report.validationLoss ?? report.loss)?.[best - 1];
  return plotCurves(curves, {
    title: 'Training',
    xTitle: 'epoch',
    yTitle: wide ? 'loss (powers of ten)' : 'loss',
    logY: wide,
    marks: bestLoss === undefined ? [] : [{ x: best!, y: bestLoss, label: `best epoch ${best}` }],
    ...options,
  });
}
