import { checkParts, checkRecord, checkRecords, checkText } from '../check-argument.js';
import { scaleLinear } from 'd3-scale';
import type { RankComparison } from '../evaluate/critical-difference.js';
import { checkNumber } from '../check-number.js';
import { plotWidth, type PlotOptions } from './options.js';
import { element, svgDocument, textElement, textWidth } from './svg.js';
import { colors, seriesColors } from './theme.js';

/** Options of `plotCriticalDifference`. */
export interface CriticalDifferencePlotOptions extends PlotOptions {
  /** Algorithms to set off from the others, by name. */
  readonly highlight?: readonly string[];
}

const row = 18;

/**
 * Critical-difference diagram (Demšar 2006): algorithms on the axis of their mean ranks, the best on the left; a bar
 * joins those that cannot be told apart.
 * @returns a static SVG document
 */
export function plotCriticalDifference(
  comparison: RankComparison,
  options: CriticalDifferencePlotOptions = {},
): string {
  checkParts('comparison', comparison, { ranks: checkRecords, cliques: checkRecords });
  const { ranks, cliques, cases, alpha } = comparison;
  checkRecord('options', options);
  const width = plotWidth({ width: options.width ?? 760 });
  checkNumber('the number of algorithms to plot', ranks.length, { min: 2, max: 200 });
  for (const { name, meanRank } of ranks) {
    checkText('name', name);
    checkNumber(`the mean rank of "${name}"`, meanRank, { min: 1, max: ranks.length });
  }
  const half = Math.ceil(ranks.length / 2);
  const label = (i: number): string => `${ranks[i]!.name}  ${ranks[i]!.meanRank.toFixed(2)}`;
  const findWidest = (indices: readonly number[]): number =>
    Math.min(0.35 * width, Math.max(0, ...indices.map((i) => textWidth(label(i), 11, true))));
  const left = Array.from({ length: half }, (_, i) => i);
  const right = ranks.map((_, i) => i).slice(half);
  const edge = { left: 10 + findWidest(left), right: width - 10 - findWidest(right) };
  const scale = scaleLinear([1, ranks.length], [edge.left + 24, edge.right - 24]);
  const parts: string[] = [];
  let y = 10;
  if (options.title) {
    parts.push(textElement(10, y + 12, options.title, { size: 15, bold: true, maxWidth: width - 20 }));
    y += 26;
  }
  const axis = y + 20;
  parts.push(
    element('path', {
      d: `M${scale(1).toFixed(1)},${axis}H${scale(ranks.length).toFixed(1)}`,
      stroke: colors.text,
    }),
  );
  const step = Math.ceil(ranks.length / 12);
  for (let tick = 1; tick <= ranks.length; tick += step) {
    parts.push(
      element('path', { d: `M${scale(tick).toFixed(1)},${axis}v-5`, stroke: colors.text }),
      textElement(scale(tick), axis - 8, String(tick), { anchor: 'middle' }),
    );
  }
  // Bars below each other where they overlap.
  const bars = axis + 8;
  const levels: number[] = [];
  for (const { first, last } of cliques) {
    const from = scale(ranks[first]!.meanRank) - 4;
    const to = scale(ranks[last]!.meanRank) + 4;
    let level = levels.findIndex((end) => end < from);
    if (level < 0) level = levels.length;
    levels[level] = to;
    parts.push(
      element('rect', { x: from, y: bars + 8 * level, width: to - from, height: 4, fill: colors.text }),
    );
  }
  const top = bars + 8 * levels.length + 14;
  const highlight = new Set(options.highlight);
  const draw = (i: number, line: number, isLeft: boolean): void => {
    const { name, meanRank } = ranks[i]!;
    const at = scale(meanRank).toFixed(1);
    const height = top + line * row;
    const stroke = highlight.has(name) ? seriesColors[0]! : colors.faint;
    parts.push(
      element('path', {
        d: `M${at},${axis}V${height}H${isLeft ? edge.left + 4 : edge.right - 4}`,
        fill: 'none',
        stroke,
      }),
      textElement(isLeft ? edge.left : edge.right, height + 4, label(i), {
        anchor: isLeft ? 'end' : 'start',
        bold: highlight.has(name),
        maxWidth: findWidest(isLeft ? left : right),
      }),
    );
  };
  left.forEach((i, line) => draw(i, line, true));
  // The worst on top, so that no line crosses another.
  right.forEach((i, at) => draw(i, right.length - 1 - at, false));
  const bottom = top + half * row + 14;
  parts.push(
    textElement(
      width / 2,
      bottom,
      `Mean rank over ${cases} files. Joined by a bar: no significant difference (signed-rank tests, Holm, ${alpha}).`,
      { anchor: 'middle', fill: colors.faint, maxWidth: width - 20 },
    ),
  );
  return svgDocument(width, bottom + 12, options.title ?? 'Critical difference', parts);
}
