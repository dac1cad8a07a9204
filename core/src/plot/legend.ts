import { element, textElement, textWidth } from './svg.js';

/** One entry of a legend: a line, a filled patch or a dot. */
export interface LegendEntry {
  readonly kind: 'line' | 'dashed' | 'area' | 'dot';
  readonly color: string;
  readonly label: string;
  readonly opacity?: number;
}

const swatch = 18;
const gap = 16;

/**
 * Draws entries from left to right, wrapping at `width`; `y` is the middle of the first row.
 * @returns the markup and the height used
 */
export function drawLegend(
  entries: readonly LegendEntry[],
  x: number,
  y: number,
  width: number,
): { readonly svg: string; readonly height: number } {
  const rowHeight = 17;
  let left = x;
  let row = 0;
  const parts: string[] = [];
  for (const entry of entries) {
    const needed = swatch + 5 + Math.min(textWidth(entry.label), width - swatch - 5);
    if (left > x && left + needed > x + width) {
      left = x;
      row++;
    }
    const middle = y + row * rowHeight;
    if (entry.kind === 'area') {
      parts.push(
        element('rect', {
          x: left,
          y: middle - 5,
          width: swatch,
          height: 10,
          fill: entry.color,
          'fill-opacity': entry.opacity,
        }),
      );
    } else if (entry.kind === 'dot') {
      parts.push(element('circle', { cx: left + swatch / 2, cy: middle, r: 4, fill: entry.color }));
    } else {
      parts.push(
        element('path', {
          d: `M${left},${middle}h${swatch}`,
          stroke: entry.color,
          'stroke-width': 2,
          'stroke-opacity': entry.opacity,
          'stroke-dasharray': entry.kind === 'dashed' ? '4 3' : undefined,
        }),
      );
    }
    parts.push(textElement(left + swatch + 5, middle + 4, entry.label, { maxWidth: width - swatch - 5 }));
    left += needed + gap;
  }
  return { svg: parts.join(''), height: entries.length === 0 ? 0 : (row + 1) * rowHeight };
}
