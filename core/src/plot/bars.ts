import { checkEach, checkRecord } from '../check-argument.js';
import { scaleLinear } from 'd3-scale';
import { HeedError } from '../errors.js';
import { formatNumber, formatTicks } from '../format.js';
import { drawLegend } from './legend.js';
import { checkExtent, plotWidth, type PlotOptions } from './options.js';
import { element, svgDocument, textElement, textWidth } from './svg.js';
import { colors, seriesColors } from './theme.js';

/** One bar of `plotBars`. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  /** Bars of one group share a color and an entry of the legend. */
  readonly group?: string;
  /** Spread around the value, drawn as a whisker. */
  readonly low?: number;
  readonly high?: number;
}

/** Options of `plotBars`. */
export interface BarPlotOptions extends PlotOptions {
  /** What the bars measure, with its unit. */
  readonly valueTitle?: string;
  /** Vertical lines to compare with: chance, a published figure. */
  readonly references?: readonly { readonly value: number; readonly label: string }[];
}

/**
 * Horizontal bars, one per item, in the given order: comparing detectors, channels' shares, speeds.
 * @returns a static SVG document
 * @throws HeedError empty-input, not-finite, bad-option
 */
export function plotBars(bars: readonly Bar[], options: BarPlotOptions = {}): string {
  checkEach('bar', bars, checkRecord);
  checkRecord('options', options);
  if (bars.length === 0) throw new HeedError('empty-input', 'there is no bar to plot', 'Give at least one.');
  for (const { label, value, low = value, high = value } of bars) {
    const bad = [value, low, high].find((number) => !Number.isFinite(number));
    if (bad !== undefined) {
      throw new HeedError('not-finite', `the bar "${label}" is ${bad}`, 'Leave it out or give a number.');
    }
  }
  const width = plotWidth({ width: options.width ?? 640 });
  const references = options.references ?? [];
  const values = [...bars.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value])];
  const all = [...values, ...references.map(({ value }) => value)];
  const low = Math.min(0, ...all);
  const high = Math.max(0, ...all);
  checkExtent([low, high], 'the plot of bars');
  const widest = Math.min(width * 0.4, Math.max(...bars.map(({ label }) => textWidth(label))));
  const left = Math.ceil(widest + 16);
  const numbers = Math.max(...bars.map(({ value }) => textWidth(formatNumber(value))));
  const inner = width - left - numbers - 24;
  const scale = scaleLinear(low === high ? [0, 1] : [low, high], [left, left + inner]);
  const groups = [
    ...new Set(bars.map(({ group }) => group).filter((group): group is string => group !== undefined)),
  ];
  const chooseColor = (group: string | undefined) =>
    seriesColors[Math.max(0, groups.indexOf(group!)) % seriesColors.length]!;

  const parts: string[] = [];
  let y = 10;
  if (options.title) {
    parts.push(textElement(10, y + 12, options.title, { size: 15, bold: true, maxWidth: width - 20 }));
    y += 24;
  }
  const legend = drawLegend(
    groups.map((group) => ({ kind: 'area', color: chooseColor(group), label: group })),
    left,
    y + 6,
    width - left - 16,
  );
  parts.push(legend.svg);
  y += legend.height + (references.length > 0 ? 20 : 4);
  const rowHeight = 22;
  const bottom = y + bars.length * rowHeight;
  const ticks = scale.ticks(Math.max(2, Math.floor(inner / 90)));
  const labels = formatTicks(ticks);
  parts.push(
    element('path', {
      d: ticks.map((tick) => `M${scale(tick).toFixed(1)},${y}V${bottom}`).join(''),
      stroke: colors.grid,
    }),
    ...ticks.map((tick, i) => textElement(scale(tick), bottom + 15, labels[i]!, { anchor: 'middle' })),
  );
  bars.forEach(({ label, value, group, low: from, high: to }, i) => {
    const top = y + i * rowHeight + 4;
    const [a, b] = [scale(Math.min(0, value)), scale(Math.max(0, value))];
    parts.push(
      textElement(left - 8, top + 11, label, { anchor: 'end', maxWidth: widest }),
      element('rect', { x: a, y: top, width: Math.max(0.5, b - a), height: 14, fill: chooseColor(group) }),
      from !== undefined && to !== undefined
        ? element('path', {
            d: `M${scale(from).toFixed(1)},${top + 7}H${scale(to).toFixed(1)}M${scale(from).toFixed(1)},${top + 3}v8M${scale(to).toFixed(1)},${top + 3}v8`,
            stroke: colors.text,
          })
        : '',
      textElement(scale(Math.max(0, value, to ?? 0)) + 5, top + 11, formatNumber(value), {}),
    );
  });
  let free = -Infinity;
  for (const { value, label } of [...references].sort((a, b) => a.value - b.value)) {
    const at = scale(value);
    const half = textWidth(label) / 2;
    const middle = Math.min(Math.max(at, half + 4), width - half - 4);
    parts.push(
      element('path', {
        d: `M${at.toFixed(1)},${y - 4}V${bottom}`,
        stroke: colors.text,
        'stroke-dasharray': '4 3',
      }),
    );
    if (middle - half < free) continue;
    free = middle + half + 8;
    parts.push(textElement(middle, y - 8, label, { anchor: 'middle' }));
  }
  if (options.valueTitle) {
    parts.push(
      textElement(left + inner / 2, bottom + 32, options.valueTitle, {
        anchor: 'middle',
        fill: colors.faint,
      }),
    );
  }
  return svgDocument(width, bottom + (options.valueTitle ? 42 : 26), options.title ?? 'Comparison', parts);
}
